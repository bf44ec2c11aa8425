import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach } from 'vitest'
import { test } from '../../../test/helpers/temp-dir.ts'
import { programRoot, readConfig } from '../../config/load.ts'
import { doctor } from './doctor.ts'
import { scaffold } from './scaffold.ts'
import { setup } from './setup.ts'

const path = process.env['PATH']

beforeEach(() => {
  process.env['PATH'] = '/usr/bin:/bin'
})

afterEach(() => {
  process.env['PATH'] = path
})

const request = (dir: string) => ({
  workspace: join(dir, 'our team'),
  configOut: join(dir, 'conf', 'marrow.toml'),
  coreDir: undefined,
  sourceContextDir: undefined,
})

test('says first what it made, then what comes next', async ({ dir, expect }) => {
  const { lines } = await scaffold(request(dir))
  expect(lines.slice(0, 2)).toEqual([
    `scaffolded workspace: ${join(dir, 'our team')}`,
    `wrote config: ${join(dir, 'conf', 'marrow.toml')}`,
  ])
  expect(lines.join('\n')).toMatch(/validate -c .*doctor -c .*dry-run -c .*run-once -c .*run -c /su)
})

test('writes what validate, setup and doctor are content with', async ({ dir, expect }) => {
  const { configOut: configPath } = request(dir)
  await scaffold(request(dir))
  expect(await readConfig(configPath)).toMatchObject({ problems: [], warnings: [] })
  expect(await setup(configPath)).toMatchObject({ lines: { length: 3 }, failures: [] })
  const { findings } = await doctor({ flag: configPath, env: process.env, cwd: dir, home: dir })
  const issues = findings.filter(({ level }) => level === 'issue')
  // The program itself is built only where it runs, and tmux and git are the machine's business.
  expect(issues.filter(({ problem }) => !/git|bin\/marrow/u.test(problem))).toEqual([])
})

test('refuses a configuration that exists, and then writes nothing at all', async ({ dir, expect }) => {
  await mkdir(join(dir, 'conf'))
  await writeFile(join(dir, 'conf', 'marrow.toml'), 'mine')
  await expect(scaffold(request(dir))).rejects.toMatchObject({
    code: 'CANNOT_WRITE',
    fix: expect.stringContaining('--config-out'),
  })
  expect(await readdir(dir)).toEqual(['conf'])
  expect(await readFile(join(dir, 'conf', 'marrow.toml'), 'utf8')).toBe('mine')
})

test.for([
  { about: 'a workspace below the configuration', workspace: 'conf/team' },
  { about: 'a workspace whose name holds a variable', workspace: '$HOME' },
  { about: 'a workspace whose name holds an unknown variable', workspace: 'a$NOBODY_SETS_THIS' },
])('refuses $about, and then writes nothing at all', async ({ workspace }, { dir, expect }) => {
  await expect(scaffold({ ...request(dir), workspace: join(dir, workspace) })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  })
  expect(await readdir(dir)).toEqual([])
})

test.for([
  { about: 'an empty workspace', changed: { workspace: ' ' }, code: 'USAGE', says: '--workspace' },
  {
    about: 'an empty path of the configuration',
    changed: { configOut: '' },
    code: 'USAGE',
    says: '--config-out',
  },
  { about: 'an empty core', changed: { coreDir: '' }, code: 'USAGE', says: '--core-dir' },
  {
    about: 'a core that is not there',
    changed: { coreDir: '/nowhere' },
    code: 'NOT_FOUND',
    says: '/nowhere',
  },
])('refuses $about, and then writes nothing at all', async ({ changed, code, says }, { dir, expect }) => {
  await expect(scaffold({ ...request(dir), ...changed })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(says),
  })
  expect(await readdir(dir)).toEqual([])
})

test('names the agent CLI on PATH by its absolute path, and the simulated one where there is none', async ({
  dir,
  expect,
}) => {
  const bin = join(dir, 'bin')
  await mkdir(join(bin, 'opencode'), { recursive: true }) // A folder of that name is no program.
  process.env['PATH'] = bin
  await scaffold({ ...request(dir), configOut: join(dir, 'one', 'marrow.toml') })
  const simulated = await readConfig(join(dir, 'one', 'marrow.toml'))
  expect(simulated.config?.agents[0]?.command.slice(1, 3)).toEqual(['sim', 'agent'])
  process.env['PATH'] = `${bin}:${join(dir, 'more')}`
  await mkdir(join(dir, 'more'))
  await writeFile(join(dir, 'more', 'opencode'), '#!/bin/sh\n')
  await chmod(join(dir, 'more', 'opencode'), 0o755)
  await scaffold({ ...request(dir), configOut: join(dir, 'two', 'marrow.toml') })
  const real = await readConfig(join(dir, 'two', 'marrow.toml'))
  expect(real.config?.agents[0]).toMatchObject({
    command: [join(dir, 'more', 'opencode'), 'run'],
    adapter: 'opencode',
  })
})

test.for([
  ['claude', ['--permission-mode', 'acceptEdits']],
  ['codex', ['exec', '--sandbox', 'workspace-write', '--skip-git-repo-check']],
  ['gemini', ['--approval-mode', 'auto_edit', '--skip-trust']],
] as const)('begins with %s where it is the one that is there', async ([name, words], { dir, expect }) => {
  const bin = join(dir, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, name), '#!/bin/sh\n')
  await chmod(join(bin, name), 0o755)
  process.env['PATH'] = bin
  const made = await scaffold(request(dir))
  expect(made).toMatchObject({ simulated: false, command: [join(bin, name), ...words] })
  const { config } = await readConfig(made.config)
  expect(config?.agents.map(({ adapter }) => adapter)).toEqual([name, name, name])
})

test('copies executable scripts of the folder that was named, and says what it left out', async ({
  dir,
  expect,
}) => {
  const source = join(dir, 'source')
  await mkdir(source)
  await writeFile(join(source, 'weather.sh'), '#!/bin/sh\necho sunny\n')
  await chmod(join(source, 'weather.sh'), 0o755)
  await writeFile(join(source, 'README.md'), 'About these.')
  const { lines } = await scaffold({ ...request(dir), sourceContextDir: source })
  expect(lines.join('\n')).toContain(`left out: ${join(source, 'README.md')}`)
  expect(await readdir(join(dir, 'our team', 'context.d'))).toEqual(['weather.sh'])
  expect((await stat(join(dir, 'our team', 'context.d', 'weather.sh'))).mode & 0o111).toBe(0o111)
})

test('keeps a script that the workspace has already', async ({ dir, expect }) => {
  const source = join(dir, 'source')
  for (const folder of [source, join(dir, 'our team', 'context.d')]) {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'weather.sh'), `#!/bin/sh\necho ${folder}\n`)
    await chmod(join(folder, 'weather.sh'), 0o755)
  }
  await scaffold({ ...request(dir), sourceContextDir: source })
  expect(await readFile(join(dir, 'our team', 'context.d', 'weather.sh'), 'utf8')).toContain('our team')
})

test('names a folder of scripts that is not there before anything is written', async ({ dir, expect }) => {
  await expect(scaffold({ ...request(dir), sourceContextDir: join(dir, 'none') })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  expect(await readdir(dir)).toEqual([])
})

test('what it wrote passes validate, doctor, dry-run and run-once, and a queued task gets done', async ({
  dir,
  expect,
}) => {
  const { workspace, configOut } = request(dir)
  process.env['PATH'] = dir // Whatever agent CLI this machine has: it must not be started here.
  await scaffold(request(dir))
  process.env['PATH'] = path
  await writeFile(join(workspace, 'tasks', 'queue', 'hello.md'), '# Say hello\n')
  for (const words of [['validate'], ['doctor'], ['dry-run'], ['run-once']]) {
    const { exitCode, all } = await execa(join(programRoot, 'bin', 'marrow'), [...words, '-c', configOut], {
      all: true,
      reject: false,
      env: { HOME: dir },
    })
    expect(`${words[0]}: ${exitCode}${exitCode === 0 ? '' : `\n${all}`}`).toBe(`${words[0]}: 0`)
  }
  expect(await readdir(join(workspace, 'tasks', 'done'))).toEqual(['hello.md'])
})
