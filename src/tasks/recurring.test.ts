import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { planRecurring, type Recurrence, type RecurrenceState } from './recurring.ts'

const HOUR_MS = 3_600_000
const START = Date.UTC(2026, 0, 5, 12)
const hourly: Recurrence = {
  name: 'audit',
  schedule: { kind: 'interval', intervalMs: HOUR_MS },
  catchUp: 'once',
}
const daily: Recurrence = {
  name: 'audit',
  schedule: { kind: 'cron', expression: '0 9 * * *', timezone: 'UTC' },
  catchUp: 'once',
}

const stateOf = (one: Recurrence, changes: Partial<RecurrenceState> = {}): RecurrenceState => ({
  scheduleKey: JSON.stringify(one.schedule),
  firstAt: START,
  dueAt: START + HOUR_MS,
  isOpen: false,
  ...changes,
})

function planAt(now: number, one: Recurrence, state: RecurrenceState | undefined, awakeSince = START) {
  return planRecurring({ schedules: [one], known: new Map(state && [[one.name, state]]), now, awakeSince })
}

describe('a task that comes again', () => {
  test('comes first at the slot after its schedule was written, also when that was changed', ({ expect }) => {
    const nextAt = Date.UTC(2026, 0, 6, 9)
    const begin = { kind: 'begin', name: 'audit', scheduleKey: JSON.stringify(daily.schedule), nextAt }
    expect(planAt(START, daily, undefined)).toEqual({ actions: [begin], nextMs: nextAt - START })
    expect(planAt(START, daily, stateOf(hourly)).actions).toEqual([begin])
    expect(planAt(START, hourly, undefined).nextMs).toBe(HOUR_MS)
  })

  test('comes at its slot, and then at the next', ({ expect }) => {
    expect(planAt(START + HOUR_MS - 1, hourly, stateOf(hourly))).toEqual({ actions: [], nextMs: 1 })
    const nextAt = START + 2 * HOUR_MS
    expect(planAt(START + HOUR_MS, hourly, stateOf(hourly))).toEqual({
      actions: [{ kind: 'make', name: 'audit', missed: 0, nextAt }],
      nextMs: HOUR_MS,
    })
  })

  test('does not come while the last one is open', ({ expect }) => {
    const { actions } = planAt(START + HOUR_MS, hourly, stateOf(hourly, { isOpen: true }))
    expect(actions).toMatchObject([{ kind: 'skip', why: 'overlap', nextAt: START + 2 * HOUR_MS }])
  })

  test.for([
    ['once for all that were missed', 'once', 5.5, { kind: 'make', missed: 4 }],
    ['not at all, if it is not to catch up', 'skip', 5.5, { kind: 'skip', why: 'late', missed: 4 }],
    ['all the same, if a slot came since', 'skip', 4.5, { kind: 'make', missed: 4 }],
    ['in time, if nothing was missed', 'skip', 0, { kind: 'make', missed: 4 }],
  ] as const)('comes after a sleep %s', ([, catchUp, awakeHours, action], { expect }) => {
    const now = START + 5.6 * HOUR_MS
    const { actions } = planAt(now, { ...hourly, catchUp }, stateOf(hourly), START + awakeHours * HOUR_MS)
    expect(actions).toMatchObject([{ ...action, nextAt: START + 6 * HOUR_MS }])
  })

  test('is forgotten when nobody writes it any more', ({ expect }) => {
    const known = new Map([['old', stateOf(hourly)]])
    const plan = planRecurring({ schedules: [], known, now: START, awakeSince: START })
    expect(plan).toEqual({ actions: [{ kind: 'forget', name: 'old' }], nextMs: Number.POSITIVE_INFINITY })
  })
})

test('whenever it is looked at, each slot is made, skipped or counted as missed, and none of them twice', ({
  expect,
}) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 10 * HOUR_MS }), fc.boolean()), { maxLength: 30 }),
      (looks) => {
        let state = stateOf(hourly)
        let [now, slots] = [START, 0]
        for (const [passedMs, isOpen] of looks) {
          now += passedMs
          const [action] = planAt(now, hourly, { ...state, isOpen }).actions
          if (action === undefined || action.kind === 'begin' || action.kind === 'forget') continue
          slots += 1 + action.missed
          state = { ...state, dueAt: action.nextAt }
          expect(planAt(now, hourly, { ...state, isOpen }).actions).toEqual([])
        }
        expect(slots).toBe(Math.floor((now - START) / HOUR_MS))
      },
    ),
  )
})
