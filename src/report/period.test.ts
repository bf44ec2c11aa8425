import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { askedAfter, periodBefore, periodOf, type Asked } from './period.ts'

const now = new Date(2026, 0, 5, 9, 30).getTime()
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

describe('the period', () => {
  const asked: Asked = { from: now - 30 * hour, at: now - 10 * hour }
  test.for<[since: string, asked: Asked | undefined, from: number, to: number]>([
    ['last', undefined, now - day, now],
    ['last', asked, asked.at, now],
    ['last', { from: now - 12 * hour, at: now - 14 * minute }, now - 12 * hour, now],
    ['last', { from: now - 12 * hour, at: now - 15 * minute }, now - 15 * minute, now],
    ['last', { from: now, at: now + hour }, now - day, now],
    ['12h', asked, now - 12 * hour, now],
    ['yesterday', asked, new Date(2026, 0, 4).getTime(), new Date(2026, 0, 5).getTime()],
    ['08:00', asked, new Date(2026, 0, 5, 8).getTime(), now],
    ['10:00', asked, new Date(2026, 0, 4, 10).getTime(), now],
    ['2026-01-03', asked, new Date(2026, 0, 3).getTime(), now],
  ])('since %s, asked last %j, is known', ([since, last, from, to], { expect }) => {
    expect(periodOf(since, now, last)).toEqual({ from, to })
  })

  test.for(['', 'tomorrow', '0s', '2027-01-01', '12 hours'])('since %j is refused', (since, { expect }) => {
    expect(() => periodOf(since, now, undefined)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('Cannot report since') }),
    )
  })

  test('is compared with the same hours of the day before, or with the time before it', ({ expect }) => {
    expect(periodBefore({ from: now - 12 * hour, to: now })).toEqual({ from: now - 36 * hour, to: now - day })
    expect(periodBefore({ from: now - 3 * day, to: now })).toEqual({ from: now - 6 * day, to: now - 3 * day })
  })
})

describe('what counts as asked', () => {
  const asked: Asked = { from: now - 30 * hour, at: now - 10 * hour }

  test('is a report of everything since the last', ({ expect }) => {
    const period = { from: now - 12 * hour, to: now }
    expect(askedAfter(period, now, asked)).toEqual({ from: period.from, at: now })
    const first = { from: now - day, to: now }
    expect(askedAfter(first, now, undefined)).toEqual({ from: first.from, at: now })
  })

  test('is the same period again for a second look, until a quarter of an hour after the first', ({
    expect,
  }) => {
    const first = askedAfter(periodOf('last', now, asked), now, asked)
    const [second, third] = [now + 10 * minute, now + 20 * minute]
    expect(periodOf('last', second, first)).toEqual({ from: asked.at, to: second })
    const again = askedAfter(periodOf('last', second, first), second, first)
    expect(periodOf('last', third, again)).toEqual({ from: now, to: third })
  })

  test('is not one that leaves something out, or that ends before now', ({ expect }) => {
    expect(askedAfter({ from: now - hour, to: now }, now, asked)).toBe(asked)
    expect(askedAfter({ from: now - hour, to: now }, now, undefined)).toBeUndefined()
    expect(askedAfter(periodOf('yesterday', now, asked), now, asked)).toBe(asked)
  })

  test('never leaves a time that no report told of', ({ expect }) => {
    const waits = fc.array(
      fc.record({
        wait: fc.integer({ min: 1, max: 40 * hour }),
        since: fc.constantFrom('last', '1h', '12h', '3d', 'yesterday'),
      }),
    )
    fc.assert(
      fc.property(waits, (asks) => {
        let [at, told] = [now, now - day]
        let last: Asked | undefined
        for (const { wait, since } of asks) {
          at += wait
          if (last === undefined) told = at - day
          const period = periodOf(since, at, last)
          expect(since === 'last' && period.from > told).toBe(false)
          if (period.from <= told && period.to > told) told = period.to
          last = askedAfter(period, at, last)
        }
      }),
    )
  })
})
