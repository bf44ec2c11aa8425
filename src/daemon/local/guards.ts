/** Finds out how the roles of agents are guarded, whether a daemon runs or not. */
import { existsSync } from 'node:fs'
import { adapterFor } from '../../agents/adapters.ts'
import { MarrowError } from '../../base/errors.ts'
import type { GuardFacts, LastProof } from '../../checks/guards.ts'
import type { AgentConfig, Config } from '../../config/config.ts'
import { openDatabase } from '../../platform/sqlite.ts'
import { roleFor } from '../../roles/agent-role.ts'
import { lastProof } from '../../runner/store.ts'
import type { Program } from '../core.ts'
import { environmentOf } from '../environment.ts'
import { storePath } from '../open-store.ts'
import { routeOf, type RoleRoute } from '../role-route.ts'
import { rolesFor } from '../roles.ts'

/** What a run would be started from. */
interface Here {
  readonly program: Program
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Of each agent whose role can be used; the mistakes of the others are findings already. */
export async function guardsOf(config: Config, here: Here): Promise<GuardFacts[]> {
  const proofs = await proofsIn(config)
  const found = await Promise.all(config.agents.map((agent) => guardOf(agent, config, here, proofs)))
  return found.flat()
}

async function guardOf(
  agent: AgentConfig,
  config: Config,
  here: Here,
  proofs: ReadonlyMap<string, LastProof>,
): Promise<GuardFacts[]> {
  if (agent.role === undefined) return []
  const roles = await rolesFor(agent, config)
  const found = roleFor(roles.catalogue, agent.role)
  if (found.kind !== 'found') return []
  const { role } = found
  const env = environmentOf(agent, { ...here, role: role.id, run: undefined, notes: undefined })
  const { program } = here
  const route = () =>
    routeOf({ run: 'doctor', agent, role, ancestors: [], roles, config, program, env, door: undefined })
  return [{ agent: agent.name, role: role.id, by: guardBy(agent, route, proofs.get(agent.name)) }]
}

function guardBy(
  { adapter: name }: AgentConfig,
  route: () => RoleRoute,
  last: LastProof | undefined,
): GuardFacts['by'] {
  try {
    const found = route()
    const { guard, guarded } = adapterFor(name)
    if (found.via === 'prompt' || guard === undefined) return { kind: 'nothing', reason: whyNot(found) }
    return guarded === undefined ? { kind: 'role', guard } : { kind: 'proof', guard, last }
  } catch (error) {
    if (!(error instanceof MarrowError)) throw error
    return { kind: 'refused', reason: error.message.replace(/\.$/, ''), fix: error.fix }
  }
}

function whyNot(route: RoleRoute): string {
  return (route.via === 'prompt' ? route.reason : undefined) ?? 'role_via = "prompt"'
}

/** None where there is no store, or one that doctor says more important things of. */
async function proofsIn({ stateDir, agents }: Config): Promise<ReadonlyMap<string, LastProof>> {
  const path = storePath(stateDir)
  if (!existsSync(path)) return new Map()
  try {
    const store = openDatabase(path, { readOnly: true })
    try {
      return await store.read(
        (tx) =>
          new Map(
            agents.flatMap(({ name }) => {
              const last = lastProof(tx, name)
              return last === undefined ? [] : [[name, last] as const]
            }),
          ),
      )
    } finally {
      store.close()
    }
  } catch {
    return new Map() // The look at the store itself finds the same and tells of it.
  }
}
