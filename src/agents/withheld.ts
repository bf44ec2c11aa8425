/** Owns what is said when an agent CLI is not logged in although the operator has a key: marrow passes none on unasked. */
import type { Failure } from './adapter.ts'

/** What is known of the environment of a run. */
export interface EnvironmentKnown {
  /** The variables that are a login for its agent CLI. */
  readonly variables: readonly string[]
  /** The daemon's own environment. */
  readonly inherited: Readonly<Record<string, string | undefined>>
  /** Names that the configuration passes on or sets; undefined: the agent is gone from the configuration. */
  readonly passed: readonly string[] | undefined
}

/** The same failure; one of the login also names the keys that were withheld, and the line that allows them. */
export function explainWithheld(failure: Failure, known: EnvironmentKnown): Failure {
  if (failure.reason !== 'authentication' || known.passed === undefined) return failure
  const names = withheldOf(known)
  if (names.length === 0) return failure
  const verb = names.length === 1 ? 'is' : 'are'
  const how = `${names.join(', ')} of your environment ${verb} withheld from runs: allow with ${allowLine(names)}`
  return { ...failure, detail: `${failure.detail}; ${how}` }
}

/** The variables that are a login, have a value, and do not reach a run. */
export function withheldOf({ variables, inherited, passed = [] }: EnvironmentKnown): string[] {
  return variables.filter((name) => Boolean(inherited[name]) && !passed.includes(name))
}

/** The line of the configuration that hands these variables on to the runs of an agent. */
export function allowLine(names: readonly string[]): string {
  return `env = { pass = [${names.map((name) => JSON.stringify(name)).join(', ')}] }`
}
