import type { AgentConfig, Config } from '../../config/config.ts'
import { childAgent } from '../../delegation/child.ts'
import type { LoadedRoles } from '../../roles/load.ts'
import type { LinkedRole } from '../../roles/role.ts'
import { baseOf } from '../../roles/variants.ts'
import { nameOfRole, ownRole } from '../role-route.ts'

/** A role that a run of the agent hands work to. */
interface Called {
  readonly role: LinkedRole
  readonly roles: LoadedRoles
  readonly timeoutMs: number
}

/** The entry of a child: no file that agents may write decides by which command it is started. */
export function childEntry(
  agent: AgentConfig,
  { delegation }: Pick<Config, 'delegation'>,
  { role, roles, timeoutMs }: Called,
): AgentConfig {
  const own = ownRole(agent, roles)
  return childAgent(agent, delegation, {
    role: role.id,
    base: baseOf(roles.catalogue, role)?.id ?? role.id,
    level: role.level,
    timeoutMs,
    names: {
      own: own && nameOfRole({ agent, roles }, own.id),
      child: nameOfRole({ agent, roles }, role.id),
    },
  })
}
