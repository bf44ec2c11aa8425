/** Looks at all roles that a configuration leads to, without a daemon. */
import type { AgentConfig, Config } from '../../config/config.ts'
import type { Writer } from '../../config/inner.ts'
import { idleCommands } from '../../delegation/commands.ts'
import { roleFor, type RoleCheck } from '../../roles/agent-role.ts'
import { loadRoles } from '../../roles/load.ts'
import { rolesFor } from '../roles.ts'

/** What has to be known of a configuration. */
interface Places extends Pick<Config, 'path' | 'coreDir' | 'operatorDir' | 'delegation'> {
  readonly agents: readonly (Writer & Pick<AgentConfig, 'name' | 'role'>)[]
}

/** Each workspace is looked at by itself: the custom roles of one are unknown in the others. */
export async function checkRoles(config: Places): Promise<RoleCheck> {
  const { coreDir, operatorDir, agents } = config
  const { catalogue } = await loadRoles({ coreDir, operatorDir, workspaces: [] })
  const workspaces = [...new Set(agents.map(({ workspace }) => workspace))]
  const loaded = await Promise.all(
    workspaces.map(async (workspace) => ({ workspace, ...(await rolesFor({ workspace }, config)) })),
  )
  const trusted = new Set(catalogue.mistakes.map(({ file }) => file))
  const customMistakes = loaded.flatMap(({ catalogue: { mistakes } }) =>
    mistakes.filter(({ file }) => !trusted.has(file)),
  )
  const catalogues = new Map(loaded.map((one) => [one.workspace, one.catalogue]))
  const roles = agents.flatMap((agent) => meaningOf(agent, catalogues.get(agent.workspace) ?? catalogue))
  const roleWarnings = [...idleCommands(config.delegation, catalogue, config.path), ...customMistakes]
  return { mistakes: catalogue.mistakes, roleWarnings, roles: new Map(roles) }
}

function meaningOf(
  { name, role }: Pick<AgentConfig, 'name' | 'role'>,
  catalogue: Parameters<typeof roleFor>[0],
): (readonly [string, ReturnType<typeof roleFor>])[] {
  return role === undefined ? [] : [[name, roleFor(catalogue, role)]]
}
