import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  configOf,
  furnish,
  look,
  placeOf,
  program,
  skipping,
  surroundings,
} from '../../test/helpers/furnished-machine.ts'
import { makeRepository } from '../../test/helpers/repository.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { findings } from './findings.ts'
import { observe } from './observe.ts'

test('a machine on which all is right gives no finding, and looking changes nothing', async ({
  dir,
  expect,
}) => {
  await furnish(dir)
  const before = await readdir(dir, { recursive: true })
  expect(await look(dir, configOf(dir))).toEqual([])
  expect(await readdir(dir, { recursive: true })).toEqual(before)
})

test('an empty machine gives a finding for each thing that is missing', async ({ dir, expect }) => {
  const found = await look(dir, configOf(dir))
  const problems = found.map(({ problem }) => problem).join('\n')
  for (const part of ['git', 'core_dir', 'workspace', 'context folder', 'agent-program', 'role scout']) {
    expect(problems).toContain(part)
  }
})

test('only regular files of a context folder must be executable', async ({ dir, expect }) => {
  await furnish(dir)
  await mkdir(join(dir, 'team/context.d/lib'))
  await symlink('nowhere', join(dir, 'team/context.d/dangling'))
  await program(join(dir, 'team/context.d/notes.md'), 0o644)
  const found = await look(dir, configOf(dir))
  expect(found.map(({ problem }) => problem)).toEqual([
    `${join(dir, 'team/context.d/notes.md')} is not executable`,
  ])
})

test('a program that may not be executed, or is a folder, does not count as found', async ({
  dir,
  expect,
}) => {
  await furnish(dir)
  await chmod(join(dir, 'bin/agent-program'), 0o644)
  expect(await look(dir, configOf(dir))).toMatchObject([{ level: 'issue', subject: 'scout' }])
  expect(await look(dir, configOf(dir, { command: [join(dir, 'bin')] }))).toMatchObject([
    { subject: 'scout' },
  ])
})

test('a program with a slash is looked for from the work_dir', async ({ dir, expect }) => {
  await furnish(dir)
  await program(join(dir, 'team/agent.sh'))
  expect(await look(dir, configOf(dir, { command: ['./agent.sh'] }))).toEqual([])
})

test('a role of the core is as good as one of the operator, with and without .md', async ({
  dir,
  expect,
}) => {
  await furnish(dir)
  await mkdir(join(dir, 'core/roles/l1'), { recursive: true })
  await writeFile(join(dir, 'core/roles/l1/refit.md'), 'You mend.')
  expect(await look(dir, configOf(dir, { role: 'l1/refit' }))).toEqual([])
  expect(await look(dir, configOf(dir, { role: 'l1/refit.md' }))).toEqual([])
})

test('a link where work comes in is told with what to do', async ({ dir, expect }) => {
  await furnish(dir)
  await symlink(dir, join(dir, 'team/tasks'))
  expect(await look(dir, configOf(dir))).toMatchObject([
    {
      level: 'issue',
      problem: expect.stringContaining('tasks is a symbolic link, and marrow follows none in a workspace'),
      fix: `Take ${join(dir, 'team/tasks')} away and make a folder in its place.`,
    },
  ])
})

test('a context provider that is left out is told once, whatever the reason', async ({ dir, expect }) => {
  await furnish(dir)
  await program(join(dir, 'team/context.d/notes.md'), 0o644)
  const skipped = skipping(
    { path: join(dir, 'team/context.d/notes.md'), reason: 'not executable' },
    { path: join(dir, 'team/context.d/weather'), reason: 'not listed' },
  )
  const found = await look(dir, configOf(dir), skipped)
  expect(found.map(({ level }) => level)).toEqual(['issue', 'hint'])
})

test('a state_dir below a file can never be made', async ({ dir, expect }) => {
  await furnish(dir)
  await writeFile(join(dir, 'state'), 'a file')
  expect(await look(dir, configOf(dir))).toMatchObject([
    { subject: 'state', problem: expect.stringContaining('cannot be made') },
  ])
})

test('a machine without a usable configuration is looked at all the same, its state too', async ({
  dir,
  expect,
}) => {
  await furnish(dir)
  await mkdir(join(dir, 'state/deep'), { recursive: true })
  await writeFile(join(dir, 'state/deep/marrow.db'), 'no database at all, but long enough to be looked at', {
    mode: 0o600,
  })
  const place = placeOf(dir)
  const problems = [{ file: '/c', line: 3, key: 'x', reason: 'unknown key.', fix: undefined }]
  const target = { path: join(dir, 'conf/none.toml'), config: undefined, problems, warnings: [], place }
  const found = findings(await observe(target, surroundings(dir, { nodeMinimum: '999.0' })))
  expect(found.map(({ subject }) => subject)).toEqual(['machine', '/c:3', 'state'])
  expect(found[2]?.problem).toMatch(/^the store is damaged: file is not a database/)
})

test('a configuration that anybody may change, and a launcher that cannot be started, are issues', async ({
  dir,
  expect,
}) => {
  await furnish(dir)
  await writeFile(join(dir, 'conf/marrow.toml'), '')
  await chmod(join(dir, 'conf/marrow.toml'), 0o666)
  const found = await look(dir, configOf(dir), { launcher: join(dir, 'bin/launch') })
  expect(found).toMatchObject([
    { level: 'issue', subject: join(dir, 'conf/marrow.toml') },
    { level: 'issue', subject: 'core', problem: expect.stringContaining('bin/launch cannot be started') },
  ])
})

test('a context provider is run once, for the first agent that has it', async ({ dir, expect }) => {
  await furnish(dir)
  const config = configOf(dir)
  const [agent] = config.agents
  if (agent === undefined) throw new Error('There is an agent.')
  const path = join(dir, 'team/context.d/weather')
  const asked: string[] = []
  const found = await look(
    dir,
    { ...config, agents: [agent, { ...agent, name: 'other' }] },
    {
      providersOf: async () => ({ run: [path], skipped: [] }),
      tryProviders: async ({ name }, _, paths) => {
        asked.push(name, ...paths)
        return [{ path, reason: 'exit 3' }]
      },
    },
  )
  expect(asked).toEqual(['scout', path])
  expect(found).toMatchObject([
    { level: 'issue', subject: 'scout', problem: `context provider ${path} fails: exit 3` },
  ])
})

test('the daemon is asked before the store is looked at, which may take long', async ({ dir, expect }) => {
  await furnish(dir)
  await mkdir(join(dir, 'state/deep'), { recursive: true })
  const found = await look(dir, configOf(dir), {
    askDaemon: async () => {
      for (let turn = 0; turn < 100; turn++) await readdir(dir) // Time enough for whoever does not wait.
      await writeFile(join(dir, 'state/deep/marrow.db'), 'no database at all, but long enough to be one', {
        mode: 0o600,
      })
      return { kind: 'none' }
    },
  })
  expect(found).toMatchObject([{ problem: expect.stringContaining('the store is damaged') }])
})

test('of an agent with a worktree the repository is looked at, and has to be one', async ({
  dir,
  expect,
}) => {
  await furnish(dir)
  const config = (repository: string) =>
    configOf(dir, { repository, workDir: join(dir, 'team/worktrees/scout') })
  const [found, ...more] = await look(dir, config(join(dir, 'team')))
  expect(more).toEqual([])
  expect(found).toMatchObject({
    level: 'issue',
    problem: `${join(dir, 'team')} is not the top of a git repository, and it is to have a worktree of it`,
  })
  makeRepository(join(dir, 'site'))
  expect(await look(dir, config(join(dir, 'site')))).toEqual([])
})
