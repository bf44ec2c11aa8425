import { mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { configText } from '../../test/helpers/config-text.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import type { MarrowError } from '../base/errors.ts'
import { findConfig, loadConfig, readConfig, readSocket } from './load.ts'

async function write(path: string, text: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  return path
}

/** A search from `dir/work`, with `dir/home` as the home and no variables. */
function searchIn(dir: string, flag?: string) {
  return { flag, env: {}, cwd: join(dir, 'work'), home: join(dir, 'home') }
}

const thrownBy = (body: () => unknown): Promise<MarrowError> =>
  Promise.resolve()
    .then(body)
    .then(
      () => Promise.reject(new Error('Nothing was thrown.')),
      (error) => error,
    )

/** One agent whose workspace is `workspace`, with a core that has its rules. */
async function sample(dir: string, workspace: string, more = ''): Promise<string> {
  await write(join(dir, 'core', 'prompts', 'rules.md'), 'Be kind.')
  const top = `core_dir = "${dir}/core"\nstate_dir = "${dir}/state"\n${more}`
  return configText({ top, agent: `workspace = "${workspace}"` })
}

test('the nearest file on the way up is loaded', async ({ dir, expect }) => {
  await write(join(dir, 'marrow.toml'), 'wrong')
  const path = await write(join(dir, 'work', 'marrow.toml'), await sample(dir, '/srv/ws'))
  const config = await loadConfig({ ...searchIn(dir), cwd: join(dir, 'work', 'deep', 'er') })
  expect(config).toMatchObject({ path, operatorDir: join(dir, 'work'), warnings: [] })
})

test('a file that agents may have written is passed over, with a warning that says so', async ({
  dir,
  expect,
}) => {
  const planted = await write(join(dir, 'work', 'marrow.toml'), await sample(dir, '/elsewhere'))
  const path = await write(join(dir, 'home/.config/marrow/marrow.toml'), await sample(dir, join(dir, 'work')))
  const config = await loadConfig(searchIn(dir))
  expect(config.path).toBe(path)
  expect(config.warnings).toEqual([
    {
      file: planted,
      line: undefined,
      key: '',
      reason: `passed over: it lies in the workspace or work_dir ${dir}/work, which ${path} declares; agents write there.`,
      fix: `Name it with -c to use it instead of ${path}.`,
    },
  ])
})

test('a link does not lead around that', async ({ dir, expect }) => {
  await write(join(dir, 'work', 'marrow.toml'), await sample(dir, '/elsewhere'))
  await symlink(join(dir, 'work'), join(dir, 'link'))
  const path = await write(join(dir, 'home/.config/marrow/marrow.toml'), await sample(dir, join(dir, 'link')))
  expect(findConfig(searchIn(dir)).path).toBe(path)
})

test('a file that is not right is found all the same: nothing else takes its place', async ({
  dir,
  expect,
}) => {
  const path = await write(join(dir, 'work', 'marrow.toml'), 'a =')
  await write(join(dir, 'home/.config/marrow/marrow.toml'), await sample(dir, '/srv/ws'))
  expect(findConfig(searchIn(dir)).path).toBe(path)
})

test('a file in a workspace is used when it is named', async ({ dir, expect }) => {
  const path = await write(join(dir, 'ws', 'marrow.toml'), await sample(dir, join(dir, 'ws')))
  const byFlag = await loadConfig(searchIn(dir, '../ws/marrow.toml'))
  const byVariable = await loadConfig({ ...searchIn(dir), env: { MARROW_CONFIG: path } })
  for (const config of [byFlag, byVariable]) {
    expect(config.path).toBe(path)
    expect(config.warnings.map(({ reason }) => reason)).toEqual([
      `the folder of marrow.toml ${dir}/ws is inside the workspace ${dir}/ws: agents can change it.`,
    ])
  }
})

test('without any file the error names every place and the way out', async ({ dir, expect }) => {
  const error = await thrownBy(() => loadConfig(searchIn(dir)))
  expect(error).toMatchObject({
    code: 'CONFIG_MISSING',
    exitCode: 2,
    fix: expect.stringContaining('marrow init'),
  })
  for (const place of ['work/marrow.toml', 'home/.config/marrow/marrow.toml']) {
    expect(error.message).toContain(join(dir, place))
  }
  expect(error.message).toContain('/etc/marrow/marrow.toml')
})

test('a named file that is missing is the end of the search', async ({ dir, expect }) => {
  await write(join(dir, 'work', 'marrow.toml'), await sample(dir, '/srv/ws'))
  const error = await thrownBy(() => loadConfig(searchIn(dir, 'other.toml')))
  expect(error).toMatchObject({ code: 'CONFIG_MISSING', message: expect.stringContaining('other.toml') })
})

test('every mistake is shown with file and line, in the order of the file', async ({ dir, expect }) => {
  const text = [
    'state_dri = "/s"',
    '',
    '[[agents]]',
    'name = "a"',
    'workspace = "ws"',
    '[ipc]',
    'enabled = 1',
  ]
  const path = await write(join(dir, 'work', 'marrow.toml'), text.join('\n'))
  const error = await thrownBy(() => loadConfig(searchIn(dir)))
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 })
  expect(error.message.split('\n')).toEqual([
    `Cannot use ${path}: it has 4 mistakes.`,
    `${path}:1: state_dri: unknown key. Fix: Did you mean state_dir?`,
    `${path}:3: agents[0].agent_command: is required. Fix: Write it, for example: agent_command = "opencode run"`,
    `${path}:5: agents[0].workspace: must be absolute: "ws". Fix: Begin it with /, ~ or a variable.`,
    `${path}:7: ipc.enabled: must be true or false. Fix: Its default is true.`,
  ])
})

test('a mistake in the syntax is drawn', async ({ dir, expect }) => {
  const path = await write(join(dir, 'work', 'marrow.toml'), 'a = 1\nb = "x\n')
  const error = await thrownBy(() => loadConfig(searchIn(dir)))
  expect(error.message).toMatch(
    new RegExp(`^Cannot use ${path}: it has a mistake\\.\n${path}:2: .+ \\(column \\d+\\)\\.\n`),
  )
  expect(error.message).toContain('2:  b = "x\n')
  expect(error.message).toMatch(/\n +\^$/)
})

test('a warning has its line too', async ({ dir, expect }) => {
  const text = `${await sample(dir, '/srv/ws')}\nheartbeat_interval = 5`
  const path = await write(join(dir, 'work', 'marrow.toml'), text)
  const warning = {
    file: path,
    line: text.split('\n').length,
    key: 'agents[0].heartbeat_interval',
    reason: 'heartbeat_interval=5 outside [60,604800], clamped to 60',
    fix: undefined,
  }
  expect((await loadConfig(searchIn(dir))).warnings).toEqual([warning])
  expect((await readConfig(path)).warnings).toEqual([warning])
})

test('a file that went away or cannot be read is a problem and not an exception', async ({ dir, expect }) => {
  const gone = await readConfig(join(dir, 'marrow.toml'))
  expect(gone).toMatchObject({ config: undefined, problems: [{ reason: expect.stringContaining('ENOENT') }] })
  const folder = await readConfig(dir)
  expect(folder).toMatchObject({
    config: undefined,
    problems: [{ reason: expect.stringContaining('EISDIR') }],
  })
  const huge = await write(join(dir, 'huge.toml'), '')
  await truncate(huge, 2 ** 40)
  expect(await readConfig(huge)).toMatchObject({ problems: [{ reason: `has ${2 ** 40} bytes.` }] })
})

test('a file that begins with a byte order mark is read', async ({ dir, expect }) => {
  const path = await write(join(dir, 'marrow.toml'), `\uFEFF${await sample(dir, '/srv/ws')}`)
  expect((await readConfig(path)).problems).toEqual([])
})

test('a file in another encoding is not half understood', async ({ dir, expect }) => {
  const text = Buffer.from(`# gr\u00fcn\n${await sample(dir, '/srv/ws')}`, 'latin1')
  const path = await write(join(dir, 'marrow.toml'), text)
  expect(await readConfig(path)).toMatchObject({
    config: undefined,
    problems: [{ reason: 'is not UTF-8 text.' }],
  })
})

test('a workspace that is yet to be made is judged behind the links on its way', async ({ dir, expect }) => {
  await symlink(join(dir, 'core'), join(dir, 'link'))
  const path = await write(
    join(dir, 'conf', 'marrow.toml'),
    await sample(dir, join(dir, 'link', 'new', 'ws')),
  )
  const reason = `${dir}/link/new/ws is inside the core_dir ${dir}/core.`
  expect(await readConfig(path)).toMatchObject({ problems: [{ reason }] })
})

test('any bytes are a configuration or have a mistake', async ({ dir, expect }) => {
  const path = join(dir, 'marrow.toml')
  const property = fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
    await writeFile(path, bytes)
    const { config, problems } = await readConfig(path)
    return config === undefined && problems.length > 0
  })
  expect(await fc.check(property, { numRuns: 50 })).toMatchObject({ failed: false })
})

test('a file of marrow-core loads unchanged, with a warning for all that is now different', async ({
  dir,
  expect,
}) => {
  const path = join(dir, 'marrow.toml')
  await write(path, await readFile(join(import.meta.dirname, 'fixtures', 'marrow-core.toml')))
  const { config, problems, warnings } = await readConfig(path, { home: '/home/keeper', env: {} })
  expect(problems).toEqual([])
  expect(config?.agents).toMatchObject([
    {
      name: 'scout',
      schedule: { intervalMs: 300_000 },
      timeoutMs: 500_000,
      command: ['/home/keeper/.opencode/bin/opencode', 'run', '--agent', 'scout'],
      adapter: 'opencode',
      workspace: '/home/keeper',
      contextDirs: ['/home/keeper/context.d'],
      gate: 'always',
      logRetentionDays: 7,
      logMaxCount: 200,
    },
    {
      name: 'conductor',
      command: [expect.anything(), 'run', '--agent', 'conductor', '--title', 'round of the day'],
    },
    { name: 'refit', schedule: { intervalMs: 604_800_000 }, logRetentionDays: 0, logMaxCount: 0 },
  ])
  expect(config).toMatchObject({
    coreDir: '/opt/marrow-core',
    ipc: { socketPath: '/home/keeper/.local/state/marrow/marrow.sock', taskDir: '/home/keeper/tasks/queue' },
    sync: { enabled: true, lockFile: '/home/keeper/runtime/sync.lock' },
  })
  const state = '/home/keeper/.local/state/marrow'
  expect(warnings.map(({ line, reason }) => [line, reason])).toEqual([
    [undefined, `the state_dir ${state} is inside the workspace /home/keeper: agents can change it.`],
    [2, "/opt/marrow-core has no prompts/rules.md: prompts begin without the core's rules."],
    [23, 'heartbeat_interval=1000000 outside [60,604800], clamped to 604800'],
    [36, 'sync is not available in this version'],
  ])
})

test('the socket is found without the rest of the file', async ({ dir, expect }) => {
  const place = { home: '/home/ada', env: {} }
  const path = await write(join(dir, 'marrow.toml'), 'state_dir = "~/s"\n[[agents]]\ncolour = "red"')
  expect(readSocket(path, place)).toEqual({ stateDir: '/home/ada/s', socketPath: '/home/ada/s/marrow.sock' })
  await write(path, 'state_dir = "$NOPE"')
  expect(readSocket(path, place)).toBeUndefined()
  await write(path, 'state_dir = "/s"\n[[agents]\nname = "scout"')
  expect(readSocket(path, place)).toEqual({ stateDir: '/s', socketPath: '/s/marrow.sock' })
  await write(path, 'state_dir = "/s"\n[[agents]]\nagent_command = ["a"\nname = "scout"\nrole = "x"')
  expect(readSocket(path, place)).toEqual({ stateDir: '/s', socketPath: '/s/marrow.sock' })
  await write(path, 'state_dir =')
  expect(readSocket(path, place)).toBeUndefined()
  await rm(path)
  expect(readSocket(path, place)).toBeUndefined()
})

/** Every module that is loaded together with `file`, by following what is imported at the top. */
async function loadedWith(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8')
  const found = [
    ...text.matchAll(/^(?:import|\} from) (?:(?!type )[^']*from )?'([^']+)'|^\} from '([^']+)'/gm),
  ]
  const names = found.map((match) => match[1] ?? match[2] ?? '')
  const below = names
    .filter((name) => name.startsWith('.'))
    .map((name) => loadedWith(join(dirname(file), name)))
  return [
    ...new Set([...names.filter((name) => !name.startsWith('.')), ...(await Promise.all(below)).flat()]),
  ]
}

test('finding a configuration and its socket loads nothing heavy', async ({ expect }) => {
  expect((await loadedWith(join(import.meta.dirname, 'load.ts'))).toSorted()).toEqual([
    'node:fs',
    'node:os',
    'node:path',
    'smol-toml',
  ])
  // The same question, asked where the answer is different.
  expect(await loadedWith(join(import.meta.dirname, 'parse.ts'))).toContain('zod')
})
