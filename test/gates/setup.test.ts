/** What every test file gets without asking: a home of its own, an ear for what nobody expected, and a last line with the counts. */
import { readdir, stat } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '../helpers/temp-dir.ts'
import { copyCheckout, plant, runGate } from './checkout-copy.ts'

const harness = [
  'package.json',
  'vitest.config.ts',
  'test/setup.ts',
  'test/run-folder.ts',
  'test/reporter.ts',
  'test/helpers/temp-dir.ts',
]

const passing = `import { test } from 'vitest'
test('one', ({ expect }) => expect(1).toBe(1))
test('two', ({ expect }) => expect(2).toBe(2))
`

const noisy = `import { test } from 'vitest'
test('quiet', ({ expect }) => expect(1).toBe(1))
test('complains', ({ expect }) => { console.error('a complaint'); expect(1).toBe(1) })
test('warns', ({ expect }) => { console.warn('a hint'); expect(1).toBe(1) })
test('is warned', ({ expect }) => { process.emitWarning('a leak'); expect(1).toBe(1) })
test.skip('waits', ({ expect }) => expect(1).toBe(1))
test('expects it', ({ expect }) => {
  const said = []
  const print = console.error
  console.error = (word) => said.push(word)
  console.error('a complaint')
  console.error = print
  expect(said).toEqual(['a complaint'])
})
`

test('a run without a mistake ends green, with its counts in the last line', async ({ dir, expect }) => {
  await copyCheckout(dir, harness)
  await plant(dir, { 'src/base/passing.test.ts': passing })

  const { exitCode, output } = await runGate(dir, 'test')

  expect(exitCode).toBe(0)
  expect(output.trimEnd().split('\n').at(-1)).toBe('2 passed, 0 failed, 0 skipped')
})

test('what nobody expected to be said fails the test in which it was said', async ({ dir, expect }) => {
  await copyCheckout(dir, harness)
  await plant(dir, { 'src/base/noisy.test.ts': noisy })

  const { exitCode, output } = await runGate(dir, 'test')

  expect(exitCode).toBe(1)
  expect(output.trimEnd().split('\n').at(-1)).toBe('2 passed, 3 failed, 1 skipped')
  for (const name of ['complains', 'warns', 'is warned']) expect(output).toMatch(new RegExp(`× ${name}`))
})

test('a file that cannot be loaded and an error that nobody caught count as failed', async ({
  dir,
  expect,
}) => {
  await copyCheckout(dir, harness)
  await plant(dir, {
    'src/base/passing.test.ts': passing,
    'src/base/broken.test.ts': `import './nowhere.ts'\n`,
    'src/base/rejecting.test.ts': `import { test } from 'vitest'
test('leaves a promise behind', ({ expect }) => { void Promise.reject(new Error('lost')); expect(1).toBe(1) })
`,
  })

  const { exitCode, output } = await runGate(dir, 'test')

  expect(exitCode).toBe(1)
  expect(output.trimEnd().split('\n').at(-1)).toBe('3 passed, 2 failed, 0 skipped')
})

test('home, its folders and the temporary folder are private and not the developer’s', async ({
  dir,
  expect,
}) => {
  const home = homedir()
  expect(home).toMatch(/\/tmp\/mw-\w{6}\/mw-\w{6}$/)
  expect(tmpdir()).toBe(join(home, 'tmp'))
  expect(process.env['XDG_STATE_HOME']).toBe(join(home, 'state'))
  expect((await stat(home)).mode & 0o777).toBe(0o700)
  expect(Buffer.byteLength(dir)).toBeLessThan(35)
  expect(await readdir(dir)).toEqual([])
  expect(
    Object.keys(process.env).filter((name) => /^(MARROW_(?!TEST_)|GIT_DIR|SSH_|TMUX)/.test(name)),
  ).toEqual([])
})
