/** Tasks of the board as views get them, for tests. */
import * as fc from 'fast-check'
import type { BoardTask } from '../../src/tasks/view.ts'
import { plainScreen } from './plain-screen.ts'

const { now } = plainScreen()

/** One that is ready, but for what is said. */
export function boardTask(changes: Partial<BoardTask> = {}): BoardTask {
  return {
    id: 't-aaaaaaaa',
    project: 'default',
    title: 'Mend the build',
    status: 'todo',
    priority: 0,
    labels: [],
    role: null,
    ready: true,
    unreachable: false,
    waits_for: [],
    waits_for_open: 0,
    not_before: null,
    holder: null,
    by: null,
    reason: null,
    attempts: [],
    created_at: now - 3_600_000,
    updated_at: now - 3_600_000,
    claimed_at: null,
    finished_at: null,
    ...changes,
  }
}

/** The id of the task with that number. */
export function numbered(number: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  const digits = Array.from({ length: 8 }, (_, place) => letters[Math.floor(number / 26 ** (7 - place)) % 26])
  return `t-${digits.join('')}`
}

/** Tasks that wait for each other as said: the keys in their order, and what each waits for. */
export function graphOf(edges: Readonly<Record<string, string>>): BoardTask[] {
  const names = Object.keys(edges)
  const id = (name: string): string => numbered(names.indexOf(name))
  return names.map((name) => {
    const waits = (edges[name] ?? '').split(' ').filter((one) => one !== '')
    return boardTask({
      id: id(name),
      title: name,
      waits_for: waits.map(id),
      waits_for_open: waits.length,
      ready: waits.length === 0,
    })
  })
}

/** Graphs of so many tasks at most: each waits for some of those before it. */
export function someGraph(tasksMax: number, titles: fc.Arbitrary<string>): fc.Arbitrary<BoardTask[]> {
  const one = fc.record({ title: titles, up: fc.array(fc.nat(tasksMax), { maxLength: 4 }) })
  return fc.array(one, { minLength: 1, maxLength: tasksMax }).map((all) =>
    all.map(({ title, up }, index) => {
      const waits = [...new Set(up.filter((other) => other < index))]
      return boardTask({
        id: numbered(index),
        title,
        waits_for: waits.map(numbered),
        waits_for_open: waits.length,
        ready: waits.length === 0,
      })
    }),
  )
}

/** Titles that hold whatever a terminal or a format might trip over. */
export const wildTitle = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(
    '"]; a-->b',
    '`code` [x](y) <b>&lt;</b>',
    '\\n \\',
    '#quot; #35;',
    '界界界 👩‍👩‍👧 é',
    '\u001b[2J\u0007\nend',
    '%% style: x;#',
    '',
  ),
)
