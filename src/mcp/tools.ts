/** Owns which verbs agent CLIs are offered as tools, and how a call becomes a verb. Derived from the protocol table. Pure. */
import type { z } from 'zod'
import { MarrowError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { withClockTimes } from '../base/time.ts'
import { jsonSchemaOf, type JsonObject } from '../ipc/openapi.ts'
import { checkedParams } from '../ipc/params.ts'
import type { JsonEntry, Who } from '../ipc/protocol/entry.ts'
import {
  isAt,
  protocol,
  type ParamsOf,
  type ResultOf,
  type VerbAt,
  type VerbOf,
} from '../ipc/protocol/table.ts'
import { words, type Words } from './words.ts'

/** Every verb that could be a tool. */
type ToolVerb = VerbOf<'json'>

/** Through which door the tools are used. */
export type Door = Exclude<Who, 'both'>

/** Every verb that could be a tool at one door. */
export type ToolVerbAt<D extends Door> = ToolVerb & VerbAt<D>

/** Does one verb: through the daemon's handlers, or by saying why it cannot be done. */
export type Ask<D extends Door> = <V extends ToolVerbAt<D>>(
  verb: V,
  params: ParamsOf<V>,
) => Promise<ResultOf<V>>

/** One tool as the Model Context Protocol describes it. */
export interface Tool {
  readonly name: string
  readonly description: string
  readonly inputSchema: ToolSchema
  readonly outputSchema: ToolSchema
  readonly annotations: { readonly readOnlyHint: boolean; readonly destructiveHint: boolean }
}

/** A JSON Schema of an object: nothing else may be asked for or answered. */
export type ToolSchema = JsonObject & { type: 'object' }

/** What a tool answered: short words for a model, and the whole result for a program. `now` is epoch ms. */
export interface ToolAnswer {
  readonly text: string
  readonly result: Readonly<Record<string, unknown>>
}

/** The tools of one door. */
export interface Tools {
  readonly list: readonly Tool[]
  /** Throws NOT_FOUND, BAD_REQUEST, and whatever the verb throws. `now` (epoch ms) is when its words are read. */
  call(name: string, given: Readonly<Record<string, unknown>>, now: number): Promise<ToolAnswer>
}

/** The tools that may be used through a door, and what does them. `offered`: whether a verb is shown at all. */
export function toolsOf<D extends Door>(
  door: D,
  ask: Ask<D>,
  offered: (verb: ToolVerbAt<D>) => boolean = () => true,
): Tools {
  const isHere = (verb: string): verb is ToolVerbAt<D> => isToolVerb(verb) && isAt(door, verb)
  const known = Object.keys(protocol)
    .filter(isHere)
    .filter(offered)
    .flatMap((verb) => toolOf(verb, ask) ?? [])
  const byName = new Map(known.map((one) => [one.tool.name, one]))
  return {
    list: known.map(({ tool }) => tool),
    call: async (name, given, now) => {
      const one = byName.get(name)
      if (one === undefined) {
        throw new MarrowError('NOT_FOUND', `Cannot use the tool ${name}: there is none of that name.`, {
          fix: `${didYouMean(name, [...byName.keys()])}The tools of marrow: ${[...byName.keys()].join(', ')}.`,
        })
      }
      refuseUnknown(one.tool, given)
      return await one.call(given, now)
    },
  }
}

interface Known {
  readonly tool: Tool
  readonly call: (given: unknown, now: number) => Promise<ToolAnswer>
}

/** What of an entry the compiler must see to belong to the handler of the same verb. */
interface Line<V extends ToolVerb> {
  readonly params: z.ZodType<ParamsOf<V>>
  readonly result: z.ZodType<ResultOf<V>>
}

const lines: { readonly [V in ToolVerb]: Line<V> } = protocol

function toolOf<V extends ToolVerb>(
  verb: V,
  ask: (verb: V, params: ParamsOf<V>) => Promise<ResultOf<V>>,
): Known | undefined {
  const { tool, route }: JsonEntry = protocol[verb]
  if (tool === undefined) return undefined
  const { params, result } = lines[verb]
  return {
    tool: {
      name: tool.name ?? verb.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      description: tool.about,
      inputSchema: { ...schemaOf(params, 'input'), additionalProperties: false },
      outputSchema: schemaOf(result, 'output'),
      annotations: { readOnlyHint: route.method === 'GET', destructiveHint: false },
    },
    call: async (given, now) => {
      const answer = await ask(verb, checkedParams(params, given))
      return { text: wordsFor(verb, answer, now), result: answer }
    },
  }
}

function wordsFor<V extends ToolVerb>(verb: V, answer: ResultOf<V>, now: number): string {
  const say: Words[V] = words[verb]
  return say === undefined ? JSON.stringify(answer) : withClockTimes(say(answer, now), now)
}

/** Schemas that have names stand beside it, in the same document. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): ToolSchema {
  const named = new Map<string, JsonObject>()
  const whole = jsonSchemaOf(schema, io, { named, root: '#/$defs/' })
  return { ...whole, type: 'object', ...(named.size === 0 ? {} : { $defs: Object.fromEntries(named) }) }
}

/** A model that mistypes the name of a filter would take everything for what it asked for. */
function refuseUnknown({ name, inputSchema }: Tool, given: object): void {
  const known = Object.keys(inputSchema['properties'] ?? {})
  const unknown = Object.keys(given).filter((key) => !known.includes(key))
  if (unknown.length === 0) return
  const takes = known.length === 0 ? 'It takes none.' : `It takes: ${known.join(', ')}.`
  throw new MarrowError('BAD_REQUEST', `Cannot use ${name}: it has no parameter ${unknown.join(', ')}.`, {
    fix: takes,
  })
}

function isToolVerb(verb: string): verb is ToolVerb {
  return routeVerbs.has(verb)
}

const routeVerbs = new Set(
  Object.entries(protocol).flatMap(([verb, { form }]) => (form === 'json' ? [verb] : [])),
)
