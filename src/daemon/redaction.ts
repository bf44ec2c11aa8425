/** Owns what may not leave the daemon in a log, an event or an outcome: the values of environments, and keys. */
import { redactText } from '../agents/redact.ts'
import { secretValues, valueRedactor } from '../agents/secrets.ts'
import type { Config } from '../config/config.ts'

/** The daemon's own environment, and the configuration that says what runs are given. */
interface Known {
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
}

type Redact = (text: string) => string

const made = new WeakMap<Config, Redact>()

/** Takes the values out of a text, and only them: for what is read before anything of it is quoted. */
export function withoutValues({ config, env }: Known): Redact {
  const known = made.get(config)
  if (known) return known
  const fresh = valueRedactor(secretValues([env, ...config.agents.map((agent) => agent.env.set)]))
  made.set(config, fresh)
  return fresh
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
