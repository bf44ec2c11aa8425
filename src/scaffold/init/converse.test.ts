import { test } from 'vitest'
import { converse, type Ask } from './converse.ts'
import type { FoundCli, InitFacts, Lookup } from './facts.ts'
import type { QuestionId } from './question.ts'

const claude: FoundCli = {
  name: 'claude',
  path: '/opt/bin/claude',
  version: '2.1.328',
  login: { state: 'in', by: 'ANTHROPIC_API_KEY' },
}

const facts: InitFacts = {
  clis: [claude],
  folder: '/src/site',
  noWall: undefined,
  tokens: [],
  keys: [],
  desktop: false,
  existing: undefined,
}

function lookup(remote: string | undefined): Lookup {
  return {
    folder: (path) => Promise.resolve({ kind: 'folder', path, repository: { remote } }),
    program: (word) => `/opt/bin/${word}`,
    keyProblem: () => Promise.resolve(undefined),
    isSet: () => true,
    path: (written) => written,
  }
}

function answering(given: Partial<Record<QuestionId, string>> = {}): { ask: Ask; asked: QuestionId[] } {
  const asked: QuestionId[] = []
  const ask: Ask = async (question) => {
    asked.push(question.id)
    const checked = await question.check(given[question.id] ?? question.usual ?? '')
    if (!checked.ok) throw new Error(checked.reason)
    return checked.value
  }
  return { ask, asked }
}

test('asks eight questions at most, and the answers that are usual are enough', async ({ expect }) => {
  const { ask, asked } = answering()
  const answers = await converse(facts, lookup('git@git.example:site'), { full: false, ask })
  expect(asked).toEqual(['cli', 'work-dir', 'commands', 'push', 'every', 'limit', 'notify', 'tick'])
  expect(answers).toEqual({
    command: { cli: 'claude', words: ['/opt/bin/claude', '--permission-mode', 'bypassPermissions'], env: {} },
    login: { state: 'in', by: 'ANTHROPIC_API_KEY' },
    workDir: '/src/site',
    isRepository: true,
    free: 'behind a wall',
    push: { pass: [], set: {}, secrets: [] },
    everyMs: 1_800_000,
    limit: { key: 'usd_per_day', value: 5 },
    notice: undefined,
    tick: true,
  })
})

test.for([
  ['push, where there is nothing to push to', {}, undefined, {}, 'push'],
  ['how often, for a whole team', { full: true }, 'git@git.example:site', {}, 'every'],
  [
    'whether commands may run, of a program that marrow cannot tell so',
    {},
    'git@git.example:site',
    { cli: 'my-agent' },
    'commands',
  ],
] as const)('does not ask %s', async ([, team, remote, given, left], { expect }) => {
  const { ask, asked } = answering(given)
  await converse(facts, lookup(remote), { full: 'full' in team, ask })
  expect(asked).not.toContain(left)
  expect(asked).toHaveLength(7)
})

test('does not ask where to reach somebody who is reached already', async ({ expect }) => {
  const { ask, asked } = answering()
  const existing = { path: '/c/marrow.toml', projects: ['default'], workDirs: [], hasNotify: true }
  await converse({ ...facts, existing }, lookup(undefined), { full: false, ask })
  expect(asked).not.toContain('notify')
})

test('tells leave to run commands without a wall from the same behind one', async ({ expect }) => {
  const noWall = { reason: 'bwrap is missing', fix: 'Install it.' }
  const { ask } = answering({ commands: 'yes' })
  expect((await converse({ ...facts, noWall }, lookup(undefined), { full: false, ask })).free).toBe(
    'without a wall',
  )
  const { ask: careful } = answering()
  const answers = await converse({ ...facts, noWall }, lookup(undefined), { full: false, ask: careful })
  expect(answers.free).toBe('no')
  expect(answers.command.words).toEqual(['/opt/bin/claude', '--permission-mode', 'acceptEdits'])
})
