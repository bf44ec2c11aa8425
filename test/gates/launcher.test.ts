/** bin/marrow: which Node it takes, from where it may be called, and what it says when it cannot start. */
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { test as base } from '../helpers/temp-dir.ts'
import { checkout } from './checkout-copy.ts'
import { passOn, writeProgram } from './programs.ts'

const plain = { reject: false, extendEnv: false } as const

/** A folder that holds nothing but the launcher and a built program that prints its words; `path` is all of PATH, and empty. */
const test = base.extend<{ path: string; program: string }>({
  path: async ({ dir }, use) => {
    await mkdir(join(dir, 'path'))
    await use(join(dir, 'path'))
  },
  program: async ({ dir }, use) => {
    const program = join(dir, 'program')
    await mkdir(join(program, 'bin'), { recursive: true })
    await mkdir(join(program, 'dist'))
    await cp(join(checkout, 'bin/marrow'), join(program, 'bin/marrow'))
    await writeFile(join(program, 'dist/cli.js'), 'console.log(JSON.stringify(process.argv.slice(2)))')
    await use(program)
  },
})

function marrow(program: string, path: string, words: string[], env: Record<string, string> = {}) {
  return execa(join(program, 'bin/marrow'), words, { ...plain, env: { PATH: path, ...env } })
}

/** A program that calls itself Node `version`, and prints its arguments when it is asked to run something. */
function fakeNode(file: string, version: string): Promise<void> {
  return writeProgram(file, `[ "$1" = --version ] && { echo ${version}; exit; }\necho "${version} ran $*"`)
}

/** Gives the program the Node that this checkout has. */
async function giveOwnNode(program: string): Promise<void> {
  await mkdir(join(program, 'node_modules/.bin'), { recursive: true })
  await symlink(process.execPath, join(program, 'node_modules/.bin/node'))
}

test("runs dist/cli.js with the checkout's own Node, whatever node is on PATH", async ({
  path,
  program,
  expect,
}) => {
  await giveOwnNode(program)
  await fakeNode(join(path, 'node'), 'v18.0.0')

  expect(await marrow(program, path, ['status', 'two words', ''])).toMatchObject({
    exitCode: 0,
    stdout: '["status","two words",""]',
  })
})

test('needs no other program on its usual way', async ({ path, program, expect }) => {
  await giveOwnNode(program)

  expect(await marrow(program, path, [])).toMatchObject({ exitCode: 0, stdout: '[]', stderr: '' })
})

test('finds its checkout through links, absolute and relative, and through PATH', async ({
  dir,
  path,
  program,
  expect,
}) => {
  await giveOwnNode(program)
  await passOn(path, 'readlink')
  await mkdir(join(dir, 'elsewhere'))
  await symlink(join(program, 'bin/marrow'), join(dir, 'elsewhere/absolute'))
  await symlink('../elsewhere/absolute', join(path, 'marrow'))

  const options = { ...plain, env: { PATH: path } }
  for (const words of ['marrow linked', './elsewhere/absolute linked', 'path/marrow linked']) {
    const result = await execa('/bin/sh', ['-c', words], { ...options, cwd: dir })
    expect(result).toMatchObject({ exitCode: 0, stdout: '["linked"]' })
  }
  const named = await execa('/bin/sh', ['marrow', 'named'], { ...options, cwd: join(program, 'bin') })
  expect(named).toMatchObject({ exitCode: 0, stdout: '["named"]' })
})

test.for(['v24.15.0', 'v24.16.1', 'v25.0.0', 'v30.1.0'])(
  'takes the node of PATH when the checkout has none: %s',
  async (version, { path, program, expect }) => {
    await fakeNode(join(path, 'node'), version)

    expect(await marrow(program, path, ['status'])).toMatchObject({
      exitCode: 0,
      stdout: `${version} ran ${program}/bin/../dist/cli.js status`,
    })
  },
)

test.for(['v24.14.9', 'v22.22.0', 'v8.1.0'])(
  'refuses a Node that is too old, and says what to do: %s',
  async (version, { path, program, expect }) => {
    await fakeNode(join(path, 'node'), version)

    const { exitCode, stdout, stderr } = await marrow(program, path, ['status'])

    expect([exitCode, stdout]).toEqual([1, ''])
    expect(stderr).toBe(
      `Cannot start marrow: node is Node ${version}, which is too old.\n` +
        `Fix: install Node 24.15 or newer and name it in MARROW_NODE, or: (cd ${program} && npm ci)`,
    )
  },
)

test('MARROW_NODE comes before the node of PATH', async ({ dir, path, program, expect }) => {
  await fakeNode(join(path, 'node'), 'v18.0.0')
  await fakeNode(join(dir, 'newer'), 'v26.1.0')

  const { stdout } = await marrow(program, path, ['status'], { MARROW_NODE: join(dir, 'newer') })

  expect(stdout).toBe(`v26.1.0 ran ${program}/bin/../dist/cli.js status`)
})

test('says so when there is no Node at all', async ({ path, program, expect }) => {
  const { exitCode, stderr } = await marrow(program, path, ['status'])

  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/^Cannot start marrow: node is not a Node that runs\.\nFix: install Node 24\.15/)
})

test('says so when it has not been built', async ({ path, program, expect }) => {
  await giveOwnNode(program)
  await rm(join(program, 'dist'), { recursive: true })

  const { exitCode, stderr } = await marrow(program, path, [])

  expect(exitCode).toBe(1)
  expect(stderr).toBe(`Cannot start marrow: it has not been built yet.\nFix: (cd ${program} && npm ci)`)
})
