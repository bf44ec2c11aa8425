/** A run as data: what is recorded, what is launched, and the prompt that goes into its folder. Touches nothing. */
import type { Delivery } from '../agents/adapter.ts'
import { adapterFor } from '../agents/adapters.ts'
import { ARGUMENT_BYTES_MAX, fitsArgument } from '../agents/argument-limit.ts'
import { fillPlaceholders } from '../agents/placeholders.ts'
import { redactWords } from '../agents/redact.ts'
import type { NativeRole } from '../agents/role.ts'
import { MarrowError } from '../base/errors.ts'
import { later, type Moment } from '../base/moment.ts'
import type { AgentConfig } from '../config/config.ts'
import { mayStart } from '../delegation/lineage.ts'
import type { LimitPlan } from '../isolation/limits.ts'
import { wrapCommand, type Command, type Fence } from '../isolation/wrap.ts'
import { attribute } from '../prompt/attribution.ts'
import type { Cause } from '../observability/events.ts'
import type { LaunchRequest } from '../runner/apply/launch.ts'
import { runPaths } from '../runner/folder.ts'
import { sentLayer, type RunPlan } from '../runner/record.ts'
import type { Around } from './around.ts'
import type { Assembly } from './assemble.ts'

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024 // Of each stream of a run; the rest is dropped as it comes.

/** What a run is there for: a tick of its agent, or a task that another run handed on. */
export interface Origin {
  /** The row of the tick; 0 for a run that another run asked for. */
  readonly tick: number
  /** The tick with which its lineage began. */
  readonly tickName: string
  /** Run ids from the first of the chain to the parent. */
  readonly lineage: readonly string[]
  readonly causes: readonly Cause[]
  /** Epoch ms. */
  readonly dueAt: number
}

/** A run whose prompt is to be sent. */
export interface Ready {
  readonly origin: Origin
  readonly agent: AgentConfig
  readonly run: string
  /** The run's folder. */
  readonly folder: string
  readonly launcher: string
  readonly around: Around
  readonly assembly: Assembly
  /** The secret by which it asks at the agents' door; undefined: that is not open. */
  readonly token: string | undefined
  readonly now: Moment
}

export interface PreparedRun {
  readonly plan: RunPlan
  readonly launch: LaunchRequest & { readonly dueAt: number; readonly limits: LimitPlan | null }
  readonly prompt: string
  readonly token: string | undefined
  /** What its agent CLI reads of its role; undefined: that is no affair of it. */
  readonly files: NativeRole['files'] | undefined
}

/** Throws TOO_LARGE for a prompt that the configured words cannot take. */
export function prepare(ready: Ready): PreparedRun {
  const { command, fence, delivered, promptOnStdin, native } = commandOf(ready)
  const { words, cwd, env } = command
  const { launcher, folder, origin, assembly, agent, token } = ready
  return {
    plan: planOf(ready, { delivered, fence, native }),
    prompt: assembly.prompt,
    token,
    files: native?.files,
    launch: {
      launcher,
      folder,
      capBytes: OUTPUT_BYTES_MAX,
      words,
      program: delivered[0] ?? '',
      promptOnStdin,
      sandboxed: fence.wall?.by.kind === 'bubblewrap',
      owner: ready.around.owner,
      cwd,
      env,
      presumed: adapterFor(agent.adapter).presumes?.(delivered, env) ?? [],
      dueAt: origin.dueAt,
      limits: ready.around.limits,
    },
  }
}

/** The words that would be started, without the wall around them, as a record has them. Throws CONFIG_INVALID. */
export function wordsToStart(
  ready: Pick<Ready, 'agent' | 'run' | 'folder' | 'assembly'>,
  { env, adapted }: Pick<Around, 'env' | 'adapted'>,
): string[] {
  return redactWords(adapted(deliver(ready, env).words), ready.assembly.prompt)
}

/** The configured words, filled in, delivered as the agent CLI wants it, behind the wall. */
function commandOf(ready: Ready): {
  command: Command
  fence: Fence
  /** Its words without the wall around them. */
  delivered: readonly string[]
  promptOnStdin: boolean
  native: NativeRole | undefined
} {
  const { agent, assembly, around } = ready
  const { words: own, promptOnStdin, native } = deliver(ready, around.env)
  const words = around.adapted(own)
  if (!words.every(fitsArgument)) throw tooLong(assembly.prompt)
  const fence = around.fence(words)
  const env = { ...around.env, ...native?.env }
  const command = wrapCommand({ words, cwd: agent.workDir, env }, fence)
  return { command, fence, delivered: words, promptOnStdin, native }
}

function deliver(
  { agent, run, folder, assembly }: Pick<Ready, 'agent' | 'run' | 'folder' | 'assembly'>,
  env: Around['env'],
): Delivery & { readonly native: NativeRole | undefined } {
  const { workspace, workDir } = agent
  const { prompt } = assembly
  const promptFile = runPaths(folder).prompt
  const places = { prompt, promptFile, workspace, workDir }
  const adapter = adapterFor(agent.adapter)
  const filled = fillPlaceholders(agent.command, {
    ...places,
    agent: agent.name,
    runId: run,
    role: roleNameOf(assembly),
  })
  const native = nativeRole({ agent, assembly, env }, filled.words)
  const promptVia = agent.promptVia ?? adapter.promptVia
  const words = native?.words ?? filled.words
  return { ...adapter.words({ ...filled, ...places, words, promptVia }), native }
}

/** Whether its agent CLI reads its role from a folder of the run. */
export function isNative({ route }: Pick<Assembly, 'route'>): boolean {
  return route?.via === 'native'
}

/** As its agent CLI knows it; where marrow gives it none by the CLI's own means, by its name. */
function roleNameOf({ role, route }: Assembly): string {
  if (role === undefined) return ''
  return (route?.via === 'native' ? route.request.names.get(role.id) : undefined) ?? role.name
}

/** Throws CONFIG_INVALID when its words cannot carry the role by now; `routeOf` has found before that they can. */
function nativeRole(
  { agent, assembly, env }: Pick<Ready, 'agent' | 'assembly'> & Pick<Around, 'env'>,
  words: readonly string[],
): NativeRole | undefined {
  const { route } = assembly
  if (route?.via !== 'native') return undefined
  const delivery = adapterFor(agent.adapter).role?.({ ...route.request, words, env })
  if (delivery?.kind === 'native') return delivery
  throw new MarrowError('CONFIG_INVALID', `Cannot give ${agent.name} its role: ${delivery?.reason}.`, {
    fix: delivery?.fix,
  })
}

/** Said before the system says it, in words that help nobody. Throws nothing itself. */
function tooLong(prompt: string): MarrowError {
  const bytes = Buffer.byteLength(prompt)
  return new MarrowError(
    'TOO_LARGE',
    `Cannot start the agent: its prompt of ${bytes} bytes does not fit into one argument (${ARGUMENT_BYTES_MAX}).`,
    {
      fix: 'Write {prompt_file} instead of {prompt} in agent_command, or leave it out and set prompt_via = "stdin".',
    },
  )
}

function planOf(
  ready: Ready,
  { delivered, fence, native }: Omit<ReturnType<typeof commandOf>, 'command' | 'promptOnStdin'>,
): RunPlan {
  const { origin, agent, run, assembly, now } = ready
  const { prompt, digests, layerDigests, git, world } = assembly
  return {
    id: run,
    agent: agent.name,
    tick: origin.tick,
    tickName: origin.tickName,
    role: assembly.role?.id ?? null,
    lineage: origin.lineage,
    adapter: agent.adapter,
    words: redactWords(delivered, prompt),
    workDir: agent.workDir,
    workspace: agent.workspace,
    recordedAt: now.wall,
    deadline: later(now, agent.timeoutMs),
    causes: origin.causes,
    layers: attribute(assembly.layers).map(sentLayer),
    digests,
    promptBytes: Buffer.byteLength(prompt),
    coreDigest: layerDigests.core,
    operatorDigest: layerDigests.operator,
    gitBefore: git ?? null,
    worldBefore: world ?? null,
    wall: fence.wall?.by.kind ?? null,
    handoffs: assembly.given.files,
    hops: assembly.given.hops ?? null,
    startsLineage: origin.lineage.length === 0 && (assembly.role === undefined || mayStart(assembly.role)),
    limits: ready.around.limits,
    guard: native?.provesGuard === true ? 'asked' : null,
  }
}
