import * as fc from 'fast-check'
import { test } from 'vitest'
import { clockTime, withClockTimes } from './time.ts'

const at = (text: string) => Date.parse(text)

test('a time of today is hours and minutes; another day comes with its date', ({ expect }) => {
  const now = new Date(2026, 0, 5, 12).getTime()
  expect(clockTime(new Date(2026, 0, 5, 2, 10).getTime(), now)).toBe('02:10')
  expect(clockTime(new Date(2026, 0, 5, 0, 0).getTime(), now)).toBe('00:00')
  expect(clockTime(new Date(2025, 11, 31, 23, 59).getTime(), now)).toBe('Dec 31 23:59')
})

test('it says what the tables of the language would say', ({ expect }) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: at('2100-01-01T00:00:00Z') }), (time) => {
      const then = new Date(time)
      const date = then.toLocaleDateString('en-US', { month: 'short', day: 'numeric' })
      const clock = then.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
      expect(clockTime(time, time)).toBe(clock)
      expect(clockTime(time, time + 2 * 86_400_000)).toBe(`${date} ${clock}`)
    }),
  )
})

test('every ISO time in a text becomes one of the reader, nothing else changes', ({ expect }) => {
  const now = at('2026-01-05T12:00:00Z')
  const iso = '2026-01-05T11:30:00.123Z'
  expect(withClockTimes(`quiet since ${iso}, again at 2026-01-05T11:31:00Z; v2026-01-05`, now)).toBe(
    `quiet since ${clockTime(at(iso), now)}, again at ${clockTime(at('2026-01-05T11:31:00Z'), now)}; v2026-01-05`,
  )
})
