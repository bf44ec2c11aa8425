// What a run sees in its environment. Everything not named here stays with the daemon.
import { delimiter } from 'node:path'
import type { EnvPolicy } from '../config/config.ts'

/** From what the environment of a run, or of a context provider, is made. */
export interface EnvironmentRequest {
  /** The daemon's own environment. */
  readonly inherited: Readonly<Record<string, string | undefined>>
  /** The folder of `marrow` itself, so that agents call the program that started them. */
  readonly programBin: string
  readonly agent: string
  /** Undefined for a context provider, which is not a run. */
  readonly run: string | undefined
  readonly role: string | undefined
  readonly workspace: string
  readonly workDir: string
  readonly notes: string | undefined
  /** The agents' door, and the file with the token that the run shows there. */
  readonly socket: string | undefined
  readonly tokenFile?: string | undefined
  readonly policy: EnvPolicy
  /** What the agent CLI wants; the operator's own values win. */
  readonly adapterEnv: Readonly<Record<string, string>>
}

const passedAlways = ['HOME', 'LANG', 'TERM', 'USER']
const usualPath = '/usr/local/bin:/usr/bin:/bin' // When the daemon itself was started without a PATH.

/**
 * The whole environment: the fixed names, the CLI's, the operator's allow-list and values, and marrow's own last, by
 * which a run is found again. A key that bills somebody is passed only if the operator lists it.
 */
export function runEnvironment(request: EnvironmentRequest): Record<string, string> {
  const { inherited, policy } = request
  const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, inherited[name]]))
  const path = policy.set['PATH'] ?? inherited['PATH'] ?? usualPath
  return withoutUndefined({
    ...named(passedAlways),
    ...withoutUndefined(request.adapterEnv),
    ...withoutUndefined(named(policy.pass)),
    ...policy.set,
    PATH: [request.programBin, ...path.split(delimiter).filter((dir) => dir !== request.programBin)].join(
      delimiter,
    ),
    MARROW_AGENT: request.agent,
    MARROW_ROLE: request.role,
    MARROW_RUN: request.run,
    MARROW_WORKSPACE: request.workspace,
    MARROW_WORK_DIR: request.workDir,
    MARROW_NOTES: request.notes,
    MARROW_SOCKET: request.socket,
    MARROW_TOKEN_FILE: request.tokenFile,
  })
}

function withoutUndefined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  )
}
