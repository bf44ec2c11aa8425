import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { boardTask, graphOf, someGraph, wildTitle } from '../../../test/helpers/board-tasks.ts'
import { plainScreen } from '../../../test/helpers/plain-screen.ts'
import type { BoardTask } from '../../tasks/view.ts'
import { dagLines } from './dag.ts'
import { pictureLines } from './dag-picture.ts'
import { treeLines } from './dag-tree.ts'

const small = graphOf({
  Spec: '',
  Reader: 'Spec',
  Painter: 'Spec',
  Join: 'Reader Painter',
  Letter: 'Join Spec',
})

const ways: Readonly<Record<string, string>> = {
  '│': 'ud',
  '─': 'lr',
  '└': 'ur',
  '┘': 'ul',
  '┌': 'dr',
  '┐': 'dl',
  '┬': 'dlr',
  '┴': 'ulr',
  '├': 'udr',
  '┤': 'udl',
  '┼': 'udlr',
}
const moves = { u: [-1, 0, 'd'], d: [1, 0, 'u'], l: [0, -1, 'r'], r: [0, 1, 'l'] } as const

/** Follows with a finger every line out of the bottom of a box: to which boxes does it lead? Titles must be plain. */
function followed(lines: readonly string[]): string[] {
  const at = (row: number, column: number): string => lines[row]?.[column] ?? ' '
  const boxes = lines.flatMap((line, row) =>
    [...line.matchAll(/t-[a-z]{8}/g)].map(({ 0: id, index }) => {
      const left = line.lastIndexOf('│', index)
      return { id, row, left, right: line.indexOf('│', index) }
    }),
  )
  return boxes.flatMap((box) => {
    const exit = Array.from({ length: box.right - box.left }, (_, n) => box.left + n).filter(
      (column) => at(box.row + 1, column) === '┬',
    )
    const seen = new Set<string>()
    const found: string[] = []
    const open = exit.map((column) => ({ row: box.row + 2, column, from: 'u' }))
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      const { row, column, from } = one
      const key = `${row} ${column} ${from}`
      if (seen.has(key)) continue
      seen.add(key)
      const stroke = at(row, column)
      if (stroke === '▼') {
        found.push(
          boxes.find((other) => other.row === row + 3 && other.left < column && column < other.right)?.id ??
            '?',
        )
        continue
      }
      // A line that meets another one from the side passes behind it.
      const isBehind = stroke === '│' && (from === 'l' || from === 'r')
      const on = isBehind
        ? [from === 'l' ? 'r' : 'l']
        : (ways[stroke] ?? '').split('').filter((way) => way !== from)
      if (!isBehind && !(ways[stroke] ?? '').includes(from)) found.push(`${stroke} leads nowhere`)
      for (const way of on)
        if (way === 'u' || way === 'd' || way === 'l' || way === 'r') {
          const [down, right, back] = moves[way]
          open.push({ row: row + down, column: column + right, from: back })
        }
    }
    return found.map((id) => `${box.id} ${id}`)
  })
}

const edgesOf = (tasks: readonly BoardTask[]) =>
  tasks.flatMap((task) => task.waits_for.map((one) => `${one} ${task.id}`))
const idsIn = (lines: readonly string[]) => lines.join('\n').match(/t-[a-z]{8}/g) ?? []

describe('the graph as a picture', () => {
  test('shows parents above children, long edges beside the boxes between', ({ expect }) => {
    expect(dagLines(small, plainScreen(80)).join('\n')).toMatchInlineSnapshot(`
      "                      ┌────────────────────┐
                            │ Spec               │
                            │ ○ t-aaaaaaaa ready │
                            └──────────┬─────────┘
                  ┌────────────────────┼─────────────────┐
                  ▼                    ▼                 │
      ┌──────────────────────┐ ┌──────────────────────┐  │
      │ Reader               │ │ Painter              │  │
      │ … t-aaaaaaab waiting │ │ … t-aaaaaaac waiting │  │
      └───────────┬──────────┘ └───────────┬──────────┘  │
                  └────────────┐           │     ┌───────┘
                               ▼           ▼     │
                       ┌──────────────────────┐  │
                       │ Join                 │  │
                       │ … t-aaaaaaad waiting │  │
                       └───────────┬──────────┘  │
                                   ▼             ▼
                              ┌──────────────────────┐
                              │ Letter               │
                              │ … t-aaaaaaae waiting │
                              └──────────────────────┘"
    `)
  })

  test('lets one follow every edge and no other', ({ expect }) => {
    let drawn = 0
    fc.assert(
      fc.property(
        someGraph(10, fc.constantFrom('x', 'a long title', 'z z')),
        fc.integer({ min: 40, max: 250 }),
        (tasks, columns) => {
          const lines = pictureLines(tasks, plainScreen(columns))
          if (lines === undefined) return
          drawn += 1
          expect(followed(lines).toSorted()).toEqual(edgesOf(tasks).toSorted())
          expect(idsIn(lines).toSorted()).toEqual(tasks.map(({ id }) => id))
        },
      ),
      { numRuns: process.env['MARROW_TEST_LONG'] === '1' ? 3_000 : 300 },
    )
    expect(drawn).toBeGreaterThan(50)
  })

  test('gives way to a tree where the terminal is too narrow for it', ({ expect }) => {
    const wide = graphOf({ a: '', b: '', c: '', d: '', e: '', f: 'a b c d e' })
    expect(pictureLines(wide, plainScreen(60))).toBeUndefined()
    expect(dagLines(wide, plainScreen(60)).join('\n')).toMatchInlineSnapshot(`
      "○ t-aaaaaaaa a
      └─ … t-aaaaaaaf f
            also after t-aaaaaaab, t-aaaaaaac, t-aaaaaaad,
            t-aaaaaaae
      ○ t-aaaaaaab b
      ○ t-aaaaaaac c
      ○ t-aaaaaaad d
      ○ t-aaaaaaae e"
    `)
  })
})

describe('the graph as a tree', () => {
  test('names each task once and every edge, also where it is deep', ({ expect }) => {
    fc.assert(
      fc.property(someGraph(40, fc.constant('x')), fc.integer({ min: 40, max: 100 }), (tasks, columns) => {
        const lines = treeLines(tasks, plainScreen(columns))
        const heads = lines.flatMap((line) => /^[│├└─ ]*[○…] (t-\w{8})/.exec(line)?.[1] ?? [])
        expect(heads.toSorted()).toEqual(tasks.map(({ id }) => id))
        // Each edge is a stroke to the right, or a name.
        const strokes = lines.filter((line) => /[├└]─ [○…]/.test(line)).length
        expect(idsIn(lines).length - tasks.length + strokes).toBe(edgesOf(tasks).length)
      }),
    )
  })

  test('holds what is not among the tasks by its name', ({ expect }) => {
    const tasks = [boardTask({ waits_for: ['t-elsewher'], ready: false }), ...small.slice(1)]
    expect(dagLines(tasks, plainScreen()).join('\n')).toContain('after t-elsewher')
  })

  test('is made of 10,000 tasks in a chain', ({ expect }) => {
    const chain = Array.from({ length: 10_000 }, (_, n) =>
      boardTask({ id: `t-${n}`, waits_for: n === 0 ? [] : [`t-${n - 1}`] }),
    )
    expect(dagLines(chain, plainScreen(80)).filter((line) => line.includes('Mend the build'))).toHaveLength(
      10_000,
    )
  })
})

test('no line is wider than the terminal or holds a control character, whatever titles hold', ({
  expect,
}) => {
  fc.assert(
    fc.property(someGraph(12, wildTitle), fc.integer({ min: 40, max: 160 }), (tasks, columns) => {
      const screen = plainScreen(columns)
      const lines = dagLines(tasks, screen)
      for (const line of lines) {
        expect(screen.widthOf(line)).toBeLessThanOrEqual(columns)
        expect(line).not.toMatch(/\p{Cc}/u)
      }
      for (const { id } of tasks) expect(lines.some((line) => line.includes(id))).toBe(true)
    }),
  )
})

test('a graph without tasks says so', ({ expect }) => {
  expect(dagLines([], plainScreen())).toEqual(['(no tasks)'])
})
