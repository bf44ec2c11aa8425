import { describe, test } from 'vitest'
import { delegationRequest, free, type DelegationCase } from '../../test/helpers/delegation.ts'
import { linkedRole } from '../../test/helpers/roles.ts'
import { decide } from './decide.ts'

const MINUTE = 60_000

const own = 'do the work yourself, or say in your result what is left.'

describe('a run may call', () => {
  test.for<[string, DelegationCase, string]>([
    ['who is declared', {}, 'l3/coder'],
    ['who is declared, by name', { callee: 'review' }, 'l2/review'],
    ['a leaf as a child of its child', { from: ['l1/lead', 'l2/review'] }, 'l3/coder'],
    ['a custom role of a base that is declared', { callee: 'custom-fast' }, 'custom-fast'],
    ['a role without level', { from: ['free/start'], callee: 'free/end' }, 'free/end'],
    ['a leaf when it is an L2 that was started itself', { from: ['l2/review'] }, 'l3/coder'],
    [
      'one of its allowed children',
      {
        roles: [linkedRole('l2/review', { delegates: ['l3/coder'], children: ['l3/coder'] })],
        from: ['l2/review'],
      },
      'l3/coder',
    ],
  ])('%s', ([, changes, role], { expect }) => {
    expect(decide(delegationRequest(changes))).toMatchObject({ kind: 'allowed', role })
  })
})

test.for<[string, DelegationCase, string, string]>([
  [
    'that has to end soon',
    { left: 29_999 },
    'time',
    'This run has 30s left and a child needs 30s: finish what you can, and say in your result what is left.',
  ],
  [
    'for no time',
    { wantedMs: 0 },
    'time',
    'A child needs a deadline above 0: ask again with one, such as 20m.',
  ],
  [
    'for a time that is no number',
    { wantedMs: Number.NaN },
    'time',
    'A child needs a deadline above 0: ask again with one, such as 20m.',
  ],
  [
    'while a limit is reached',
    { limit: 'limit, until 2026-01-06T00:00:00.000Z (5 of 5 runs a day)' },
    'limit',
    `Nothing more is started now: limit, until 2026-01-06T00:00:00.000Z (5 of 5 runs a day); ${own}`,
  ],
  [
    'with as many children as a run may have',
    { fanOut: { ...free, ofRun: 3 } },
    'fan-out',
    'This run has 3 of 3 children at work: wait for one of them (marrow delegate wait RUN), then ask again.',
  ],
  [
    'where no run may have children',
    { fanOut: { ...free, runMax: 0 } },
    'fan-out',
    `No run may have children at work now: ${own}`,
  ],
  [
    'of an agent with as many children as it may have',
    { fanOut: { ...free, ofAgent: 6 } },
    'fan-out',
    `The runs of this agent have 6 of 6 children at work: ask again when one has ended, or ${own}`,
  ],
  [
    'while all agents have as many children as they may',
    { fanOut: { ...free, ofAll: 9 } },
    'fan-out',
    `All agents together have 9 of 9 children at work: ask again when one has ended, or ${own}`,
  ],
] as const)('a request %s is refused', ([, changes, rule, reason], { expect }) => {
  expect(decide(delegationRequest(changes))).toEqual({ kind: 'refused', rule, reason })
})

describe('of several reasons the one is told that', () => {
  const everything = {
    fanOut: { ...free, ofRun: 3, ofAgent: 6, ofAll: 9 },
    limit: 'limit, until midnight',
    left: 0,
    callee: 'l3/writer',
  }
  test.for<[string, DelegationCase, string]>([
    [
      'nothing can change',
      { ...everything, from: ['free/start', 'free/end', 'l2/review'], depthMax: 0 },
      'depth',
    ],
    ['is mended by calling another one', { ...everything, from: ['l2/review'] }, 'edge'],
    ['asks for the end of the run', { ...everything, callee: 'l3/coder' }, 'time'],
    ['asks for another day', { ...everything, callee: 'l3/coder', left: 30_000 }, 'limit'],
  ])('%s', ([, changes, rule], { expect }) => {
    expect(decide(delegationRequest(changes))).toMatchObject({ rule })
  })
})

test.for([
  ['as long as it wants', 20 * MINUTE, 60 * MINUTE, 20 * MINUTE],
  ['ten seconds less than its caller has', 20 * MINUTE, 15 * MINUTE, 15 * MINUTE - 10_000],
  ['twenty seconds at the very end', 20 * MINUTE, 30_000, 20_000],
  ['what there is when it wants no end', Number.POSITIVE_INFINITY, MINUTE, 50_000],
] as const)('a child gets %s', ([, wantedMs, left, timeMs], { expect }) => {
  expect(decide(delegationRequest({ wantedMs, left }))).toMatchObject({ timeMs })
})

test.for([
  [['l1/lead'], 1],
  [['l1/lead', 'l2/review'], 2],
  [['l2/review'], 2],
  [['free/start'], 1],
  [['free/end'], 2],
] as const)('the child of %j is %i hops deep', ([from, depth], { expect }) => {
  const callee = from[0] === 'free/start' || from[0] === 'free/end' ? 'l2/review' : 'l3/coder'
  expect(decide(delegationRequest({ from, callee }))).toMatchObject({ kind: 'allowed', depth })
})
