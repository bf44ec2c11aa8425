/**
 * Gathers all that an agent's prompt is made of, and asks the gate. The daemon's ticks and the dry run go through
 * here, so that what is shown is what would be sent.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { digest } from '../base/digest.ts'
import { MarrowError } from '../base/errors.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import type { Moment } from '../base/moment.ts'
import { handoffsFrom } from '../handoffs/observe.ts'
import type { AgentState, LastSuccess, Trigger } from '../heartbeat/state.ts'
import { runEnvironment } from '../isolation/environment.ts'
import { adapterFor } from '../agents/adapters.ts'
import { copyFolder, isFolder, makeFolder, remove } from '../platform/files.ts'
import { runCommand } from '../platform/command.ts'
import { gitState } from '../platform/git.ts'
import { digestLayers } from '../prompt/attribution.ts'
import { decideGate, type GateDecision, type OpenWork } from '../prompt/gate.ts'
import { baseLayer } from '../prompt/instruction.ts'
import { orderLayers, renderPrompt, type Layer } from '../prompt/layers.ts'
import { findProviders, loadRole, loadRules, runProviders } from '../prompt/load.ts'
import { worldFingerprint } from '../prompt/progress.ts'
import { triggerLayer } from '../prompt/trigger.ts'
import type { GitState } from '../runner/record.ts'
import { ownQueue, queueFolders, tasksElsewhere } from '../tasks/folders.ts'
import { listTasks } from '../tasks/observe.ts'
import type { QueuedTask } from '../tasks/queue.ts'
import type { Program } from './core.ts'
import { layerDigests, type LayerDigests } from './layer-digest.ts'

export interface AssembleRequest {
  readonly agent: AgentConfig
  readonly config: Config
  readonly program: Program
  /** The daemon's own environment, of which a run inherits a few names. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly run: string
  readonly state: Pick<AgentState, 'progress'> | undefined
  readonly lastSuccess: LastSuccess | undefined
  readonly triggers: readonly Trigger[]
  readonly forced: boolean
  readonly now: Moment
  readonly dryRun: boolean
  readonly signal: AbortSignal
}

/** A prompt that could be sent now, whether it should be, and what it was made of. */
export interface Assembly {
  readonly decision: GateDecision
  readonly layers: readonly Layer[]
  readonly prompt: string
  readonly digests: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly git: GitState | undefined
  /** The world's fingerprint before the run; undefined without a run, or without open tasks on which it could fail to get on. */
  readonly world: string | undefined
  readonly layerDigests: LayerDigests
  readonly providerFailures: readonly string[]
}

/** Throws NOT_FOUND when workspace or role are missing, CONFIG_INVALID for rules that cannot be read; all else is a mark in the prompt. */
export async function assemble(request: AssembleRequest): Promise<Assembly> {
  const { agent, config, state, signal } = request
  checkWorkspace(agent)
  const notes = notesFolder(request)
  try {
    const env = environmentOf(request, notes)
    const { layers, tasks } = await gather(request, env)
    const digests = digestLayers(layers, request.lastSuccess?.digests)
    const work = openWork(request, tasks)
    const needsWorld = state?.progress !== undefined && work.tasks.length > 0
    const before = needsWorld ? await observeWorld(agent, config, tasks, signal) : undefined
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
    const world = before ?? (starts ? await observeWorld(agent, config, tasks, signal) : undefined)
    return {
      decision,
      layers,
      prompt: renderPrompt(layers),
      digests,
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

/** Every layer of the prompt in order, and the tasks that wait. */
async function gather(
  request: AssembleRequest,
  env: Record<string, string>,
): Promise<{ readonly layers: Layer[]; readonly tasks: QueuedTask[] }> {
  const { agent, config, triggers } = request
  const [rules, role, blocks, queues] = await Promise.all([
    loadRules(config.coreDir, config.operatorDir),
    agent.role === undefined ? undefined : loadRole(agent.role, config.operatorDir, config.coreDir),
    contextBlocks(request, env),
    readQueues(agent, config),
  ])
  const trigger = triggerLayer(triggers.map((one) => ({ ...one, prompt: one.prompt ?? '' })))
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
  const layers = [...rules, ...present(role), baseLayer, ...present(trigger), ...blocks, ...elsewhere]
  return { layers: orderLayers(layers), tasks: queues.flatMap(({ tasks }) => tasks) }
}

function openWork({ agent, triggers }: AssembleRequest, tasks: readonly QueuedTask[]): OpenWork {
  return {
    tasks: agent.wakeOn.includes('tasks') ? tasks.map(({ file }) => file) : [],
    triggers: triggers.filter((one) => one.cause !== 'handoff').length,
    handoffs: triggers.filter((one) => one.cause === 'handoff').map((one) => one.path ?? ''),
  }
}

/** Tasks, git and handoffs as they are now: what a run can be seen to have changed. */
export async function observeWorld(
  agent: Pick<AgentConfig, 'name' | 'slug' | 'workspace' | 'workDir'>,
  config: Config,
  known: readonly QueuedTask[] | undefined,
  signal: AbortSignal,
): Promise<{ readonly git: GitState | undefined; readonly fingerprint: string }> {
  const [tasks, git, handoffs] = await Promise.all([
    known ?? readQueues(agent, config).then((queues) => queues.flatMap((queue) => queue.tasks)),
    gitState(agent.workDir, signal, ownFolders(agent)),
    handoffsFrom(agent.workspace, agent),
  ])
  const state = git && { head: git.head ?? '', status: git.status }
  return { git: state, fingerprint: worldFingerprint({ tasks, git: state, handoffs }) }
}

/** marrow's own files in a workspace that lies in the work_dir are no work. */
function ownFolders({ workspace, workDir }: Pick<AgentConfig, 'workspace' | 'workDir'>): string[] {
  const inside = relative(workDir, workspace)
  return inside.startsWith('..') ? [] : ['runtime', 'tasks'].map((folder) => join(inside, folder))
}

interface Queue {
  readonly folder: string
  readonly tasks: readonly QueuedTask[]
}

function readQueues(agent: Pick<AgentConfig, 'workspace'>, config: Config): Promise<Queue[]> {
  const folders = queueFolders(agent, config)
  return Promise.all(folders.map(async (folder) => ({ folder, tasks: await listTasks(folder) })))
}

async function contextBlocks(request: AssembleRequest, env: Record<string, string>): Promise<Layer[]> {
  const { agent, config, dryRun, signal } = request
  const { providers } = await findProviders({
    coreDir: config.coreDir,
    contextDirs: agent.contextDirs,
    replace: config.contextReplace,
  })
  return runProviders(providers, {
    env: { ...env, ...(dryRun ? { MARROW_DRY_RUN: '1' } : jobsOf(config)) },
    cwd: agent.workspace,
    timeoutMs: config.contextTimeoutMs,
    run: runCommand,
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
function notesFolder({ agent, dryRun }: AssembleRequest): string {
  const own = join(agent.workspace, 'runtime', 'notes', agent.slug)
  if (!dryRun) {
    makeFolder(own)
    return own
  }
  const copy = mkdtempSync(join(tmpdir(), 'marrow-notes-'))
  if (isFolder(own)) copyFolder(own, copy)
  return copy
}

function environmentOf({ agent, program, env, run }: AssembleRequest, notes: string): Record<string, string> {
  return runEnvironment({
    inherited: env,
    programBin: program.binDir,
    agent: agent.name,
    role: agent.role,
    run,
    workspace: agent.workspace,
    workDir: agent.workDir,
    notes,
    socket: undefined,
    policy: agent.env,
    adapterEnv: adapterFor(agent.adapter).env(agent.timeoutMs),
  })
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value]
}
