import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { boardTask } from '../../test/helpers/board-tasks.ts'
import { timeSpent } from './time-spent.ts'
import type { BoardTask } from './view.ts'

const done = (from: number, to: number): BoardTask =>
  boardTask({ status: 'done', ready: false, claimed_at: from, finished_at: to, updated_at: to })
const attempt = (since: number, ended_at: number) => ({ name: 'scout', since, ended_at, reason: 'lost' })

describe('the time of a board', () => {
  test('is told as wall time, work, and the share of it that agents worked', ({ expect }) => {
    const spent = timeSpent([done(0, 514_000), done(0, 514_000), done(100_000, 164_000)], {
      agents: 3,
      now: 9e9,
    })
    expect(spent).toMatchObject({ wallMs: 514_000, workMs: 1_092_000, agents: 3 })
    expect(spent?.utilization).toBeCloseTo(0.708, 3)
    expect(spent?.tax).toBeCloseTo(0.292, 3)
  })

  test('is none before the first claim', ({ expect }) => {
    expect(timeSpent([boardTask()], { agents: 3, now: 5 })).toBeUndefined()
  })

  test.for<[string, BoardTask[], { wallMs: number; workMs: number; agents: number }]>([
    ['goes on while a task is left', [done(100, 200), boardTask()], { wallMs: 900, workMs: 100, agents: 1 }],
    [
      'counts what is held until now',
      [boardTask({ status: 'claimed', claimed_at: 400 })],
      { wallMs: 600, workMs: 600, agents: 1 },
    ],
    [
      'counts a failed task as work',
      [boardTask({ status: 'failed', claimed_at: 100, finished_at: 300 })],
      { wallMs: 200, workMs: 200, agents: 1 },
    ],
    [
      'counts attempts that came to nothing',
      [{ ...done(300, 400), attempts: [attempt(100, 200)] }],
      { wallMs: 300, workMs: 200, agents: 1 },
    ],
    [
      'counts an attempt of a failed task once',
      [boardTask({ status: 'failed', attempts: [attempt(100, 300)], claimed_at: 100, finished_at: 300 })],
      { wallMs: 200, workMs: 200, agents: 1 },
    ],
    [
      'ends with the last task when the rest can never be done',
      [done(100, 300), boardTask({ unreachable: true, ready: false })],
      { wallMs: 200, workMs: 200, agents: 1 },
    ],
    [
      'knows of agents that it was not told of',
      [done(100, 300), done(200, 300)],
      { wallMs: 200, workMs: 300, agents: 2 },
    ],
  ])('%s', ([, tasks, figures], { expect }) => {
    expect(timeSpent(tasks, { agents: 0, now: 1_000 })).toMatchObject(figures)
  })

  test('never claims more than all of it', ({ expect }) => {
    const some = fc.tuple(fc.nat(1_000), fc.nat(1_000)).map(([from, took]) => done(from, from + took))
    fc.assert(
      fc.property(fc.array(some, { minLength: 1 }), fc.nat(5), (tasks, agents) => {
        const spent = timeSpent(tasks, { agents, now: 5_000 })
        expect(spent?.utilization).toBeGreaterThanOrEqual(0)
        expect(spent?.utilization).toBeLessThanOrEqual(1)
        expect((spent?.utilization ?? 0) + (spent?.tax ?? 0)).toBe(1)
        expect(spent && spent.workMs <= spent.agents * spent.wallMs).toBe(true)
      }),
    )
  })
})
