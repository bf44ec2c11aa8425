/** Which role and which agent a dry run with a task means. */
import { MarrowError } from '../base/errors.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import type { DryRunView } from '../ipc/protocol/agents.ts'
import { findRole } from '../roles/references.ts'
import { dryRunChild } from './dry-run-child.ts'
import type { DryRunRequest } from './dry-run.ts'
import { agentNamed } from './handlers/named.ts'
import { ownRole } from './role-route.ts'
import { rolesFor } from './roles.ts'

/** As it was asked for. */
interface TaskWish {
  /** One is expected. */
  readonly roles: readonly string[]
  readonly task: string
  readonly accountable: string | undefined
}

/** Throws BAD_REQUEST for another number of roles than one, NOT_FOUND for names that there are not. */
export async function dryRunTask(
  request: Omit<DryRunRequest, 'agents' | 'db' | 'wall'>,
  { roles, task, accountable }: TaskWish,
): Promise<DryRunView> {
  const [role, ...more] = roles
  if (role === undefined || more.length > 0) {
    throw new MarrowError(
      'BAD_REQUEST',
      `Cannot show a prompt for the task: ${roles.length} roles are named.`,
      {
        fix: 'Name one: marrow dry-run ROLE --task TEXT',
      },
    )
  }
  const { config } = request
  const agent = accountable === undefined ? await firstFor(role, config) : agentNamed(config, accountable)
  return await dryRunChild(request, { role, task, agent })
}

/** The first agent whose role may call it, else the first. */
async function firstFor(written: string, config: Config): Promise<AgentConfig> {
  for (const agent of config.agents) {
    const roles = await rolesFor(agent, config)
    const found = findRole(roles.catalogue, written)
    if (found.kind === 'found' && ownRole(agent, roles)?.delegates.includes(found.id) === true) return agent
  }
  const [first] = config.agents
  if (first !== undefined) return first
  throw new MarrowError('NOT_FOUND', 'Cannot show a prompt: there are no agents.', {
    fix: 'Add one to marrow.toml.',
  })
}
