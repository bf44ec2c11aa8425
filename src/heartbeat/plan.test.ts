import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { agentConfig } from '../../test/helpers/agents.ts'
import { candidate, only, start, state, trigger, world } from '../../test/helpers/plan-world.ts'
import { later } from '../base/moment.ts'
import type { AgentConfig } from '../config/config.ts'
import type { Breaker } from './breaker.ts'
import { plan, type Candidate, type World } from './plan.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const notDue = { dueAt: later(start, 1) }
const coolingDown: Breaker = { state: 'open', opens: 1, reopensAt: later(start, HOUR), reason: 'exit 7' }

describe('an agent', () => {
  test.for<{ when: string; one: Partial<Candidate>; more?: Partial<World>; expected: string }>([
    { when: 'whose slot has come', one: {}, expected: 'begin' },
    { when: 'whose slot is 1 ms away', one: { state: state(notDue) }, expected: 'not-due' },
    { when: 'with an open tick', one: { busy: true, wakes: [trigger()], forced: true }, expected: 'busy' },
    {
      when: 'while everything is paused',
      one: { forced: true },
      more: { hold: 'paused' },
      expected: 'paused',
    },
    {
      when: 'that is paused itself',
      one: { state: state({ paused: { since: 0, reason: 'x' } }) },
      expected: 'paused',
    },
    { when: 'that cools down', one: { state: state({ breaker: coolingDown }) }, expected: 'held' },
    {
      when: 'that cools down, woken',
      one: { state: state({ breaker: coolingDown }), wakes: [trigger()] },
      expected: 'held',
    },
    {
      when: 'that cools down, asked for by run-once',
      one: { state: state({ breaker: coolingDown }), forced: true },
      expected: 'begin',
    },
    {
      when: 'that is woken before its slot',
      one: { state: state(notDue), wakes: [trigger()] },
      expected: 'begin',
    },
    {
      when: 'with a wake that rides along',
      one: { state: state(notDue), wakes: [trigger({ wakes: false })] },
      expected: 'not-due',
    },
    { when: 'when all slots are taken', one: {}, more: { openTicks: 3 }, expected: 'slot' },
  ])('$when → $expected', ({ one, more, expected }, { expect }) => {
    const seen = only(world(one, more))
    expect(seen.kind === 'waits' ? seen.reason : seen.kind).toBe(expected)
  })

  test('a wake before the slot leaves the slot where it is', ({ expect }) => {
    const { action } = only(world({ state: state({ dueAt: later(start, HOUR) }), wakes: [trigger()] }))
    expect(action).toMatchObject({
      kind: 'begin',
      causes: ['operator'],
      missed: 0,
      caughtUp: false,
      nextDue: later(start, HOUR),
    })
  })

  test('wakes that agents cause keep 60 s between them; the operator does not wait', ({ expect }) => {
    const waked = state({ ...notDue, dueAt: later(start, HOUR), agentWakeAt: later(start, -59_999) })
    const byAgent = trigger({ cause: 'handoff', byAgent: true })
    expect(plan(world({ state: waked, wakes: [byAgent] })).waiting[0]?.until).toBe(start.wall + 1)
    expect(only(world({ state: waked, wakes: [byAgent] }, { now: later(start, 1) })).kind).toBe('begin')
    expect(only(world({ state: waked, wakes: [byAgent, trigger()] })).kind).toBe('begin')
  })

  test('whose slot came while it could not run waits for its active hours', ({ expect }) => {
    const config = agentConfig({ activeHours: { fromMinute: 0, toMinute: 60, timezone: 'UTC' } })
    const { waiting, actions } = plan(world({ config, state: state({ dueAt: later(start, -5 * HOUR) }) }))
    expect(actions).toEqual([])
    expect(waiting[0]).toMatchObject({ detail: 'outside of active_hours', until: Date.UTC(2026, 0, 6) })
  })

  test('whose wake waits by a clock that was a year ahead is not kept waiting', ({ expect }) => {
    const notBefore = { ...later(start, 400 * 24 * HOUR), boot: 'before' }
    expect(only(world({ state: state(notDue), wakes: [trigger({ notBefore })] })).kind).toBe('begin')
  })

  test('outside its active hours is woken by the operator only', ({ expect }) => {
    const config = agentConfig({ activeHours: { fromMinute: 0, toMinute: 60, timezone: 'UTC' } })
    const idle = { config, state: state({ dueAt: later(start, HOUR) }) }
    expect(only(world({ ...idle, wakes: [trigger({ byAgent: true, cause: 'tasks' })] })).kind).toBe('waits')
    expect(only(world({ ...idle, wakes: [trigger()] })).kind).toBe('begin')
  })
})

describe('limits', () => {
  test('hold back the rest in due order', ({ expect }) => {
    const candidates = ['d', 'b', 'c', 'a'].map((name, index) =>
      candidate({
        config: agentConfig({ name }),
        state: state({ name, dueAt: later(start, index === 3 ? -1 : -5 - index) }),
      }),
    )
    const made = plan({ ...world({}), candidates, ticksMax: 2 })
    expect(made.actions.map(({ agent }) => agent)).toEqual(['c', 'b'])
    expect(made.waiting.map(({ agent, reason }) => [agent, reason])).toEqual([
      ['d', 'slot'],
      ['a', 'slot'],
    ])
  })
})

describe('slots that were missed', () => {
  const slept = { awakeSince: start }
  const overdue = state({ dueAt: { ...start, wall: start.wall - 5 * HOUR }, firstAt: start.wall - 30 * HOUR })

  test('run once and are counted', ({ expect }) => {
    const { action } = only(world({ state: overdue }, slept))
    expect(action).toMatchObject({ kind: 'begin', missed: 5, caughtUp: true })
    expect(action?.nextDue?.wall).toBeGreaterThan(start.wall)
  })

  test('that ran stand for a slot that is just about to come', ({ expect }) => {
    const soon = state({
      dueAt: { ...start, wall: start.wall - 2 * HOUR },
      firstAt: start.wall - 30 * HOUR + 5 * MINUTE,
    })
    const { action } = only(world({ state: soon }, slept))
    expect((action?.nextDue?.wall ?? 0) - start.wall).toBeGreaterThanOrEqual(HOUR / 2)
    expect((action?.nextDue?.wall ?? 0) - start.wall).toBeLessThanOrEqual(1.5 * HOUR)
  })

  test('are left out with catch_up = "skip", and counted', ({ expect }) => {
    const { action } = only(world({ state: overdue, config: agentConfig({ catchUp: 'skip' }) }, slept))
    expect(action).toMatchObject({ kind: 'reschedule', missed: 6 })
    expect(action?.nextDue?.wall).toBeGreaterThan(start.wall)
  })

  test('while the agent waited for a free slot are not "missed while nobody was there"', ({ expect }) => {
    const waited = state({ dueAt: later(start, -10 * MINUTE) })
    expect(only(world({ state: waited, config: agentConfig({ catchUp: 'skip' }) })).kind).toBe('begin')
  })
})

/** Lives through a list of steps with one agent, applying every plan, and returns when it ticked (awake ms). */
function live(config: AgentConfig, steps: readonly { readonly awakeMs: number; readonly jumpMs: number }[]) {
  let now = start
  let lived = state({ firstAt: start.wall, tickCount: 0 })
  let awakeSince = start
  const ticks: { mono: number; slot: number }[] = []
  for (const { awakeMs, jumpMs } of steps) {
    const end = now.mono + awakeMs
    now = { ...now, wall: now.wall + jumpMs }
    if (jumpMs > 30_000) awakeSince = now
    while (now.mono < end) {
      const made = plan({ ...world({ config, state: lived }), now, awakeSince })
      for (const action of made.actions) {
        lived = { ...lived, dueAt: action.nextDue, tickCount: lived.tickCount + 1 }
        if (action.kind === 'begin') ticks.push({ mono: now.mono, slot: action.dueAt })
        if (action.kind === 'reschedule') lived = { ...lived, firstAt: action.firstAt }
      }
      const stepMs = Math.min(MINUTE, end - now.mono)
      now = later(now, stepMs)
    }
  }
  return { ticks, dueAt: lived.dueAt, now }
}

describe('clock jumps', () => {
  const config = agentConfig({ schedule: { kind: 'interval', intervalMs: HOUR } })
  const backwards = fc.record({
    awakeMs: fc.integer({ min: MINUTE, max: 5 * HOUR }),
    jumpMs: fc.integer({ min: -50 * HOUR, max: 0 }),
  })
  const anywhere = fc.record({
    awakeMs: fc.integer({ min: MINUTE, max: 5 * HOUR }),
    jumpMs: fc.integer({ min: -50 * HOUR, max: 50 * HOUR }),
  })

  test('backwards neither double nor miss a tick of an interval', ({ expect }) => {
    fc.assert(
      fc.property(fc.array(backwards, { minLength: 1, maxLength: 8 }), (steps) => {
        const { ticks } = live(config, steps)
        const distances = ticks.slice(1).map(({ mono }, index) => mono - (ticks[index]?.mono ?? 0))
        // The first distance holds the phase; a minute is the step of this simulation.
        for (const distance of distances) {
          expect(distance).toBeGreaterThanOrEqual(HOUR - 2 * MINUTE)
          expect(distance).toBeLessThanOrEqual(HOUR + 6 * MINUTE + 2 * MINUTE)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('in any direction never run one slot twice, and never leave an agent without a next slot', ({
    expect,
  }) => {
    fc.assert(
      fc.property(fc.array(anywhere, { minLength: 1, maxLength: 8 }), (steps) => {
        const { ticks, dueAt, now } = live(config, steps)
        const forward = steps.filter(({ jumpMs }) => jumpMs > 0).length
        const awakeHours = steps.reduce((sum, { awakeMs }) => sum + awakeMs, 0) / HOUR
        expect(ticks.length).toBeLessThanOrEqual(Math.floor(awakeHours) + 2 + forward)
        expect((dueAt?.wall ?? 0) - now.wall).toBeLessThanOrEqual(1.5 * HOUR + 6 * MINUTE + 2 * MINUTE)
      }),
      { numRuns: 50 },
    )
  })

  test('an hour that a cron line lives through twice runs once', ({ expect }) => {
    const daily = agentConfig({ schedule: { kind: 'cron', expression: '30 12 * * *', timezone: 'UTC' } })
    const { ticks } = live(daily, [
      { awakeMs: HOUR, jumpMs: 0 },
      { awakeMs: 3 * HOUR, jumpMs: -HOUR },
    ])
    expect(ticks).toHaveLength(2) // The first at once, and 12:30.
  })

  test('a clock that was wrong by days does not silence a cron line', ({ expect }) => {
    const hourly = agentConfig({ schedule: { kind: 'cron', expression: '0 * * * *', timezone: 'UTC' } })
    const { ticks } = live(hourly, [
      { awakeMs: 2 * HOUR, jumpMs: 0 },
      { awakeMs: 3 * HOUR, jumpMs: -100 * HOUR },
    ])
    expect(ticks).toHaveLength(4) // At once, 13:00; then 11:00 and 12:00 of the corrected clock.
  })

  test('after a reboot a slot from a wrong clock is not waited for', ({ expect }) => {
    const wrong = state({ dueAt: { wall: start.wall + 1000 * HOUR, mono: 5, boot: 'before' } })
    const { action } = only(world({ state: wrong }))
    expect(action).toMatchObject({ kind: 'reschedule' })
    expect((action?.nextDue?.wall ?? 0) - start.wall).toBeLessThanOrEqual(HOUR + 6 * MINUTE)
  })
})
