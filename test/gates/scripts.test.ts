/** The scripts of a fresh clone: what they call, in which order, and what they say when something is missing or red. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from './clone.ts'
import { writeProgram } from './programs.ts'

const gates = ['types', 'lint', 'format:check', 'deadcode', 'build'].map((gate) => `npm run --silent ${gate}`)

test('check runs every gate and then the tests', async ({ clone, expect }) => {
  expect(await clone.run('scripts/check', ['src/base'])).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await clone.calls()).toEqual([...gates, 'npm test --silent -- src/base'])
})

test('check goes on after red gates, and ends red', async ({ clone, expect }) => {
  const { exitCode, stderr } = await clone.run('scripts/check', [], { FAIL: 'lint' })

  expect([exitCode, stderr]).toEqual([1, 'Red gates: lint'])
  expect(await clone.calls()).toEqual([...gates, 'npm test --silent --'])
})

test('check ends with the exit code of the tests', async ({ clone, expect }) => {
  expect(await clone.run('scripts/check', [], { FAIL: 'test' })).toMatchObject({ exitCode: 7, stderr: '' })
})

test('test sets up a fresh clone and then runs the check', async ({ clone, expect }) => {
  expect(await clone.run('scripts/test', ['src/base'])).toMatchObject({ exitCode: 0 })
  expect(await clone.calls()).toEqual([
    'npm ci --loglevel=error',
    'fetch-cli opencode',
    'fetch-cli claude',
    'npm run --silent check -- src/base',
  ])
})

test('test passes on why there is no agent CLI', async ({ clone, expect }) => {
  expect(await clone.run('scripts/test')).toMatchObject({
    exitCode: 0,
    stderr: 'no opencode here\nno claude here',
  })
})

test('test leaves packages alone that are as new as the lock file', async ({ clone, expect }) => {
  await clone.installPackages(0)
  await clone.run('scripts/test')

  expect(await clone.calls()).toEqual(['fetch-cli opencode', 'fetch-cli claude', 'npm run --silent check --'])
})

test('test installs again when the lock file is newer', async ({ clone, expect }) => {
  await clone.installPackages(1)
  await clone.run('scripts/test')

  expect((await clone.calls())[0]).toBe('npm ci --loglevel=error')
})

test('test ends there when npm ci fails', async ({ clone, expect }) => {
  const { exitCode, stderr } = await clone.run('scripts/test', [], { FAIL: 'ci' })

  expect([exitCode, stderr]).toEqual([1, 'Cannot test marrow: npm ci failed (see above).'])
  expect(await clone.calls()).toEqual(['npm ci --loglevel=error'])
})

test('test ends with the exit code of the check', async ({ clone, expect }) => {
  expect(await clone.run('scripts/test', [], { FAIL: 'check' })).toMatchObject({ exitCode: 7 })
})

test('test-long is test with more rounds', async ({ clone, expect }) => {
  await clone.installPackages(0)
  await clone.run('scripts/test-long', ['src/base'])

  expect(await clone.calls()).toEqual([
    ...['opencode', 'claude', 'codex', 'gemini'].map((name) => `long fetch-cli ${name}`),
    'long npm run --silent check -- src/base',
  ])
})

test('test installs what is missing as root where apt-get is', async ({ clone, expect }) => {
  await clone.installPackages(0)
  await rm(join(clone.path, 'tmux'))
  await rm(join(clone.path, 'ps'))
  await rm(join(clone.path, 'curl'))
  await rm(join(clone.path, 'bwrap'))
  await clone.standIn(join(clone.path, 'apt-get'))

  expect(await clone.run('scripts/test', [], { WHO: '0' })).toMatchObject({ exitCode: 0 })
  expect(await clone.calls()).toEqual([
    'apt-get update -q',
    'apt-get install -y tmux procps curl bubblewrap',
    'fetch-cli opencode',
    'fetch-cli claude',
    'npm run --silent check --',
  ])
})

test('test installs shells as root, and does without them otherwise', async ({ clone, expect }) => {
  await clone.installPackages(0)
  for (const name of ['zsh', 'fish']) await rm(join(clone.path, name))
  await clone.standIn(join(clone.path, 'apt-get'))

  const plain = await clone.run('scripts/test')
  expect(plain).toMatchObject({ exitCode: 0 })
  expect(plain.stderr.split('\n')[0]).toBe(
    'Missing: zsh fish. The tests of completion in these shells are left out.',
  )
  expect((await clone.calls())[0]).toBe('fetch-cli opencode')
  await clone.run('scripts/test', [], { WHO: '0' })
  expect(await clone.calls()).toContain('apt-get install -y zsh fish')
})

test('test ends red when what is missing cannot be installed', async ({ clone, expect }) => {
  await rm(join(clone.path, 'tmux'))
  await clone.standIn(join(clone.path, 'apt-get'), 'exit 100')

  const { exitCode, stderr } = await clone.run('scripts/test', [], { WHO: '0' })

  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/^Cannot test marrow: could not install tmux\.$/m)
})

test.for([
  ['apt-get', 'sudo apt-get install -y git procps nodejs npm'],
  ['dnf', 'sudo dnf install -y git procps-ng nodejs-npm'],
  ['pacman', 'sudo pacman -S --needed git procps-ng nodejs npm'],
  ['apk', 'sudo apk add git procps nodejs npm'],
  ['brew', 'brew install git node'],
  ['none', 'install git ps npm with the package manager of this system'],
] as const)('test says how to get what is missing by %s', async ([manager, fix], { clone, expect }) => {
  for (const name of ['git', 'ps', 'npm']) await rm(join(clone.path, name))
  await writeProgram(join(clone.path, manager), '')

  const { exitCode, stderr } = await clone.run('scripts/test')

  expect(exitCode).toBe(1)
  expect(stderr).toBe(`Cannot test marrow: these programs are missing: git ps npm.\nFix: ${fix}`)
  expect(await clone.calls()).toEqual([])
})

test('quickstart sets up in one line and hands over to the demo', async ({ dir, clone, expect }) => {
  const { exitCode, stdout, stderr } = await clone.run('scripts/quickstart', ['--seconds', '5'], {
    TMPDIR: dir,
  })

  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout.split('\n')).toHaveLength(1)
  expect(stdout).not.toContain('said by npm')
  expect(await clone.calls()).toEqual(['npm ci --loglevel=error', 'marrow demo --seconds 5'])
  expect((await readdir(dir)).toSorted()).toEqual(['calls', 'clone', 'path'])
})

test('quickstart builds anew when the packages are there', async ({ dir, clone, expect }) => {
  await clone.installPackages(0)
  await clone.run('scripts/quickstart', [], { TMPDIR: dir })

  expect(await clone.calls()).toEqual(['npm run build', 'marrow demo'])
})

test('quickstart shows what npm said when it fails', async ({ dir, clone, expect }) => {
  const { exitCode, stderr } = await clone.run('scripts/quickstart', [], { FAIL: 'ci', TMPDIR: dir })

  expect(exitCode).toBe(1)
  expect(stderr).toBe('said by npm\nCannot start the demo: npm ci failed; its output is above.')
  expect(await clone.calls()).toEqual(['npm ci --loglevel=error'])
  expect((await readdir(dir)).toSorted()).toEqual(['calls', 'clone', 'path'])
})

test('quickstart says what is missing before it does anything', async ({ clone, expect }) => {
  await rm(join(clone.path, 'tmux'))
  await writeProgram(join(clone.path, 'apt-get'), '')

  const { exitCode, stderr } = await clone.run('scripts/quickstart')

  expect(exitCode).toBe(1)
  expect(stderr).toBe(
    'Cannot start the demo: these programs are missing: tmux.\nFix: sudo apt-get install -y tmux',
  )
  expect(await clone.calls()).toEqual([])
})
