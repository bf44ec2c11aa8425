import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Schedule } from '../config/config.ts'
import { intervalOf, isActive, nextSlot, phaseOf, slotsBetween, type Slots } from './schedule.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const noon = Date.UTC(2026, 0, 5, 12)

function every(intervalMs: number, overrides: Partial<Slots> = {}): Slots {
  return {
    schedule: { kind: 'interval', intervalMs },
    activeHours: undefined,
    firstAt: noon,
    phaseMs: 0,
    ...overrides,
  }
}

function cron(expression: string, timezone?: string): Slots {
  return { ...every(0), schedule: { kind: 'cron', expression, timezone } }
}

const slotsArbitrary = fc.record({
  schedule: fc
    .integer({ min: 60_000, max: 604_800_000 })
    .map((intervalMs): Schedule => ({ kind: 'interval', intervalMs })),
  activeHours: fc.constant(undefined),
  firstAt: fc.integer({ min: noon - 1e9, max: noon }),
  phaseMs: fc.integer({ min: 0, max: 6_000 }),
})

describe('slots of an interval', () => {
  test('are counted from the first tick, one interval and the phase later', ({ expect }) => {
    expect(nextSlot(every(HOUR, { phaseMs: 90_000 }), noon)).toBe(noon + HOUR + 90_000)
    expect(nextSlot(every(HOUR), noon + HOUR)).toBe(noon + 2 * HOUR)
  })

  test('the next slot is later than the time asked from, and no slot lies in between', ({ expect }) => {
    fc.assert(
      fc.property(slotsArbitrary, fc.integer({ min: 0, max: 2e9 }), (slots, ms) => {
        const after = slots.firstAt + ms
        const slot = nextSlot(slots, after) ?? 0
        expect(slot).toBeGreaterThan(after)
        expect(slotsBetween(slots, after, slot)).toBe(1)
        expect(slotsBetween(slots, after, slot - 1)).toBe(0)
      }),
    )
  })

  test('walking from slot to slot keeps the same distance for ever', ({ expect }) => {
    const slots = every(7 * MINUTE, { phaseMs: 1_234 })
    let at = nextSlot(slots, noon) ?? 0
    for (let step = 0; step < 1_000; step += 1) {
      const next = nextSlot(slots, at) ?? 0
      expect(next - at).toBe(7 * MINUTE)
      at = next
    }
  })

  test('outside the active hours are left out, over midnight too', ({ expect }) => {
    const day = { fromMinute: 9 * 60, toMinute: 18 * 60, timezone: 'UTC' }
    const night = { fromMinute: 22 * 60, toMinute: 6 * 60, timezone: 'UTC' }
    expect(nextSlot(every(HOUR, { activeHours: day }), noon + 5 * HOUR)).toBe(Date.UTC(2026, 0, 6, 9))
    expect(nextSlot(every(HOUR, { activeHours: night }), noon)).toBe(Date.UTC(2026, 0, 5, 22))
    expect(nextSlot(every(HOUR, { activeHours: night }), Date.UTC(2026, 0, 6, 5))).toBe(
      Date.UTC(2026, 0, 6, 22),
    )
  })
})

describe('slots and active hours', () => {
  const day = { fromMinute: 9 * 60, toMinute: 18 * 60, timezone: 'UTC' }

  test.for([12, 24, 48, 84, 168])(
    'an interval of %i h whose slots are all at night is kept in the morning',
    (hours, { expect }) => {
      const slots = every(hours * HOUR, { firstAt: Date.UTC(2026, 0, 5, 20), activeHours: day })
      const slot = nextSlot(slots, slots.firstAt) ?? 0
      expect(isActive(day, slot)).toBe(true)
      expect(slot - slots.firstAt).toBeLessThanOrEqual((hours + 24) * HOUR)
    },
  )

  test('begin on time on the day on which clocks go forward', ({ expect }) => {
    const berlin = { ...day, timezone: 'Europe/Berlin' }
    const hourly = every(HOUR, { firstAt: Date.UTC(2026, 2, 28, 6), activeHours: berlin })
    expect(new Date(nextSlot(hourly, Date.UTC(2026, 2, 28, 20)) ?? 0).toISOString()).toBe(
      '2026-03-29T07:00:00.000Z',
    )
  })
})

describe('slots of a cron line', () => {
  test.for([
    { line: '*/15 * * * *', after: noon, slot: noon + 15 * MINUTE },
    { line: '0 9 * * 1', after: noon, slot: Date.UTC(2026, 0, 12, 9) },
    { line: '*/10 * * * * *', after: noon, slot: noon + 10_000 },
  ])('$line', ({ line, after, slot }, { expect }) => {
    expect(nextSlot(cron(line, 'UTC'), after)).toBe(slot)
  })

  test('an hour that the clocks skip runs once, an hour that they repeat runs once', ({ expect }) => {
    const spring = nextSlot(cron('30 2 * * *', 'Europe/Berlin'), Date.UTC(2026, 2, 29, 0)) ?? 0
    expect(new Date(spring).toISOString()).toBe('2026-03-29T01:30:00.000Z')
    const autumn = cron('30 2 * * *', 'Europe/Berlin')
    const first = nextSlot(autumn, Date.UTC(2026, 9, 24, 23)) ?? 0
    expect((nextSlot(autumn, first) ?? 0) - first).toBeGreaterThan(20 * HOUR)
  })

  test('the unit of cool-downs is the distance of its next two slots', ({ expect }) => {
    expect(intervalOf(cron('0 * * * *', 'UTC'), noon)).toBe(HOUR)
  })
})

describe('the phase', () => {
  test('is stable for a name, and between 0 and a tenth of the interval or five minutes', ({ expect }) => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 60_000, max: 604_800_000 }), (name, intervalMs) => {
        const phase = phaseOf(name, { kind: 'interval', intervalMs })
        expect(phase).toBe(phaseOf(name, { kind: 'interval', intervalMs }))
        expect(phase).toBeGreaterThanOrEqual(0)
        expect(phase).toBeLessThanOrEqual(Math.min(intervalMs / 10, 5 * MINUTE))
      }),
    )
  })

  test('spreads agents of one interval', ({ expect }) => {
    const phases = Array.from({ length: 100 }, (_, index) =>
      phaseOf(`agent ${index}`, { kind: 'interval', intervalMs: HOUR }),
    )
    expect(new Set(phases).size).toBeGreaterThan(90)
  })
})
