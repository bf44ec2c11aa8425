import { test } from 'vitest'
import type { LimitState } from './decide.ts'
import { newsOf, type Told } from './told.ts'

const noon = Date.UTC(2026, 0, 5, 12)
const HOUR = 3_600_000

function state(changes: Partial<LimitState> = {}): LimitState {
  return { limit: 'runs_per_day', scope: 'agent', used: 4, of: 5, until: noon + 12 * HOUR, ...changes }
}

function tell(
  told: Told,
  what: 'near' | 'reached',
  states: readonly LimitState[],
  now = noon,
  agent = 'scout',
) {
  return newsOf(what, states, { agent, told, now })
}

test('a limit is told of once while it stands, and again when it stands anew', ({ expect }) => {
  const first = tell({}, 'near', [state()])
  expect(first.fresh).toEqual([state()])
  expect(tell(first.told, 'near', [state({ used: 5 })], noon + HOUR).fresh).toEqual([])
  const tomorrow = state({ until: noon + 36 * HOUR })
  expect(tell(first.told, 'near', [tomorrow], noon + 20 * HOUR).fresh).toEqual([tomorrow])
})

test('that it is reached is told after it was near, and not that it is near after it was reached', ({
  expect,
}) => {
  const near = tell({}, 'near', [state()])
  const reached = tell(near.told, 'reached', [state({ used: 5 })])
  expect(reached.fresh).toHaveLength(1)
  expect(tell(reached.told, 'near', [state()]).fresh).toEqual([])
  expect(tell(reached.told, 'reached', [state()]).fresh).toEqual([])
})

test('what is true of one agent is told once for each, what is true of all once', ({ expect }) => {
  const states = [state(), state({ scope: 'all' })]
  const first = tell({}, 'reached', states)
  expect(tell(first.told, 'reached', states, noon, 'refit').fresh).toEqual([state()])
})

test('a limit that was changed in the file is another one', ({ expect }) => {
  const first = tell({}, 'reached', [state()])
  expect(tell(first.told, 'reached', [state({ of: 9 })]).fresh).toHaveLength(1)
})

test('what was said by a clock that was ahead is said again', ({ expect }) => {
  const ahead = tell({}, 'reached', [state({ until: noon + 900 * HOUR })], noon + 800 * HOUR)
  expect(tell(ahead.told, 'reached', [state()]).fresh).toHaveLength(1)
})

test('what no longer holds is forgotten', ({ expect }) => {
  const first = tell({}, 'near', [state()])
  expect(tell(first.told, 'near', [], noon + 13 * HOUR).told).toEqual({})
})
