/** A child as an agent: the accountable agent's own entry, with the command, the role and the time of this one task. */
import { defaultAdapterName } from '../agents/adapters.ts'
import type { AgentConfig, DelegationConfig } from '../config/config.ts'

/** What a child is to be. */
export interface ChildWish {
  /** The id of its role. */
  readonly role: string
  /** 1 to 3; undefined: its role has none. */
  readonly level: number | undefined
  /** Ms until its deadline. */
  readonly timeoutMs: number
}

/**
 * The entry by which the child is started, isolated and limited. Workspace, user, wall and environment are the agent's:
 * a child can reach nothing that its parent cannot.
 */
export function childAgent(
  agent: AgentConfig,
  { command, commands }: Pick<DelegationConfig, 'command' | 'commands'>,
  { role, level, timeoutMs }: ChildWish,
): AgentConfig {
  const own =
    commands[role.toLowerCase()] ?? (level === undefined ? undefined : commands[`l${level}`]) ?? command
  const words =
    own === undefined ? {} : { command: own, adapter: defaultAdapterName(own), promptVia: undefined }
  return { ...agent, ...words, role, timeoutMs: Math.max(1, timeoutMs) }
}
