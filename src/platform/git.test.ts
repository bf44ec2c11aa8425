import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '../../test/helpers/temp-dir.ts'
import { runCommand } from './command.ts'
import { gitState, parseStatus } from './git.ts'

const signal = AbortSignal.timeout(30_000)

/** Of a folder that an agent writes. */
function stateOf(path: string, except: string[] = [], root = path) {
  return gitState({ root, path }, { signal, except, run: runCommand })
}

function git(dir: string, ...words: string[]): string {
  const env = { PATH: process.env['PATH'], HOME: dir, GIT_CONFIG_NOSYSTEM: '1' }
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], {
    cwd: dir,
    env,
    encoding: 'utf8',
  })
}

function repository(dir: string): string {
  git(dir, 'init', '-q', '-b', 'trunk')
  writeFileSync(join(dir, 'file'), 'one\n')
  git(dir, 'add', '.')
  git(dir, 'commit', '-q', '-m', 'first')
  return git(dir, 'rev-parse', 'HEAD').trim()
}

test('a working copy has a commit, a branch and a status that stays while nothing happens', async ({
  dir,
  expect,
}) => {
  const head = repository(dir)
  const state = await stateOf(dir)
  expect(state).toMatchObject({ head, branch: 'trunk' })
  expect(await stateOf(dir)).toEqual(state)
})

test('every change shows: a file changed again, a new one, one in a folder below', async ({
  dir,
  expect,
}) => {
  repository(dir)
  mkdirSync(join(dir, 'new folder'))
  const steps = [
    () => writeFileSync(join(dir, 'file'), 'two\n'),
    () => appendFileSync(join(dir, 'file'), 'three\n'),
    () => writeFileSync(join(dir, 'new folder', 'ü "x"'), ''),
    () => utimesSync(join(dir, 'new folder', 'ü "x"'), 1_000, 1_000),
    () => git(dir, 'add', '.'),
  ]
  const seen = new Set<string | undefined>([(await stateOf(dir))?.status])
  for (const step of steps) {
    step()
    seen.add((await stateOf(dir))?.status)
  }
  expect(seen.size).toBe(steps.length + 1)
})

test('a folder that does not count does not show', async ({ dir, expect }) => {
  repository(dir)
  mkdirSync(join(dir, 'runtime'))
  const before = await stateOf(dir, ['runtime'])
  writeFileSync(join(dir, 'runtime', 'log'), '')
  expect(await stateOf(dir, ['runtime'])).toEqual(before)
  expect(await stateOf(dir)).not.toEqual(before)
})

test('a folder below the root of a repository has its state', async ({ dir, expect }) => {
  const head = repository(dir)
  mkdirSync(join(dir, 'below'))
  const before = await stateOf(join(dir, 'below'))
  writeFileSync(join(dir, 'below', 'new'), '')
  const after = await stateOf(join(dir, 'below'))
  expect(before).toMatchObject({ head })
  expect(after?.status).not.toBe(before?.status)
})

test('a repository without a commit has none, a checked out commit no branch', async ({ dir, expect }) => {
  git(dir, 'init', '-q', '-b', 'trunk')
  expect(await stateOf(dir)).toMatchObject({ head: undefined, branch: 'trunk' })
  const head = repository(dir)
  git(dir, 'checkout', '-q', '--detach')
  expect(await stateOf(dir)).toMatchObject({ head, branch: undefined })
})

test('a folder without a repository, or that is not there, has no state', async ({ dir, expect }) => {
  expect(await stateOf(dir)).toBe(undefined)
  expect(await stateOf(join(dir, 'gone'))).toBe(undefined)
})

test('looking neither writes into the repository nor starts the monitor that it names', async ({
  dir,
  expect,
}) => {
  repository(dir)
  const monitor = join(dir, '.git', 'monitor')
  writeFileSync(monitor, `#!/bin/sh\ntouch ${dir}/.git/called\n`)
  chmodSync(monitor, 0o755)
  git(dir, 'config', 'core.fsmonitor', monitor)
  writeFileSync(join(dir, '.git', 'index.lock'), '') // An agent that is just committing.
  expect(await stateOf(dir)).toMatchObject({ branch: 'trunk' })
  expect(existsSync(join(dir, '.git', 'called'))).toBe(false)
})

test('a status is read whatever its paths hold', ({ expect }) => {
  const entries = ['1 .M N... 100644 100644 100644 a b with spaces', '? # branch.head fake']
  const text = ['# branch.oid abc', '# branch.head main', ...entries, ''].join('\0')
  expect(parseStatus(text)).toEqual({ head: 'abc', branch: 'main', entries })
})
