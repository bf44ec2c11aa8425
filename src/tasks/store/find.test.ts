import { describe, test } from 'vitest'
import { sampleTask } from '../../../test/helpers/sample-task.ts'
import { memoryStore } from '../../../test/helpers/store.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { TaskId, type Task } from '../task.ts'
import { changeTask } from './board.ts'
import { addEdge } from './edges.ts'
import { countTasks, findTask, heldTasks, listTasks, type TaskFilter } from './find.ts'
import { insertTask } from './rows.ts'

const anything: TaskFilter = {
  project: undefined,
  statuses: [],
  labels: [],
  role: undefined,
  agent: undefined,
  text: undefined,
}

function add(tx: Tx, tasks: Readonly<Record<string, Partial<Task>>>): void {
  for (const [id, changes] of Object.entries(tasks))
    insertTask(tx, sampleTask({ id: TaskId.parse(id), ...changes }))
}

const claim = (tx: Tx, id: string) =>
  changeTask(
    tx,
    id,
    { kind: 'claim', lease: undefined },
    { by: { kind: 'run', run: 'scout-1', agent: 'scout' }, at: 2 },
  )

test('a task is found by the beginning of its id, as long as no other begins so', async ({ expect }) => {
  await memoryStore().write((tx) => {
    add(tx, { 't-abcaaaaa': {}, 't-abdaaaaa': {}, 't-zzzzzzzz': {} })
    const told = (written: string) => {
      const found = findTask(tx, written)
      if (found.kind === 'one') return found.task.id
      return found.kind === 'none' ? 'none' : found.tasks.map(({ id }) => id)
    }
    expect(['t-abc', 'abd', 'z', 't-zzzzzzzz', 'zzzzzzzz'].map(told)).toEqual([
      't-abcaaaaa',
      't-abdaaaaa',
      't-zzzzzzzz',
      't-zzzzzzzz',
      't-zzzzzzzz',
    ])
    expect(told('ab')).toEqual(['t-abcaaaaa', 't-abdaaaaa'])
    expect(['', 't-', 'x', 'A', 'a%', "a' or 1", 'aaaaaaaaa'].map(told)).toEqual(
      Array.from({ length: 7 }, () => 'none'),
    )
  })
})

describe('a list of tasks', () => {
  test.for<[string, Partial<TaskFilter>, string]>([
    ['everything, in the order in which it is handed out', {}, 'ecabd'],
    ['one project', { project: 'shop' }, 'd'],
    ['some statuses', { statuses: ['claimed', 'failed'] }, 'b'],
    ['all of the labels', { labels: ['x', 'y'] }, 'c'],
    ['a role', { role: 'l3/coder' }, 'a'],
    ['what an agent holds', { agent: 'scout' }, 'b'],
    ['words in title or body', { text: 'The 100% thing_ Ä' }, 'e'],
    ['all of it at once', { labels: ['x'], text: 'mend', statuses: ['todo'] }, 'c'],
  ])('holds %s', async ([, filter, letters], { expect }) => {
    await memoryStore().write((tx) => {
      add(tx, {
        't-aaaaaaaa': { role: 'l3/coder' },
        't-bbbbbbbb': {},
        't-cccccccc': { labels: ['x', 'y'], priority: 1 },
        't-dddddddd': { project: 'shop' },
        't-eeeeeeee': { body: 'all of\nthe 100% Thing_ Ä', priority: 2, labels: ['x'], title: 'Else' },
      })
      claim(tx, 't-bbbbbbbb')
      const { tasks, count } = listTasks(tx, { ...anything, ...filter }, 10)
      expect(tasks.map(({ id }) => id.charAt(2)).join('')).toBe(letters)
      expect(count).toBe(letters.length)
      expect(listTasks(tx, { ...anything, ...filter }, 1)).toMatchObject({ tasks: [{}], count })
      expect(heldTasks(tx).map(({ id }) => id)).toEqual(['t-bbbbbbbb'])
    })
  })
})

test('tasks are counted by project and status, and what is unreachable for itself', async ({ expect }) => {
  await memoryStore().write((tx) => {
    add(tx, { 't-aaaaaaaa': {}, 't-bbbbbbbb': {}, 't-cccccccc': {}, 't-dddddddd': { project: 'shop' } })
    addEdge(tx, { task: 't-bbbbbbbb', dependency: 't-aaaaaaaa' })
    changeTask(tx, 't-aaaaaaaa', { kind: 'fail', reason: 'no' }, { by: { kind: 'operator' }, at: 2 })
    claim(tx, 't-dddddddd')
    expect(countTasks(tx)).toEqual([
      { project: 'default', status: 'failed', count: 1 },
      { project: 'default', status: 'todo', count: 1 },
      { project: 'default', status: 'unreachable', count: 1 },
      { project: 'shop', status: 'claimed', count: 1 },
    ])
  })
})
