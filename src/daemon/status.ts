/** The answer to `marrow status`: per agent what it is doing, or why not. */
import { adapterFor } from '../agents/adapters.ts'
import { isoTime } from '../base/time.ts'
import { formatDuration } from '../base/duration.ts'
import type { Moment } from '../base/moment.ts'
import type { AgentConfig } from '../config/config.ts'
import type { Judgement } from '../limits/decide.ts'
import { mayStart } from '../heartbeat/breaker.ts'
import { slotsOf } from '../heartbeat/agent-slots.ts'
import type { Waiting } from '../heartbeat/plan.ts'
import { intervalOf } from '../heartbeat/schedule.ts'
import type { AgentState } from '../heartbeat/state.ts'
import { tickHistory, type TickHistory } from '../heartbeat/store/ticks.ts'
import type { AgentStatus, EventView, StatusResult } from '../ipc/protocol/status.ts'
import { destinationsOf, titleOf } from '../notify/destinations.ts'
import { undelivered } from '../notify/store.ts'
import { readEvents } from '../observability/store.ts'
import type { JournalRow } from '../observability/events.ts'
import type { Tx } from '../platform/sqlite.ts'
import { formatProblem } from '../base/errors.ts'
import { lastOutputAt } from '../runner/observe.ts'
import { isStale } from '../runner/stale.ts'
import type { GuardState } from '../runner/guard.ts'
import type { RunRecord } from '../runner/record.ts'
import { lastGuards, openRuns } from '../runner/store.ts'
import { folderOf, type Core } from './core.ts'
import { lastStepOf } from './last-step.ts'
import { groundOf, standingIn } from './standing.ts'
import { withLimitGaps } from './limit-gaps.ts'
import { readPause } from './pause.ts'
import { limitsOfAll, spendingOf, todayOf } from './status-spending.ts'
import { planNow, readStanding } from './steps/start.ts'
import { keptWorktrees } from './worktrees.ts'

const LAST_EVENTS = {
  after: undefined,
  since: undefined,
  limit: 8,
  kinds: [],
  agent: undefined,
  run: undefined,
} as const

export function statusOf(core: Core, tx: Tx): StatusResult {
  const now = core.clock.now()
  const { life, config } = core
  const standing = readStanding(core, tx, now)
  const { states, wakes } = standing
  const runs = openRuns(tx).filter(({ lineage }) => lineage.length === 0)
  const children = standing.delegations
  const waiting = new Map(planNow(core, tx, now, standing).waiting.map((one) => [one.agent, one]))
  const pause = readPause(core, tx)
  const guards = lastGuards(
    tx,
    config.agents.map(({ name }) => name),
  )
  const agents = config.agents.flatMap((agent): [string, AgentStatus][] => {
    const state = states.get(agent.name)
    if (!state) return []
    const run = runs.find((one) => one.agent === agent.name)
    const own = children.filter((one) => one.agent === agent.name)
    const facts = {
      agent,
      state,
      run,
      children: own.length,
      waitsForChild: own.some(({ parent, detached }) => parent === run?.id && !detached),
      history: tickHistory(tx, agent.name),
      assembling: standing.busy.has(agent.name),
      waiting: waiting.get(agent.name),
      limit: standing.limits.get(agent.name)?.hold,
      guard: guards.get(agent.name) ?? null,
      now,
    }
    const pending = (wakes.get(agent.name) ?? []).reduce((sum, { count }) => sum + count, 0)
    const spending = spendingOf(standing, config, agent)
    return [[agent.name, { ...agentStatus(core, facts), ...spending, triggers_pending: pending }]]
  })
  return {
    started_at: seconds(life.startedAt.wall),
    uptime: seconds(now.mono - life.startedAt.mono),
    agents: Object.fromEntries(agents),
    version: core.program.version,
    pid: process.pid,
    config: config.path,
    state_dir: config.stateDir,
    paused: pause ? { since: seconds(pause.since), reason: pause.reason, by: pause.by } : null,
    stopping: life.stopping !== 'no',
    config_problems: [...life.configProblems],
    warnings: config.warnings.map(formatProblem),
    worktrees_kept: keptWorktrees(tx),
    adopted: life.adopted,
    runs_open: runs.length,
    runs_max: config.maxConcurrentRuns,
    children_open: children.length,
    children_max: config.delegation.childrenMax,
    today: todayOf(standing.ledger.all),
    limits: limitsOfAll(config, standing.ledger, now.wall),
    undelivered: undeliveredNow(core, tx),
    events: readEvents(tx, LAST_EVENTS).map(eventView),
  }
}

function undeliveredNow({ config }: Core, tx: Tx): StatusResult['undelivered'] {
  const configured = destinationsOf(config.notify).map(({ name }): string => name)
  return undelivered(tx)
    .filter(({ destination }) => configured.includes(destination))
    .map(({ destination, error, ...counts }) => ({ to: titleOf(destination), ...counts, reason: error }))
}

export function eventView(row: JournalRow): EventView {
  return { ...row, at: isoTime(row.at) }
}

interface Facts {
  readonly agent: AgentConfig
  readonly state: AgentState
  /** Its own, of a tick. */
  readonly run: RunRecord | undefined
  /** How many runs go on that runs of it asked for. */
  readonly children: number
  /** Its own run has nothing to print until another one ends. */
  readonly waitsForChild: boolean
  readonly history: TickHistory
  readonly assembling: boolean
  readonly waiting: Waiting | undefined
  readonly limit: Judgement['hold']
  readonly guard: GuardState | null
  readonly now: Moment
}

function agentStatus(
  core: Core,
  facts: Facts,
): Omit<AgentStatus, 'triggers_pending' | keyof ReturnType<typeof spendingOf>> {
  const { agent, state, run, history, guard, now } = facts
  const { last, lastActive, quietSince } = history
  const failed = lastActive !== undefined && !(lastActive.end.kind === 'ran' && lastActive.end.ok)
  const permission = mayStart(state.breaker, now)
  const outputAt = run && lastOutputAt(folderOf(core.config, run.id))
  const stale = run !== undefined && isSilent(core, facts, run, outputAt)
  const { progress } = state
  return {
    name: agent.name,
    interval: seconds(intervalOf(slotsOf(agent, state), now.wall)),
    last_tick_at: last ? seconds(last.begunAt) : null,
    last_tick_duration: last ? seconds(last.endedAt - last.begunAt) : null,
    next_tick_at: nextTickAt(facts),
    tick_count: state.tickCount,
    running: run !== undefined,
    last_error: failed ? lastActive.end.detail : null,
    state: stateOf(core, facts),
    doing: doing(core, facts, { outputAt, stale }),
    run: run?.id ?? null,
    children: facts.children,
    running_since: run?.startedAt === undefined ? null : seconds(run.startedAt),
    last_output_at: outputAt === undefined ? null : seconds(outputAt),
    stale,
    last_outcome: lastActive ? lastActive.end.detail : null,
    quiet_since: quietSince === undefined ? null : seconds(quietSince),
    quiet_count: state.quietCount,
    tokens_saved: state.savedTokens,
    missed_count: state.missedCount,
    held_until: permission.allowed || permission.until === undefined ? null : seconds(permission.until),
    held_reason: permission.allowed ? null : permission.reason,
    no_progress: progress
      ? `${progress.attempts} in a row, tried again at ${isoTime(progress.retryAt.wall)}`
      : null,
    ...isolationOf(core, agent),
    guard,
    project: agent.project,
    provider_failures: [...(core.life.providerFailures.get(agent.name) ?? [])],
  }
}

/** Slots that a limit will hold are not told: no run begins with them. */
function nextTickAt({ state, waiting, limit }: Facts): number | null {
  return state.dueAt ? seconds(Math.max(state.dueAt.wall, waiting?.until ?? 0, limit?.until ?? 0)) : null
}

function isolationOf(core: Core, agent: AgentConfig): Pick<AgentStatus, 'isolated_by' | 'not_isolated'> {
  const bare = standingIn(groundOf(core), agent)
  const standing = withLimitGaps(core.limitFacts, agent, bare)
  const missing = standing.kind === 'held' ? [`it is not started: ${standing.reason}`] : standing.missing
  return { isolated_by: standing.kind === 'walled' ? standing.wall.kind : null, not_isolated: [...missing] }
}

function stateOf(core: Core, { run, assembling, waiting }: Facts): AgentStatus['state'] {
  if (run) return run.ending ? 'ending' : 'running'
  if (assembling) return 'assembling'
  if (core.life.stopping !== 'no') return 'stopping'
  if (waiting?.reason === 'slot') return 'waiting'
  if (waiting?.reason === 'paused') return 'paused'
  const held: readonly (Waiting['reason'] | undefined)[] = ['held', 'isolation', 'limit']
  return held.includes(waiting?.reason) ? 'held' : 'idle'
}

/** One that is being ended is not waited for. */
function isSilent(
  core: Core,
  { agent, now, waitsForChild }: Facts,
  run: RunRecord,
  outputAt: number | undefined,
): boolean {
  if (run.ending !== undefined || waitsForChild) return false
  const { staleAfterMs } = agent
  const streams = adapterFor(run.adapter).streams(run.words)
  const wokeAt = core.life.wokeAt?.wall
  const startedAt = run.startedAt ?? run.recordedAt
  return isStale({ staleAfterMs, streams, startedAt, outputAt, wokeAt, now: now.wall })
}

/** What its open run last printed, and whether it has been silent for long. */
interface Heard {
  readonly outputAt: number | undefined
  readonly stale: boolean
}

function atWork(core: Core, run: RunRecord, now: Moment, { outputAt, stale }: Heard): string {
  const running = `running ${formatDuration(now.wall - (run.startedAt ?? run.recordedAt))}`
  const end = run.ending ? `, ending by ${run.ending.by}` : ''
  if (outputAt === undefined) return `${running}, no output yet${end}`
  const silence = formatDuration(now.wall - outputAt)
  if (!stale) return `${running}, last output ${silence} ago${end}`
  const step = lastStepOf(core, run, outputAt)
  return `${running}, no output for ${silence}${step === undefined ? '' : ` (last: ${step})`}`
}

function doing(core: Core, facts: Facts, heard: Heard): string {
  const { children } = facts
  const handed = children === 0 ? '' : `, ${children} ${children === 1 ? 'child' : 'children'} at work`
  return `${doingItself(core, facts, heard)}${handed}`
}

function doingItself(core: Core, facts: Facts, heard: Heard): string {
  const { run, now, waiting, history } = facts
  if (run) return atWork(core, run, now, heard)
  const state = stateOf(core, facts)
  if (state === 'assembling') return 'assembling its prompt'
  if (state === 'waiting') return `waits for a slot (${core.config.maxConcurrentRuns} in use)`
  if (state === 'paused' || state === 'held') {
    const until = waiting?.until === undefined ? '' : ` until ${isoTime(waiting.until)}`
    const stays = waiting?.reason === 'held' && waiting.until === undefined
    const how = stays ? ', resume it with: marrow resume' : ''
    if (waiting?.reason === 'limit') return `held: ${waiting.detail}`
    return `${state === 'held' ? 'held: ' : ''}${waiting?.detail ?? ''}${until}${how}`
  }
  if (state === 'stopping') return 'the daemon is stopping'
  return history.last?.end.kind === 'quiet' ? history.last.end.detail : 'idle'
}

function seconds(ms: number): number {
  return ms / 1_000
}
