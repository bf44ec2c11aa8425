/** Owns the OpenAPI page: how the protocol table reads for programs that are not marrow's own. Pure. */
import { z } from 'zod'
import { errorStatuses } from '../base/errors.ts'
import { configHeader } from './address.ts'
import type { Entry } from './protocol/entry.ts'

/** A JSON value that is an object. */
export type JsonObject = Record<string, unknown>

/** The protocol table as OpenAPI 3.1. Throws when one schema name stands for two things, which is a mistake of ours. */
export function openApi(protocol: Readonly<Record<string, Entry>>, version: string): JsonObject {
  const schemas = new Map<string, JsonObject>()
  const paths: Record<string, JsonObject> = {}
  for (const [verb, entry] of Object.entries(protocol)) {
    const { method, path } = entry.route
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(verb, entry, schemas) }
  }
  schemas.set('Error', errorSchema())
  return {
    openapi: '3.1.0',
    info: { title: 'marrow', version, summary: 'The operator’s door of the marrow daemon.', description },
    servers: [{ url: 'http://marrow', description: 'Any host name: the unix socket is what counts.' }],
    'x-unix-socket': '<state_dir>/marrow.sock',
    paths,
    components: {
      parameters: { config: configParameter },
      responses: {
        Refused: answer('The request is refused: something about it, or about the moment, is wrong.'),
        Failed: answer('It could not be done.'),
      },
      schemas: Object.fromEntries([...schemas].toSorted(([one], [other]) => one.localeCompare(other))),
    },
  }
}

/**
 * One zod schema as JSON Schema. Named schemas in it (`meta({ id })`) go into `named` and are referred to below `root`.
 * Answers are left open: a client must not break when a later marrow says more.
 */
export function jsonSchemaOf(
  schema: z.ZodType,
  io: 'input' | 'output',
  { named, root }: { readonly named: Map<string, JsonObject>; readonly root: string },
): JsonObject {
  const { $defs, ...own } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: mend })
  delete own.$schema
  for (const [name, definition] of Object.entries($defs ?? {})) {
    const rest = tidy(definition, root)
    delete rest['id']
    const known = named.get(name)
    if (known && JSON.stringify(known) !== JSON.stringify(rest))
      throw new Error(`Two schemas are called ${name}.`)
    named.set(name, rest)
  }
  return tidy(own, root)
}

const description = [
  'marrow answers HTTP/1.1 on a unix socket, `marrow.sock` in its state_dir (or `socket_path` under `[ipc]`).',
  'Whoever may open the socket is the operator: there is no token.',
  'Each connection carries one request. GETs take their parameters in the query, POSTs as a JSON object.',
  '`curl --unix-socket ~/.local/state/marrow/marrow.sock http://marrow/status`',
].join('\n')

const configParameter = {
  name: configHeader,
  in: 'header',
  required: false,
  description:
    'The configuration file that the client means, absolute and URI-encoded. A daemon that runs with another one refuses (CONFIG_MISMATCH).',
  schema: { type: 'string' },
}

function operation(verb: string, entry: Entry, schemas: Map<string, JsonObject>): JsonObject {
  const params = jsonSchemaOf(entry.params, 'input', { named: schemas, root: '#/components/schemas/' })
  const isQuery = entry.route.method === 'GET'
  const inHeader = entry.form === 'stream' ? [lastEventId] : []
  const inQuery = isQuery ? queryParameters(params) : []
  return {
    operationId: verb,
    summary: entry.about,
    'x-asked-by': entry.who,
    parameters: [{ $ref: '#/components/parameters/config' }, ...inHeader, ...inQuery],
    ...(isQuery ? {} : { requestBody: requestBody(params) }),
    responses: {
      '200': { description: 'Done.', content: content(entry, schemas) },
      '4XX': { $ref: '#/components/responses/Refused' },
      '5XX': { $ref: '#/components/responses/Failed' },
    },
  }
}

const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'The last id that the client saw; it comes before `after`.',
  schema: { type: 'string' },
}

function queryParameters(params: JsonObject): JsonObject[] {
  const required = new Set(listOf(params['required']))
  return Object.entries(objectOf(params['properties'])).map(([name, schema]) => {
    const { description: about, ...rest } = objectOf(schema)
    return {
      name,
      in: 'query',
      required: required.has(name),
      ...(about === undefined ? {} : { description: about }),
      schema: rest,
    }
  })
}

function requestBody(schema: JsonObject): JsonObject {
  return { required: listOf(schema['required']).length > 0, content: { 'application/json': { schema } } }
}

function content(entry: Entry, schemas: Map<string, JsonObject>): JsonObject {
  const schema = jsonSchemaOf(entry.result, 'output', { named: schemas, root: '#/components/schemas/' })
  switch (entry.form) {
    case 'json':
      return { 'application/json': { schema } }
    case 'text':
      return { [entry.mediaType]: { schema } }
    case 'stream':
      // OpenAPI 3.1 has no word for the parts of a stream: each message, with `data` read as JSON, is described beside it.
      return { 'text/event-stream': { schema: { type: 'string' }, 'x-message': schema } }
  }
}

function answer(about: string): JsonObject {
  return {
    description: about,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  }
}

function errorSchema(): JsonObject {
  return {
    type: 'object',
    description: 'What went wrong. Codes are stable; sentences are for people and may change.',
    properties: {
      error: { type: 'string', description: 'What could not be done, and why.' },
      code: {
        type: 'string',
        enum: Object.keys(errorStatuses),
        description:
          'Which way to fail it is. `x-status` has the HTTP status of each; a request that did not arrive whole in time (408) or whose headers are too large (431) is a BAD_REQUEST too.',
        'x-status': errorStatuses,
      },
      fix: { type: 'string', description: 'What to do about it, where that is known.' },
    },
    required: ['error', 'code'],
  }
}

/** What zod says more than we mean: the limits of whole numbers, and that an answer holds nothing else. */
function mend({
  zodSchema,
  jsonSchema,
}: {
  readonly zodSchema: z.core.$ZodTypes
  readonly jsonSchema: JsonObject
}): void {
  if (zodSchema instanceof z.ZodUndefined) jsonSchema['not'] = {}
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum']
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum']
  const isOpen = zodSchema instanceof z.ZodObject && zodSchema.def.catchall === undefined
  if (isOpen) delete jsonSchema['additionalProperties']
}

/** Refers to named schemas where they stand, and leaves out properties that are never there. */
function tidy(value: unknown, root: string): JsonObject {
  const walk = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(walk)
    if (typeof one !== 'object' || one === null) return one
    const entries = Object.entries(one).filter(([, part]) => !isNever(part))
    return Object.fromEntries(
      entries.map(([key, part]) => [
        key,
        key === '$ref' && typeof part === 'string' ? part.replace('#/$defs/', root) : walk(part),
      ]),
    )
  }
  return objectOf(walk(value))
}

function isNever(part: unknown): boolean {
  return JSON.stringify(part) === '{"not":{}}'
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
