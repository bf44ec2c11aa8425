import { test } from 'vitest'
import { narrowed } from './narrow.ts'

const role = {
  '*': 'deny',
  read: { '*': 'allow', '*.env': 'ask' },
  edit: 'allow',
  bash: { '*': 'deny', 'make*': 'allow', 'git *': 'allow' },
  webfetch: 'allow',
}

test.for<[about: string, theirs: unknown, changed: object]>([
  ['nothing', undefined, {}],
  ['allowing everything', 'allow', {}],
  ['allowing what the role does not have', { task: 'allow', bash: 'allow' }, {}],
  ['denying a tool', { edit: 'deny' }, { edit: 'deny' }],
  [
    'asking for a tool that has patterns',
    { bash: 'ask' },
    { bash: { '*': 'deny', 'make*': 'ask', 'git *': 'ask' } },
  ],
  [
    'denying some of a tool',
    { webfetch: { 'http:*': 'deny' } },
    { webfetch: { '*': 'allow', 'http:*': 'deny' } },
  ],
  [
    'allowing only some commands',
    { bash: { '*': 'deny', 'git *': 'allow' } },
    { bash: { '*': 'deny', 'make*': 'deny', 'git *': 'allow' } },
  ],
  [
    'denying a command within those of the role',
    { bash: { 'git push*': 'deny' } },
    { bash: { '*': 'deny', 'make*': 'allow', 'git *': 'allow', 'git push*': 'deny' } },
  ],
  ['denying tools by a pattern', { 'web*': 'deny' }, { 'web*': 'deny' }],
])('what the operator says by %s narrows a role and never widens it', ([, theirs, changed], { expect }) => {
  const variable = theirs === undefined ? undefined : JSON.stringify(theirs)
  expect(narrowed(role, variable)).toEqual({ ...role, ...changed })
})

test('denying everything leaves nothing, but what is then allowed by name', ({ expect }) => {
  expect(narrowed(role, '{"*":"deny","edit":"allow"}')).toEqual({
    '*': 'deny',
    read: 'deny',
    edit: 'allow',
    bash: 'deny',
    webfetch: 'deny',
  })
})

test('what a role may everywhere it may no longer where the operator denies it', ({ expect }) => {
  expect(narrowed({ '*': 'allow' }, '{"bash":"deny"}')).toEqual({ '*': 'allow', bash: 'deny' })
})

test('patterns that are denied are the last ones, which count', ({ expect }) => {
  const { bash } = narrowed(
    { bash: { 'git push': 'allow', 'git *': 'allow' } },
    '{"bash":{"git push":"deny"}}',
  )
  expect(JSON.stringify(bash)).toBe('{"git *":"allow","git push":"deny"}')
})

test('a variable that is no JSON changes nothing, as opencode goes on without it', ({ expect }) => {
  expect(narrowed(role, '{')).toEqual(role)
})
