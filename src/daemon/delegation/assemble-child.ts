/** What a run is sent that another run asked for: rules, its role, its task. No context provider runs for it. */
import type { AgentConfig, Config } from '../../config/config.ts'
import type { Delegation } from '../../delegation/store.ts'
import { orderLayers, renderPrompt, type Layer } from '../../prompt/layers.ts'
import { loadRules } from '../../prompt/load.ts'
import { foldersLayer } from '../../prompt/folders.ts'
import { digestLayers } from '../../prompt/attribution.ts'
import { taskLayer } from '../../prompt/task.ts'
import type { LinkedRole } from '../../roles/role.ts'
import type { Assembly } from '../assemble.ts'
import type { Program } from '../core.ts'
import { foldersOf } from '../notes.ts'
import { layerDigests } from '../layer-digest.ts'
import type { RoleRoute } from '../role-route.ts'
import { roleLayer } from '../roles.ts'

/** A child and everything that its prompt is made of. */
export interface ChildRequest {
  readonly child: Pick<Delegation, 'agent' | 'parent' | 'roles' | 'task' | 'deadline' | 'detached'>
  readonly agent: AgentConfig
  readonly role: LinkedRole
  readonly route: RoleRoute
  readonly config: Config
  readonly program: Program
  /** What the first run of its lineage counts as; undefined: it was given no handoff. */
  readonly hops: number | undefined
}

/** The layers in order. Throws CONFIG_INVALID for rules that cannot be read. */
async function childLayers({ child, agent, role, route, config }: ChildRequest): Promise<Layer[]> {
  const rules = await loadRules(config.coreDir, config.operatorDir)
  const task = taskLayer({
    ...child,
    parentRole: child.roles.at(-1) || undefined,
    deadline: child.deadline.wall,
  })
  return orderLayers([
    ...rules,
    roleLayer(role, route.via === 'native'),
    foldersLayer(foldersOf(agent)),
    task,
  ])
}

/** What the run starts with, as for a tick. */
export async function assembleChild(
  request: ChildRequest,
  { env, git }: Pick<Assembly, 'env' | 'git'>,
): Promise<Assembly> {
  const layers = await childLayers(request)
  return {
    decision: { run: true, reason: 'delegated' },
    layers,
    prompt: renderPrompt(layers),
    digests: digestLayers(layers, undefined),
    role: request.role,
    route: request.route,
    given: { files: [], hops: request.hops },
    env,
    git,
    world: undefined,
    layerDigests: layerDigests(request.config, request.program.version),
    providerFailures: [],
  }
}
