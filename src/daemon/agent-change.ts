/** What the end of a run changes in its agent: breaker, progress, the next slot. */
import { msUntil, type Moment } from '../base/moment.ts'
import { isoTime } from '../base/time.ts'
import type { AgentConfig } from '../config/config.ts'
import { slotsOf } from '../heartbeat/agent-slots.ts'
import { afterRun, type Breaker } from '../heartbeat/breaker.ts'
import { intervalOf, nextSlot, slotsBetween } from '../heartbeat/schedule.ts'
import type { AgentState } from '../heartbeat/state.ts'
import type { AgentChange } from '../heartbeat/store/agents.ts'
import { nextProgress, wasOnlyAsked } from '../prompt/progress.ts'
import type { Outcome } from '../runner/outcome.ts'
import type { RunRecord } from '../runner/record.ts'
import type { Core, Emit } from './core.ts'
import type { End } from './settle.ts'

const WOKE_MS_RECENT = 5 * 60_000

/** What is known of a run that was a tick's own. */
interface Ended {
  readonly run: RunRecord
  readonly agent: AgentConfig
  readonly end: End
  readonly state: AgentState
  readonly now: Moment
  readonly emit: Emit
}

/** What such a run changes in the row of its agent; says what is new of its breaker and its progress. */
export function changeOf(core: Core, ended: Ended): AgentChange {
  const { run, agent, end, state, now, emit } = ended
  const slots = slotsOf(agent, state)
  const intervalMs = intervalOf(slots, now.wall)
  const rebooted = run.identity !== undefined && run.identity.boot !== now.boot
  const { wokeAt } = core.life
  const wokeRecently = wokeAt !== undefined && -msUntil(wokeAt, now) < WOKE_MS_RECENT
  const breaker = afterRun(state.breaker, { outcome: end.outcome, now, intervalMs, wokeRecently, rebooted })
  sayBreaker(emit, run.agent, state.breaker, breaker)
  return {
    breaker,
    ...progressOf(ended, intervalMs),
    ...(end.outcome.kind === 'succeeded' ? { lastSuccess: { at: end.endedAt, digests: run.digests } } : {}),
    ...slotsPassed(state, slots, end.endedAt, now),
  }
}

/** Slots that passed while the run was busy are not caught up: the next free one is next. */
export function slotsPassed(
  state: AgentState,
  slots: ReturnType<typeof slotsOf>,
  endedAt: number,
  now: Moment,
): AgentChange {
  const due = state.dueAt
  if (due === undefined || due.wall > endedAt) return {}
  const next = nextSlot(slots, endedAt)
  const missed = slotsBetween(slots, due.wall - 1, endedAt)
  const dueAt =
    next === undefined ? undefined : { wall: next, mono: now.mono + (next - now.wall), boot: now.boot }
  return { dueAt, addMissed: missed }
}

function progressOf({ run, end, state, now, emit }: Ended, intervalMs: number): AgentChange {
  if (wasCutShort(end.outcome)) return {}
  const world = end.aftermath?.world
  if (run.worldBefore === null || world === undefined) return { progress: undefined }
  const progress = nextProgress(state.progress, run.worldBefore, world.fingerprint, now, intervalMs)
  if (progress && wasOnlyAsked(run.causes)) return {}
  if (progress) {
    const retryAt = isoTime(progress.retryAt.wall)
    emit('agent.no-progress', { agent: run.agent, run: run.id }, { attempts: progress.attempts, retryAt })
  }
  return { progress }
}

const cutShortBy: readonly string[] = ['stop', 'operator', 'guard', 'signal']

/** It could not work on its task, which says nothing of the task. */
function wasCutShort(outcome: Outcome): boolean {
  if (outcome.kind === 'failed')
    return ['rate-limit', 'authentication', 'connection'].includes(outcome.reason)
  // A deadline, and a limit, may well be the task's own fault.
  return outcome.kind === 'lost' || (outcome.kind === 'ended' && cutShortBy.includes(outcome.by))
}

/** Tells of a breaker what is another thing than before. */
export function sayBreaker(emit: Emit, agent: string, before: Breaker, after: Breaker): void {
  if (after.state === 'open' && after !== before) {
    emit('breaker.opened', { agent }, { reason: after.reason, reopensAt: isoTime(after.reopensAt.wall) })
  }
  if (after.state === 'limited' && after !== before)
    emit('agent.held', { agent }, { reason: after.reason, until: isoTime(after.until) })
  if (after.state === 'held' && before.state !== 'held')
    emit('agent.held', { agent }, { reason: after.reason, until: null })
  if (after.state === 'closed' && before.state !== 'closed') emit('breaker.closed', { agent }, {})
}
