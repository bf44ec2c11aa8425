/** What a run would be sent that an agent's own run asked for: the prompt of a role for one task. Starts nothing. */
import { MarrowError } from '../base/errors.ts'
import { later } from '../base/moment.ts'
import type { AgentConfig } from '../config/config.ts'
import { decide, type Decision } from '../delegation/decide.ts'
import type { DryRunView } from '../ipc/protocol/agents.ts'
import { attribute } from '../prompt/attribution.ts'
import { renderLayer } from '../prompt/layers.ts'
import type { LoadedRoles } from '../roles/load.ts'
import { findRole } from '../roles/references.ts'
import type { LinkedRole } from '../roles/role.ts'
import { sentLayer } from '../runner/record.ts'
import { assembleChild } from './delegation/assemble-child.ts'
import { childEntry } from './delegation/entry.ts'
import type { DryRunRequest } from './dry-run.ts'
import { environmentOf } from './environment.ts'
import { ownRole, routeOf } from './role-route.ts'
import { rolesFor } from './roles.ts'
import { newRunId } from './tick.ts'

/** A role with a task, for the agent that would be accountable. */
export interface ChildWish {
  /** An id or a name. */
  readonly role: string
  readonly task: string
  readonly agent: AgentConfig
}

/** Throws NOT_FOUND for a role that there is not, CONFIG_INVALID where it could not be given to the agent CLI. */
export async function dryRunChild(
  request: Omit<DryRunRequest, 'agents' | 'db' | 'wall'>,
  { role: written, task, agent }: ChildWish,
): Promise<DryRunView> {
  const { config, program, env, clock } = request
  const roles = await rolesFor(agent, config)
  const role = roleNamed(roles, written)
  const [run, now] = [newRunId(request, agent.slug), clock.now()]
  const { timeoutMs } = config.delegation
  const own = ownRole(agent, roles)
  const entry = childEntry(agent, config, { role, roles, timeoutMs })
  const its = environmentOf(entry, { program, env, role: role.id, run, notes: undefined })
  const ancestors = own === undefined ? [] : [own.id]
  const route = routeOf({
    run,
    agent: entry,
    role,
    ancestors,
    roles,
    config,
    program,
    env: its,
    door: undefined,
  })
  const child = { agent: agent.name, parent: run, roles: ancestors, task, detached: false }
  const assembly = await assembleChild(
    {
      child: { ...child, deadline: later(now, timeoutMs) },
      agent: entry,
      role,
      route,
      config,
      program,
      hops: 0,
    },
    { env: its, git: undefined },
  )
  const decision = decideFor(request, { agent, role, own, roles })
  return {
    agent: `${agent.name} as ${role.id}`,
    would_run: decision.kind === 'allowed',
    reason: decision.kind === 'allowed' ? `delegated by ${agent.name}` : `refused: ${decision.reason}`,
    run,
    words: [...entry.command],
    prompt: assembly.prompt,
    layers: attribute(assembly.layers).map((share, index) => {
      const layer = assembly.layers[index]
      return { ...sentLayer(share), native: share.native, text: layer ? renderLayer(layer) : '' }
    }),
    last_prompt: null,
  }
}

function roleNamed({ catalogue }: LoadedRoles, written: string): LinkedRole {
  const found = findRole(catalogue, written)
  const role = found.kind === 'found' ? catalogue.roles.get(found.id) : undefined
  if (role !== undefined) return role
  const reason = found.kind === 'ambiguous' ? `it may be ${found.ids.join(' or ')}` : 'there is no such role'
  throw new MarrowError('NOT_FOUND', `Cannot show the prompt of ${written}: ${reason}.`, {
    fix: 'See all roles: marrow role list',
  })
}

/** As the core would decide it for a run of the agent that has just begun. */
function decideFor(
  { config }: Pick<DryRunRequest, 'config'>,
  {
    agent,
    role,
    own,
    roles,
  }: { agent: AgentConfig; role: LinkedRole; own: LinkedRole | undefined; roles: LoadedRoles },
): Decision {
  const { depthMax, childrenPerRun, childrenPerAgent, childrenMax, timeoutMs } = config.delegation
  return decide({
    catalogue: roles.catalogue,
    caller: { role: own?.id, ancestors: [], leftMs: agent.timeoutMs },
    callee: role.id,
    depthMax,
    fanOut: {
      ofRun: 0,
      ofAgent: 0,
      ofAll: 0,
      runMax: childrenPerRun,
      agentMax: childrenPerAgent,
      allMax: childrenMax,
    },
    wantedMs: timeoutMs,
    limit: undefined,
  })
}
