/** Owns what becomes of an agent's next slot when the wall clock was set back. */
import { later, type Moment } from '../base/moment.ts'
import type { AgentConfig } from '../config/config.ts'
import { slotsOf } from './agent-slots.ts'
import { nextSlot } from './schedule.ts'
import type { AgentState } from './state.ts'

const CLOCK_MS_TOLERANCE = 2_000 // Clocks are slewed; less than this is not a clock that was set.
const RELIVED_MS_MAX = 3 * 3_600_000 // Set back by more, a cron line follows the new time at once, as cron itself does.

/** The next slot is moved, without a tick. */
export interface Reschedule {
  readonly kind: 'reschedule'
  readonly agent: string
  readonly missed: number
  readonly nextDue: Moment | undefined
  /** Where the slots are counted from, from now on. */
  readonly firstAt: number
  readonly reason: string
}

/**
 * The wall clock was set back: the wall wait grew beyond the awake wait. An interval keeps its real distance; a cron
 * line does not run the hours again that it already lived through, unless the clock had been wrong by far.
 */
export function afterClockWasSet(
  { config, state }: { readonly config: AgentConfig; readonly state: AgentState },
  now: Moment,
): Reschedule | undefined {
  const { dueAt } = state
  if (dueAt === undefined || dueAt.boot !== now.boot) return tooFarAhead(config, state, now)
  const backMs = dueAt.wall - now.wall - (dueAt.mono - now.mono)
  if (backMs <= CLOCK_MS_TOLERANCE) return undefined
  const reason = `the clock was set back by ${Math.round(backMs / 1_000)} s`
  const move = (at: number | undefined, firstAt: number): Reschedule => {
    return { kind: 'reschedule', agent: config.name, missed: 0, nextDue: momentOf(at, now), firstAt, reason }
  }
  if (config.schedule.kind === 'interval') return move(dueAt.wall - backMs, state.firstAt - backMs)
  if (backMs > RELIVED_MS_MAX) return move(nextSlot(slotsOf(config, state), now.wall), state.firstAt)
  return move(dueAt.wall, state.firstAt)
}

/** After a reboot only the wall clock is left: a slot further away than any of this schedule comes from a wrong clock. */
function tooFarAhead(config: AgentConfig, state: AgentState, now: Moment): Reschedule | undefined {
  if (state.dueAt === undefined) return undefined
  const firstAt = Math.min(state.firstAt, now.wall)
  const next = nextSlot(slotsOf(config, { firstAt }), now.wall)
  if (next === undefined || state.dueAt.wall <= next + RELIVED_MS_MAX) return undefined
  const reason = 'the clock was set back while the machine was off'
  return { kind: 'reschedule', agent: config.name, missed: 0, nextDue: momentOf(next, now), firstAt, reason }
}

/** A wall time as a moment of this boot. */
export function momentOf(at: number | undefined, now: Moment): Moment | undefined {
  return at === undefined ? undefined : later(now, at - now.wall)
}
