import * as fc from 'fast-check'
import { test } from 'vitest'
import { later, type Moment } from '../base/moment.ts'
import { nextEnding } from './ending.ts'

const now: Moment = { wall: 1_000_000, mono: 50_000, boot: 'b' }
const ago = (ms: number) => later(now, -ms)

test('a run is asked first', ({ expect }) => {
  expect(nextEnding({ termAt: undefined }, 10_000, now)).toEqual({ kind: 'term' })
})

test('it has its time, and not more', ({ expect }) => {
  expect(nextEnding({ termAt: ago(4_000) }, 10_000, now)).toEqual({ kind: 'wait', waitMs: 6_000 })
  expect(nextEnding({ termAt: ago(10_000) }, 10_000, now)).toEqual({ kind: 'kill' })
})

test('its time stands still while the machine sleeps, and a clock that is set changes nothing', ({
  expect,
}) => {
  const jumped = { ...now, wall: now.wall + 36_000_000 }
  expect(nextEnding({ termAt: ago(4_000) }, 10_000, jumped)).toEqual({ kind: 'wait', waitMs: 6_000 })
})

test('whoever waits as long as it is told has nothing left to wait for', ({ expect }) => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(100_000), (agoMs, graceMs) => {
      const ending = { termAt: ago(agoMs) }
      const step = nextEnding(ending, graceMs, now)
      const after = step.kind === 'wait' ? nextEnding(ending, graceMs, later(now, step.waitMs)) : step
      expect(after).toEqual({ kind: 'kill' })
    }),
  )
})
