import { describe, test } from 'vitest'
import { agentConfig } from '../../test/helpers/agents.ts'
import { only, start, state, trigger, world } from '../../test/helpers/plan-world.ts'
import { later } from '../base/moment.ts'
import { plan, type Candidate } from './plan.ts'

const HOUR = 3_600_000
const limit = { detail: 'limit (5 of 5 runs a day), until midnight', until: start.wall + 12 * HOUR }
const notDue = state({ dueAt: later(start, HOUR) })

describe('while a limit is reached', () => {
  test.for<[string, Partial<Candidate>, string]>([
    ['a slot that comes ends at once', {}, 'hold'],
    ['a slot that has not come is not waited for: the limit says why', { state: notDue }, 'limit'],
    ['a wake waits', { state: notDue, wakes: [trigger()] }, 'limit'],
    ['what run-once asks for ends at once', { state: notDue, forced: true }, 'hold'],
    ['an open tick goes on', { busy: true }, 'busy'],
    ['a pause is said before it', { state: state({ paused: { since: 0, reason: '' } }) }, 'paused'],
    [
      'a slot outside of the active hours does not count',
      { config: agentConfig({ activeHours: { fromMinute: 0, toMinute: 60, timezone: 'UTC' } }) },
      'limit',
    ],
  ])('%s', ([, one, expected], { expect }) => {
    const seen = only(world({ ...one, limit }))
    expect(seen.kind === 'waits' ? seen.reason : seen.kind).toBe(expected)
  })

  test('the slot is over and the next one is set', ({ expect }) => {
    const { action } = only(world({ limit }))
    expect(action).toMatchObject({
      kind: 'hold',
      causes: ['schedule'],
      detail: limit.detail,
      dueAt: start.wall,
    })
    expect(action?.nextDue?.wall).toBeGreaterThan(start.wall)
  })

  test('a slot that comes while a wake waits takes nothing of the wake', ({ expect }) => {
    expect(only(world({ limit, wakes: [trigger()] })).action).toMatchObject({
      kind: 'hold',
      causes: ['schedule'],
    })
  })

  test('the loop looks again when the next slot comes or the limit ends, whichever is first', ({
    expect,
  }) => {
    const until = (dueAt: number) =>
      plan(world({ state: state({ dueAt: later(start, dueAt) }), limit })).waiting[0]?.until
    expect([until(HOUR), until(24 * HOUR)]).toEqual([start.wall + HOUR, limit.until])
  })

  test('a slot that ends at once needs no free place', ({ expect }) => {
    expect(only(world({ limit }, { openTicks: 3 })).kind).toBe('hold')
  })

  test('each slot is counted once, and the first one after the limit begins', ({ expect }) => {
    const limited = lifeOf((now) => (now < limit.until ? limit : undefined))
    const free = lifeOf(() => undefined)
    expect(limited.map(({ at }) => at)).toEqual(free.map(({ at }) => at))
    expect(limited.map(({ kind }) => kind)).toEqual(
      free.map(({ at }) => (at < limit.until ? 'hold' : 'begin')),
    )
    expect(limited.filter(({ kind }) => kind === 'begin').length).toBeGreaterThan(1)
  })
})

/** What one agent does in fourteen hours. */
function lifeOf(limitAt: (now: number) => Candidate['limit']): { kind: string; at: number }[] {
  const lived: { kind: string; at: number }[] = []
  let agent = state()
  for (let now = start; now.wall < start.wall + 14 * HOUR; now = later(now, 60_000)) {
    const made = plan(world({ state: agent, limit: limitAt(now.wall) }, { now }))
    for (const { kind, nextDue } of made.actions) {
      lived.push({ kind, at: now.wall })
      agent = { ...agent, dueAt: nextDue, tickCount: agent.tickCount + 1 }
    }
  }
  return lived
}
