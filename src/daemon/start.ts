/** Brings a daemon up in this process and takes it down again. `main.ts` adds signals and the process's exit. */
import { formatProblem } from '../base/errors.ts'
import type { Moment } from '../base/moment.ts'
import { isoTime } from '../base/time.ts'
import type { Config } from '../config/config.ts'
import { watchConfig } from '../config/watch.ts'
import { createWaker, runLoop } from '../heartbeat/loop.ts'
import type { Handlers } from '../ipc/protocol/table.ts'
import { observeLimits } from '../isolation/observe/limits.ts'
import { eventSeries } from '../observability/metrics.ts'
import { gaugeSeries } from '../observability/metrics-gauges.ts'
import type { Clock } from '../platform/clock.ts'
import { endAbandonedJobs } from '../platform/command.ts'
import { changeStampOf } from '../platform/files.ts'
import type { Lock } from '../platform/lock.ts'
import type { Log } from '../platform/log.ts'
import { createMeter } from '../platform/metrics.ts'
import type { Processes } from '../platform/processes.ts'
import { jobsOf } from './assemble.ts'
import { adoptRuns } from './adopt.ts'
import { createGrowth, write, type Core, type Life, type Program } from './core.ts'
import { openAgentsDoor, openDoor } from './door.ts'
import { createEnds, type Ends } from './ends.ts'
import { agentHandlers } from './handlers/agents.ts'
import { cleanHandlers } from './handlers/clean.ts'
import { daemonHandlers } from './handlers/daemon.ts'
import { agentDoorHandlers } from './handlers/agents-door.ts'
import { handoffHandlers } from './handlers/handoffs.ts'
import { notifyHandlers } from './handlers/notify.ts'
import { mcpHandlers } from './handlers/mcp.ts'
import { pageHandlers } from './handlers/pages.ts'
import { eventHandlers } from './handlers/events.ts'
import { reportHandlers, reportTool } from './handlers/report.ts'
import { runHandlers } from './handlers/runs.ts'
import { statusHandlers } from './handlers/status.ts'
import { taskHandlers } from './handlers/tasks.ts'
import { createJobs } from './jobs.ts'
import { sweepCgroups } from './limits.ts'
import { newCastLife } from './steps/cast.ts'
import { openNotices } from './steps/notify.ts'
import { takeSwitches } from './steps/intake.ts'
import { lookAtWall } from './steps/wall.ts'
import { openStore } from './open-store.ts'
import { pass, reportFailure } from './pass.ts'
import { reload } from './reload.ts'
import { openStateDir, removeDaemonFile, writeDaemonFile } from './state-dir.ts'
import { createTickWaiters } from './waiters.ts'
import { createWatches } from './watches.ts'

/** How a daemon came to its end. */
export type EndedBy = 'stop' | 'hand-over'

export interface StartOptions {
  readonly config: Config
  /** `changeStampOf` its file before it was read; undefined: as it is now. */
  readonly configStamp?: string
  readonly program: Program
  readonly clock: Clock
  readonly processes: Processes
  readonly log: Log
  readonly env: Readonly<Record<string, string | undefined>>
  readonly random: () => number
  /** Whether the operator's door is opened. */
  readonly ipc: boolean
  /** False: agents tick only when they are asked to (run-once). */
  readonly scheduled: boolean
}

export interface RunningDaemon {
  readonly core: Core
  readonly handlers: Handlers
  /** Resolves when the daemon has let go of everything. */
  readonly done: Promise<EndedBy>
  /** No new work; runs get their grace, then are ended and recorded. */
  stop(): void
  /** No new work; every run goes on and is adopted by the next daemon. */
  handOver(): void
  /** Reads the configuration again. */
  reload(): void
}

/** Throws DAEMON_ALREADY_RUNNING with the pid of the other one, STORE_UNREADABLE, SOCKET_PATH_TOO_LONG, CANNOT_WRITE. */
export async function startDaemon(options: StartOptions): Promise<RunningDaemon> {
  const { config } = options
  await using stack = new AsyncDisposableStack()
  const lock = openStateDir(config)
  stack.defer(() => lock.release())
  // We hold the lock, so whoever started these is dead.
  endAbandonedJobs(`MARROW_JOBS_OF=${jobsOf(config).MARROW_JOBS_OF}`)
  const db = stack.adopt(await openStore(config.stateDir, options.clock.now().wall), (open) => open.close())
  const waiters = createTickWaiters(options.clock)
  const core = createCore(options, db, (view) => waiters.ended(view))
  const ends = createEnds(core)
  const handlers: Handlers = {
    ...statusHandlers(core),
    ...reportHandlers(core),
    ...eventHandlers(core),
    ...pageHandlers(core),
    ...taskHandlers(core),
    ...handoffHandlers(core),
    ...agentHandlers(core, waiters),
    ...runHandlers(core),
    ...daemonHandlers(ends, core.log),
    ...notifyHandlers(core),
    ...cleanHandlers(core),
    ...mcpHandlers(core, () => ({ ...handlers, ...reportTool(core) })),
  }
  stack.defer(() => core.meter.close())
  stack.defer(() => core.jobs.idle())
  stack.defer(() => core.jobs.abort(''))
  if (!options.scheduled) core.life.scheduled = false
  await openNotices(core) // Before the first thing happens of which somebody may be told.
  core.life.adopted = await adoptRuns(core)
  await sweepCgroups(core)
  lookAtWall(core, core.clock.now())
  const doors = options.ipc
    ? [await openDoor(core, handlers), await openAgentsDoor(core, agentDoorHandlers(core))]
    : []
  for (const door of doors) if (door) stack.defer(() => door.close())
  const watches = createWatches(core)
  stack.defer(() => watches.close())
  const watcher = await watchConfig(
    config.path,
    () => reload(core),
    (error) => core.log.warn('cannot watch the configuration', { error: String(error) }),
  )
  stack.defer(() => watcher.close())
  await announce(core)
  // Before anybody can ask for a tick: one that is begun under a pause would wait for its end.
  await takeSwitches(core).catch((error: unknown) =>
    core.log.warn('cannot take in switches yet', { error: String(error) }),
  )
  const lookAfter = () => {
    void watches.sync().catch((error: unknown) => core.log.debug('watches failed', { error: String(error) }))
    for (const door of doors) door?.lookAfter()
  }
  const owned = stack.move()
  const done = live(core, { ends, lookAfter, owned, lock })
  return { core, handlers, done, stop: ends.stop, handOver: ends.handOver, reload: () => reload(core) }
}

interface Alive {
  readonly ends: Ends
  readonly lookAfter: () => void
  readonly owned: AsyncDisposableStack
  readonly lock: Lock
}

async function live(core: Core, { ends, lookAfter, owned, lock }: Alive): Promise<EndedBy> {
  const { clock, waker } = core
  const onePass = async () => {
    if (lock.holds()) return pass(core, { lookAfter, stopped: ends.finish })
    // Another daemon may work at this place by now: two of them would start everything twice.
    core.log.error('the state_dir was moved or removed: leaving', { state_dir: core.config.stateDir })
    ends.handOver()
    return 0
  }
  try {
    await runLoop({ clock, waker, signal: ends.signal, pass: onePass })
    const how: EndedBy = core.life.stopping === 'stop' ? 'stop' : 'hand-over'
    await write(core, (_, emit) => emit('daemon.stopped', {}, { how })).catch(() => {})
    if (lock.holds()) removeDaemonFile(core.config.stateDir)
    return how
  } finally {
    await owned.disposeAsync()
  }
}

function newLife(now: Moment, configStamp: string): Life {
  return {
    startedAt: now,
    awakeSince: now,
    wokeAt: undefined,
    lastLook: now,
    stopping: 'no',
    stopAt: undefined,
    scheduled: true,
    pausedByFile: undefined,
    configProblems: [],
    nextConfig: undefined,
    reloadWanted: false,
    configStamp,
    configSeen: configStamp,
    agentsSynced: false,
    agentsDoor: false,
    forced: new Set(),
    launches: new Map(),
    lineups: new Map(),
    lastSteps: new Map(),
    linedUpAt: undefined,
    noticesReadTo: undefined,
    intakeRestsUntil: undefined,
    providerFailures: new Map(),
    steps: new Map(),
    unreadable: new Map(),
    unwritable: new Set(),
    adopted: { adopted: 0, finished: 0, lost: 0, unstarted: 0 },
    lastPruneAt: undefined,
    worktreeTurn: Promise.resolve(),
    worktreesToTidy: true,
    wall: { state: 'untested' },
    wallTestedAt: undefined,
    wallHeld: false,
    logins: new Map(),
    loginProblems: new Map(),
    loginOfRun: new Map(),
    cast: newCastLife(),
  }
}

function createCore(options: StartOptions, db: Core['db'], tickEnded: Core['tickEnded']): Core {
  const { clock, log, config } = options
  const now = clock.now()
  const waker = createWaker()
  const life = newLife(now, options.configStamp ?? changeStampOf(config.path))
  const jobs = createJobs({
    now: () => clock.now().mono,
    ended: () => waker.wake(),
    failed: (key, reason) => void reportFailure(core, key, reason),
  })
  const { processes, random, program, env } = options
  const journal = createGrowth()
  const meter = createMeter({ ...eventSeries, ...gaugeSeries })
  const core: Core = {
    clock,
    db,
    processes,
    waker,
    journal,
    meter,
    jobs,
    log,
    random,
    program,
    limitFacts: observeLimits(program.enter),
    env,
    config,
    life,
    tickEnded,
  }
  return core
}

async function announce(core: Core): Promise<void> {
  const { config, life, program, clock } = core
  writeDaemonFile(config.stateDir, {
    pid: process.pid,
    version: program.version,
    config: config.path,
    socket: config.ipc.socketPath,
    started_at: isoTime(clock.now().wall),
  })
  for (const warning of config.warnings) core.log.warn(formatProblem(warning))
  await write(core, (_, emit) =>
    emit('daemon.started', {}, { pid: process.pid, version: program.version, ...life.adopted }),
  )
}
