/**
 * Owns the answers that go on: server-sent events. Nothing is queued for a reader: while it does not take what it was
 * sent, nothing more is asked for, and when it takes nothing for too long it is cut off. It comes back by its last id.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { MarrowError } from '../../base/errors.ts'
import type { StreamMessage } from '../protocol/entry.ts'

/** How much is kept up for those who listen. */
export interface StreamLimits {
  /** Streams at one time. */
  readonly streams: number
  /** The time between two signs of life. */
  readonly beatMs: number
  /** How long a reader may take nothing of what was sent to it. */
  readonly drainMs: number
}

/** All streams of one server. */
export interface Streams {
  /** Answers with the messages of `begin` until they or the connection end. Throws TOO_MANY, STOPPING before it answers. */
  open(
    request: FastifyRequest,
    reply: FastifyReply,
    begin: (signal: AbortSignal) => AsyncIterable<StreamMessage>,
  ): Promise<void>
  /** Ends all of them at once, and takes no more. */
  close(): void
}

const RETRY_MS = 2_000 // What a browser waits before it comes back; a daemon is back after about one second.

/** Makes the place for the streams of one server. */
export function createStreams(
  limits: StreamLimits,
  onError: (error: unknown, what: string) => void,
): Streams {
  const ends = new Set<AbortController>()
  let closed = false
  return {
    open: async (request, reply, begin) => {
      if (closed) throw stopping()
      if (ends.size >= limits.streams) throw tooMany(limits.streams)
      const end = new AbortController()
      ends.add(end)
      reply.raw.once('close', () => {
        ends.delete(end)
        end.abort()
      })
      const messages = begin(end.signal)[Symbol.asyncIterator]()
      try {
        const first = await messages.next()
        // What was wrong up to here is an answer like any other; from here on it can only be the end.
        sendHead(reply)
        if (first.done !== true)
          await pump(reply.raw, first.value, messages, { ...limits, signal: end.signal })
      } catch (error) {
        if (!reply.sent) throw error
        if (!end.signal.aborted) onError(error, `${request.method} ${request.routeOptions.url ?? ''}`)
      } finally {
        await messages.return?.()
      }
      if (reply.sent) finish(reply.raw)
    },
    close: () => {
      closed = true
      for (const end of ends) end.abort()
    },
  }
}

function sendHead(reply: FastifyReply): void {
  reply.hijack()
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value)
  }
  raw.setHeader('content-type', 'text/event-stream; charset=utf-8')
  raw.setHeader('cache-control', 'no-store')
  // Its end is that of the connection: a reader needs no decoder for chunks.
  raw.removeHeader('transfer-encoding')
  raw.writeHead(200)
  raw.write(`retry: ${RETRY_MS}\n\n`)
}

interface Pumping extends StreamLimits {
  readonly signal: AbortSignal
}

async function pump(
  raw: ServerResponse,
  first: StreamMessage,
  messages: AsyncIterator<StreamMessage>,
  { beatMs, drainMs, signal }: Pumping,
): Promise<void> {
  let place: number | undefined
  const beat = setInterval(() => {
    // A reader that is behind sees by what it gets that we live.
    if (!raw.writableNeedDrain) raw.write(`: beat\n${textOf({ id: place })}`)
    place = undefined
  }, beatMs)
  try {
    raw.write(textOf(first))
    for (;;) {
      const { value, done } = await messages.next()
      if (done === true || raw.destroyed) return
      const message: StreamMessage = value
      // How far was looked is worth a word only now and then: it goes out with the next beat.
      place = message.data === undefined ? message.id : undefined
      if (message.data !== undefined && !raw.write(textOf(message))) await drained(raw, drainMs, signal)
    }
  } finally {
    clearInterval(beat)
    if (place !== undefined && !raw.destroyed && !raw.writableNeedDrain) raw.write(textOf({ id: place }))
  }
}

function textOf({ id, event, data }: StreamMessage): string {
  const lines = [
    ...(id === undefined ? [] : [`id: ${id}\n`]),
    ...(event === undefined ? [] : [`event: ${event}\n`]),
    ...(data === undefined ? [] : [`data: ${JSON.stringify(data)}\n`]),
  ]
  return `${lines.join('')}\n`
}

/** Waits until the reader took everything; one that takes too long, or that we cannot wait for any more, is cut off. */
async function drained(raw: ServerResponse, ms: number, signal: AbortSignal): Promise<void> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), ms)
  const over = AbortSignal.any([late.signal, signal])
  try {
    await once(raw, 'drain', { signal: over })
  } catch (error) {
    if (!over.aborted) throw error
    raw.destroy()
  } finally {
    clearTimeout(timer)
  }
}

const FLUSH_MS = 200

/** Whoever does not take what is left would keep the connection, and with it the daemon's end, waiting. */
function finish(raw: ServerResponse): void {
  if (raw.writableNeedDrain) {
    raw.destroy()
    return
  }
  const cut = setTimeout(() => raw.destroy(), FLUSH_MS)
  raw.once('close', () => clearTimeout(cut))
  raw.end()
}

function stopping(): MarrowError {
  return new MarrowError('STOPPING', 'Cannot open the stream: the daemon is stopping.', {
    fix: 'Ask again when the next daemon answers.',
  })
}

function tooMany(most: number): MarrowError {
  return new MarrowError(
    'TOO_MANY',
    `Cannot open the stream: ${most} are open already, and more would take the places of commands.`,
    { fix: 'Close one of them, or read the journal page by page: GET /journal' },
  )
}
