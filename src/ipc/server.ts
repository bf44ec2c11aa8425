/** Owns a door: HTTP on a unix socket, its routes derived from the protocol table. */
import { realpathSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import fastify, { type FastifyInstance } from 'fastify'
import { BODY_BYTES_MAX, configHeader } from './address.ts'
import { MarrowError } from '../base/errors.ts'
import { answerError, answerExpectation, answerUnparsable } from './server/errors.ts'
import { addRoutes, type Doorway } from './server/routes.ts'
import { openSocket } from './server/socket.ts'
import { createStreams, type StreamLimits, type Streams } from './server/streams.ts'

/** What the daemon hands in to open its door. */
export interface ServerOptions {
  readonly socketPath: string
  /** 0o600, or 0o660 for a group; 0o666 where a token says who asks. */
  readonly mode: number
  readonly doorway: Doorway
  /** Hears of every failure that is ours: what the client gets is only `internal server error`. */
  readonly onError: (error: unknown, what: string) => void
  readonly version: string
  /** The configuration file in force, absolute. A client that names another one is refused before its request is read. */
  readonly config: string
  readonly limits?: Partial<ServerLimits>
}

/** How much of a request is waited for, and how long. */
export interface ServerLimits extends StreamLimits {
  readonly headersMs: number
  readonly requestMs: number
  readonly bodyBytes: number
  readonly connections: number
  /** How long answers in the making may take once the server closes. */
  readonly closeMs: number
}

/** An open door. */
export interface Server {
  /** Whether the file at the socket's path is still this server's own. */
  ownsSocket(): boolean
  /** Takes no more requests, gives answers in the making a moment, removes the socket if it is still its own. */
  close(): Promise<void>
}

const usualLimits: ServerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  bodyBytes: BODY_BYTES_MAX,
  connections: 256, // Each holds a descriptor; the daemon needs the rest of its 1024 for runs and files.
  closeMs: 1_000,
  streams: 64, // A quarter of the connections: those who listen never take the places of commands.
  beatMs: 15_000,
  drainMs: 30_000,
}

/**
 * Opens the door. The caller holds the daemon's lock, so a socket that a dead daemon left at the path is replaced.
 * Throws SOCKET_PATH_TOO_LONG and CANNOT_WRITE.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const limits = { ...usualLimits, ...options.limits }
  const streams = createStreams(limits, options.onError)
  const app = build(options, limits, streams)
  await app.ready()
  app.server.maxConnections = limits.connections
  app.server.on('checkExpectation', answerExpectation)
  const socket = await openSocket(app.server, options.socketPath, options.mode)
  return {
    ownsSocket: () => socket.isOwn(),
    close: async () => {
      // First the name, so that no client finds a door behind which nobody answers.
      socket.remove()
      streams.close()
      const cut = setTimeout(() => app.server.closeAllConnections(), limits.closeMs)
      await app.close()
      clearTimeout(cut)
    },
  }
}

function build(
  { doorway, onError, version, config }: ServerOptions,
  limits: ServerLimits,
  streams: Streams,
): FastifyInstance {
  const carried: Carried = new WeakMap()
  const app = fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: 1_000, // For an answer that is not ours: ours close their connection.
    frameworkErrors: (error, request, reply) => {
      carried.set(request.raw.socket, reply.raw)
      reply.header('connection', 'close')
      void answerError(error, request, reply, onError, limits.bodyBytes)
    },
    exposeHeadRoutes: false,
    // The check decides how late a deadline may be noticed; Node's 30 s would make 10 s into 40 s.
    http: {
      requireHostHeader: false, // It says nothing here, and Node's own refusal says nothing either.
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(2_000, limits.headersMs),
    },
    clientErrorHandler: (error, socket) => {
      // Behind a request that is whole or answered: its own answer says what became of it, and ends the connection.
      const first = carried.get(socket)
      if (first?.req.complete !== true && first?.headersSent !== true) answerUnparsable(error, socket)
    },
  })
  app.addHook('onRequest', async (request, reply) => {
    refuseSecond(reply.raw, carried)
    reply.headers({ connection: 'close', server: `marrow/${version}` })
    refuseOtherConfig(request.headers[configHeader], config)
  })
  app.addHook('onSend', async (_request, reply) => {
    // A reader that does not read would keep the answer and its connection for ever.
    const cut = setTimeout(() => reply.raw.destroy(), limits.requestMs)
    reply.raw.once('close', () => clearTimeout(cut))
  })
  app.setErrorHandler((error, request, reply) =>
    answerError(error, request, reply, onError, limits.bodyBytes),
  )
  addRoutes(app, doorway, streams)
  return app
}

/** The answer to the one request of each connection. */
type Carried = WeakMap<object, ServerResponse>

/** The first answer ends the connection: what came right behind its request would be done, and nobody would hear of it. */
function refuseSecond(response: ServerResponse, carried: Carried): void {
  const { socket } = response.req
  if (carried.has(socket)) {
    throw new MarrowError('BAD_REQUEST', 'Cannot answer: each connection carries one request.', {
      fix: 'Open another connection for the next request.',
    })
  }
  carried.set(socket, response)
}

function refuseOtherConfig(named: string | string[] | undefined, config: string): void {
  if (typeof named !== 'string') return
  const asked = decoded(named)
  // The real path is looked up now: it may lead elsewhere than when the daemon started.
  if (asked === config || asked === realPath(config)) return
  throw new MarrowError(
    'CONFIG_MISMATCH',
    `Cannot ask the daemon: it runs with ${config}, this command means ${asked}.`,
    { fix: `Add: -c ${config}` },
  )
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
