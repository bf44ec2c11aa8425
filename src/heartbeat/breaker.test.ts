import { describe, test } from 'vitest'
import type { Moment } from '../base/moment.ts'
import type { Outcome } from '../runner/outcome.ts'
import { afterRun, closedBreaker, mayStart, type Breaker } from './breaker.ts'

const HOUR = 3_600_000
const start: Moment = { wall: Date.UTC(2026, 0, 5, 12), mono: 1_000_000, boot: 'one' }

function at(ms: number): Moment {
  return { wall: start.wall + ms, mono: start.mono + ms, boot: 'one' }
}

function end(outcome: Outcome, ms = 0, overrides: { wokeRecently?: boolean; rebooted?: boolean } = {}) {
  return { outcome, now: at(ms), intervalMs: HOUR, wokeRecently: false, rebooted: false, ...overrides }
}

const failed: Outcome = { kind: 'failed', exitCode: 7, reason: 'exit-code', detail: 'exited with code 7' }
const succeeded: Outcome = { kind: 'succeeded' }

function after(outcomes: readonly Outcome[], from: Breaker = closedBreaker): Breaker {
  return outcomes.reduce((breaker, outcome, index) => afterRun(breaker, end(outcome, index * HOUR)), from)
}

function limitUntil(until: number | undefined): Outcome {
  return { kind: 'failed', exitCode: 1, reason: 'rate-limit', detail: 'quota', until }
}

describe('the breaker', () => {
  test('opens at the third failure in a row, with the real reason', ({ expect }) => {
    expect(after([failed, failed])).toEqual({ state: 'closed', failures: 2 })
    expect(after([failed, succeeded, failed, failed]).state).toBe('closed')
    expect(after([failed, failed, failed])).toMatchObject({ state: 'open', reason: 'exited with code 7' })
  })

  test('first skips one slot, then cools down twice as long with every failed try, up to a cap', ({
    expect,
  }) => {
    let breaker = after([failed, failed, failed])
    const waits: number[] = []
    for (let tries = 0; tries < 6; tries += 1) {
      if (breaker.state !== 'open') throw new Error('it must be open')
      waits.push((breaker.reopensAt.mono - (tries === 0 ? at(2 * HOUR).mono : at(0).mono)) / HOUR)
      breaker = afterRun(breaker, end(failed, 0))
    }
    expect(waits).toEqual([1, 2, 4, 6, 6, 6])
  })

  test('allows one try after the cool-down; its success closes it', ({ expect }) => {
    const open = after([failed, failed, failed])
    expect(mayStart(open, at(2 * HOUR))).toMatchObject({ allowed: false, until: at(3 * HOUR).wall })
    expect(mayStart(open, at(3 * HOUR))).toEqual({ allowed: true })
    expect(afterRun(open, end(succeeded, 3 * HOUR))).toEqual(closedBreaker)
  })

  test('counts its cool-down in awake time: a clock that jumps neither shortens nor prolongs it', ({
    expect,
  }) => {
    const open = after([failed, failed, failed])
    const jumped = { ...at(2 * HOUR), wall: start.wall + 100 * HOUR }
    expect(mayStart(open, jumped)).toMatchObject({ allowed: false })
    const back = { ...at(3 * HOUR), wall: start.wall - 100 * HOUR }
    expect(mayStart(open, back)).toEqual({ allowed: true })
  })

  test('holds an agent that is not logged in until the operator resumes it', ({ expect }) => {
    const held = after([{ kind: 'failed', exitCode: 1, reason: 'authentication', detail: '401' }])
    expect(mayStart(held, at(1_000 * HOUR))).toEqual({
      allowed: false,
      until: undefined,
      reason: 'not logged in: 401',
    })
  })

  test('holds a rate limit until its reset time, by the wall clock, and not as a failure', ({ expect }) => {
    const until = start.wall + 5 * HOUR
    const limited = after([failed, failed, limitUntil(until)])
    expect(mayStart(limited, at(4 * HOUR))).toMatchObject({ allowed: false, until })
    expect(mayStart(limited, at(5 * HOUR))).toEqual({ allowed: true })
  })

  test('does not believe a reset time that has passed, or one that is further away than any limit', ({
    expect,
  }) => {
    expect(mayStart(afterRun(closedBreaker, end(limitUntil(start.wall - 1))), at(0))).toMatchObject({
      allowed: false,
    })
    const wrongClock = afterRun(closedBreaker, end(limitUntil(start.wall + 400 * 24 * HOUR)))
    expect(mayStart(wrongClock, at(0))).toEqual({ allowed: true })
  })

  test('after a rate limit one plain failure is the first of three', ({ expect }) => {
    const limit = limitUntil(undefined)
    expect(afterRun(afterRun(closedBreaker, end(limit)), end(failed))).toEqual({
      state: 'closed',
      failures: 1,
    })
  })

  test('from a boot whose clock was far ahead does not hold for a year', ({ expect }) => {
    const open: Breaker = {
      state: 'open',
      opens: 1,
      reopensAt: { ...at(400 * 24 * HOUR), boot: 'before' },
      reason: 'x',
    }
    expect(mayStart(open, at(0))).toEqual({ allowed: true })
  })

  test('without a reset time asks again after delays that double', ({ expect }) => {
    const limit = limitUntil(undefined)
    const first = afterRun(closedBreaker, end(limit))
    const second = afterRun(first, end(limit))
    if (first.state !== 'limited' || second.state !== 'limited') throw new Error('both must be limited')
    expect(second.until - start.wall).toBe(2 * (first.until - start.wall))
  })

  test.for<{ what: string; outcome: Outcome; overrides?: { wokeRecently?: boolean; rebooted?: boolean } }>([
    { what: 'a run that the operator ended', outcome: { kind: 'ended', by: 'operator', exitCode: 143 } },
    { what: 'a run that a stop ended', outcome: { kind: 'ended', by: 'stop', exitCode: 143 } },
    {
      what: 'a lost connection just after the machine woke up',
      outcome: { kind: 'failed', exitCode: 1, reason: 'connection', detail: 'ECONNREFUSED' },
      overrides: { wokeRecently: true },
    },
    { what: 'a run lost in a reboot', outcome: { kind: 'lost' }, overrides: { rebooted: true } },
  ])('$what does not count', ({ outcome, overrides }, { expect }) => {
    const twice: Breaker = { state: 'closed', failures: 2 }
    expect(afterRun(twice, end(outcome, 0, overrides))).toEqual(twice)
  })

  test.for<{ outcome: Outcome; reason: string }>([
    { outcome: { kind: 'ended', by: 'deadline', exitCode: 137 }, reason: 'deadline passed' },
    { outcome: { kind: 'ended', by: 'signal', exitCode: 139 }, reason: 'signal 11' },
    {
      outcome: { kind: 'ended', by: 'memory', exitCode: 137, limit: 1024 ** 3 },
      reason: 'ended by its memory limit (1GiB)',
    },
    { outcome: { kind: 'unspawnable', detail: 'not found: opencod' }, reason: 'not found: opencod' },
    { outcome: { kind: 'lost' }, reason: 'the run was lost' },
    {
      outcome: { kind: 'failed', exitCode: 1, reason: 'connection', detail: 'no route' },
      reason: 'no route',
    },
  ])('$reason counts', ({ outcome, reason }, { expect }) => {
    expect(afterRun({ state: 'closed', failures: 2 }, end(outcome))).toMatchObject({ state: 'open', reason })
  })
})
