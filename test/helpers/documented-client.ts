/**
 * Owns a client that knows nothing but the OpenAPI page of a daemon: which methods, paths and parameters there are, and what
 * the answers look like. It sends nothing that the page does not name, and an answer that the page does not describe throws.
 */
import { request, type IncomingMessage } from 'node:http'
import { Ajv2020 } from 'ajv/dist/2020.js'

type Json = Readonly<Record<string, unknown>>

/** An answer that was found to be as documented. */
export interface Documented {
  readonly status: number
  /** Parsed JSON, or the text of what is no JSON. */
  readonly body: unknown
}

/** One message of a stream, as documented. */
export interface Message {
  readonly id?: number
  readonly event?: string
  readonly data?: unknown
}

/** One operation as the page has it. */
export interface Operation {
  readonly verb: string
  readonly method: string
  readonly path: string
  /** `operator`, `agent` or `both`. */
  readonly askedBy: unknown
  /** Parameters of query and header, references followed. */
  readonly parameters: readonly Json[]
  /** The schema of the body; undefined for a GET. */
  readonly body: Json | undefined
  readonly responses: Json
}

export interface DocumentedClient {
  readonly operations: readonly Operation[]
  /** Which verbs were asked so far and answered with success. */
  readonly asked: ReadonlySet<string>
  ask(verb: string, params?: Json): Promise<Documented>
  /** Asks and takes the body of a success as an object. */
  get(verb: string, params?: Json): Promise<Json>
  /** Follows a stream until the caller leaves the loop. */
  follow(verb: string, params?: Json): AsyncGenerator<Message>
  /** The same check for an answer to a request that is no operation. */
  raw(method: string, path: string): Promise<Documented>
}

/** Reads the page from the one path that everybody has to know. */
export async function documentedClient(socketPath: string): Promise<DocumentedClient> {
  const page = objectOf(
    JSON.parse(await textOf(await send(socketPath, { method: 'GET', path: '/openapi.json' }))),
  )
  const operations = operationsOf(page)
  const check = checkerOf(page)
  const asked = new Set<string>()
  const named = (verb: string) => {
    const found = operations.find((one) => one.verb === verb)
    if (!found) throw new Error(`The page has no operation ${verb}.`)
    return found
  }
  const ask = async (verb: string, params: Json = {}) => {
    const operation = named(verb)
    const response = await send(socketPath, outgoing(operation, params))
    const answer = await checked(response, operation.responses, check)
    if (answer.status === 200) asked.add(verb)
    return answer
  }
  return {
    operations,
    asked,
    ask,
    get: async (verb, params) => {
      const { status, body } = await ask(verb, params)
      if (status !== 200) throw new Error(`${verb} answered ${status}: ${JSON.stringify(body)}`)
      return objectOf(body)
    },
    follow: async function* (verb, params = {}) {
      const operation = named(verb)
      const response = await send(socketPath, outgoing(operation, params))
      const documented = at(operation.responses, '200', 'content', 'text/event-stream', 'x-message')
      asked.add(verb)
      for await (const message of messagesOf(response)) {
        check(documented, message)
        yield message
      }
    },
    raw: async (method, path) =>
      checked(await send(socketPath, { method, path }), named('health').responses, check),
  }
}

interface Outgoing {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

function outgoing({ method, path, parameters, body }: Operation, params: Json): Outgoing {
  const query = new URLSearchParams()
  const headers: Record<string, string> = {}
  const rest = { ...params }
  for (const { name, in: place } of parameters) {
    const key = String(name)
    if (!(key in rest)) continue
    const value = rest[key]
    delete rest[key]
    if (place === 'header') headers[key] = String(value)
    else for (const one of [value].flat()) query.append(key, String(one))
  }
  const target = query.size === 0 ? path : `${path}?${query.toString()}`
  if (body)
    return {
      method,
      path: target,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(rest),
    }
  if (Object.keys(rest).length > 0)
    throw new Error(`The page names no ${Object.keys(rest).join(', ')} for ${path}.`)
  return { method, path: target, headers }
}

function send(socketPath: string, { method, path, headers = {}, body }: Outgoing): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, method, path, headers, agent: false }, resolve)
    asking.on('error', reject)
    asking.end(body)
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

/** Refuses what does not fit, with where it does not. */
type Check = (schema: unknown, value: unknown) => void

async function checked(response: IncomingMessage, responses: Json, check: Check): Promise<Documented> {
  const status = response.statusCode ?? 0
  const documented = objectOf(responses[String(status)] ?? responses[`${Math.floor(status / 100)}XX`])
  const text = await textOf(response)
  const type = response.headers['content-type'] ?? 'none'
  const [[mediaType, content] = ['', {}]] = Object.entries(objectOf(documented['content']))
  const schema = at(content, 'schema')
  if (type !== mediaType && type !== `${mediaType}; charset=utf-8`)
    throw new Error(`Nobody documented ${status} ${type}.`)
  const body: unknown = mediaType === 'application/json' ? JSON.parse(text) : text
  check(schema, body)
  if (status >= 400) checkStatus(schema, body, status)
  return { status, body }
}

/** The page says with which status each code comes. */
function checkStatus(schema: unknown, body: unknown, status: number): void {
  const code = String(objectOf(body)['code'])
  const documented = at(schema, 'properties', 'code', 'x-status', code)
  if (documented !== status) throw new Error(`${code} came with ${status}, not with ${String(documented)}.`)
}

async function* messagesOf(response: IncomingMessage): AsyncGenerator<Message> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk)
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const fields = part.split('\n').flatMap((line): [string, string][] => {
        const [, name = '', value = ''] = /^([a-z]*): ?(.*)$/.exec(line) ?? []
        return name === '' || name === 'retry' ? [] : [[name, value]]
      })
      if (fields.length === 0) continue
      yield Object.fromEntries(
        fields.map(([name, value]) => [
          name,
          name === 'id' ? Number(value) : name === 'data' ? JSON.parse(value) : value,
        ]),
      )
    }
  }
}

function operationsOf(page: Json): Operation[] {
  return Object.entries(objectOf(page['paths'])).flatMap(([path, methods]) =>
    Object.entries(objectOf(methods)).map(([method, operation]) => {
      const one = objectOf(resolved(page, operation))
      return {
        verb: String(one['operationId']),
        method: method.toUpperCase(),
        path,
        askedBy: one['x-asked-by'],
        parameters: [one['parameters'] ?? []].flat().map(objectOf),
        body:
          'requestBody' in one
            ? objectOf(at(one, 'requestBody', 'content', 'application/json', 'schema'))
            : undefined,
        responses: objectOf(one['responses']),
      }
    }),
  )
}

/** Everything that is referred to, in its place; objects that name their keys may have no others. */
function resolved(page: Json, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(page, one))
  if (typeof value !== 'object' || value === null) return value
  const { $ref, ...rest } = objectOf(value)
  if (typeof $ref === 'string')
    return { ...objectOf(resolved(page, at(page, ...$ref.slice(2).split('/')))), ...rest }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(page, one)]))
}

function checkerOf(page: Json): Check {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  return (schema, value) => {
    const validate = ajv.compile(objectOf(closed(resolved(page, schema))))
    if (validate(value)) return
    throw new Error(
      `Not as documented: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(validate.errors)}`,
    )
  }
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const own = Object.fromEntries(Object.entries(schema).map(([key, one]) => [key, closed(one)]))
  const isOpen = own['type'] === 'object' && 'properties' in own && !('additionalProperties' in own)
  return isOpen ? { ...own, additionalProperties: false } : own
}

/** What stands at a path of keys; undefined where there is nothing. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inside, key) => objectOf(inside)[key], value)
}

/** The value if it is an object, else an empty one. */
export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
