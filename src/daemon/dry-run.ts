/** What the next tick of agents would do, and the prompt that it would send. Starts no run, changes no state. */
import { isoTime } from '../base/time.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import { mayStart } from '../heartbeat/breaker.ts'
import type { AgentState, LastSuccess, Trigger } from '../heartbeat/state.ts'
import { hasDelegations } from '../delegation/store.ts'
import { hasHandoffs } from '../handoffs/store.ts'
import { readAgent, readLastSuccess } from '../heartbeat/store/agents.ts'
import { pendingTriggers } from '../heartbeat/store/triggers.ts'
import type { DryRunView } from '../ipc/protocol/agents.ts'
import type { Clock } from '../platform/clock.ts'
import { entryOf, readIfExists } from '../platform/files.ts'
import type { WallState } from '../isolation/wall.ts'
import type { Database } from '../platform/sqlite.ts'
import type { HandedOn } from '../prompt/delegations.ts'
import { attribute } from '../prompt/attribution.ts'
import { renderLayer } from '../prompt/layers.ts'
import { runPaths } from '../runner/folder.ts'
import { sentLayer } from '../runner/record.ts'
import { lastOwnRun } from '../runner/store.ts'
import { adaptedWords } from './around.ts'
import { assemble } from './assemble.ts'
import { folderOf, type Core, type Program } from './core.ts'
import { handedOnBy } from './delegation/handed-on.ts'
import { knownHandoffs, type KnownHandoffs } from './handoffs/give.ts'
import { describePause, pauseFile, readPause } from './pause.ts'
import { wordsToStart } from './prepare.ts'
import { standingIn } from './standing.ts'
import { newRunId } from './tick.ts'

export interface DryRunRequest {
  readonly config: Config
  readonly program: Program
  readonly env: Core['env']
  /** Undefined where no daemon has ever run. */
  readonly db: Database | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly agents: readonly AgentConfig[]
  readonly wall: WallState
}

export function dryRun(request: DryRunRequest): Promise<DryRunView[]> {
  return Promise.all(request.agents.map((agent) => dryRunOne(request, agent)))
}

interface Known {
  readonly state: AgentState | undefined
  readonly lastSuccess: LastSuccess | undefined
  readonly triggers: readonly Trigger[]
  readonly handedOn: readonly HandedOn[]
  readonly handoffs: KnownHandoffs | undefined
  readonly lastRun: string | undefined
  /** Why nothing of this agent starts, whatever is due. */
  readonly hold: string | undefined
}

async function dryRunOne(request: DryRunRequest, agent: AgentConfig): Promise<DryRunView> {
  const { config, program, env, clock } = request
  const known = await readKnown(request, agent)
  const run = newRunId(request, agent.slug)
  const { state, triggers } = known
  const now = clock.now()
  const signal = new AbortController().signal
  const assembly = await assemble({
    agent,
    config,
    program,
    env,
    run,
    state,
    lastSuccess: known.lastSuccess,
    triggers,
    handedOn: known.handedOn,
    handoffs: known.handoffs,
    now,
    signal,
    wall: request.wall,
    forced: false,
    door: undefined,
    dryRun: true,
  })
  const permission = state ? mayStart(state.breaker, now) : { allowed: true as const }
  const isWalled = standingIn(request, agent).kind === 'walled'
  const held = known.hold ?? (permission.allowed ? undefined : heldBy(permission))
  return {
    agent: agent.name,
    would_run: held === undefined && assembly.decision.run,
    reason: held ?? assembly.decision.reason,
    run,
    words: wordsToStart(
      { agent, run, folder: folderOf(config, run), assembly },
      { env: assembly.env, adapted: (words) => (isWalled ? adaptedWords(agent, words) : words) },
    ),
    prompt: assembly.prompt,
    layers: attribute(assembly.layers).map((share, index) => {
      const layer = assembly.layers[index]
      return { ...sentLayer(share), native: share.native, text: layer ? renderLayer(layer) : '' }
    }),
    last_prompt:
      known.lastRun === undefined
        ? null
        : (readIfExists(runPaths(folderOf(config, known.lastRun)).prompt) ?? null),
  }
}

async function readKnown({ db, config }: DryRunRequest, agent: AgentConfig): Promise<Known> {
  const pausedByFile = entryOf(pauseFile(config.stateDir))?.modifiedAt
  if (!db) {
    const hold =
      pausedByFile === undefined ? undefined : `paused: the file ${pauseFile(config.stateDir)} is there`
    const nothing = {
      state: undefined,
      lastSuccess: undefined,
      triggers: [],
      handedOn: [],
      handoffs: undefined,
    }
    return { ...nothing, lastRun: undefined, hold }
  }
  const { name } = agent
  return db.read((tx) => {
    const state = readAgent(tx, name)
    const lastSuccess = readLastSuccess(tx, name)
    const pause = readPause({ config, life: { pausedByFile } }, tx) ?? state?.paused
    return {
      state,
      lastSuccess,
      handedOn: hasDelegations(tx) ? handedOnBy(tx, name, lastSuccess) : [],
      triggers: pendingTriggers(tx, name),
      handoffs: hasHandoffs(tx) ? knownHandoffs(tx, agent) : undefined,
      lastRun: lastOwnRun(tx, name)?.id,
      hold: pause && describePause(pause),
    }
  })
}

function heldBy({ reason, until }: { readonly reason: string; readonly until: number | undefined }): string {
  return `held${until === undefined ? '' : ` until ${isoTime(until)}`}: ${reason}`
}
