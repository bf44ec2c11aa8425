/**
 * Gathers all that an agent's prompt is made of, and asks the gate. The daemon's ticks and the dry run go through
 * here, so that what is shown is what would be sent.
 */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { digest } from '../base/digest.ts'
import { MarrowError, reasonAndFix } from '../base/errors.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import type { Moment } from '../base/moment.ts'
import { handoffDir } from '../handoffs/folders.ts'
import type { AgentState, LastSuccess, Trigger } from '../heartbeat/state.ts'
import type { WallState } from '../isolation/wall.ts'
import { innerPath, contextFolder } from '../config/inner.ts'
import { isFolder, remove } from '../platform/files.ts'
import { checkInside, makeInside } from '../platform/inside.ts'
import { copyOut } from '../platform/inside/copy.ts'
import { digestLayers } from '../prompt/attribution.ts'
import { decideGate, type GateDecision, type OpenWork } from '../prompt/gate.ts'
import { foldersLayer } from '../prompt/folders.ts'
import { baseLayer } from '../prompt/instruction.ts'
import { delegationsLayer, type HandedOn } from '../prompt/delegations.ts'
import { orderLayers, renderPrompt, type Layer } from '../prompt/layers.ts'
import { loadRules, runProviders } from '../prompt/load.ts'
import { findProviders } from '../prompt/load/find.ts'
import { triggerLayer } from '../prompt/trigger.ts'
import type { GitState } from '../runner/record.ts'
import { ownQueue, tasksElsewhere, unreadableFolder } from '../tasks/folders.ts'
import type { QueuedTask } from '../tasks/queue.ts'
import type { LinkedRole } from '../roles/role.ts'
import type { Program } from './core.ts'
import { environmentOf } from './environment.ts'
import { observeWorld, readQueues, type Queue } from './world.ts'
import { giveHandoffs, type Given, type KnownHandoffs } from './handoffs/give.ts'
import { foldersOf, notesPath } from './notes.ts'
import type { AgentsDoor } from './tokens.ts'
import { gitRunner, providerRunner, withFolder } from './fences.ts'
import { layerDigests, type LayerDigests } from './layer-digest.ts'
import { routeOf, type RoleRoute } from './role-route.ts'
import { agentRole, roleLayer, type RoleAmongOthers } from './roles.ts'
import { temporaryFolder } from '../platform/paths.ts'

export interface AssembleRequest {
  readonly agent: AgentConfig
  readonly config: Config
  readonly program: Program
  /** The daemon's own environment, of which a run inherits a few names. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly run: string
  /** Undefined: it is not open, or nothing will be started. */
  readonly door: AgentsDoor | undefined
  readonly state: Pick<AgentState, 'progress'> | undefined
  readonly lastSuccess: LastSuccess | undefined
  readonly triggers: readonly Trigger[]
  /** What runs of the agent handed on and it is to be told of. */
  readonly handedOn: readonly HandedOn[]
  /** Undefined: there is no store that knows of any. */
  readonly handoffs: KnownHandoffs | undefined
  readonly forced: boolean
  readonly now: Moment
  readonly dryRun: boolean
  readonly signal: AbortSignal
  readonly wall: WallState
}

/** A prompt that could be sent now, whether it should be, and what it was made of. */
export interface Assembly {
  readonly decision: GateDecision
  readonly layers: readonly Layer[]
  readonly prompt: string
  readonly digests: Readonly<Record<string, string>>
  /** The handoffs that stand in it. */
  readonly given: Pick<Given, 'files' | 'hops'>
  /** The role that it runs in; undefined: it has none. */
  readonly role: LinkedRole | undefined
  /** How that reaches its agent CLI; undefined without a role. */
  readonly route: RoleRoute | undefined
  readonly env: Readonly<Record<string, string>>
  readonly git: GitState | undefined
  /** The world's fingerprint before the run; undefined without a run, or without open tasks on which it could fail to get on. */
  readonly world: string | undefined
  readonly layerDigests: LayerDigests
  readonly providerFailures: readonly string[]
}

/** Throws NOT_FOUND when workspace or role are missing, CONFIG_INVALID for rules that cannot be read or a role with mistakes; all else is a mark in the prompt. */
export async function assemble(request: AssembleRequest): Promise<Assembly> {
  const { agent, config, state, signal } = request
  checkWorkspace(agent)
  const notes = notesFolder(request)
  try {
    const found = await agentRole(agent, config)
    const wanted = { ...request, role: found?.role.id, notes }
    const env = environmentOf(agent, wanted)
    // A context provider is no run: it gets no door.
    const outside = environmentOf(agent, { ...wanted, door: undefined })
    const { layers, tasks, role, route, given } = await gather(request, { found, env, outside })
    const digests = digestLayers(layers, request.lastSuccess?.digests)
    const work = openWork(request, tasks, given)
    const needsWorld = state?.progress !== undefined && work.tasks.length > 0
    const look = () => observeWorld(agent, { config, known: tasks, signal, run: gitRunner(request, agent) })
    const before = needsWorld ? await look() : undefined
    const decision = decideGate({
      mode: agent.gate,
      forced: request.forced,
      now: request.now,
      lastSuccess: request.lastSuccess,
      digests,
      work,
      progress: state?.progress,
      fingerprint: before?.fingerprint ?? '',
      maxQuietMs: agent.maxQuietMs,
    })
    // git is asked only for a run that will start: a quiet tick has to stay cheap.
    const starts = decision.run && !request.dryRun
    const world = before ?? (starts ? await look() : undefined)
    return {
      decision,
      layers,
      prompt: renderPrompt(layers),
      digests,
      given,
      role,
      route,
      env,
      git: world?.git,
      world: work.tasks.length > 0 ? world?.fingerprint : undefined,
      layerDigests: layerDigests(config, request.program.version),
      providerFailures: layers.flatMap(({ name, failed }) =>
        failed === undefined ? [] : [`${name}: ${failed}`],
      ),
    }
  } finally {
    if (request.dryRun) remove(notes)
  }
}

type Gathered = Pick<Assembly, 'role' | 'route'> & {
  readonly given: Given
  readonly layers: Layer[]
  readonly tasks: QueuedTask[]
}

interface Around {
  readonly found: RoleAmongOthers | undefined
  /** Of the run. */
  readonly env: Record<string, string>
  /** Of a context provider. */
  readonly outside: Record<string, string>
}

/** Every layer of the prompt in order, and the tasks that wait. */
async function gather(request: AssembleRequest, { found, env, outside }: Around): Promise<Gathered> {
  const { agent, config, triggers } = request
  const [rules, blocks, queues, given] = await Promise.all([
    loadRules(config.coreDir, config.operatorDir),
    contextBlocks(request, outside),
    readQueues(agent, config),
    giveHandoffs({ ...request, known: request.handoffs }),
  ])
  // Handoffs stand there themselves.
  const others = triggers.filter(({ cause }) => cause !== 'handoff')
  const trigger = triggerLayer(others.map((one) => ({ ...one, prompt: one.prompt ?? '' })))
  const elsewhere = queues
    .filter(({ folder }) => folder !== ownQueue(agent.workspace))
    .flatMap(({ folder, tasks }) =>
      present(
        tasksElsewhere(
          folder,
          tasks.map(({ file }) => file),
        ),
      ),
    )
  const handedOn = present(delegationsLayer(request.handedOn))
  const context = [...blocks, ...handedOn, ...elsewhere, ...obstacles(agent, config, queues)]
  const route = found && routeOf({ ...request, ...found, ancestors: [], env })
  const role = present(found).map((one) => roleLayer(one.role, route?.via === 'native'))
  const asked = [...present(trigger), ...present(given.layer)]
  const whoAndWhere = [...role, baseLayer, foldersLayer(foldersOf(agent))]
  return {
    layers: orderLayers([...rules, ...whoAndWhere, ...asked, ...context]),
    role: found?.role,
    route,
    given,
    tasks: queues.flatMap(({ tasks }) => tasks),
  }
}

/** A handoff that waits and is not given now (too many do, or it is just being written) asks for nothing yet. */
function openWork(
  { agent, triggers }: AssembleRequest,
  tasks: readonly QueuedTask[],
  { asking }: Pick<Given, 'asking'>,
): OpenWork {
  const given = new Set(asking)
  return {
    tasks: agent.wakeOn.includes('tasks') ? tasks.map(({ file }) => file) : [],
    triggers: triggers.filter((one) => one.cause !== 'handoff').length,
    handoffs: triggers.flatMap(({ cause, path }) =>
      cause === 'handoff' && path !== null && given.has(path) ? [path] : [],
    ),
  }
}

/** What keeps work from being seen stands in the prompt: whoever made it so may be able to mend it. */
function obstacles(
  { workspace }: Pick<AgentConfig, 'workspace'>,
  { agents }: Config,
  queues: readonly Queue[],
): Layer[] {
  const found = queues.flatMap(({ folder, problem }) =>
    problem === undefined
      ? []
      : [unreadableFolder(folder === ownQueue(workspace) ? 'tasks' : 'task_dir', folder, problem)],
  )
  const handoffs = innerPath(handoffDir(workspace), agents)
  try {
    checkInside(handoffs)
    return found
  } catch (error) {
    return [...found, unreadableFolder('handoffs', handoffs.path, reasonAndFix(error))]
  }
}

async function contextBlocks(request: AssembleRequest, env: Record<string, string>): Promise<Layer[]> {
  const { agent, config, dryRun, signal } = request
  const { providers } = await findProviders({
    coreDir: config.coreDir,
    contextDirs: agent.contextDirs.map((dir) => contextFolder(dir, config.agents)),
    replace: config.contextReplace,
  })
  return runProviders(providers, {
    env: { ...env, ...(dryRun ? { MARROW_DRY_RUN: '1' } : jobsOf(config)) },
    cwd: agent.workspace,
    timeoutMs: config.contextTimeoutMs,
    // A dry run's notes lie in the private folder of temporary files.
    run: providerRunner(request, dryRun ? withFolder(agent, env['MARROW_NOTES'] ?? '') : agent),
    signal,
  })
}

/** A mistyped path must not become a folder: workspaces are made by scaffold and setup only. */
function checkWorkspace({ workspace }: AgentConfig): void {
  if (isFolder(workspace)) return
  throw new MarrowError('NOT_FOUND', `Cannot tick: the workspace ${workspace} does not exist.`, {
    fix: `Correct it in marrow.toml, or make it with: mkdir -p ${workspace}`,
  })
}

/** In the environment of a daemon's jobs, so that the next daemon on this state_dir ends those that a dead one left. */
export function jobsOf({ stateDir }: Pick<Config, 'stateDir'>): { readonly MARROW_JOBS_OF: string } {
  return { MARROW_JOBS_OF: digest(stateDir) }
}

/** Where the agent's notes are; a dry run gets a copy, so that nothing it does can be seen later. */
function notesFolder({ agent, config, dryRun }: AssembleRequest): string {
  const own = innerPath(notesPath(agent), config.agents)
  if (!dryRun) {
    using made = makeInside(own)
    return made.path
  }
  const copy = mkdtempSync(join(temporaryFolder(), 'marrow-notes-'))
  try {
    copyOut(own, copy)
    return copy
  } catch (error) {
    remove(copy)
    throw error
  }
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value]
}
