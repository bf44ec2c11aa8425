/** Owns how the protocol table becomes routes: one per verb, its parameters checked on the way in. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { MarrowError } from '../../base/errors.ts'
import type { Holder } from '../../delegation/holder.ts'
import { checkedParams } from '../params.ts'
import type { Entry } from '../protocol/entry.ts'
import {
  isAt,
  protocol,
  type AgentHandlers,
  type Handlers,
  type ParamsOf,
  type Protocol,
  type VerbAt,
  type VerbOf,
} from '../protocol/table.ts'
import type { Verb } from '../routes.ts'
import type { Streams } from './streams.ts'

/** What of an entry the compiler must see to belong to the handler of the same verb. */
interface Line<V extends Verb> {
  readonly route: Protocol[V]['route']
  readonly params: z.ZodType<ParamsOf<V>>
}

const lines: { readonly [V in Verb]: Line<V> } = protocol

/** Whose door it is, and what answers there. */
export type Doorway =
  | { readonly who: 'operator'; readonly handlers: Handlers }
  | {
      readonly who: 'agent'
      readonly handlers: AgentHandlers
      /** Who shows this `Authorization`, if it may ask that verb. Throws UNKNOWN_TOKEN, NOT_ALLOWED. */
      readonly admit: (authorization: string | undefined, verb: Verb) => Promise<Holder>
    }

/** Adds a route per verb, JSON bodies of any declared type, and the answers to everything that is no route. */
export function addRoutes(app: FastifyInstance, doorway: Doorway, streams: Streams): void {
  readBodiesAsJson(app)
  for (const verb of Object.keys(protocol).filter(isVerb)) {
    const { method, path: url } = protocol[verb].route
    app.route({ method, url, handler: answering(verb, doorway, streams) })
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const methods = methodsOf(path)
    if (methods.length === 0) return reply.code(404).send({ error: 'not found', code: 'NOT_FOUND' })
    const error = `${path} takes ${methods.join(' or ')}, not ${request.method}`
    return reply.code(405).header('allow', methods.join(', ')).send({ error, code: 'METHOD_NOT_ALLOWED' })
  })
}

type Answering = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** Every verb has an answer at both doors, be it that it belongs to the other one. */
function answering(verb: Verb, doorway: Doorway, streams: Streams): Answering {
  if (doorway.who === 'agent') return answeringAgents(verb, doorway)
  const { handlers } = doorway
  if (!isAt('operator', verb)) return () => Promise.reject(notHere(verb))
  if (isStream(verb)) {
    return (request, reply) => {
      const params = parse(lines[verb].params, request, request.headers['last-event-id'])
      return streams.open(request, reply, (signal) => handlers[verb](params, signal))
    }
  }
  const handle = handling(verb, handlers)
  const mediaType = mediaTypeOf(protocol[verb])
  return async (request, reply) => {
    const result = await handle(request)
    return mediaType === undefined ? reply.send(result) : reply.type(mediaType).send(result)
  }
}

/** Who asks is settled before a word of the request is read. */
function answeringAgents(verb: Verb, { handlers, admit }: Extract<Doorway, { who: 'agent' }>): Answering {
  const handle = isAt('agent', verb) ? handlingFor(verb, handlers) : undefined
  return async (request, reply) => {
    // All of them: Node would drop the second, and whoever shows two is not believed either of them.
    const shown = request.raw.headersDistinct['authorization']?.join(', ')
    const holder = await admit(shown, verb)
    if (handle === undefined) throw notHere(verb)
    return reply.send(await handle(request, holder))
  }
}

function notHere(verb: Verb): MarrowError {
  return isAt('agent', verb)
    ? new MarrowError('NOT_ALLOWED', `Cannot do ${verb} here: only a run of an agent can.`, {
        fix: 'It belongs to the door of the agents, which MARROW_SOCKET names inside a run.',
      })
    : new MarrowError('NOT_ALLOWED', `Cannot do ${verb}: only the operator may.`, {
        fix: 'Hand it to human, with the reason.',
      })
}

/** Undefined for what is not text. */
function mediaTypeOf(one: Entry): string | undefined {
  return one.form === 'text' ? one.mediaType : undefined
}

function handling<V extends VerbOf<'json' | 'text'> & VerbAt<'operator'>>(
  verb: V,
  handlers: { readonly [W in V]: (params: ParamsOf<W>) => Promise<unknown> },
): (request: FastifyRequest) => Promise<unknown> {
  const { params } = lines[verb]
  return (request) => handlers[verb](parse(params, request))
}

function handlingFor<V extends VerbAt<'agent'>>(
  verb: V,
  handlers: { readonly [W in V]: (params: ParamsOf<W>, holder: Holder) => Promise<unknown> },
): (request: FastifyRequest, holder: Holder) => Promise<unknown> {
  const { params } = lines[verb]
  return (request, holder) => handlers[verb](parse(params, request), holder)
}

/** A reader that comes back names its last id in a header, which then counts more than the address that it began with. */
function parse<Params>(
  schema: z.ZodType<Params>,
  request: FastifyRequest,
  after?: string | string[],
): Params {
  const given = (request.method === 'GET' ? request.query : request.body) ?? {}
  if (request.method === 'GET') refuseEmpty(given)
  const isNamed = typeof after === 'string' && after !== ''
  return checkedParams(schema, isNamed ? { ...given, after } : given)
}

/** What the missing variable of a script leaves in an address: as a number it would be 0. */
function refuseEmpty(query: object): void {
  const empty = Object.entries(query).find(([, value]) => value === '')
  if (empty !== undefined) throw new MarrowError('BAD_REQUEST', `${empty[0]} is empty`)
}

/** The old clients and plain `curl -d` declare other types, or none. */
function readBodiesAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, {})
    try {
      const given: unknown = JSON.parse(String(body))
      // What a script's missing value becomes; taken for "nothing said" it would pause everything.
      if (given === null)
        return done(new MarrowError('BAD_REQUEST', 'the parameters are null, not an object'))
      done(null, given)
    } catch (cause) {
      done(new MarrowError('BAD_REQUEST', 'invalid JSON', { cause }))
    }
  })
}

function methodsOf(path: string): string[] {
  return Object.values(protocol)
    .filter((entry) => entry.route.path === path)
    .map((entry) => entry.route.method)
}

function isStream(verb: Verb): verb is VerbOf<'stream'> {
  return protocol[verb].form === 'stream'
}

function isVerb(text: string): text is Verb {
  return Object.hasOwn(protocol, text)
}
