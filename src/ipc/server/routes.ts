/** Owns how the protocol table becomes routes: one per verb, its parameters checked on the way in. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { MarrowError } from '../../base/errors.ts'
import { protocol, type Handlers, type ParamsOf, type Protocol } from '../protocol/table.ts'
import type { Verb } from '../routes.ts'

/** The table once more, in the form in which the compiler sees that a verb's schema and its handler belong together. */
const entries: { readonly [V in Verb]: { route: Protocol[V]['route']; params: z.ZodType<ParamsOf<V>> } } =
  protocol

/** Adds a route per verb, JSON bodies of any declared type, and the answers to everything that is no route. */
export function addRoutes(app: FastifyInstance, handlers: Handlers): void {
  readBodiesAsJson(app)
  for (const verb of Object.keys(protocol).filter(isVerb)) addRoute(app, verb, handlers[verb])
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const methods = methodsOf(path)
    if (methods.length === 0) return reply.code(404).send({ error: 'not found', code: 'NOT_FOUND' })
    const error = `${path} takes ${methods.join(' or ')}, not ${request.method}`
    return reply.code(405).header('allow', methods.join(', ')).send({ error, code: 'METHOD_NOT_ALLOWED' })
  })
}

function addRoute<V extends Verb>(app: FastifyInstance, verb: V, handle: Handlers[V]): void {
  const { route, params } = entries[verb]
  app.route({
    method: route.method,
    url: route.path,
    handler: async (request, reply) => reply.send(await handle(parse(params, request))),
  })
}

function parse<Params>(schema: z.ZodType<Params>, request: FastifyRequest): Params {
  const parsed = schema.safeParse((request.method === 'GET' ? request.query : request.body) ?? {})
  if (parsed.success) return parsed.data
  throw new MarrowError('BAD_REQUEST', parsed.error.issues.map(sentence).join('; '))
}

/** Our own messages name the parameter already; zod's need its name before them. */
function sentence({ code, message, path }: z.core.$ZodIssue): string {
  if (code === 'unrecognized_keys') return message
  if (path.length === 0) return `the parameters are not an object: ${message}`
  return message.endsWith(' is required') ? message : `${path.join('.')}: ${message}`
}

/** The old clients and plain `curl -d` declare other types, or none. */
function readBodiesAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, {})
    try {
      done(null, JSON.parse(String(body)))
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

function isVerb(text: string): text is Verb {
  return Object.hasOwn(protocol, text)
}
