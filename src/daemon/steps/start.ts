/** Starts new work, last in a pass: due ticks begin, open ones are assembled, recorded runs are launched. */
import type { Moment } from '../../base/moment.ts'
import { openDelegations, type Delegation } from '../../delegation/store.ts'
import { nextSlot } from '../../heartbeat/schedule.ts'
import { slotsOf } from '../../heartbeat/agent-slots.ts'
import { plan, type Action, type Candidate, type Plan } from '../../heartbeat/plan.ts'
import { tickName, type Tick, type TickEnd } from '../../heartbeat/state.ts'
import { insertAgent, readAgents, updateAgent } from '../../heartbeat/store/agents.ts'
import { endTick, insertTick, openTicks } from '../../heartbeat/store/ticks.ts'
import { pendingWakes } from '../../heartbeat/store/triggers.ts'
import type { AgentConfig } from '../../config/config.ts'
import { UNLIMITED, type Judgement } from '../../limits/decide.ts'
import type { Tx } from '../../platform/sqlite.ts'
import type { LaunchRequest, LaunchResult } from '../../runner/apply/launch.ts'
import { asChild } from '../../runner/record.ts'
import { markRunning, readRun, recordedRuns } from '../../runner/store.ts'
import { write, type Core, type Emit } from '../core.ts'
import { groundOf, standingIn } from '../standing.ts'
import { judgeAgent, ledgerOf, tellLimits, type DayLedger } from '../spending.ts'
import { launchLimited } from '../limits.ts'
import { holdOf } from '../pause.ts'
import { recordEnd, tellEnd } from '../settle.ts'
import { runTick, tickKey } from '../tick.ts'

const FIRST_MS_SPREAD = 50
const LAUNCHED_LOOK_MS = 50
const LAUNCHES_LEFT_MS = 5
const LAUNCHES_MAX = 10 // In one pass: each takes some ms, and requests are not to wait for a hundred of them.

/** Returns in how many ms something becomes due. */
export async function startDueTicks(core: Core, now: Moment): Promise<number> {
  const launched = await launchRecorded(core)
  if (!core.life.agentsSynced) await syncAgents(core, now)
  const { actions, waiting, held } = await write(core, (tx, emit) => {
    const standing = readStanding(core, tx, now)
    const made = planNow(core, tx, now, standing)
    const ended = made.actions.flatMap((action) => apply(tx, emit, action, now) ?? [])
    for (const agent of heldByLimits(made, standing)) {
      const judgement = standing.limits.get(agent) ?? UNLIMITED
      tellLimits(tx, emit, 'reached', { agent, judgement, now: now.wall })
    }
    return { ...made, held: ended }
  })
  for (const action of actions) core.life.forced.delete(action.agent)
  for (const { tick, end } of held) tellEnd(core, tick, null, end)
  await assembleOpen(core)
  const soonest = Math.min(
    ...waiting.map(({ until }) => (until === undefined ? Number.POSITIVE_INFINITY : until - now.wall)),
  )
  // A run may end before its folder is watched: the next pass must not wait for that watch.
  if (core.life.launches.size > 0) return LAUNCHES_LEFT_MS
  return launched > 0 ? LAUNCHED_LOOK_MS : Math.max(0, soonest)
}

/** What the plan is made of, read once: status shows the same. */
export interface Standing {
  readonly states: ReturnType<typeof readAgents>
  readonly wakes: ReturnType<typeof pendingWakes>
  /** Agents with a tick that did not end. */
  readonly busy: ReadonlySet<string>
  /** How many of their runs wait for a run that they asked for: those take nobody's place. */
  readonly waitingTicks: number
  /** Those that did not end. */
  readonly delegations: readonly Delegation[]
  readonly ledger: DayLedger
  /** How the limits of each agent stand. */
  readonly limits: ReadonlyMap<string, Judgement>
}

export function readStanding(core: Core, tx: Tx, { wall: now }: Moment): Standing {
  const ticks = openTicks(tx)
  const delegations = openDelegations(tx)
  const ledger = ledgerOf(tx, now)
  const limits = new Map(
    core.config.agents.map((agent) => [agent.name, judgeAgent(core, tx, agent, { now, ledger })]),
  )
  return {
    states: readAgents(tx),
    wakes: pendingWakes(tx),
    busy: new Set(ticks.map(({ agent }) => agent)),
    waitingTicks: countWaiting(ticks, delegations),
    delegations,
    ledger,
    limits,
  }
}

/** Ticks whose own run handed something on and has not let go of it. */
function countWaiting(ticks: readonly Tick[], delegations: readonly Delegation[]): number {
  const waiting = delegations.filter(({ detached }) => !detached)
  const roots = new Set(waiting.map(({ lineage }) => lineage[0]))
  return ticks.filter(({ run }) => run !== null && roots.has(run)).length
}

/** Whom a limit keeps from a start that was due: a slot, what was asked for, or wakes that wait. */
function heldByLimits({ actions, waiting }: Plan, { wakes }: Standing): string[] {
  const slots = actions.filter(({ kind }) => kind === 'hold')
  const woken = waiting.filter(({ agent, reason }) => reason === 'limit' && wakes.has(agent))
  return [...slots, ...woken].map(({ agent }) => agent)
}

/** The plan of this moment, also for status: who begins, and why the others do not. */
export function planNow(core: Core, tx: Tx, now: Moment, standing: Standing): Plan {
  const { states, wakes, busy, waitingTicks, limits } = standing
  const candidates: Candidate[] = core.config.agents.flatMap((config) => {
    const state = states.get(config.name)
    if (!state) return []
    const forced = core.life.forced.has(config.name)
    if (!forced && !core.life.scheduled) return []
    const hold = holdBy(core, config)
    const limit = limits.get(config.name)?.hold
    const { name } = config
    return [{ config, state, wakes: wakes.get(name) ?? [], busy: busy.has(name), forced, hold, limit }]
  })
  return plan({
    candidates,
    now,
    awakeSince: core.life.awakeSince,
    hold: holdOf(core, tx),
    openTicks: busy.size - waitingTicks,
    ticksMax: core.config.maxConcurrentRuns,
  })
}

/** What was asked for waits for a test, which takes a moment; else it is begun and ends with the reason. */
function holdBy(core: Core, agent: AgentConfig): Candidate['hold'] {
  const standing = standingIn(groundOf(core), agent)
  return standing.kind === 'held' ? { reason: standing.reason, forced: standing.testing } : undefined
}

/** Returns the tick that ended at once, if it did. */
function apply(
  tx: Tx,
  emit: Emit,
  action: Action,
  now: Moment,
): { readonly tick: Tick; readonly end: TickEnd } | undefined {
  const { agent, missed, nextDue } = action
  if (action.kind === 'reschedule') {
    updateAgent(tx, agent, { dueAt: nextDue, firstAt: action.firstAt, addMissed: missed })
    emit('tick.held', { agent }, { tick: agent, reason: action.reason })
    return undefined
  }
  const { causes, forced, dueAt } = action
  const tick = insertTick(tx, { agent, causes, forced, dueAt, begunAt: now.wall, missed })
  if (action.kind === 'hold') {
    const end: TickEnd = { kind: 'held', detail: action.detail }
    endTick(tx, tick.id, now.wall, end, { core: null, operator: null })
    updateAgent(tx, agent, { dueAt: nextDue, addTicks: 1, addMissed: missed })
    emit('tick.held', { agent }, { tick: tickName(tick), reason: action.detail })
    return { tick, end }
  }
  updateAgent(tx, agent, {
    dueAt: nextDue,
    addTicks: 1,
    addMissed: missed,
    ...(action.byAgent ? { agentWakeAt: now } : {}),
  })
  emit(
    'tick.begun',
    { agent },
    {
      tick: tickName(tick),
      causes,
      missed,
      caughtUp: action.caughtUp,
      latenessMs: Math.max(0, now.wall - dueAt),
    },
  )
  return undefined
}

/** Every open tick without a run is assembled; one that a dead daemon left goes the same way. */
async function assembleOpen(core: Core): Promise<void> {
  if (core.life.stopping !== 'no') return
  for (const tick of await core.db.read(openTicks)) {
    if (tick.state !== 'assembling' || core.jobs.has(tickKey(tick))) continue
    const agent = core.config.agents.find(({ name }) => name === tick.agent)
    if (agent && holdBy(core, agent)?.forced === true) continue // Left by a daemon before: this one still tests its wall.
    core.jobs.start(tickKey(tick), (signal) => runTick(core, tick, signal))
  }
}

interface Launched {
  readonly run: string
  readonly request: LaunchRequest & { readonly dueAt: number }
  readonly result: LaunchResult
  /** Epoch ms. */
  readonly at: number
}

/** Returns how many were launched; what is left over is launched by the next pass. */
async function launchRecorded(core: Core): Promise<number> {
  if (core.life.launches.size === 0) return 0
  // Only what the store really holds: a record that could not be committed must not have a run.
  const recorded = await core.db.read(recordedRuns)
  const ready = [...core.life.launches].filter(([run]) => recorded.has(run)).slice(0, LAUNCHES_MAX)
  const launched: Launched[] = []
  for (const [run, request] of ready) {
    launched.push({ run, request, result: launchLimited(request), at: core.clock.now().wall })
  }
  const unspawnable: { run: string; tick: Tick | undefined; verdict: TickEnd }[] = []
  await write(core, (tx, emit) => {
    for (const { run: id, request, result, at } of launched) {
      const run = readRun(tx, id)
      if (!run) continue
      if (result.kind === 'unspawnable') {
        const end = {
          endedAt: at,
          outcome: result,
          reading: undefined,
          aboutTokens: undefined,
          aftermath: undefined,
        }
        unspawnable.push({ run: run.id, ...recordEnd(core, tx, emit, { run, end }) })
        continue
      }
      markRunning(tx, run.id, core.processes.identify(result.pid), at)
      emit(
        'run.started',
        { agent: run.agent, run: run.id },
        {
          tick: run.tickName,
          pid: result.pid,
          promptBytes: run.promptBytes,
          latenessMs: Math.max(0, at - request.dueAt),
          child: asChild(run),
        },
      )
    }
  })
  for (const { run } of launched) core.life.launches.delete(run)
  for (const { run, tick, verdict } of unspawnable) tellEnd(core, tick, run, verdict)
  return launched.length
}

/** Gives agents of the file a row: new ones are due at once, spread; those with a changed schedule get new slots. */
async function syncAgents(core: Core, now: Moment): Promise<void> {
  await core.db.write((tx) => {
    const known = readAgents(tx)
    let fresh = 0
    for (const agent of core.config.agents) {
      const key = scheduleKey(agent)
      const state = known.get(agent.name)
      if (!state) {
        const wait = fresh * FIRST_MS_SPREAD
        insertAgent(tx, agent.name, key, { wall: now.wall + wait, mono: now.mono + wait, boot: now.boot })
        fresh += 1
      } else if (state.scheduleKey !== key) {
        const next = nextSlot(slotsOf(agent, state), now.wall)
        const dueAt =
          next === undefined ? undefined : { wall: next, mono: now.mono + next - now.wall, boot: now.boot }
        // What is due already, as the first tick of a new agent is, stays due.
        const overdue = state.dueAt !== undefined && state.dueAt.wall <= now.wall
        updateAgent(tx, agent.name, { scheduleKey: key, ...(overdue ? {} : { dueAt }) })
      }
    }
  })
  core.life.agentsSynced = true
}

function scheduleKey({ schedule, activeHours }: AgentConfig): string {
  return JSON.stringify([schedule, activeHours ?? null])
}
