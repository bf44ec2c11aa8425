import * as fc from 'fast-check'
import { test } from 'vitest'
import { roleGraphs } from '../../test/helpers/role-graphs.ts'
import { catalogueWith, customRole, linkedRole } from '../../test/helpers/roles.ts'
import { delegationMermaid, delegationTree } from './graph.ts'

const catalogue = catalogueWith(
  linkedRole('l1/lead', { scheduled: true, callable: false, delegates: ['l2/review', 'l3/tester'] }),
  linkedRole('l1/scout', { scheduled: true, callable: false }),
  linkedRole('l2/review', { delegates: ['l3/coder', 'l3/tester'] }),
  linkedRole('l3/coder'),
  linkedRole('l3/tester'),
  linkedRole('helper', { leaf: true }),
  customRole('custom-fast', 'l3/coder'),
)

test('the tree shows each role once with whom it may call, and refers to it elsewhere', ({ expect }) => {
  expect(delegationTree(catalogue)).toEqual([
    'l1/lead (L1, scheduled, not callable)',
    '├─ l2/review (L2)',
    '│  ├─ l3/coder (L3)',
    '│  ├─ custom-fast (L3, variant of l3/coder)',
    '│  └─ l3/tester (L3)',
    '└─ l3/tester (see above)',
    'l1/scout (L1, scheduled, not callable)',
    'helper (leaf)',
  ])
})

test('a cycle ends where it closes, also one that no role leads into', ({ expect }) => {
  const round = catalogueWith(
    linkedRole('a', { delegates: ['b'] }),
    linkedRole('b', { delegates: ['a', 'b', 'gone'] }),
    linkedRole('c', { delegates: ['c'] }),
  )
  expect(delegationTree(round)).toEqual([
    'a',
    '└─ b',
    '   ├─ a (a cycle)',
    '   └─ b (a cycle)',
    'c',
    '└─ c (a cycle)',
  ])
})

test('Mermaid gets every role as a box and every edge as an arrow', ({ expect }) => {
  expect(delegationMermaid(catalogue)).toEqual([
    'flowchart TD',
    '  r0(["l1/lead (L1, scheduled, not callable)"])',
    '  r1(["l1/scout (L1, scheduled, not callable)"])',
    '  r2["l2/review (L2)"]',
    '  r3["custom-fast (L3, variant of l3/coder)"]',
    '  r4["l3/coder (L3)"]',
    '  r5["l3/tester (L3)"]',
    '  r6["helper (leaf)"]',
    '  r0 --> r2',
    '  r0 --> r5',
    '  r2 --> r4',
    '  r2 --> r5',
    '  r4 -. variant .-> r3',
  ])
})

test('no id can end its quotes, become Markdown or move the cursor', ({ expect }) => {
  const hostile = catalogueWith(linkedRole('1. `x"] --> r9; %%{init}%%#\u001b[2J\nend'))
  expect(delegationMermaid(hostile)).toEqual([
    'flowchart TD',
    '  r0["1#46; #96;x#34;#93; --#62; r9#59; #37;#37;#123;init#125;#37;#37;#35; end"]',
  ])
  expect(delegationTree(hostile)).toEqual(['1. `x"] --> r9; %%{init}%%# end'])
})

test('whatever the edges, each role has one line of its own and each edge one line or arrow', ({
  expect,
}) => {
  fc.assert(
    fc.property(roleGraphs, (graph) => {
      const lines = delegationTree(graph).map((line) => line.replace(/^[│├└─ ]+/, ''))
      const own = lines.filter((line) => !/\((?:a cycle|see above)\)$/.test(line))
      expect(new Set(own.map((line) => line.split(' (')[0]))).toEqual(new Set(graph.roles.keys()))
      expect(own).toHaveLength(graph.roles.size)
      const boxes = delegationMermaid(graph).filter((line) => /^ {2}r\d+\(?\[/.test(line))
      expect(boxes).toHaveLength(graph.roles.size)
    }),
  )
})
