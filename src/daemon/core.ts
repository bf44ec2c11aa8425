import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { later, type Moment } from '../base/moment.ts'
import { delayMs, type Backoff } from '../base/backoff.ts'
import type { Config } from '../config/config.ts'
import type { Waker } from '../heartbeat/loop.ts'
import type { LimitFacts, LimitPlan } from '../isolation/limits.ts'
import type { SharedLogin } from '../isolation/apply/login.ts'
import type { WallState } from '../isolation/wall.ts'
import type { EventKind, EventMap } from '../observability/events.ts'
import { samplesOf } from '../observability/metrics.ts'
import { describeEvent } from '../observability/sentences.ts'
import { appendEvent } from '../observability/store.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Meter, Sample } from '../platform/metrics.ts'
import type { ProcessIdentity, Processes } from '../platform/processes.ts'
import type { Database, Tx } from '../platform/sqlite.ts'
import type { LaunchRequest } from '../runner/apply/launch.ts'
import type { Jobs } from './jobs.ts'
import type { LoginOfRun } from './logins.ts'
import { redactData, redactorFor } from './redaction.ts'
import type { TickView } from '../ipc/protocol/agents.ts'
import type { CastLife } from './steps/cast.ts'

/** Where the installed program is. */
export interface Program {
  readonly root: string
  readonly launcher: string
  /** The path of `bin/enter`. */
  readonly enter: string
  readonly binDir: string
  readonly version: string
}

/** What the daemon knows only while it lives; everything that must outlive it is in the store. */
export interface Life {
  readonly startedAt: Moment
  /** Since when daemon and machine have been awake without a break. */
  awakeSince: Moment
  /** When the machine last woke up; undefined: not since the daemon's start. */
  wokeAt: Moment | undefined
  lastLook: Moment
  stopping: 'no' | 'stop' | 'hand-over'
  stopAt: Moment | undefined
  /** False: only what run-once asks for is begun. */
  scheduled: boolean
  pausedByFile: number | undefined
  configProblems: readonly string[]
  nextConfig: Config | undefined
  reloadWanted: boolean
  /** `changeStampOf` the configuration as it was read last. */
  configStamp: string
  /** The same at the last look. */
  configSeen: string
  agentsSynced: boolean
  /** Whether runs can ask at the agents' door. */
  agentsDoor: boolean
  readonly forced: Set<string>
  /** What was seen below a run while it went on: a tool may leave its parents before anybody asks. By run id. */
  readonly lineups: Map<string, Map<number, ProcessIdentity>>
  linedUpAt: Moment | undefined
  /** The last row of the journal that was looked at for notices; undefined: the store knows. */
  noticesReadTo: number | undefined
  /** What runs that are silent were doing, and how old their output was when that was read. By run id. */
  readonly lastSteps: Map<string, { readonly outputAt: number; readonly text: string | undefined }>
  /** Until when the queues are not looked at again: a look at thousands of files must not become all that is done. */
  intakeRestsUntil: Moment | undefined
  /** Folders of tasks and handoffs that the last look at them could not read, and why. */
  unreadable: ReadonlyMap<string, string>
  /** Handoffs that could not be written for now, by their row. */
  readonly unwritable: Set<number>
  /** What is known of the wall of this machine. */
  wall: WallState
  wallTestedAt: Moment | undefined
  /** It has held once since the daemon started. */
  wallHeld: boolean
  /** By the folder that runs share. */
  readonly logins: Map<string, SharedLogin>
  readonly loginProblems: Map<string, string>
  /** By run id, for those that this daemon started. */
  readonly loginOfRun: Map<string, LoginOfRun>
  /** Launches that were recorded but not yet made, by run id. */
  readonly launches: Map<
    string,
    LaunchRequest & { readonly dueAt: number; readonly limits: LimitPlan | null }
  >
  /** Which providers failed in the last assembly, by agent. */
  readonly providerFailures: Map<string, readonly string[]>
  readonly steps: Map<string, { readonly failures: number; readonly retryAt: Moment }>
  adopted: { adopted: number; finished: number; lost: number; unstarted: number }
  lastPruneAt: Moment | undefined
  /** What is done with one worktree at a time; resolves when it is somebody else's turn. */
  worktreeTurn: Promise<void>
  /** Somebody may no longer want a worktree: at the start, and when the file changed. */
  worktreesToTidy: boolean
  readonly cast: CastLife
}

/** Everything that the daemon's parts share, handed to each of them; no part reaches for anything else. */
export interface Core {
  readonly clock: Clock
  readonly db: Database
  readonly processes: Processes
  readonly waker: Waker
  readonly journal: Growth
  /** What is counted for GET /metrics. */
  readonly meter: Meter
  readonly jobs: Jobs
  readonly log: Log
  readonly random: () => number
  readonly program: Program
  /** By what runs can be held to their limits here; found out at the start. */
  readonly limitFacts: LimitFacts
  readonly env: Readonly<Record<string, string | undefined>>
  config: Config
  readonly life: Life
  readonly tickEnded: (view: TickView & { readonly forced: boolean }) => void
}

/** Tells everybody who follows the journal that there is more of it. */
export interface Growth {
  /** Resolves with the next growth; ask for it before reading, and nothing is missed. */
  next(): Promise<void>
  tell(): void
}

export function createGrowth(): Growth {
  let coming = Promise.withResolvers<void>()
  return {
    next: () => coming.promise,
    tell: () => {
      const { resolve } = coming
      coming = Promise.withResolvers()
      resolve()
    },
  }
}

export type Emit = <Kind extends EventKind>(
  kind: Kind,
  about: { agent?: string | undefined; run?: string | undefined },
  data: EventMap[Kind],
) => void

/** One transaction with its events: they are in the journal exactly if the change is, and in the log afterwards. */
export async function write<T>(core: Core, body: (tx: Tx, emit: Emit) => T): Promise<T> {
  const said: {
    kind: string
    agent: string | undefined
    run: string | undefined
    data: Record<string, unknown>
  }[] = []
  const counted: Sample[] = []
  const at = core.clock.now().wall
  const redact = redactorFor(core)
  const result = await core.db.write((tx) =>
    body(tx, (kind, about, whole) => {
      const data = redactData(whole, redact)
      appendEvent(tx, at, kind, about, data)
      counted.push(...samplesOf(kind, about.agent, data))
      said.push({ kind, agent: about.agent, run: about.run, data: { ...data } })
    }),
  )
  core.meter.add(counted)
  if (said.length > 0) core.journal.tell()
  for (const { kind, agent, run, data } of said)
    core.log.info(describeEvent({ kind, data }), { kind, agent, run, data })
  return result
}

const STEP_RETRY: Backoff = { delayMsMin: 1_000, delayMsMax: 60_000, attemptsMax: Number.POSITIVE_INFINITY }

/** When a step that failed `failures` times may be tried again. */
export function retryMoment(failures: number, now: Moment): Moment {
  return later(now, delayMs(failures - 1, STEP_RETRY) ?? 0)
}

/** The folder of a run, the only place that marrow reads of it. */
export function folderOf({ stateDir }: Pick<Config, 'stateDir'>, run: string): string {
  return join(stateDir, 'runs', run)
}

/** The checkout or installation that this code runs from (`src/daemon` and `dist/daemon` are equally deep). */
export const programRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
