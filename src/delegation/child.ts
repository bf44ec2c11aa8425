/** A child as an agent: the accountable agent's own entry, with the command, the role and the time of this one task. */
import { defaultAdapterName } from '../agents/adapters.ts'
import type { AgentConfig, DelegationConfig } from '../config/config.ts'

/** What a child is to be. */
export interface ChildWish {
  /** The id of its role. */
  readonly role: string
  /** The id of the role whose command counts: of a custom role its base, of any other itself. */
  readonly base: string
  /** 1 to 3; undefined: its role has none. */
  readonly level: number | undefined
  /** Ms until its deadline. */
  readonly timeoutMs: number
  /** How the agent CLI knows the agent's own role and the child's; undefined where it knows none. */
  readonly names: { readonly own: string | undefined; readonly child: string | undefined }
}

/**
 * The entry by which the child is started, isolated and limited. Workspace, user, wall and environment are the agent's:
 * a child can reach nothing that its parent cannot.
 */
export function childAgent(
  agent: AgentConfig,
  { command, commands }: Pick<DelegationConfig, 'command' | 'commands'>,
  { role, base, level, timeoutMs, names }: ChildWish,
): AgentConfig {
  const own =
    commands[base.toLowerCase()] ?? (level === undefined ? undefined : commands[`l${level}`]) ?? command
  const words =
    own === undefined
      ? { command: renamed(agent.command, names) }
      : { command: own, adapter: defaultAdapterName(own), promptVia: undefined }
  return { ...agent, ...words, role, timeoutMs: Math.max(1, timeoutMs) }
}

/** The agent's own command may name the agent's own role: of a child it names the child's. */
function renamed(command: readonly string[], { own, child }: ChildWish['names']): readonly string[] {
  if (own === undefined || child === undefined) return command
  return command.map((word, at) => {
    if (word === `--agent=${own}`) return `--agent=${child}`
    return word === own && command[at - 1] === '--agent' ? child : word
  })
}
