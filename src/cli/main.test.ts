import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sampleRun, startFakeDaemon } from '../../test/helpers/fake-daemon.ts'
import { entry, test, type Ended } from '../../test/helpers/marrow-program.ts'

const asModule = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`

/** Flags that make Node name on stderr every module that it loads. */
const tracing = [
  '--import',
  asModule(`import { registerHooks } from 'node:module'
    registerHooks({ load: (url, context, next) => { console.error(url); return next(url, context) } })`),
]

test('the version is printed alone', async ({ world, expect }) => {
  const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(await world.marrow('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' })
})

test('marrow alone tells what it is, whether a daemon runs here, and every command by group', async ({
  world,
  expect,
}) => {
  const without = await world.marrow()
  expect(without.code).toBe(0)
  expect(without.out).toContain(`Configuration: ${world.config}`)
  expect(without.out).toContain(`Start it with: marrow run -c ${world.config}`)
  expect(without.out).toMatch(
    /Begin:[^]*scaffold[^]*Work:[^]*run-once \[agents\.\.\.\][^]*Look:[^]*logs \[agent-or-run\]/,
  )
  await using _ = await world.daemon()
  expect((await world.marrow()).out).toContain('Daemon: runs as pid 4242 for 1h with 1 agent.')
})

test('marrow alone works where there is no configuration at all', async ({ world, expect }) => {
  const { code, out } = await world.marrow('-c', '/nowhere/marrow.toml')
  expect(code).toBe(0)
  expect(out).toContain('Configuration: Cannot')
})

test('a broken file is the error only when no daemon answers', async ({ world, dir, expect }) => {
  writeFileSync(world.config, 'state_dir = [')
  const broken = await world.marrow('status')
  expect([broken.code, broken.err]).toEqual([2, expect.stringContaining('marrow.toml:1')])
  const usual = join(dir, 'home', '.local', 'state', 'marrow')
  mkdirSync(usual, { recursive: true })
  await using _ = await startFakeDaemon({ socketPath: join(usual, 'marrow.sock'), config: world.config })
  expect((await world.marrow('status')).code).toBe(0)
})

test.for([
  [['frob'], /unknown command 'frob'/],
  [['wak', 'x'], /Did you mean wake\?/],
  [['wake'], /missing required argument 'agent'/],
  [['runs', '-n', 'many'], /whole number from 1 to 1000/],
  [['stop', '--hard'], /unknown option '--hard'/],
  [['dry-run', '--raw', '--c'], /unknown option/],
  [['status', '-c'], /argument missing/],
] as const)('%j is bad usage', async ([words, message], { world, expect }) => {
  const { code, out, err } = await world.marrow(...words)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(message)
})

test('the common flags stand before or after the command', async ({ world, expect }) => {
  await using daemon = await world.daemon()
  expect((await world.marrow('-v', '-c', world.config, 'wake', 'scout')).code).toBe(0)
  expect((await world.marrow('task', 'list', '-c', world.config, '-v')).code).toBe(0)
  expect((await world.marrow('task', '-c', world.config, 'list')).code).toBe(0)
  expect(daemon.calls).toHaveLength(3)
  expect((await world.marrow('wake', 'scout', '-c', '/nowhere')).code).toBe(2)
})

test('a missing configuration is bad usage', async ({ world, expect }) => {
  const { code, err } = await world.marrow('validate', '-c', '/nowhere/marrow.toml')
  expect(code).toBe(2)
  expect(err).toContain('/nowhere/marrow.toml')
})

test('status loads no schema, no command tree, no server, no logger and no http', async ({
  world,
  expect,
}) => {
  await using _ = await world.daemon()
  const { code, err } = await world.node(tracing, 'status')
  expect(code).toBe(0)
  expect(err).toContain('ipc/client.ts')
  expect(
    err
      .split('\n')
      .filter((url) => /zod|commander|fastify|pino|string-width|node:http|execa|chokidar/.test(url)),
  ).toEqual([])
})

test('plain text is shown without the tables of how wide every letter is', async ({ world, expect }) => {
  const plain = await world.daemon()
  expect((await world.node(tracing, 'runs')).err).not.toContain('string-width')
  await plain.server.close()
  await using _ = await world.daemon({ runs: async () => ({ runs: [sampleRun({ outcome: 'failed: 界' })] }) })
  const wide = await world.node(tracing, 'runs')
  expect(wide.err).toContain('string-width')
  expect(wide.out).toContain('failed: 界')
})

test('a Node that is too old gets one clear line', async ({ world, expect }) => {
  for (const old of ['20.20.2', '24.14.9']) {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${old}' } })`
    expect(await world.node(['--import', asModule(pretend)], 'status')).toEqual({
      code: 1,
      out: '',
      err: `Cannot start: marrow needs Node 24.15 or newer, this is ${old}.\n`,
    })
  }
})

test('a reader that has seen enough is no error', async ({ world, expect }) => {
  const many = Array.from({ length: 20_000 }, (_, index) => ({
    file: `${index}.md`,
    title: 'x'.repeat(50),
    created: 0,
    project: 'default',
  }))
  await using _ = await world.daemon({ tasks: async () => ({ tasks: many, project: 'default' }) })
  const command = `"${process.execPath}" "${entry}" task list -c "${world.config}" | head -1`
  const ended = await new Promise<Ended>((resolve) => {
    const child = execFile('sh', ['-c', command], (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
  expect(ended).toEqual({ code: 0, out: `0.md  ${'x'.repeat(50)}\n`, err: '' })
})
