import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { test } from 'vitest'
import { z } from 'zod'
import { version } from '../base/version.ts'
import { errorStatuses, isErrorCode } from '../base/errors.ts'
import { openApi, type JsonObject } from './openapi.ts'
import { entry, streamEntry, textEntry, type Entry } from './protocol/entry.ts'
import { protocol } from './protocol/table.ts'
import { routes } from './routes.ts'

const committed = join(import.meta.dirname, '..', '..', 'docs', 'openapi.json')

/** A page of one verb. */
function pageOf(one: Entry) {
  return openApi({ verb: one }, '1.2.3')
}

/** What stands at a path of keys. */
function at(page: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).find(([name]) => name === key)?.[1]
        : undefined,
    page,
  )
}

const question = { route: routes.runs, who: 'operator', about: 'Asks.', params: z.object({}) } as const

// When it is not: npx vitest run src/ipc/openapi.test.ts -u
test('docs/openapi.json is current', async ({ expect }) => {
  await expect(`${JSON.stringify(openApi(protocol, version), null, 2)}\n`).toMatchFileSnapshot(committed)
})

test('the page obeys the rules of OpenAPI 3.1', async ({ expect }) => {
  const validator = new Validator()
  expect(await validator.validate(openApi(protocol, version))).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
  expect((await validator.validate({ ...openApi(protocol, version), paths: [] })).valid).toBe(false)
})

test.for(Object.entries(protocol))(
  '%s stands under its method and path with its sentence',
  ([verb, one], { expect }) => {
    const operation = at(openApi(protocol, version), 'paths', one.route.path, one.route.method.toLowerCase())
    expect(operation).toMatchObject({ operationId: verb, summary: one.about })
  },
)

test('everything that is referred to is there', ({ expect }) => {
  const page = openApi(protocol, version)
  const references = [...JSON.stringify(page).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path)
  expect(references.length).toBeGreaterThan(20)
  for (const path of new Set(references))
    expect({ path, found: at(page, ...path.split('/')) }).toMatchObject({ found: {} })
})

test('the parameters of a GET are its query, with default, limits and meaning', ({ expect }) => {
  const params = z.object({
    id: z.string(),
    limit: z.coerce.number().int().min(1).max(9).default(5).describe('How many.'),
    offset: z.coerce.number().int().optional(),
  })
  const page = pageOf(entry({ ...question, params, result: z.object({}) }))
  expect(at(page, 'paths', '/runs', 'get', 'parameters')).toEqual([
    { $ref: '#/components/parameters/config' },
    { name: 'id', in: 'query', required: true, schema: { type: 'string' } },
    {
      name: 'limit',
      in: 'query',
      required: false,
      description: 'How many.',
      schema: { type: 'integer', minimum: 1, maximum: 9, default: 5 },
    },
    { name: 'offset', in: 'query', required: false, schema: { type: 'integer' } },
  ])
})

test.for([
  { params: z.strictObject({ agent: z.string().optional() }), required: false, closed: true },
  { params: z.object({ agent: z.string() }), required: true, closed: false },
])(
  'the parameters of a POST are its body: required $required, nothing else allowed $closed',
  ({ params, required, closed }, { expect }) => {
    const page = pageOf(entry({ ...question, route: routes.wake, params, result: z.object({}) }))
    const body = at(page, 'paths', '/wake', 'post', 'requestBody')
    expect(body).toMatchObject({ required, content: { 'application/json': { schema: { type: 'object' } } } })
    const schema = at(body, 'content', 'application/json', 'schema')
    expect(at(schema, 'additionalProperties')).toBe(closed ? false : undefined)
  },
)

test('a schema with a name stands once and is referred to', ({ expect }) => {
  const Part = z.object({ a: z.int() }).meta({ id: 'OpenApiTestPart', description: 'A part.' })
  const page = pageOf(entry({ ...question, result: z.object({ one: Part, many: z.array(Part) }) }))
  const $ref = '#/components/schemas/OpenApiTestPart'
  expect(
    at(page, 'paths', '/runs', 'get', 'responses', '200', 'content', 'application/json', 'schema'),
  ).toEqual({
    type: 'object',
    properties: { one: { $ref }, many: { type: 'array', items: { $ref } } },
    required: ['one', 'many'],
  })
  expect(at(page, 'components', 'schemas', 'OpenApiTestPart')).toEqual({
    type: 'object',
    description: 'A part.',
    properties: { a: { type: 'integer' } },
    required: ['a'],
  })
})

test('a text has its media type, a stream the schema of its messages', ({ expect }) => {
  const text = pageOf(textEntry({ ...question, mediaType: 'text/plain; charset=utf-8', result: z.string() }))
  const result = z.object({ id: z.number(), event: z.undefined().optional(), data: z.string() })
  const stream = pageOf(streamEntry({ ...question, result }))
  const content = (page: JsonObject) => at(page, 'paths', '/runs', 'get', 'responses', '200', 'content')
  expect(content(text)).toEqual({ 'text/plain; charset=utf-8': { schema: { type: 'string' } } })
  expect(content(stream)).toEqual({
    'text/event-stream': {
      schema: { type: 'string' },
      'x-message': {
        type: 'object',
        properties: { id: { type: 'number' }, data: { type: 'string' } },
        required: ['id', 'data'],
      },
    },
  })
  expect(at(stream, 'paths', '/runs', 'get', 'parameters')).toMatchObject([
    {},
    { name: 'Last-Event-ID', in: 'header' },
  ])
})

test('the shape of an error names every code with its HTTP status', ({ expect }) => {
  const code = at(openApi(protocol, version), 'components', 'schemas', 'Error', 'properties', 'code')
  expect(at(code, 'x-status')).toMatchObject({
    NOT_FOUND: 404,
    BAD_REQUEST: 400,
    INTERNAL: 500,
    TOO_LARGE: 413,
  })
  const codes = at(code, 'enum')
  expect(Array.isArray(codes) && codes.length > 10 && codes.every((one) => isErrorCode(String(one)))).toBe(
    true,
  )
})

test('one name for two schemas is refused', ({ expect }) => {
  const first = z.object({ a: z.string().default('x') }).meta({ id: 'OpenApiTestTwice' })
  const both = {
    asked: entry({ ...question, route: routes.wake, params: z.object({ first }), result: z.object({}) }),
    answered: entry({ ...question, result: z.object({ first }) }),
  }
  expect(() => openApi(both, '1')).toThrow('Two schemas are called OpenApiTestTwice.')
})

const protocolPage = join(import.meta.dirname, '..', '..', 'docs', 'protocol.md')

/** The page with what is generated in it put in anew. */
function withTables(text: string, tables: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(tables).reduce((page, [name, lines]) => {
    const marked = new RegExp(`<!-- ${name} -->[^]*<!-- /${name} -->`)
    if (!marked.test(page)) throw new Error(`The page has no place for ${name}.`)
    return page.replace(marked, () => `<!-- ${name} -->\n\n${lines.join('\n')}\n\n<!-- /${name} -->`)
  }, text)
}

const doors = { operator: 'operator', agent: 'runs', both: 'both' } as const

function verbRow(one: Entry): string {
  const { properties = {}, required = [] } = z.toJSONSchema(one.params, { io: 'input' })
  const names = Object.keys(properties).map((name) => `\`${name}${required.includes(name) ? '' : '?'}\``)
  return `| ${one.route.method} \`${one.route.path}\` | ${names.join(', ')} | ${doors[one.who]} | ${one.about} |`
}

// When it is not: npx vitest run src/ipc/openapi.test.ts -u
test('docs/protocol.md has every verb and every code', async ({ expect }) => {
  const codes = Object.entries(errorStatuses).toSorted(([, one], [, other]) => one - other)
  const current = withTables(await readFile(protocolPage, 'utf8'), {
    verbs: [
      '| method and path | parameters | asked by | |',
      '|---|---|---|---|',
      ...Object.values(protocol).map(verbRow),
    ],
    codes: ['| status | code |', '|---|---|', ...codes.map(([code, status]) => `| ${status} | ${code} |`)],
  })
  await expect(current).toMatchFileSnapshot(protocolPage)
})
