import { test } from 'vitest'
import { isStale, type Silence } from './stale.ts'

const MINUTE = 60_000
const silent: Silence = {
  staleAfterMs: 10 * MINUTE,
  streams: true,
  startedAt: 0,
  outputAt: 5 * MINUTE,
  wokeAt: undefined,
  now: 30 * MINUTE,
}

test.for<[string, Partial<Silence>, boolean]>([
  ['its last output is older than the limit', {}, true],
  ['its last output is as old as the limit', { now: 15 * MINUTE }, false],
  ['it printed a moment ago', { outputAt: 29 * MINUTE }, false],
  ['it began long ago and has not printed', { outputAt: undefined }, true],
  ['it has just begun', { outputAt: undefined, startedAt: 29 * MINUTE }, false],
  ['the machine woke up a moment ago', { wokeAt: 29 * MINUTE }, false],
  ['there is no limit', { staleAfterMs: 0 }, false],
  ['it prints only at its end', { streams: false }, false],
  ['nobody knows whether it prints, and it has not', { streams: undefined, outputAt: undefined }, false],
  ['nobody knew whether it prints, and it has', { streams: undefined }, true],
])('a run is judged when %s', ([, change, stale], { expect }) => {
  expect(isStale({ ...silent, ...change })).toBe(stale)
})
