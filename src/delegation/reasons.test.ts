/** Every refusal that follows from roles, with its words: who asked must know what to do instead. */
import { test } from 'vitest'
import { delegationRequest, type DelegationCase } from '../../test/helpers/delegation.ts'
import { customRole, linkedRole } from '../../test/helpers/roles.ts'
import { decide } from './decide.ts'

const own = 'do the work yourself, or say in your result what is left.'

test.for<[string, DelegationCase, string, string]>([
  ['without a role', { from: [] }, 'no-role', `This run has no role, so it cannot delegate: ${own}`],
  [
    'whose role is gone',
    { from: ['l2/gone'] },
    'no-role',
    `A role of this lineage (l2/gone) is gone or has a mistake, so nobody knows what it allows: ${own}`,
  ],
  [
    'below a run whose role is gone',
    { from: ['l1/gone', 'l2/review'] },
    'no-role',
    `A role of this lineage (l1/gone > l2/review) is gone or has a mistake, so nobody knows what it allows: ${own}`,
  ],
  [
    'of an L3, whatever its file declares',
    { roles: [linkedRole('l3/tester', { delegates: ['l3/coder'] })], from: ['l3/tester'] },
    'leaf',
    `l3/tester is a leaf and hands nothing on: ${own}`,
  ],
  [
    'of a leaf without level',
    { roles: [linkedRole('free/last', { leaf: true, delegates: ['l3/coder'] })], from: ['free/last'] },
    'leaf',
    `free/last is a leaf and hands nothing on: ${own}`,
  ],
  [
    'of a custom role that calls itself an L1',
    {
      roles: [customRole('custom-fast', 'l2/review', { level: 1, scheduled: true, delegates: ['l3/coder'] })],
      from: ['custom-fast'],
    },
    'leaf',
    `custom-fast is a leaf and hands nothing on: ${own}`,
  ],
  [
    'two hops below the start',
    { from: ['free/start', 'free/end', 'l2/review'] },
    'depth',
    `This run is 2 hops below the start of its lineage and at most 2 are allowed: ${own}`,
  ],
  [
    'two hops below the start, however many are configured',
    { from: ['free/start', 'free/end', 'l2/review'], depthMax: 9 },
    'depth',
    `This run is 2 hops below the start of its lineage and at most 2 are allowed: ${own}`,
  ],
  [
    'one hop below the start where one is configured',
    { from: ['l1/lead', 'l2/review'], depthMax: 1 },
    'depth',
    `This run is 1 hop below the start of its lineage and at most 1 are allowed: ${own}`,
  ],
  [
    'of an L2 that was started itself counts as below an L1',
    { from: ['l2/review'], depthMax: 1 },
    'depth',
    `This run is 1 hop below the start of its lineage and at most 1 are allowed: ${own}`,
  ],
  [
    'whose role allows no hop',
    { from: ['l2/ops'] },
    'depth',
    `l2/ops allows 0 hops below it (max_delegate_depth): ${own}`,
  ],
  [
    'below a run whose role allows one hop',
    {
      roles: [
        linkedRole('l1/lead', { delegates: ['l2/review'], children: ['l2/review'], maxDelegateDepth: 1 }),
      ],
      from: ['l1/lead', 'l2/review'],
    },
    'depth',
    `l1/lead allows 1 hop below it (max_delegate_depth) and this run is the last of them: ${own}`,
  ],
  [
    'for a role that there is not',
    { from: ['l1/lead', 'l2/review'], callee: 'l3/codr' },
    'unknown-role',
    'There is no role "l3/codr": call one of l3/coder, custom-fast, l3/tester.',
  ],
  [
    'for a role whose name is an attack on the terminal',
    { from: ['l2/ops'], callee: `\u001b[2J${'x'.repeat(99)}`, roles: [linkedRole('l2/ops')] },
    'unknown-role',
    `There is no role "${'x'.repeat(59)}…": there is nobody that this run may call, so do the work yourself.`,
  ],
  [
    'for a name that two roles have',
    { callee: 'coder' },
    'unknown-role',
    'More than one role is called "coder": write l3/coder.',
  ],
  [
    'for a name that two roles have that it may both not call',
    {
      callee: 'coder',
      from: ['l2/ops'],
      roles: [linkedRole('l2/ops', { delegates: ['l3/tester'] })],
    },
    'unknown-role',
    'More than one role is called "coder": write one of free/twin, l3/coder.',
  ],
  [
    'for itself',
    { from: ['free/start'], callee: 'free/start' },
    'cycle',
    'This run is free/start itself: call one of free/end, l2/review.',
  ],
  [
    'for a role above it',
    { from: ['free/start', 'free/end'], callee: 'free/start' },
    'cycle',
    'free/start is already at work above this run: call one of l2/review, free/last.',
  ],
  [
    'for a variant of a role above it',
    {
      roles: [
        linkedRole('free/start', { scheduled: true, delegates: ['l2/review', 'l3/writer'] }),
        customRole('custom-fast', 'free/start'),
        linkedRole('l2/review', { delegates: ['free/start', 'l3/writer'] }),
      ],
      from: ['free/start', 'l2/review'],
      callee: 'custom-fast',
    },
    'cycle',
    'custom-fast is already at work above this run: call l3/writer.',
  ],
  [
    'for a role of a lower level',
    {
      roles: [linkedRole('l2/review', { delegates: ['l1/lead', 'l3/tester'] })],
      from: ['l2/review'],
      callee: 'l1/lead',
    },
    'upward',
    'l1/lead stands above this run: say in your result what it should do, or call l3/tester.',
  ],
  [
    'for an L1 where no level is known',
    { from: ['free/start'], callee: 'l1/lead' },
    'upward',
    'l1/lead stands above this run: say in your result what it should do, or call one of free/end, l2/review.',
  ],
  [
    'for a role of its own level',
    { from: ['l2/review'], callee: 'l2/ops' },
    'sideways',
    'l2/ops stands on the level of this run or of one above it: say in your result what it should do, or call one of l3/coder, custom-fast, l3/tester.',
  ],
  [
    'for a role on the level of a run above it, over one without level',
    {
      roles: [linkedRole('l1/lead', { delegates: ['free/end'] }), linkedRole('l1/other')],
      from: ['l1/lead', 'free/end'],
      callee: 'l1/other',
    },
    'sideways',
    'l1/other stands on the level of this run or of one above it: say in your result what it should do, or call one of l2/review, free/start, free/last.',
  ],
  [
    'for a role that is not callable',
    { from: ['free/start'], callee: 'free/shut' },
    'not-callable',
    'free/shut takes no work from others (callable: false): call one of free/end, l2/review.',
  ],
  [
    'for a variant that is not callable',
    {
      roles: [customRole('custom-fast', 'l3/coder', { callable: false })],
      callee: 'custom-fast',
      from: ['l2/review'],
    },
    'not-callable',
    'custom-fast takes no work from others (callable: false): call one of l3/coder, l3/tester.',
  ],
  [
    'for a custom role without a base',
    { roles: [customRole('custom-fast', 'custom-fast')], callee: 'custom-fast', from: ['l2/review'] },
    'not-callable',
    'custom-fast takes no work from others (callable: false): call one of l3/coder, l3/tester.',
  ],
  [
    'for a role that is not declared',
    { from: ['l2/review'], callee: 'l3/writer' },
    'edge',
    'l2/review may not delegate to l3/writer: call one of l3/coder, custom-fast, l3/tester.',
  ],
  [
    'for a custom role that is declared itself, but not its base',
    {
      roles: [linkedRole('l2/review', { delegates: ['custom-fast', 'l3/tester'] })],
      from: ['l2/review'],
      callee: 'custom-fast',
    },
    'edge',
    'l2/review may not delegate to custom-fast: call l3/tester.',
  ],
  [
    'for a role that is not among its allowed children',
    {
      roles: [linkedRole('l2/review', { delegates: ['l3/coder', 'l3/tester'], children: ['l3/tester'] })],
      from: ['l2/review'],
    },
    'edge',
    'l2/review may not delegate to l3/coder: call l3/tester.',
  ],
  [
    'of a role that declares nobody',
    { from: ['l1/scout'] },
    'edge',
    'l1/scout may not delegate to l3/coder: there is nobody that this run may call, so do the work yourself.',
  ],
  [
    'that declares more than can be named',
    {
      roles: [
        linkedRole('l1/lead', { delegates: Array.from({ length: 12 }, (_, index) => `l3/worker-${index}`) }),
        ...Array.from({ length: 12 }, (_, index) => linkedRole(`l3/worker-${index}`)),
      ],
    },
    'edge',
    'l1/lead may not delegate to l3/coder: call one of l3/worker-0, l3/worker-1, l3/worker-2, l3/worker-3, l3/worker-4, l3/worker-5, l3/worker-6, l3/worker-7 and others.',
  ],
] as const)('a request %s is refused', ([, changes, rule, reason], { expect }) => {
  expect(decide(delegationRequest(changes))).toEqual({ kind: 'refused', rule, reason })
})

test('a role whose file has a mistake is told from one that there is not', ({ expect }) => {
  const request = delegationRequest({ from: ['l2/review'], callee: 'custom-wrong' })
  const broken = new Map([['custom-wrong', '/ws/roles/custom-wrong.md']])
  expect(decide({ ...request, catalogue: { ...request.catalogue, broken } })).toEqual({
    kind: 'refused',
    rule: 'unknown-role',
    reason:
      'The file of "custom-wrong" has a mistake, which marrow role check tells, and until then there is no such role: call one of l3/coder, custom-fast, l3/tester.',
  })
})
