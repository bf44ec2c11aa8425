/**
 * Decides which ticks begin now, and why the others do not.
 *
 * Pure: the world goes in as data, a list of actions and a reason per agent come out. The daemon applies the actions;
 * status shows the reasons.
 */
import { later, msUntil, type Moment } from '../base/moment.ts'
import type { AgentConfig } from '../config/config.ts'
import type { Cause } from '../observability/events.ts'
import { slotsOf } from './agent-slots.ts'
import { mayStart } from './breaker.ts'
import { afterClockWasSet, momentOf, type Reschedule } from './clock-set.ts'
import { isActive, nextSlot, opensAt, slotsBetween } from './schedule.ts'
import { REDELIVERY_MS_MAX, type AgentState, type Wake } from './state.ts'

const AGENT_WAKE_MS_FLOOR = 60_000
const DOWN_MS_TOLERANCE = 5_000 // A slot this much older than the daemon's start counts as on time.

/** One agent as the plan sees it. */
export interface Candidate {
  readonly config: AgentConfig
  readonly state: AgentState
  readonly wakes: readonly Wake[]
  /** It has a tick that did not end. */
  readonly busy: boolean
  /** Asked for by run-once; not yet begun. */
  readonly forced: boolean
  /** Why its isolation does not let it start; `forced`: not even when it is asked for. */
  readonly hold: { readonly reason: string; readonly forced: boolean } | undefined
  /** The limit on spending that holds it, and until when (epoch ms). */
  readonly limit: { readonly detail: string; readonly until: number } | undefined
}

export interface World {
  readonly candidates: readonly Candidate[]
  readonly now: Moment
  /** Since when this daemon has been up and the machine awake without a break. */
  readonly awakeSince: Moment
  /** Why nothing may start (paused, stopping), or undefined. */
  readonly hold: string | undefined
  readonly openTicks: number
  readonly ticksMax: number
}

export type Action =
  | {
      readonly kind: 'begin'
      readonly agent: string
      readonly causes: readonly Cause[]
      readonly forced: boolean
      /** The moment that made it due, epoch ms: its lateness is measured from here. */
      readonly dueAt: number
      readonly missed: number
      readonly nextDue: Moment | undefined
      readonly byAgent: boolean
      /** It stands for a slot that came while the daemon was down or the machine asleep. */
      readonly caughtUp: boolean
    }
  /** What was due ends at once: a limit is reached. */
  | {
      readonly kind: 'hold'
      readonly agent: string
      readonly causes: readonly Cause[]
      readonly forced: boolean
      readonly dueAt: number
      readonly missed: number
      readonly nextDue: Moment | undefined
      readonly detail: string
    }
  | Reschedule

/** Why an agent does not start now. */
export interface Waiting {
  readonly agent: string
  readonly reason: 'busy' | 'held' | 'isolation' | 'limit' | 'paused' | 'slot' | 'not-due'
  readonly detail: string
  /** When to look again, epoch ms; undefined: something else will wake the loop. */
  readonly until: number | undefined
}

export interface Plan {
  readonly actions: readonly Action[]
  readonly waiting: readonly Waiting[]
}

/** Ticks that are due, in due order, up to `ticksMax` open ones; everybody else with the reason. */
export function plan(world: World): Plan {
  const actions: Action[] = []
  const waiting: Waiting[] = []
  const due: { readonly at: number; readonly action: Extract<Action, { kind: 'begin' }> }[] = []
  for (const candidate of world.candidates) {
    const verdict = judgeCandidate(candidate, world)
    if (verdict.kind === 'waiting') waiting.push(verdict.waiting)
    else if (verdict.action.kind === 'begin') due.push({ at: verdict.action.dueAt, action: verdict.action })
    else actions.push(verdict.action)
  }
  due.sort((one, other) => one.at - other.at || one.action.agent.localeCompare(other.action.agent))
  const free = Math.max(0, world.ticksMax - world.openTicks)
  for (const [index, { action }] of due.entries()) {
    if (index < free) actions.push(action)
    else
      waiting.push({ agent: action.agent, reason: 'slot', detail: 'waits for a free slot', until: undefined })
  }
  return { actions, waiting }
}

type Verdict =
  | { readonly kind: 'action'; readonly action: Action }
  | { readonly kind: 'waiting'; readonly waiting: Waiting }

/**
 * A slot that comes while a limit is reached is a tick that ends at once, so that it can be counted; wakes wait for the end
 * of the limit.
 */
function judgeCandidate(candidate: Candidate, world: World): Verdict {
  const { config, limit } = candidate
  if (limit === undefined) return judgeUnlimited(candidate, world)
  const verdict = judgeUnlimited({ ...candidate, wakes: [] }, world)
  if (verdict.kind === 'action' && verdict.action.kind === 'begin') {
    const { agent, causes, forced, dueAt, missed, nextDue } = verdict.action
    const { detail } = limit
    const action = { kind: 'hold', agent, causes, forced, dueAt, missed, nextDue, detail } as const
    return { kind: 'action', action }
  }
  if (verdict.kind === 'action' || verdict.waiting.reason !== 'not-due') return verdict
  const until = earliest(verdict.waiting.until, limit.until)
  return { kind: 'waiting', waiting: { agent: config.name, reason: 'limit', detail: limit.detail, until } }
}

function judgeUnlimited(candidate: Candidate, world: World): Verdict {
  const { config, state, busy, forced, hold } = candidate
  const wait = (reason: Waiting['reason'], detail: string, until?: number): Verdict => ({
    kind: 'waiting',
    waiting: { agent: config.name, reason, detail, until },
  })
  if (busy) return wait('busy', 'a tick is open')
  if (world.hold !== undefined) return wait('paused', world.hold)
  if (hold && (!forced || hold.forced)) return wait('isolation', hold.reason)
  if (forced) return begin(candidate, world, { at: world.now.wall, causes: ['run-once'] })
  if (state.paused)
    return wait('paused', state.paused.reason === '' ? 'paused' : `paused: ${state.paused.reason}`)
  const permission = mayStart(state.breaker, world.now)
  if (!permission.allowed) return wait('held', permission.reason, permission.until)
  const moved = afterClockWasSet(candidate, world.now)
  if (moved) return { kind: 'action', action: moved }
  const wake = wakeOf(candidate, world)
  if (wake.dueAt !== undefined && wake.dueAt <= world.now.wall) {
    const slotToo = state.dueAt !== undefined && state.dueAt.wall <= world.now.wall
    return begin(candidate, world, {
      at: wake.dueAt,
      causes: slotToo ? ['schedule', ...wake.causes] : wake.causes,
    })
  }
  if (state.dueAt === undefined) return wait('not-due', 'has no further slot', wake.dueAt)
  if (state.dueAt.wall > world.now.wall)
    return wait('not-due', 'not due', earliest(state.dueAt.wall, wake.dueAt))
  return slotVerdict(candidate, world, state.dueAt)
}

/** A slot that has come: on time, held back by other runs, or missed while nobody was there. */
function slotVerdict(candidate: Candidate, world: World, dueAt: Moment): Verdict {
  const { config, state } = candidate
  const until = opensAt(config.activeHours, world.now.wall)
  if (state.tickCount > 0 && until > world.now.wall) {
    const detail = 'outside of active_hours'
    return { kind: 'waiting', waiting: { agent: config.name, reason: 'not-due', detail, until } }
  }
  if (wasMissed(dueAt, world.awakeSince) && config.catchUp === 'skip' && state.tickCount > 0) {
    const slots = slotsOf(config, state)
    const missed = 1 + slotsBetween(slots, dueAt.wall, world.now.wall)
    const nextDue = momentOf(nextSlot(slots, world.now.wall), world.now)
    const reason = `missed ${missed} while nobody was there; catch_up = "skip"`
    const { firstAt } = state
    return {
      kind: 'action',
      action: { kind: 'reschedule', agent: config.name, missed, nextDue, firstAt, reason },
    }
  }
  return begin(candidate, world, { at: dueAt.wall, causes: ['schedule'] })
}

function begin(
  candidate: Candidate,
  world: World,
  { at, causes }: { at: number; causes: readonly Cause[] },
): Verdict {
  const { config, state } = candidate
  const slots = slotsOf(config, state)
  const overdue = state.dueAt !== undefined && state.dueAt.wall <= world.now.wall
  // The slot itself is this tick; only those behind it were missed. A wake before the slot leaves the slot where it is.
  const missed = overdue && state.tickCount > 0 ? slotsBetween(slots, state.dueAt.wall, world.now.wall) : 0
  const nextDue = overdue ? momentOf(nextSlot(slots, slotsFrom(candidate, world)), world.now) : state.dueAt
  const byAgent = candidate.wakes.some((wake) => wake.byAgent && wake.wakes)
  const forced = causes.includes('run-once')
  const action = {
    kind: 'begin',
    agent: config.name,
    causes,
    forced,
    dueAt: at,
    missed,
    nextDue,
    byAgent,
    caughtUp: overdue && isCaughtUp(candidate, world),
  } as const
  return { kind: 'action', action }
}

/**
 * After which time (epoch ms) the next slot is looked for. An interval's tick that was caught up stands for the slot that
 * is just about to come as well: two of them within minutes would be paid for twice.
 */
function slotsFrom(candidate: Candidate, world: World): number {
  const { schedule } = candidate.config
  const { wall } = world.now
  return isCaughtUp(candidate, world) && schedule.kind === 'interval' ? wall + schedule.intervalMs / 2 : wall
}

/** Its slot came while nobody was there. */
function isCaughtUp({ state }: Candidate, { awakeSince }: World): boolean {
  return state.tickCount > 0 && state.dueAt !== undefined && wasMissed(state.dueAt, awakeSince)
}

/** The slot came while the daemon was down or the machine asleep. */
function wasMissed(dueAt: Moment, awakeSince: Moment): boolean {
  return dueAt.wall < awakeSince.wall - DOWN_MS_TOLERANCE
}

/** When the pending wakes make the agent due (epoch ms), and who asked. */
function wakeOf(
  { config, state, wakes }: Candidate,
  { now }: World,
): { dueAt: number | undefined; causes: Cause[] } {
  let dueAt: number | undefined
  const causes = new Set<Cause>()
  for (const wake of wakes) {
    if (!wake.wakes) continue
    causes.add(wake.cause)
    let at = Math.min(wake.at, now.wall) // A clock that was set back must not make a wake wait for its time to come again.
    if (wake.notBefore)
      at = Math.max(at, now.wall + believable(msUntil(wake.notBefore, now), REDELIVERY_MS_MAX))
    if (wake.byAgent) {
      if (!isActive(config.activeHours, now.wall)) continue
      if (state.agentWakeAt)
        at = Math.max(
          at,
          now.wall +
            believable(msUntil(later(state.agentWakeAt, AGENT_WAKE_MS_FLOOR), now), AGENT_WAKE_MS_FLOOR),
        )
    }
    dueAt = earliest(at, dueAt)
  }
  return { dueAt, causes: [...causes] }
}

/** A wait that is longer than it can be comes from a clock that was wrong before a reboot: it is over. */
function believable(waitMs: number, waitMsMax: number): number {
  return waitMs > waitMsMax ? 0 : waitMs
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other
  return other === undefined ? one : Math.min(one, other)
}
