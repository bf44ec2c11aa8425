/** When an agent's slots are. Pure: all times are epoch ms of the wall clock, by which slots go. */
import { CronExpressionParser } from 'cron-parser'
import { digest } from '../base/digest.ts'
import { minuteOfDay } from '../base/time.ts'
import type { ActiveHours, Schedule } from '../config/config.ts'

const PHASE_MS_MAX = 5 * 60_000
const SLOTS_COUNTED_MAX = 10_000 // A count of missed slots beyond this says no more than "very many".
const OPENINGS_MAX = 400 // A cron line that never meets the active hours must not search for ever.
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Where an agent's slots come from. `firstAt` is its first tick; intervals are counted from there. */
export interface Slots {
  readonly schedule: Schedule
  readonly activeHours: ActiveHours | undefined
  readonly firstAt: number
  /** Stable per agent, so that agents with one interval do not all tick at one moment. */
  readonly phaseMs: number
}

/** Between 0 and min(interval / 10, 5 min), the same for the same name at every start. */
export function phaseOf(name: string, schedule: Schedule): number {
  if (schedule.kind === 'cron') return 0
  const spread = Math.min(schedule.intervalMs / 10, PHASE_MS_MAX)
  const fraction = Number.parseInt(digest(name).slice(0, 8), 16) / 0xffff_ffff
  return Math.floor(fraction * spread)
}

/** The first slot later than `after`, inside the active hours; undefined when there is none (a cron line of the past). */
export function nextSlot(slots: Slots, after: number): number | undefined {
  let slot = rawSlotAfter(slots, after)
  for (let tries = 0; slot !== undefined && tries < OPENINGS_MAX; tries += 1) {
    const closedMs = msUntilOpen(slots.activeHours, slot)
    if (closedMs === 0) return slot
    // An hour early first: on the day on which clocks go forward, the opening is that much closer than they say.
    const jumpMs = closedMs > HOUR_MS ? closedMs - HOUR_MS : closedMs
    slot = rawSlotAfter(slots, slot + jumpMs - 1)
  }
  if (slots.schedule.kind === 'cron') return undefined
  // Every slot of an interval such as 24 h is at one time of day: it is kept when the hours begin.
  const first = rawSlotAfter(slots, after)
  return first === undefined ? undefined : first + msUntilOpen(slots.activeHours, first)
}

/** How many slots lie in `(from, to]`. */
export function slotsBetween(slots: Slots, from: number, to: number): number {
  if (slots.schedule.kind === 'interval' && slots.activeHours === undefined) {
    return Math.max(
      0,
      indexAt(slots, slots.schedule.intervalMs, to) - indexAt(slots, slots.schedule.intervalMs, from),
    )
  }
  let count = 0
  for (let slot = nextSlot(slots, from); slot !== undefined && slot <= to; slot = nextSlot(slots, slot)) {
    count += 1
    if (count >= SLOTS_COUNTED_MAX) break
  }
  return count
}

/** The distance of slots in ms, as the unit of cool-downs: the interval, or the distance of a cron line's next two. */
export function intervalOf(slots: Slots, now: number): number {
  if (slots.schedule.kind === 'interval') return slots.schedule.intervalMs
  const first = rawSlotAfter(slots, now)
  const second = first === undefined ? undefined : rawSlotAfter(slots, first)
  return first === undefined || second === undefined ? 24 * 3_600_000 : second - first
}

/** When slots count again: `at` itself while they do. */
export function opensAt(hours: ActiveHours | undefined, at: number): number {
  return at + msUntilOpen(hours, at)
}

/** Whether slots count at `at`. */
export function isActive(hours: ActiveHours | undefined, at: number): boolean {
  return msUntilOpen(hours, at) === 0
}

function rawSlotAfter(slots: Slots, after: number): number | undefined {
  const { schedule } = slots
  if (schedule.kind === 'cron') return cronSlotAfter(schedule.expression, schedule.timezone, after)
  // From n = 1 on: the first tick itself is not a slot, so nothing follows it sooner than one interval.
  const index = Math.max(1, indexAt(slots, schedule.intervalMs, after) + 1)
  return slots.firstAt + slots.phaseMs + index * schedule.intervalMs
}

function indexAt(slots: Slots, intervalMs: number, at: number): number {
  return Math.max(0, Math.floor((at - slots.firstAt - slots.phaseMs) / intervalMs))
}

function cronSlotAfter(expression: string, timezone: string | undefined, after: number): number | undefined {
  const options = { currentDate: after, ...(timezone === undefined ? {} : { tz: timezone }) }
  try {
    return CronExpressionParser.parse(expression, options).next().getTime()
  } catch {
    return undefined // The line itself was checked when the file was read: this one has no further slot.
  }
}

/** 0 while open, else ms to the first open minute. A range over midnight is open before `to` and from `from` on. */
function msUntilOpen(hours: ActiveHours | undefined, at: number): number {
  if (hours === undefined) return 0
  const minute = minuteOfDay(at, hours.timezone)
  const { fromMinute, toMinute } = hours
  const open =
    fromMinute <= toMinute
      ? minute >= fromMinute && minute < toMinute
      : minute >= fromMinute || minute < toMinute
  if (open) return 0
  const minutes = (fromMinute - minute + 24 * 60) % (24 * 60)
  return minutes * MINUTE_MS - (at % MINUTE_MS)
}
