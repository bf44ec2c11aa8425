import { describe, test } from 'vitest'
import { sampleTask } from '../../../test/helpers/sample-task.ts'
import { memoryStore } from '../../../test/helpers/store.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { RECORDS_MAX, type TaskRecord } from '../record.ts'
import { TaskId } from '../task.ts'
import { addEdge } from './edges.ts'
import { addRecord, contextOf, recordsOf } from './records.ts'
import { insertTask } from './rows.ts'

const id = (letter: string) => TaskId.parse(`t-${letter.repeat(8)}`)

/** Tasks of one letter each; `ba`: b waits for a. */
function build(tx: Tx, letters: string, edges: readonly string[]): void {
  for (const letter of letters) insertTask(tx, sampleTask({ id: id(letter) }))
  for (const edge of edges) addEdge(tx, { task: id(edge.charAt(0)), dependency: id(edge.charAt(1)) })
}

function record(letter: string, changes: Partial<TaskRecord> = {}): Omit<TaskRecord, 'number'> {
  return {
    task: id(letter),
    kind: 'decision',
    name: undefined,
    path: undefined,
    text: `of ${letter}`,
    by: { kind: 'operator' },
    at: 1_000,
    ...changes,
  }
}

describe('what is behind a task', () => {
  test('is told from the nearest on, each record once however many ways lead there, and no notes', async ({
    expect,
  }) => {
    await memoryStore().write((tx) => {
      build(tx, 'abcdef', ['ba', 'ca', 'db', 'dc', 'da', 'cb', 'ed'])
      for (const letter of 'abcd') addRecord(tx, record(letter))
      addRecord(
        tx,
        record('b', { kind: 'artifact', name: 'api', path: 'docs/api.md', text: 'the interface' }),
      )
      addRecord(tx, record('b', { kind: 'note', text: 'half way' }))
      const { records, isCut } = contextOf(tx, id('d'), 10)
      expect(records.map(({ text }) => text)).toEqual(['of a', 'of b', 'of c', 'the interface'])
      expect(isCut).toBe(false)
      expect(contextOf(tx, id('c'), 10).records.map(({ text }) => text)).toEqual([
        'of a',
        'of b',
        'the interface',
      ])
      expect(contextOf(tx, id('d'), 2)).toMatchObject({
        records: [{ text: 'of a' }, { text: 'of b' }],
        isCut: true,
      })
      expect(contextOf(tx, id('e'), 2).records.map(({ text }) => text)).toEqual(['of d', 'of a'])
      expect(contextOf(tx, id('f'), 10)).toEqual({ records: [], isCut: false })
    })
  })

  test('is found quickly where very many ways lead', async ({ expect }) => {
    await memoryStore().write((tx) => {
      const letters = 'abcdefghijklmnopqrstuvwxyz'
      const edges = letters.split('').flatMap((one, index) =>
        letters
          .slice(0, index)
          .split('')
          .map((other) => one + other),
      )
      build(tx, letters, edges)
      for (const letter of letters) addRecord(tx, record(letter))
      expect(contextOf(tx, id('z'), 100).records).toHaveLength(25)
    })
  })
})

test('records of a task are kept as they were told, up to a number', async ({ expect }) => {
  await memoryStore().write((tx) => {
    build(tx, 'a', [])
    const artifact = record('a', { kind: 'artifact', name: "api'; --", path: 'a b.md', text: '\u{1F9E8}' })
    const [first, second] = [addRecord(tx, artifact), addRecord(tx, record('a'))]
    expect(recordsOf(tx, id('a'))).toEqual([first, second])
    expect(first).toMatchObject(artifact)
    for (let count = 2; count < RECORDS_MAX; count += 1) addRecord(tx, record('a'))
    expect(addRecord(tx, record('a'))).toBeUndefined()
    expect(recordsOf(tx, id('a'))).toHaveLength(RECORDS_MAX)
  })
})
