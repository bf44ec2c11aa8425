import { afterEach, beforeEach, describe, test } from 'vitest'
import { digestStep, type LastDigest } from './digest.ts'

// Node reads TZ again whenever it is set.
let zone: string | undefined
beforeEach(() => {
  zone = process.env['TZ']
  process.env['TZ'] = 'Europe/Berlin'
})
afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

const at = (local: string) => new Date(local).getTime()

/** Looks every `everyMs` from one moment to another, and returns when a report was sent, as local time. */
function sentBetween(from: string, to: string, digestAt: string, everyMs = 600_000): string[] {
  const sent: string[] = []
  let last: LastDigest | undefined
  for (let now = at(from); now <= at(to); now += everyMs) {
    const step = digestStep(digestAt, last, now)
    last = step.kind === 'send' ? step.next : step.last
    if (step.kind === 'send') sent.push(new Date(now).toLocaleString('sv'))
  }
  return sent
}

describe('the report of the day', () => {
  test('comes once a day at its time, the first one at the next such time', ({ expect }) => {
    expect(sentBetween('2026-01-05T09:00', '2026-01-08T07:00', '08:00')).toEqual([
      '2026-01-06 08:00:00',
      '2026-01-07 08:00:00',
    ])
  })

  test.for([
    ['has an hour less', '2026-03-28', '2026-03-29 03:30:00', '2026-03-30 02:30:00'],
    ['has an hour twice', '2026-10-24', '2026-10-25 02:30:00', '2026-10-26 02:30:00'],
  ])('comes once on the day that %s', ([, before = '', ...days], { expect }) => {
    const [, last = ''] = days
    expect(sentBetween(`${before}T12:00`, `${last.slice(0, 10)}T12:00`, '02:30')).toEqual(days)
  })

  test('that was slept over comes once, late, and tells of all since the last', ({ expect }) => {
    const last = { slot: at('2026-01-05T08:00'), to: at('2026-01-05T08:00:05') }
    const now = at('2026-01-08T11:00')
    const step = digestStep('08:00', last, now)
    expect(step).toEqual({ kind: 'send', from: last.to, next: { slot: at('2026-01-08T08:00'), to: now } })
    expect(digestStep('08:00', { slot: at('2026-01-08T08:00'), to: now }, now + 1_000).kind).toBe('wait')
  })

  test('does not come twice when the clock is set back over its time', ({ expect }) => {
    const last = { slot: at('2026-01-06T08:00'), to: at('2026-01-06T08:00') }
    expect(digestStep('08:00', last, at('2026-01-06T07:30'))).toEqual({ kind: 'wait', last })
    expect(digestStep('08:00', last, at('2026-01-06T08:00'))).toEqual({ kind: 'wait', last })
  })

  test('comes again after a clock that stood in another year', ({ expect }) => {
    const wrong = { slot: at('2031-01-06T08:00'), to: at('2031-01-06T08:00') }
    const step = digestStep('08:00', wrong, at('2026-01-06T07:00'))
    expect(step).toMatchObject({ kind: 'wait', last: { slot: at('2026-01-05T08:00') } })
  })

  test('tells of no more than two days when it is wanted again after a long time', ({ expect }) => {
    const last = { slot: at('2026-01-05T08:00'), to: at('2026-01-05T08:00') }
    const shortly = at('2026-01-06T20:00')
    expect(digestStep(undefined, last, shortly)).toEqual({ kind: 'wait', last })
    expect(digestStep('08:00', last, shortly)).toMatchObject({ kind: 'send', from: last.to })
    const later = at('2026-03-05T20:00')
    expect(digestStep(undefined, last, later)).toEqual({ kind: 'wait', last: undefined })
    const again = { slot: at('2026-03-05T08:00'), to: later }
    expect(digestStep('08:00', undefined, later)).toEqual({ kind: 'wait', last: again })
    expect(digestStep('08:00', again, at('2026-03-06T08:00'))).toMatchObject({ kind: 'send', from: later })
  })
})
