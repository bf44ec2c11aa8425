import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { sampleTask } from '../../test/helpers/sample-task.ts'
import { circleClosedBy, weightOf } from './graph.ts'
import type { TaskState } from './task.ts'

const of = (edges: Readonly<Record<string, readonly string[]>>) => (id: string) => edges[id] ?? []

describe('an edge that closes a circle', () => {
  test.for([
    ['itself', {}, 'a', 'a', ['a', 'a']],
    ['its own dependent', { b: ['a'] }, 'a', 'b', ['a', 'b', 'a']],
    ['one far behind it', { b: ['x', 'c'], c: ['d'], d: ['a'] }, 'a', 'b', ['a', 'b', 'c', 'd', 'a']],
    ['one beside it', { b: ['c'], d: ['c'] }, 'd', 'b', undefined],
  ] as const)('is told with the whole way: %s', ([, edges, task, dependency, way], { expect }) => {
    expect(circleClosedBy({ task, dependency }, of(edges))).toEqual(way)
  })

  test('is looked for once behind each task, however many ways lead there', ({ expect }) => {
    const rungs = Array.from({ length: 60 }, (_, n) => [
      [`${n}`, [`${n}l`, `${n}r`]],
      [`${n}l`, [`${n + 1}`]],
      [`${n}r`, [`${n + 1}`]],
    ])
    const ladder: Record<string, string[]> = Object.fromEntries(rungs.flat())
    expect(circleClosedBy({ task: 'new', dependency: '0' }, of(ladder))).toBeUndefined()
  })

  test('is found in every graph in which there is one, and nowhere else', ({ expect }) => {
    const ids = fc.nat(9).map(String)
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, ids), { maxLength: 40 }), (wishes) => {
        const edges: Record<string, string[]> = {}
        for (const [task, dependency] of wishes) {
          const way = circleClosedBy({ task, dependency }, of(edges))
          if (way === undefined) (edges[task] ??= []).push(dependency)
          else {
            expect([way[0], way[1], way.at(-1)]).toEqual([task, dependency, task])
            for (const [at, id] of way.slice(1, -1).entries()) expect(edges[id]).toContain(way[at + 2])
          }
        }
        expect(isAcyclic(edges)).toBe(true)
      }),
    )
  })
})

/** Takes away, as long as there are any, those that wait for nothing. */
function isAcyclic(edges: Readonly<Record<string, readonly string[]>>): boolean {
  const left = new Set(Object.keys(edges))
  const isFree = (id: string) => !(edges[id] ?? []).some((dependency) => left.has(dependency))
  for (let free = [...left].filter(isFree); free.length > 0; free = [...left].filter(isFree))
    for (const id of free) left.delete(id)
  return left.size === 0
}

test.for<[string, TaskState, number, { waitsFor: number; deadEnds: number }]>([
  ['to do', { status: 'todo' }, 0, { waitsFor: 1, deadEnds: 0 }],
  ['done', { status: 'done', result: '', by: { kind: 'operator' }, at: 1 }, 0, { waitsFor: 0, deadEnds: 0 }],
  ['failed', { status: 'failed', reason: '', at: 1 }, 0, { waitsFor: 1, deadEnds: 1 }],
  ['unreachable', { status: 'todo' }, 1, { waitsFor: 1, deadEnds: 1 }],
  [
    'in review',
    { status: 'review', result: '', by: { kind: 'operator' }, at: 1 },
    0,
    { waitsFor: 1, deadEnds: 0 },
  ],
])('a dependency that is %s weighs as much as it holds up', ([, state, deadEnds, weight], { expect }) => {
  expect(weightOf(sampleTask({ state, deadEnds }))).toEqual(weight)
})
