import * as fc from 'fast-check'
import { test } from 'vitest'
import { clockTime, isoTime, parseTime, withClockTimes } from './time.ts'

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

const noon = new Date(2026, 10, 20, 12).getTime()

test.for<[string, number | undefined]>([
  ['2026-11-20T10:15:03.123Z', Date.UTC(2026, 10, 20, 10, 15, 3, 123)],
  ['2026-11-20t10:15:03.5z', Date.UTC(2026, 10, 20, 10, 15, 3, 500)],
  ['2026-11-20T10:15:03.123456Z', Date.UTC(2026, 10, 20, 10, 15, 3, 123)],
  ['2026-11-20T10:15+02:00', Date.UTC(2026, 10, 20, 8, 15)],
  ['2026-11-20T10:15-0530', Date.UTC(2026, 10, 20, 15, 45)],
  ['2026-11-20T10:15', new Date(2026, 10, 20, 10, 15).getTime()],
  ['2026-11-20 9:05', new Date(2026, 10, 20, 9, 5).getTime()],
  [' 2026-11-20 ', new Date(2026, 10, 20).getTime()],
  ['2024-02-29', new Date(2024, 1, 29).getTime()],
  ['11:59', new Date(2026, 10, 20, 11, 59).getTime()],
  ['12:00:00', noon],
  ['12:01', new Date(2026, 10, 19, 12, 1).getTime()],
  ['2026-02-30', undefined],
  ['2026-13-01', undefined],
  ['2026-11-20T24:00', undefined],
  ['2026-11-20T10:60', undefined],
  ['2026-11-20Z', undefined],
  ['2026-11-20T', undefined],
  ['10:15Z', undefined],
  ['', undefined],
  ['yesterday', undefined],
  ['1795161600', undefined],
])('%j is read as the time that it means', ([text, wanted], { expect }) => {
  expect(parseTime(text, noon)).toBe(wanted)
})

test('a time of day means nothing where there is no now', ({ expect }) => {
  expect(parseTime('11:59', undefined)).toBeUndefined()
  expect(parseTime('2026-11-20T11:59Z', undefined)).toBe(Date.UTC(2026, 10, 20, 11, 59))
})

test('every time that marrow writes can be read again', ({ expect }) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: at('2100-01-01T00:00:00Z') }), (time) => {
      expect(parseTime(isoTime(time), undefined)).toBe(time)
    }),
  )
})
