/** Owns the requests of nobody who means well: noise, cut and mangled ones, and every verb with parameters of every kind. */
import { METHODS } from 'node:http'
import * as fc from 'fast-check'
import { z } from 'zod'
import { protocol } from '../../../src/ipc/protocol/table.ts'
import type { Verb } from '../../../src/ipc/routes.ts'
import { oddHeader, oddJson, oddPath, oddText } from './oddities.ts'
import type { Sending } from './wire.ts'

/** One request, and of which verb it was made; undefined where that cannot be said. */
export interface Attack extends Sending {
  readonly what: string
  readonly verb: Verb | undefined
}

/** These end something: nobody may send them in a form that might be right. */
const destructive: readonly string[] = ['stop', 'restart', 'cancel'] satisfies Verb[]

const verbs = Object.keys(protocol).filter((name): name is Verb => Object.hasOwn(protocol, name))
const harmless = verbs.filter((verb) => !destructive.includes(verb))

const MIB = 1_048_576

/** Names of parameters: those of the verb, and what every object has. */
function nameFor(verb: Verb): fc.Arbitrary<string> {
  const { params } = protocol[verb]
  const known = params instanceof z.ZodObject ? Object.keys(params.shape) : []
  const odd = fc.constantFrom('__proto__', 'constructor', 'toString', 'agents', 'x[]', 'x[y]', '')
  return known.length === 0 ? odd : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, odd)
}

/** What somebody could mean, for some verb or other. */
const meant = fc
  .constantFrom(
    { title: 'Mend the roof' },
    { agent: 'scout' },
    { agents: ['writer'] },
    { reason: 'x' },
    {},
    { level: 'info' },
  )
  .map((params) => Buffer.from(JSON.stringify(params)))

/** A body; two keys of one name may stand in it, and some are a little under or over what may be sent. */
function bodyFor(verb: Verb): fc.Arbitrary<Buffer> {
  const pair = fc.tuple(nameFor(verb), oddJson).map(([name, value]) => `${JSON.stringify(name)}:${value}`)
  const object = fc.array(pair, { maxLength: 4 }).map((pairs) => Buffer.from(`{${pairs.join()}}`))
  const long = fc.tuple(nameFor(verb), fc.constantFrom(MIB - 100, MIB - 20, MIB, MIB + 5_000))
  return fc.oneof(
    { weight: 12, arbitrary: object },
    { weight: 4, arbitrary: meant },
    { weight: 4, arbitrary: oddJson.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: long.map(([name, size]) => Buffer.from(`{"${name}":"${'y'.repeat(size)}"}`)) },
    { weight: 2, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  )
}

/** A query with names twice, half escapes and all. */
function queryFor(verb: Verb): fc.Arbitrary<string> {
  const value = fc.oneof(
    { weight: 4, arbitrary: oddText.map((text) => encodeURIComponent(text.slice(0, 3_000).toWellFormed())) },
    fc.constantFrom('%', '%0', '%zz', '%00', '%ff%fe', '%ed%a0%80', '%2525', '&&==&', '=', '+', ';', '#x'),
  )
  const pair = fc.tuple(nameFor(verb), value).map(([name, text]) => `${name}=${text}`)
  return fc.array(pair, { maxLength: 4 }).map((pairs) => (pairs.length === 0 ? '' : `?${pairs.join('&')}`))
}

interface Parts {
  readonly method: string
  readonly target: string
  readonly version?: string
  readonly headers?: readonly string[]
  readonly body?: Buffer
}

function bytesOf({ method, target, version = 'HTTP/1.1', headers = ['host: marrow'], body }: Parts): Buffer {
  const length = body === undefined ? [] : [`content-length: ${body.length}`]
  const head = [`${method} ${target} ${version}`, ...headers, ...length, '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'latin1'), body ?? Buffer.alloc(0)])
}

/** Whole requests of a verb whose parameters are anything. */
function parameters(verb: Verb): fc.Arbitrary<Buffer> {
  const { method, path } = protocol[verb].route
  const query = queryFor(verb).map((text) => bytesOf({ method, target: `${path}${text}` }))
  const body = bodyFor(verb).map((text) => bytesOf({ method, target: path, body: text }))
  return method === 'GET' ? query : fc.oneof({ weight: 5, arbitrary: body }, query)
}

function of(verb: Verb | undefined, what: string, ends: Sending['ends']) {
  return (bytes: Buffer): Attack => ({ what, verb, bytes, ends })
}

const anyVerb = fc.constantFrom(...harmless)

const wrongParameters = anyVerb.chain((verb) => parameters(verb).map(of(verb, 'parameters', 'never')))

const cut = fc.constantFrom(...verbs).chain((verb) => {
  // Of a length that never comes: however it is cut, no part of it is a whole request.
  const whole = bytesOf({
    ...protocol[verb].route,
    target: protocol[verb].route.path,
    body: Buffer.from('{"x":1}'),
  })
  return fc.nat({ max: whole.length - 1 }).map((at) => of(verb, 'cut', 'at once')(whole.subarray(0, at)))
})

const mangled = anyVerb.chain((verb) =>
  fc
    .tuple(
      parameters(verb),
      fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 }),
    )
    .map(([bytes, changes]) => {
      const copy = Buffer.from(bytes)
      for (const [at, byte] of changes) copy[at % copy.length] = byte
      return of(verb, 'mangled', 'late')(copy)
    }),
)

const oddHead = fc
  .record({
    verb: anyVerb,
    method: fc.option(fc.constantFrom(...METHODS, 'get', 'PRI', 'X', '')),
    path: fc.option(oddPath),
    version: fc.oneof(
      { weight: 6, arbitrary: fc.constant('HTTP/1.1') },
      fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'HTTP', ''),
    ),
    host: fc.constantFrom(['host: marrow'], ['host: marrow'], [], ['host: \xff/?#']),
    headers: oddHeader,
  })
  .map(({ verb, method, path, version, host, headers }) => {
    const { route } = protocol[verb]
    const body = (method ?? route.method) === 'GET' ? {} : { body: Buffer.from('{"x":1}') }
    const parts = {
      method: method ?? route.method,
      target: path ?? route.path,
      version,
      headers: [...host, ...headers],
    }
    return of(verb, 'head', 'late')(bytesOf({ ...parts, ...body }))
  })

const chunked = fc
  .tuple(
    anyVerb,
    fc.constantFrom(
      '7\r\n{"x":1}\r\n0\r\n\r\n',
      '7;ext=1\r\n{"x":1}\r\n0\r\nx: y\r\n\r\n',
      'ffffffffffffffff\r\n',
      '-1\r\n',
      'zz\r\n',
      '3\r\n{"x"',
      '0\r\n\r\n',
    ),
  )
  .map(([verb, body]) => {
    const head = bytesOf({
      ...protocol[verb].route,
      target: protocol[verb].route.path,
      headers: ['host: marrow', 'transfer-encoding: chunked'],
    })
    return of(verb, 'chunked', 'late')(Buffer.concat([head, Buffer.from(body)]))
  })

/** Two in one breath. The second is one that would be seen. */
const pipelined = fc
  .tuple(anyVerb, fc.constantFrom<Verb>('addTask', 'pause', 'wake'))
  .map(([verb, second]) => {
    const bodies: Partial<Record<Verb, string>> = { addTask: '{"title":"second"}', wake: '{"agent":"scout"}' }
    const first = bytesOf({
      ...protocol[verb].route,
      target: `${protocol[verb].route.path}?limit=1`,
      ...(protocol[verb].route.method === 'POST' ? { body: Buffer.from('[]') } : {}),
    })
    const next = bytesOf({
      method: 'POST',
      target: protocol[second].route.path,
      body: Buffer.from(bodies[second] ?? '{}'),
    })
    return of(verb, 'pipelined', 'late')(Buffer.concat([first, next]))
  })

/** What ends something, always with a body or a method that cannot be meant. */
const misdirected = fc
  .tuple(
    fc.constantFrom<Verb>('stop', 'restart', 'cancel'),
    fc.constantFrom('[]', '7', '"x"', '{', '[{}]', 'true', '{"a":1', '\0'),
    fc.constantFrom('POST', 'GET', 'PUT', 'DELETE'),
  )
  .map(([verb, body, method]) =>
    of(
      verb,
      'misdirected',
      'never',
    )(bytesOf({ method, target: protocol[verb].route.path, body: Buffer.from(body) })),
  )

const noise = fc
  .oneof(
    fc.uint8Array({ maxLength: 3_000 }),
    fc.string({ unit: 'binary', maxLength: 500 }).map((text) => Buffer.from(`${text}\r\n\r\n`)),
  )
  .map((bytes) => of(undefined, 'noise', 'at once')(Buffer.from(bytes)))

/** Any of them. */
export const attack: fc.Arbitrary<Attack> = fc.oneof(
  { weight: 8, arbitrary: wrongParameters },
  { weight: 3, arbitrary: oddHead },
  { weight: 2, arbitrary: mangled },
  { weight: 2, arbitrary: cut },
  { weight: 1, arbitrary: chunked },
  { weight: 1, arbitrary: pipelined },
  { weight: 1, arbitrary: misdirected },
  { weight: 1, arbitrary: noise },
)
