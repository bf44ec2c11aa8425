import * as fc from 'fast-check'
import { test } from 'vitest'
import { expiredRuns, type KeptRun } from './retention.ts'

const DAY = 86_400_000
const now = 100 * DAY
const run = (id: string, daysAgo: number | undefined, failed = false, agent = 'a'): KeptRun => {
  return {
    id,
    agent,
    failed,
    needed: false,
    endedAt: daysAgo === undefined ? undefined : now - daysAgo * DAY,
  }
}
const expired = (runs: readonly KeptRun[], days: number, count: number) =>
  expiredRuns(runs, () => ({ days, count }), now)

test('runs go when they are too old, oldest first', ({ expect }) => {
  expect(expired([run('new', 1), run('old', 8), run('older', 9)], 7, 0)).toEqual(['older', 'old'])
})

test('of too many runs of one agent the newest stay', ({ expect }) => {
  const runs = [run('1', 4), run('2', 3), run('3', 2), run('4', 1), run('b1', 9, false, 'b')]
  expect(expired(runs, 0, 2)).toEqual(['1', '2'])
})

test('each agent has its own limits', ({ expect }) => {
  const runs = [run('a1', 5), run('b1', 5, false, 'b')]
  expect(expiredRuns(runs, (agent) => ({ days: agent === 'a' ? 1 : 10, count: 0 }), now)).toEqual(['a1'])
})

test('a limit of 0 is none', ({ expect }) => {
  expect(expired([run('1', 9_000)], 0, 0)).toEqual([])
})

test('a run that is not over stays', ({ expect }) => {
  expect(expired([run('1', undefined), run('2', 0), run('3', 1)], 0, 1)).toEqual(['3'])
})

test('the last 20 failed ones stay, whatever the limits say', ({ expect }) => {
  const failures = Array.from({ length: 25 }, (_, index) => run(`f${index}`, 10 + index, true))
  const successes = Array.from({ length: 30 }, (_, index) => run(`s${index}`, 1 + index / 30))
  expect(expired([...failures, ...successes], 5, 30)).toEqual(['f24', 'f23', 'f22', 'f21', 'f20'])
})

test('one that is needed stays, and counts', ({ expect }) => {
  const runs = [{ ...run('1', 9), needed: true }, run('2', 8), run('3', 7)]
  expect(expired(runs, 5, 0)).toEqual(['2', '3'])
  expect(expired(runs, 0, 2)).toEqual([])
})

test('what is left once the expired ones are gone has nothing expired in it', ({ expect }) => {
  const anyRun = fc.record({
    id: fc.uuid(),
    agent: fc.constantFrom('a', 'b'),
    endedAt: fc.option(fc.integer({ min: 0, max: now }), { nil: undefined }),
    failed: fc.boolean(),
    needed: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.uniqueArray(anyRun, { selector: (one) => one.id, maxLength: 60 }),
      fc.nat(50),
      fc.nat(30),
      (runs, days, count) => {
        const gone = new Set(expired(runs, days, count))
        expect(
          expired(
            runs.filter((one) => !gone.has(one.id)),
            days,
            count,
          ),
        ).toEqual([])
      },
    ),
  )
})
