import { describe, test } from 'vitest'
import { later, type Moment } from '../base/moment.ts'
import { planLeases, type HolderLife, type LeasePlan } from './leases.ts'
import type { Party } from './task.ts'

const now: Moment = { wall: 1_000_000, mono: 500_000, boot: 'one' }
const LEASE_MS = 600_000
const run: Party = { kind: 'run', run: 'scout-1', agent: 'scout' }

function planFor(life: HolderLife | undefined, lease: Moment | undefined, by: Party = run): LeasePlan {
  const held = [{ id: 't-aaaaaaaa', holder: { by, generation: 1, since: 0, lease } }]
  return planLeases({ held, lifeOf: () => life, leaseMs: LEASE_MS, now })
}

const sign = (agoMs: number): HolderLife => ({ state: 'going', lastSign: later(now, -agoMs) })
const lost = (reason: string): LeasePlan => ({
  actions: [{ kind: 'lose', id: 't-aaaaaaaa', reason }],
  nextMs: Number.POSITIVE_INFINITY,
})

describe('a claim', () => {
  test.for<[string, HolderLife | undefined, number, LeasePlan]>([
    [
      'is renewed by a sign of life',
      sign(0),
      300_000,
      { actions: [{ kind: 'renew', id: 't-aaaaaaaa', lease: later(now, LEASE_MS) }], nextMs: LEASE_MS },
    ],
    ['is not written down again for every sign', sign(0), 500_000, { actions: [], nextMs: LEASE_MS }],
    ['holds for as long as it was given, without one', sign(900_000), 1_000, { actions: [], nextMs: 1_000 }],
    ['counts a sign that was not written down', sign(599_000), -100, { actions: [], nextMs: 1_000 }],
    ['ends without a sign of life', sign(600_000), 0, lost('its run gave no sign of life for 10m')],
    ['ends with its run', { state: 'over', reason: 'its run failed' }, 300_000, lost('its run failed')],
    ['ends with what is not on record', undefined, 300_000, lost('its run is not on record any more')],
  ])('%s', ([, life, leaseMs, plan], { expect }) => {
    expect(planFor(life, later(now, leaseMs))).toEqual(plan)
  })

  test('of a person holds until they let go of it', ({ expect }) => {
    const nothing = { actions: [], nextMs: Number.POSITIVE_INFINITY }
    expect(planFor(undefined, undefined, { kind: 'operator' })).toEqual(nothing)
    expect(planFor(undefined, undefined, { kind: 'file' })).toEqual(nothing)
  })

  test('of before a reboot goes by the wall clock, and is renewed on the new one', ({ expect }) => {
    const before: Moment = { wall: now.wall + 5_000, mono: 9_000_000, boot: 'none' }
    expect(planFor(sign(900_000), before).nextMs).toBe(5_000)
    expect(planFor(sign(0), before).actions).toMatchObject([{ kind: 'renew' }])
  })
})
