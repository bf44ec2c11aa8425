import { test } from 'vitest'
import { claude } from './claude.ts'

const endedAt = Date.UTC(2026, 10, 20, 12)
const at = (hours: number) => endedAt / 1_000 + hours * 3_600

/** What a run told of its plan, from the words of its events. */
function planIn(...told: readonly object[]) {
  const lines = told.map((info) => JSON.stringify({ type: 'rate_limit_event', rate_limit_info: info }))
  return claude.read({ stdout: `${lines.join('\n')}\n`, stderr: '', exitCode: 0, endedAt }).plan
}

test('every window that is named is told, in percent and with its reset', ({ expect }) => {
  const unifiedWindows = {
    five_hour: { utilization: 0.33, resetsAt: at(2), status: 'allowed' },
    seven_day: { utilization: 0.55, resetsAt: at(48) },
  }
  const info = { status: 'allowed', rateLimitType: 'five_hour', resetsAt: at(2), unifiedWindows }
  expect(planIn(info)).toEqual([
    { window: 'five_hour', usedPercent: 33, resetsAt: at(2) * 1_000 },
    { window: 'seven_day', usedPercent: expect.closeTo(55, 9), resetsAt: at(48) * 1_000 },
  ])
})

test.for<[string, object, number | undefined]>([
  ['close to its end', { status: 'allowed_warning', utilization: 0.9 }, 90],
  ['used up', { status: 'rejected' }, 100],
  ['used up, and paid use goes on', { status: 'rejected', isUsingOverage: true, utilization: 1.02 }, 100],
  ['of which it is not said how full it is', { status: 'allowed' }, undefined],
  ['with a share that is none', { status: 'allowed', utilization: 'much' }, undefined],
  ['that is no part of the plan', { rateLimitType: 'overage', utilization: 0.5 }, undefined],
])('of older versions one window is told: one %s', ([, info, used], { expect }) => {
  const told = planIn({ rateLimitType: 'five_hour', resetsAt: at(1), ...info })
  expect(told?.map(({ usedPercent }) => usedPercent)).toEqual(used === undefined ? undefined : [used])
})

test('the last word counts', ({ expect }) => {
  const info = { status: 'allowed_warning', rateLimitType: 'five_hour', resetsAt: at(1) }
  const told = planIn({ ...info, utilization: 0.8 }, { ...info, utilization: 0.81 })
  expect(told?.map(({ usedPercent }) => usedPercent)).toEqual([81])
})

test('no reset is believed that is further away than any window is long', ({ expect }) => {
  const unifiedWindows = { five_hour: { utilization: 1, resetsAt: at(24 * 365) } }
  expect(planIn({ status: 'allowed', unifiedWindows })?.[0]?.resetsAt).toBeLessThan(at(24 * 9) * 1_000)
})

test('a run without a plan tells nothing', ({ expect }) => {
  expect(planIn()).toBeUndefined()
})
