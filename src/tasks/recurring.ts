/** Owns when a task of a schedule comes again: never two of one schedule at once, and none lost without a word. */
import type { AgentConfig, Schedule } from '../config/config.ts'
import { nextSlot, slotsBetween, type Slots } from '../heartbeat/schedule.ts'

/** What of a `[[schedule]]` entry says when. */
export interface Recurrence {
  readonly name: string
  readonly schedule: Schedule
  readonly catchUp: AgentConfig['catchUp']
}

/** What the store knows of one. */
export interface RecurrenceState {
  /** Identifies the schedule that the slots belong to: a changed one begins anew. */
  readonly scheduleKey: string
  /** Epoch ms; slots of an interval are counted from here. */
  readonly firstAt: number
  /** The next slot, epoch ms; undefined: there is none any more. */
  readonly dueAt: number | undefined
  /** The task that it made last is not over. */
  readonly isOpen: boolean
}

/** What is to be done about one schedule. `nextAt` is its next slot. */
export type RecurrenceAction =
  | {
      readonly kind: 'begin'
      readonly name: string
      readonly scheduleKey: string
      readonly nextAt: number | undefined
    }
  /** `missed`: slots that this one task stands for, beyond its own. */
  | {
      readonly kind: 'make'
      readonly name: string
      readonly missed: number
      readonly nextAt: number | undefined
    }
  /** `overlap`: its last task is still open. `late`: the machine slept or no daemon ran, and it is not to catch up. */
  | {
      readonly kind: 'skip'
      readonly name: string
      readonly why: 'overlap' | 'late'
      readonly missed: number
      readonly nextAt: number | undefined
    }
  | { readonly kind: 'forget'; readonly name: string }

/** What is due now, and in how many ms the next slot is; Infinity: there is none. */
export interface RecurrencePlan {
  readonly actions: readonly RecurrenceAction[]
  readonly nextMs: number
}

interface RecurrenceRequest {
  readonly schedules: readonly Recurrence[]
  readonly known: ReadonlyMap<string, RecurrenceState>
  /** Epoch ms. */
  readonly now: number
  /** Since when daemon and machine have been awake, epoch ms, less what a restart takes: slots of before that are late. */
  readonly awakeSince: number
}

/** One action at most for each schedule; applying them and asking again gives none. */
export function planRecurring({ schedules, known, now, awakeSince }: RecurrenceRequest): RecurrencePlan {
  const actions = schedules.flatMap((one) => actionFor(one, known.get(one.name), { now, awakeSince }) ?? [])
  const names = new Set(schedules.map(({ name }) => name))
  const gone = [...known.keys()].filter((name) => !names.has(name))
  const planned = new Map(actions.map((action) => [action.name, action.nextAt]))
  const nextAts = schedules.map(({ name }) =>
    planned.has(name) ? planned.get(name) : known.get(name)?.dueAt,
  )
  const waits = nextAts.flatMap((at) => (at === undefined ? [] : [Math.max(0, at - now)]))
  return {
    actions: [...actions, ...gone.map((name) => ({ kind: 'forget' as const, name }))],
    nextMs: Math.min(Number.POSITIVE_INFINITY, ...waits),
  }
}

type DueAction = Exclude<RecurrenceAction, { kind: 'forget' }>

function actionFor(
  one: Recurrence,
  state: RecurrenceState | undefined,
  { now, awakeSince }: Pick<RecurrenceRequest, 'now' | 'awakeSince'>,
): DueAction | undefined {
  const { name, catchUp } = one
  const scheduleKey = JSON.stringify(one.schedule)
  // Nothing is made for a schedule that was just written: its first slot is the next one.
  if (state?.scheduleKey !== scheduleKey)
    return { kind: 'begin', name, scheduleKey, nextAt: nextSlot(slotsOf(one, now), now) }
  const { dueAt, firstAt, isOpen } = state
  if (dueAt === undefined || dueAt > now) return undefined
  const slots = slotsOf(one, firstAt)
  const missed = slotsBetween(slots, dueAt, now)
  const nextAt = nextSlot(slots, now)
  if (isOpen) return { kind: 'skip', name, why: 'overlap', missed, nextAt }
  // One that came while everything was awake is not late, whatever was missed before it.
  const isLate = dueAt < awakeSince && slotsBetween(slots, Math.max(dueAt, awakeSince), now) === 0
  if (catchUp === 'skip' && isLate) return { kind: 'skip', name, why: 'late', missed, nextAt }
  return { kind: 'make', name, missed, nextAt }
}

function slotsOf({ schedule }: Recurrence, firstAt: number): Slots {
  return { schedule, activeHours: undefined, firstAt, phaseMs: 0 }
}
