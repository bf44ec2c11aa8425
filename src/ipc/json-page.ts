/** Owns how docs/json-output.md tells of the schemas: a table of keys for each command and for each shape that comes again. Pure. */
import type { z } from 'zod'
import { jsonSchemaOf, type JsonObject } from './openapi.ts'

/** One command as the page shows it. */
export interface Described {
  /** Its words. */
  readonly name: string
  readonly schema: z.ZodType
  readonly perLine: boolean
  readonly example: unknown
}

/** The part of the page that is made from the schemas. */
export function jsonPage(commands: readonly Described[]): string {
  const named = new Map<string, JsonObject>()
  const sections = commands.map(({ name, schema, perLine, example }) => {
    const own = jsonSchemaOf(schema, 'output', { named, root: '#' })
    return [
      `### \`marrow ${name}\``,
      perLine ? 'On each line:' : '',
      table(own, named),
      ['```json', JSON.stringify(example, null, perLine ? 0 : 2), '```'].join('\n'),
    ]
  })
  const shapes = [...named]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([name, schema]) => [`### ${name}`, aboutOf(schema), rows(schema)])
  const parts = ['## Commands', ...sections.flat(), '## Shapes that come again', ...shapes.flat()]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** A result that is one of the shapes is shown by its name, or by the names of all that it may be. */
function table(schema: JsonObject, named: ReadonlyMap<string, JsonObject>): string {
  const shapes = list(schema['anyOf']).map((one) => object(one)['$ref'])
  if (shapes.length > 0) return `One ${shapes.map((shape) => link(String(shape))).join(', or one ')}.`
  const reference = schema['$ref']
  if (typeof reference !== 'string') return rows(schema)
  return named.has(reference.slice(1)) ? `One ${link(reference)}.` : ''
}

function rows(schema: JsonObject): string {
  const lines = keysOf(schema, '').map(({ key, type, about }) => `| \`${key}\` | ${type} | ${about} |`)
  return ['| key | type | meaning |', '|---|---|---|', ...lines].join('\n')
}

interface Key {
  readonly key: string
  readonly type: string
  readonly about: string
}

/** Every key, those of objects without a name of their own behind a dot. */
function keysOf(schema: JsonObject, prefix: string): Key[] {
  const required = new Set(list(schema['required']))
  return Object.entries(object(schema['properties'])).flatMap(([name, value]) => {
    const part = object(value)
    const key = `${prefix}${name}`
    const optional = required.has(name) ? '' : ', may be missing'
    const own = { key, type: `${typeOf(part)}${optional}`, about: aboutOf(part) }
    return [own, ...inside(part).flatMap(({ schema: inner, step }) => keysOf(inner, `${key}${step}.`))]
  })
}

/** The objects in a value, and what stands between its key and theirs. */
function inside(schema: JsonObject): { schema: JsonObject; step: string }[] {
  if (schema['properties'] !== undefined) return [{ schema, step: '' }]
  if (schema['type'] === 'array')
    return inside(object(schema['items'])).map((one) => ({ ...one, step: `[]${one.step}` }))
  return list(schema['anyOf']).flatMap((one) => inside(object(one)))
}

function typeOf(schema: JsonObject): string {
  const { $ref, type, anyOf, items } = schema
  if (typeof $ref === 'string') return link($ref)
  if ('const' in schema) return code(schema['const'])
  if (Array.isArray(schema['enum'])) return schema['enum'].map(code).join(', ')
  if (anyOf !== undefined) return [...new Set(list(anyOf).map((one) => typeOf(object(one))))].join(' or ')
  if (Array.isArray(type)) return type.join(' or ')
  if (type === 'array') return `list of ${typeOf(object(items))}`
  if (type !== 'object') return typeof type === 'string' ? type : 'any'
  const values = object(schema['additionalProperties'])
  if (schema['properties'] !== undefined) return 'object'
  return Object.keys(values).length === 0 ? 'object' : `object of ${typeOf(values)}, by name`
}

/** A value that may be null has its meaning one step further in. */
function aboutOf(schema: JsonObject): string {
  const own = schema['description']
  const texts = own === undefined ? list(schema['anyOf']).map((one) => object(one)['description']) : [own]
  return texts
    .filter((text) => typeof text === 'string')
    .join(' ')
    .replaceAll('|', String.raw`\|`)
}

function link(reference: string): string {
  const name = reference.slice(1)
  return `[${name}](#${name.toLowerCase()})`
}

function code(value: unknown): string {
  return `\`${String(value)}\``
}

function object(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
