/** What a run of the sample roles asks of an adapter, for tests of how a CLI is given its role. */
import type { NativeRole, RoleDelivery, RoleRequest } from '../../src/agents/role.ts'
import { namesIn } from '../../src/roles/cast/cast.ts'
import type { TargetName } from '../../src/roles/cast/target.ts'
import { digger, keeper, planner, sampleSettings } from './roles.ts'

/** The planner's, who may call the digger, unless it is said otherwise. */
export function roleRequest(target: TargetName, said: Partial<RoleRequest> = {}): RoleRequest {
  const settings = said.settings ?? sampleSettings(target, { layout: 'flatten', modelMap: {} })
  return {
    words: [target],
    env: {},
    role: planner,
    callees: [digger],
    skills: [],
    settings,
    names: namesIn(settings, [planner, digger, keeper]).names,
    folder: '/state/runs/r1/role',
    workDir: '/project',
    workspace: '/space',
    programBin: '/core/bin',
    mcp: undefined,
    ...said,
  }
}

/** The delivery of a role that can be delivered. */
export function native(delivery: RoleDelivery | undefined): NativeRole {
  if (delivery?.kind !== 'native') throw new Error(`No role is delivered: ${JSON.stringify(delivery)}`)
  return delivery
}
