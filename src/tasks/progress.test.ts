import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { boardTask, graphOf, numbered, someGraph } from '../../test/helpers/board-tasks.ts'
import { levelsOf, widthOf } from './levels.ts'
import { agentsFor, exitCodeOf, progressOf, verdictOf } from './progress.ts'
import type { BoardTask } from './view.ts'

const todo = boardTask()
const done = boardTask({ status: 'done', ready: false })
const failed = boardTask({ id: 't-ffffffff', status: 'failed', ready: false })
const cancelled = boardTask({ id: 't-cccccccc', status: 'cancelled', ready: false })
const held = boardTask({ status: 'claimed', ready: false })
const blocked = boardTask({ status: 'blocked', ready: false })
const waiting = boardTask({ ready: false, waits_for_open: 1 })
const lost = boardTask({ ready: false, unreachable: true, waits_for: ['t-ffffffff'], waits_for_open: 1 })

describe('progress', () => {
  test.for<[string, BoardTask[], number]>([
    ['of nothing is all', [], 100],
    ['is rounded down, so that 100 means all', [...Array.from({ length: 199 }, () => done), todo], 99],
    ['leaves out what was cancelled', [done, cancelled], 100],
    ['counts a failure as not done', [done, failed], 50],
  ])('%s', ([, tasks, percent], { expect }) => {
    expect(progressOf(tasks).percent).toBe(percent)
  })

  test('names the failed task at the root, however far above, and is not stopped by one beside it', ({
    expect,
  }) => {
    const chain = graphOf({ bad: '', good: '', a: 'good bad', b: 'good a', c: 'b', free: 'good' }).map(
      (task) => {
        if (task.title === 'bad') return { ...task, status: 'failed' as const, ready: false }
        return 'abc'.includes(task.title) ? { ...task, unreachable: true } : task
      },
    )
    const { unreachable } = progressOf(chain)
    expect(unreachable.map(({ title, root }) => [title, root?.title])).toEqual([
      ['a', 'bad'],
      ['b', 'bad'],
      ['c', 'bad'],
    ])
  })

  test('finds the root of a chain of 10,000 tasks', ({ expect }) => {
    const chain = Array.from({ length: 10_000 }, (_, n) => {
      const above = n === 0 ? [] : [numbered(n - 1)]
      return boardTask({
        id: numbered(n),
        status: n === 0 ? 'failed' : 'todo',
        ready: false,
        unreachable: n > 0,
        waits_for: above,
      })
    }).toReversed()
    expect(new Set(progressOf(chain).unreachable.map(({ root }) => root?.id))).toEqual(new Set([numbered(0)]))
  })

  test.for<[string, BoardTask[], boolean]>([
    ['one is ready', [todo, waiting], false],
    ['one is held', [held, waiting], false],
    ['one is in review', [boardTask({ status: 'review', ready: false }), waiting], false],
    ['the time of one comes', [boardTask({ ready: false, not_before: 5 }), waiting], false],
    ['all wait for one that is blocked', [blocked, waiting], true],
    ['the rest can never be done', [failed, lost], true],
    ['nothing is left', [done, failed], false],
  ])('a board on which %s is in gridlock or not', ([, tasks, gridlock], { expect }) => {
    expect(progressOf(tasks).isGridlock).toBe(gridlock)
  })
})

describe('the verdict of wait', () => {
  test.for<[string, BoardTask[], 'done' | 'failed' | 'open', number | undefined]>([
    ['nothing there', [], 'done', 0],
    ['all done or cancelled', [done, cancelled], 'done', 0],
    ['one failed and the rest over', [done, failed], 'failed', 1],
    ['one unreachable', [cancelled, lost], 'failed', 1],
    ['one failed while others go on', [failed, held], 'open', undefined],
    ['one blocked', [done, blocked], 'open', undefined],
  ])('%s', ([, tasks, kind, code], { expect }) => {
    const verdict = verdictOf(tasks)
    expect([verdict.kind, exitCodeOf(verdict)]).toEqual([kind, code])
  })

  test('says which failed, and which can never be done because of what', ({ expect }) => {
    expect(verdictOf([failed, lost])).toEqual({
      kind: 'failed',
      failed: [failed],
      unreachable: [{ id: lost.id, title: lost.title, root: failed }],
    })
  })

  test('says how many are open, and that they will stay so', ({ expect }) => {
    expect(verdictOf([blocked, waiting, done])).toEqual({ kind: 'open', open: 2, gridlock: true })
  })
})

describe('how many agents are worth having', () => {
  test.for<[string, Record<string, string>, number]>([
    ['a chain', { a: '', b: 'a', c: 'b' }, 1],
    ['a diamond', { a: '', b: 'a', c: 'a', d: 'b c' }, 2],
    ['tasks that do not know each other', { a: '', b: '', c: '' }, 3],
    ['nothing', {}, 0],
  ])('%s', ([, edges, agents], { expect }) => {
    expect(agentsFor(graphOf(edges))).toBe(agents)
  })

  test('is about what is left', ({ expect }) => {
    expect(agentsFor([done, failed, lost, held, boardTask({ id: 't-zzzzzzzz' })])).toBe(2)
  })

  test('each level stands below all that its tasks wait for, and the widest is told', ({ expect }) => {
    fc.assert(
      fc.property(someGraph(30, fc.constant('x')), (tasks) => {
        const levels = levelsOf(tasks)
        for (const { id, waits_for } of tasks)
          expect(levels.get(id)).toBe(Math.max(0, ...waits_for.map((one) => (levels.get(one) ?? NaN) + 1)))
        const sizes = Map.groupBy(levels.values(), (level) => level).values()
        expect(widthOf(tasks)).toBe(Math.max(...[...sizes].map((all) => all.length)))
      }),
    )
  })
})
