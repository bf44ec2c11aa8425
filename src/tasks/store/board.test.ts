import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { sampleTask } from '../../../test/helpers/sample-task.ts'
import { memoryStore } from '../../../test/helpers/store.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { isOver, NOTHING_LEFT, TaskId, type Party, type Task } from '../task.ts'
import { changeTask, claimNext, firstReady, releaseDue } from './board.ts'
import { addEdge, dependenciesOf, removeEdge } from './edges.ts'
import { insertTask, parseTask, readTask } from './rows.ts'

const scout: Party = { kind: 'run', run: 'scout-1', agent: 'scout' }
const operator: Party = { kind: 'operator' }
const any = { project: 'default', roles: [], labels: [] }
const asked = { by: scout, at: 2_000, lease: undefined }
const id = (letter: string) => TaskId.parse(`t-${letter.repeat(8)}`)

/** Adds tasks that are called by one letter each. */
function add(tx: Tx, tasks: Readonly<Record<string, Partial<Task>>>): void {
  for (const [letter, changes] of Object.entries(tasks))
    insertTask(tx, sampleTask({ id: id(letter), ...changes }))
}

/** The letters of what is claimed until nothing is ready. */
function claimAll(tx: Tx, wish: Parameters<typeof claimNext>[1]): string {
  const task = claimNext(tx, wish, asked)
  return task === undefined ? '' : task.id.charAt(2) + claimAll(tx, wish)
}

const edge = (tx: Tx, task: string, dependency: string) =>
  addEdge(tx, { task: id(task), dependency: id(dependency) })
const counters = (tx: Tx, letter: string) => {
  const { waitsFor, deadEnds } = readTask(tx, id(letter)) ?? sampleTask()
  return { waitsFor, deadEnds }
}

describe('a claim', () => {
  test('takes what is most urgent, and the oldest of it', async ({ expect }) => {
    await memoryStore().write((tx) => {
      add(tx, { a: {}, b: { priority: 5 }, c: {}, d: { priority: 5 }, e: { priority: -1 } })
      expect(claimAll(tx, any)).toBe('bdace')
    })
  })

  test('takes only what suits the role and has the labels, in its own project', async ({ expect }) => {
    await memoryStore().write((tx) => {
      add(tx, {
        a: { role: 'l3/coder' },
        b: {},
        c: { project: 'shop' },
        d: { role: 'l3/tester', priority: 9 },
        e: { labels: ['x', 'y'] },
      })
      expect(claimAll(tx, { ...any, labels: ['y', 'x'] })).toBe('e')
      expect(claimAll(tx, { ...any, roles: ['l3/coder'] })).toBe('ab')
      expect(claimAll(tx, { ...any, project: 'shop' })).toBe('c')
      expect(claimAll(tx, { ...any, roles: ['l3/coder', 'l3/tester'] })).toBe('d')
    })
  })

  test('waits for the time of a task', async ({ expect }) => {
    await memoryStore().write((tx) => {
      add(tx, { a: { notBefore: 3_000 }, b: { notBefore: 9_000 } })
      expect(firstReady(tx, any)).toBeUndefined()
      expect(releaseDue(tx, 3_000)).toBe(9_000)
      expect(claimAll(tx, any)).toBe('a')
      expect(releaseDue(tx, 9_000)).toBeUndefined()
      expect(claimAll(tx, any)).toBe('b')
    })
  })

  test('reads a task back as it was written, whatever is in it', async ({ expect }) => {
    await memoryStore().write((tx) => {
      const verification = { commands: ['npm test'], deadlineMs: 1 }
      const task = sampleTask({
        title: "'; drop table tasks --\u{1F9E8}",
        labels: ['"'],
        role: 'l3/coder',
        verification,
        review: true,
      })
      insertTask(tx, task)
      expect(readTask(tx, task.id)).toEqual(task)
    })
  })
})

describe('an edge', () => {
  test('is refused when it closes a circle, is there already, or leads nowhere', async ({ expect }) => {
    await memoryStore().write((tx) => {
      add(tx, { a: {}, b: {}, c: {} })
      expect([edge(tx, 'b', 'a'), edge(tx, 'c', 'b')]).toEqual([undefined, undefined])
      expect(edge(tx, 'a', 'c')).toEqual({ kind: 'circle', way: ['a', 'c', 'b', 'a'].map(id) })
      expect(edge(tx, 'c', 'b')).toEqual({ kind: 'twice' })
      expect(edge(tx, 'c', 'z')).toEqual({ kind: 'unknown', id: id('z') })
      expect(edge(tx, 'z', 'c')).toEqual({ kind: 'unknown', id: id('z') })
      expect(claimAll(tx, any)).toBe('a')
      expect(edge(tx, 'a', 'c')).toEqual({ kind: 'begun' })
    })
  })

  test('holds a task up until what it waits for is done', async ({ expect }) => {
    await memoryStore().write((tx) => {
      add(tx, { a: {}, b: { priority: 9 } })
      edge(tx, 'b', 'a')
      expect(claimAll(tx, any)).toBe('a')
      changeTask(tx, id('a'), { kind: 'finish', result: '' }, asked)
      expect(claimAll(tx, any)).toBe('b')
    })
  })

  test('to what failed makes all behind it unreachable, until it is begun afresh or taken away', async ({
    expect,
  }) => {
    await memoryStore().write((tx) => {
      add(tx, { a: {}, b: {}, c: {}, d: {} })
      for (const [task, dependency] of ['ba', 'cb', 'dc']) edge(tx, task ?? '', dependency ?? '')
      const fail = { kind: 'fail', reason: 'no' } as const
      const by = { by: operator, at: 3_000 }
      expect(changeTask(tx, id('a'), fail, by)).toMatchObject({ ok: true, turned: ['b', 'c', 'd'].map(id) })
      expect(counters(tx, 'd')).toEqual({ waitsFor: 1, deadEnds: 1 })
      expect(changeTask(tx, id('a'), { kind: 'retry' }, by)).toMatchObject({
        turned: ['b', 'c', 'd'].map(id),
      })
      expect(counters(tx, 'd')).toEqual({ waitsFor: 1, deadEnds: 0 })
      changeTask(tx, id('a'), fail, by)
      expect(removeEdge(tx, { task: id('b'), dependency: id('a') })).toBe(true)
      expect(removeEdge(tx, { task: id('b'), dependency: id('a') })).toBe(false)
      expect([counters(tx, 'b'), counters(tx, 'd')]).toEqual([
        { waitsFor: 0, deadEnds: 0 },
        { waitsFor: 1, deadEnds: 0 },
      ])
      expect(claimAll(tx, any)).toBe('b')
    })
  })
})

const letters = 'abcdefgh'.split('')
const someTask = fc.constantFrom(...letters)
const runs = ['one', 'two', 'three'].map((run): Party => ({ kind: 'run', run, agent: run }))
const someParty = fc.constantFrom<Party>(...runs, operator, { kind: 'core' })
const steps = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('next' as const), by: fc.constantFrom(...runs) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('edge' as const, 'unedge' as const),
      task: someTask,
      other: someTask,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'finish' as const,
        'lose' as const,
        'fail' as const,
        'cancel' as const,
        'retry' as const,
        'block' as const,
      ),
      by: someParty,
      task: someTask,
    }),
  },
)
type Step = typeof steps extends fc.Arbitrary<infer One> ? One : never

function take(tx: Tx, step: Step, at: number): void {
  switch (step.kind) {
    case 'next':
      claimNext(tx, any, { by: step.by, at, lease: undefined })
      return
    case 'edge':
      edge(tx, step.task, step.other)
      return
    case 'unedge':
      removeEdge(tx, { task: id(step.task), dependency: id(step.other) })
      return
    case 'finish':
    case 'lose':
    case 'fail':
    case 'cancel':
    case 'retry':
    case 'block':
      changeTask(
        tx,
        id(step.task),
        { kind: step.kind, reason: 'r', result: 'r', left: NOTHING_LEFT },
        { by: step.by, at },
      )
  }
}

const rounds = { numRuns: process.env['MARROW_TEST_LONG'] === '1' ? 2_000 : 200 }

test('after any sequence of operations counters agree with edges, and nothing was claimed before its time', async ({
  expect,
}) => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 60 }), async (sequence) => {
      await memoryStore().write((tx) => {
        add(tx, Object.fromEntries(letters.map((letter, index) => [letter, { priority: index % 3 }])))
        for (const [index, step] of sequence.entries()) {
          const before = new Map(allTasks(tx).map((task) => [task.id, task]))
          take(tx, step, 2_000 + index)
          for (const task of allTasks(tx)) {
            const behind = dependenciesOf(tx, task.id).flatMap((one) => readTask(tx, one) ?? [])
            expect(task.waitsFor).toBe(behind.filter(({ state }) => state.status !== 'done').length)
            expect(task.deadEnds).toBe(behind.filter((one) => isDeadEnd(tx, one)).length)
            const isClaimed =
              task.state.status === 'claimed' && before.get(task.id)?.state.status !== 'claimed'
            if (isClaimed) expect(task.waitsFor).toBe(0)
          }
        }
      })
    }),
    rounds,
  )
})

/** Worked out from the edges alone. */
function isDeadEnd(tx: Tx, task: Task): boolean {
  if (isOver(task)) return task.state.status !== 'done'
  return dependenciesOf(tx, task.id).some((one) => {
    const dependency = readTask(tx, one)
    return dependency !== undefined && isDeadEnd(tx, dependency)
  })
}

function allTasks(tx: Tx): Task[] {
  return tx.all('select * from tasks order by number').map(parseTask)
}
