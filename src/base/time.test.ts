import * as fc from 'fast-check'
import { afterEach, describe, test } from 'vitest'
import { clockTime, dayAround, fromIso, isoTime, parseTime, withClockTimes } from './time.ts'

const at = (text: string) => Date.parse(text)

test('a time of today is hours and minutes; another day comes with its date', ({ expect }) => {
  const now = new Date(2026, 0, 5, 12).getTime()
  expect(clockTime(new Date(2026, 0, 5, 2, 10).getTime(), now)).toBe('02:10')
  expect(clockTime(new Date(2026, 0, 5, 0, 0).getTime(), now)).toBe('00:00')
  expect(clockTime(new Date(2025, 11, 31, 23, 59).getTime(), now)).toBe('Dec 31 23:59')
  expect(clockTime(new Date(2026, 0, 6, 0, 0).getTime(), now)).toBe('00:00')
  expect(clockTime(new Date(2026, 0, 6, 0, 1).getTime(), now)).toBe('Jan 6 00:01')
})

describe('a day of the machine', () => {
  const zone = process.env['TZ']
  afterEach(() => {
    process.env['TZ'] = zone
  })

  test.for([
    ['UTC', '2026-03-29T00:00:00Z', '2026-03-29T00:00:00Z', 24],
    ['UTC', '2026-03-29T23:59:59.999Z', '2026-03-29T00:00:00Z', 24],
    ['Europe/Berlin', '2026-03-29T01:30:00Z', '2026-03-28T23:00:00Z', 23],
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-24T22:00:00Z', 25],
    ['Asia/Kathmandu', '2026-05-05T18:14:00Z', '2026-05-04T18:15:00Z', 24],
    // Midnight itself is skipped: the day begins at one.
    ['Africa/Cairo', '2026-04-24T10:00:00Z', '2026-04-23T22:00:00Z', 23],
  ] as const)('in %s at %s begins at %s and has %i hours', ([name, time, start, hours], { expect }) => {
    process.env['TZ'] = name
    const day = dayAround(at(time))
    expect(isoTime(day.start)).toBe(isoTime(at(start)))
    expect((day.end - day.start) / 3_600_000).toBe(hours)
    expect(dayAround(day.end).start).toBe(day.end)
  })
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
      expect(fromIso(isoTime(time))).toBe(time)
    }),
  )
})
