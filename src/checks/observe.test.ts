import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from '../../test/helpers/temp-dir.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import { findings } from './findings.ts'
import type { AgentFacts } from './observed.ts'
import { observe } from './observe.ts'

function configOf(dir: string, agent: Partial<AgentConfig> = {}): Config {
  const workspace = join(dir, 'team')
  return {
    path: join(dir, 'conf/marrow.toml'),
    operatorDir: join(dir, 'conf'),
    stateDir: join(dir, 'state/deep'),
    coreDir: join(dir, 'core'),
    agents: [
      {
        name: 'scout',
        slug: 'scout',
        schedule: { kind: 'interval', intervalMs: 60_000 },
        catchUp: 'once',
        activeHours: undefined,
        timeoutMs: 5_000,
        command: ['agent-program', 'run'],
        workspace,
        workDir: workspace,
        contextDirs: [join(workspace, 'context.d')],
        role: 'scout',
        adapter: 'generic',
        promptVia: undefined,
        env: { pass: [], set: {} },
        gate: 'changed',
        gateWritten: true,
        maxQuietMs: 86_400_000,
        wakeOn: ['handoff'],
        logRetentionDays: 7,
        logMaxCount: 200,
        ...agent,
      },
    ],
    ipc: {
      enabled: true,
      socketPath: join(dir, 'state/deep/marrow.sock'),
      taskDir: join(workspace, 'tasks/queue'),
    },
    sync: { enabled: false, intervalMs: 0, failureBackoffMs: 0, stateFile: '', lockFile: '' },
    maxConcurrentRuns: 3,
    stopGraceMs: 0,
    contextTimeoutMs: 15_000,
    contextReplace: [],
    warnings: [],
  }
}

async function program(path: string, mode = 0o755): Promise<void> {
  await writeFile(path, '#!/bin/sh\n')
  await chmod(path, mode)
}

/** A machine on which everything of `configOf` is right. */
async function furnish(dir: string): Promise<void> {
  for (const folder of ['team/context.d', 'core/prompts', 'conf/roles', 'bin']) {
    await mkdir(join(dir, folder), { recursive: true })
  }
  await writeFile(join(dir, 'core/prompts/rules.md'), 'Be kind.')
  await writeFile(join(dir, 'conf/roles/scout.md'), 'You look around.')
  for (const name of ['git', 'tmux', 'agent-program']) await program(join(dir, 'bin', name))
  await program(join(dir, 'team/context.d/weather'))
}

const look = async (dir: string, config: Config, skipped: AgentFacts['skipped'] = []) =>
  findings(
    await observe(config, {
      runPath: () => join(dir, 'bin'),
      skippedProviders: async () => skipped,
      ownPath: join(dir, 'bin'),
      nodeMinimum: '24.15',
    }),
  )

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

test('a context provider that is left out is told once, whatever the reason', async ({ dir, expect }) => {
  await furnish(dir)
  await program(join(dir, 'team/context.d/notes.md'), 0o644)
  const skipped = [
    { path: join(dir, 'team/context.d/notes.md'), reason: 'not executable' },
    { path: join(dir, 'team/context.d/weather'), reason: 'not listed' },
  ]
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
