/** The environment of what is started for an agent: a run, a context provider. */
import { adapterFor } from '../agents/adapters.ts'
import type { AgentConfig } from '../config/config.ts'
import { runEnvironment } from '../isolation/environment.ts'
import type { Core } from './core.ts'
import type { AgentsDoor } from './tokens.ts'
import { userOf } from './standing.ts'

interface Wanted extends Pick<Core, 'program' | 'env'> {
  /** The id of its role, however marrow.toml names it; undefined: it has none, or nobody will see it. */
  readonly role: string | undefined
  /** Undefined for what is no run. */
  readonly run: string | undefined
  readonly notes: string | undefined
  /** Where a run may ask, and the file with the token by which it does. */
  readonly door?: AgentsDoor | undefined
}

/** Whole: nothing else of the daemon's own environment is passed on. */
export function environmentOf(
  agent: AgentConfig,
  { program, env, role, run, notes, door }: Wanted,
): Record<string, string> {
  const user = userOf(agent)
  return runEnvironment({
    inherited: user === undefined ? env : { ...env, HOME: user.home, USER: user.name },
    programBin: program.binDir,
    agent: agent.name,
    role,
    run,
    workspace: agent.workspace,
    workDir: agent.workDir,
    notes,
    socket: door?.socket,
    tokenFile: door?.tokenFile,
    policy: agent.env,
    adapterEnv: adapterFor(agent.adapter).env(agent.timeoutMs),
  })
}
