import { test } from 'vitest'
import { healthy } from '../../test/helpers/healthy-machine.ts'
import { findings } from './findings.ts'
import { describeGuard, guardFindings, type GuardFacts } from './guards.ts'

const hooks = 'hooks that ask'
const cases: readonly (readonly [
  about: string,
  by: GuardFacts['by'],
  line: string,
  problem: RegExp | undefined,
])[] = [
  [
    'one that holds wherever the role does',
    { kind: 'role', guard: 'the permissions of the role' },
    'l1/scout, guarded by the permissions of the role, wherever the role is',
    undefined,
  ],
  [
    'one of which no run has been asked',
    { kind: 'proof', guard: hooks, last: undefined },
    'l1/scout, guarded by hooks that ask: not proven yet, no run was started so',
    undefined,
  ],
  [
    'one that was not shown yet',
    { kind: 'proof', guard: hooks, last: { run: 'scout-1', state: 'asked' } },
    'l1/scout, guarded by hooks that ask: not shown yet by scout-1',
    undefined,
  ],
  [
    'one that was proven',
    { kind: 'proof', guard: hooks, last: { run: 'scout-1', state: 'proven' } },
    'l1/scout, guarded by hooks that ask: proven by scout-1',
    undefined,
  ],
  [
    'one that was missing',
    { kind: 'proof', guard: hooks, last: { run: 'scout-1', state: 'missing' } },
    'l1/scout, guarded by hooks that ask: not in force in scout-1',
    /^its guards were not in force in scout-1: /,
  ],
  [
    'a role in the prompt',
    { kind: 'nothing', reason: 'marrow knows no way of gemini to be given a role' },
    'l1/scout, not guarded: marrow knows no way of gemini to be given a role',
    undefined,
  ],
  [
    'a role that must be native and cannot be',
    { kind: 'refused', reason: '--agents is how it gets its role', fix: 'Leave it out.' },
    'l1/scout, not started: --agents is how it gets its role',
    /^--agents is how/,
  ],
]

test.for(cases)(
  'doctor says of %s what it is, and what to do about it',
  ([, by, line, problem], { expect }) => {
    const facts: GuardFacts = { agent: 'scout', role: 'l1/scout', by }
    expect(describeGuard(facts)).toBe(line)
    const found = guardFindings(facts)
    expect(found.map(({ level }) => level)).toEqual(problem === undefined ? [] : ['issue'])
    if (problem !== undefined)
      expect(found[0]).toMatchObject({ subject: 'scout', problem: expect.stringMatching(problem) })
  },
)

test('guards that were missing are among the findings', ({ expect }) => {
  const by = { kind: 'proof', guard: hooks, last: { run: 'scout-1', state: 'missing' } } as const
  const found = findings({ ...healthy, guards: [{ agent: 'scout', role: 'l1/scout', by }] })
  expect(found).toMatchObject([{ subject: 'scout', level: 'issue' }])
})
