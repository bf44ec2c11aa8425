import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { HOPS_MAX, hopsOf, originOf, wakeBy, type Writer } from './hops.ts'

const scheduled: Writer = { hops: undefined, startsLineage: true }
const woken = (hops: number): Writer => ({ hops, startsLineage: true })
const child: Writer = { hops: undefined, startsLineage: false }

describe('a handoff', () => {
  test.for<[string, readonly Writer[], number, boolean]>([
    ['of a person begins at 0', [], 0, true],
    ['of a run that its schedule started begins at 0', [scheduled], 0, true],
    ['of a run that a handoff woke is one hop further', [woken(0)], 1, true],
    ['goes on counting', [woken(7)], 8, true],
    ['counts to one too many and no further', [woken(9)], 9, true],
    ['of a child starts nothing', [child], 0, false],
    [
      'that several runs could have written comes from the furthest',
      [scheduled, woken(4), woken(2)],
      5,
      true,
    ],
    ['that a child could have written comes from it', [scheduled, child], 0, false],
  ])('%s', ([, writers, hops, startsLineage], { expect }) => {
    expect(originOf(writers)).toEqual({ hops, startsLineage })
  })

  test.for([
    ['wakes at the first hop', 0, true, 'wakes'],
    ['wakes at the last hop', HOPS_MAX, true, 'wakes'],
    ['waits beyond the last hop', HOPS_MAX + 1, true, 'hops'],
    ['waits when its sender may not start a lineage', 0, false, 'level'],
  ] as const)('%s', ([, hops, startsLineage, wanted], { expect }) => {
    const wake = wakeBy({ hops, startsLineage })
    expect(wake.kind === 'waits' ? wake.rule : wake.kind).toBe(wanted)
  })
})

test.for([
  ['none is no hop, not even the first', [], undefined],
  ['several is as far as the furthest of them', [3, 0, 5], 5],
] as const)('a run that was given %s', ([, given, hops], { expect }) => {
  expect(hopsOf(given.map((one) => ({ hops: one })))).toBe(hops)
})

test('agents that answer every handoff wake each other nine times and never again', ({ expect }) => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(HOPS_MAX + 1), { maxLength: 3 }), { maxLength: 20 }), (besides) => {
      let given = originOf([])
      let wakes = 0
      for (const others of [...besides, ...Array.from({ length: 20 }, () => [])]) {
        if (wakeBy(given).kind === 'waits') break
        wakes += 1
        const beside = others.map((hops) => ({ hops }))
        given = originOf([{ hops: hopsOf([given, ...beside]), startsLineage: true }])
      }
      expect(wakes).toBeLessThanOrEqual(HOPS_MAX + 1)
      expect(wakeBy(given).kind).toBe('waits')
    }),
  )
})
