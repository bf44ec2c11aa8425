/** Owns what may not leave the daemon in a log, an event or an outcome: the values of environments, and keys. */
import { redactText } from '../agents/redact.ts'
import { secretValues, valueRedactor } from '../agents/secrets.ts'
import type { Config } from '../config/config.ts'
import { valuesOf } from '../notify/destinations.ts'

/** The daemon's own environment, and the configuration that says what runs are given. */
interface Known {
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
}

export type Redact = (text: string) => string

const VALUES_MAX = 5_000 // So many are looked for in 8 MiB within a third of a second.

/** What this process has seen in its environment and in every configuration that was in force, by that environment. */
const remembered = new WeakMap<object, Memory>()

interface Memory {
  config: Config
  /** The newest last. */
  values: readonly string[]
  redact: Redact
}

/**
 * Takes the values out of a text, and only them: for what is read before anything of it is quoted. Runs go on with the
 * configuration that they began with, so what an earlier one set is taken out too.
 */
export function withoutValues(known: Known): Redact {
  return memoryOf(known).redact
}

/** How many values are too many to be looked for: the oldest ones. */
export function valuesLeftOut(known: Known): number {
  return Math.max(0, memoryOf(known).values.length - VALUES_MAX)
}

function memoryOf({ config, env }: Known): Memory {
  const before = remembered.get(env)
  if (before?.config === config) return before
  const fresh = new Set(
    secretValues([env, ...config.agents.map((agent) => agent.env.set), valuesOf(config.notify)]),
  )
  const old = (before?.values ?? []).filter((value) => !fresh.has(value)).slice(-VALUES_MAX)
  const values = [...old, ...fresh]
  const memory = { config, values, redact: valueRedactor(values.slice(-VALUES_MAX)) }
  remembered.set(env, memory)
  return memory
}

/** Takes out values and whatever looks like a key. */
export function redactorFor(known: Known): Redact {
  const values = withoutValues(known)
  return (text) => redactText(values(text))
}

/** The same for every text in the payload of an event. */
export function redactData<T extends object>(data: T, redact: Redact): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Texts become texts, all else stays.
  return redactAny(data, redact) as T
}

function redactAny(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redactAny(item, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redactAny(item, redact)]))
}
