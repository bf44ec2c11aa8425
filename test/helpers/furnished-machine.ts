/** Owns a machine in a folder for doctor to look at: a configuration, and everything that it needs. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findings, type NumberedFinding } from '../../src/checks/findings.ts'
import type { AgentFacts } from '../../src/checks/observed.ts'
import { observe, type Surroundings } from '../../src/checks/observe.ts'
import type { AgentConfig, Config } from '../../src/config/config.ts'
import { checkRoles } from '../../src/daemon/local/check-roles.ts'
import { isolationConfig, noNotices, usualDelegation } from './agents.ts'

export function configOf(dir: string, agent: Partial<AgentConfig> = {}): Config {
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
        staleAfterMs: 600_000,
        command: ['agent-program', 'run'],
        project: 'default',
        workspace,
        workDir: workspace,
        repository: undefined,
        contextDirs: [join(workspace, 'context.d')],
        role: 'scout',
        roleVia: 'auto',
        adapter: 'generic',
        promptVia: undefined,
        env: { pass: [], set: {} },
        isolation: isolationConfig(),
        limits: {},
        gate: 'changed',
        gateWritten: true,
        maxQuietMs: 86_400_000,
        wakeOn: ['handoff'],
        logRetentionDays: 7,
        logMaxCount: 200,
        ...agent,
      },
    ],
    limits: {},
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
    notify: noNotices,
    delegation: usualDelegation,
    journal: { maxDays: 0, maxEvents: 0 },
    warnings: [],
  }
}

export async function program(path: string, mode = 0o755): Promise<void> {
  await writeFile(path, '#!/bin/sh\n')
  await chmod(path, mode)
}

/** A machine on which everything of `configOf` is right. */
export async function furnish(dir: string): Promise<void> {
  for (const folder of ['team/context.d', 'core/prompts', 'conf/roles', 'bin']) {
    await mkdir(join(dir, folder), { recursive: true })
  }
  await writeFile(join(dir, 'core/prompts/rules.md'), 'Be kind.')
  await writeFile(join(dir, 'conf/roles/scout.md'), 'You look around.')
  for (const name of ['git', 'tmux', 'agent-program']) await program(join(dir, 'bin', name))
  await program(join(dir, 'team/context.d/weather'))
}

/** What the doctor of a test finds where nothing else is said. */
export function surroundings(dir: string, changes: Partial<Surroundings> = {}): Surroundings {
  return {
    env: { PATH: join(dir, 'bin') },
    runEnvironment: () => ({ PATH: join(dir, 'bin'), HOME: join(dir, 'home') }),
    providersOf: async () => ({ run: [], skipped: [] }),
    tryProviders: async () => [],
    rulesProblem: async () => undefined,
    checkRoles,
    standingOf: () => ({
      kind: 'walled',
      wall: { kind: 'bubblewrap', program: '/usr/bin/bwrap' },
      missing: [],
    }),
    keptWorktrees: async () => [],
    guardsOf: async () => [],
    cliAgentOf: async () => undefined,
    castIn: async () => [],
    askDaemon: async () => ({ kind: 'none' }),
    nodeMinimum: '24.15',
    version: '0.1.0',
    schema: 1,
    launcher: join(dir, 'bin/git'),
    now: Date.now(),
    ...changes,
  }
}

/** Where `configOf` keeps its state. */
export function placeOf(dir: string) {
  const stateDir = join(dir, 'state/deep')
  return { stateDir, socketPath: join(stateDir, 'marrow.sock'), enabled: true }
}

export const look = async (
  dir: string,
  config: Config,
  changes: Partial<Surroundings> = {},
): Promise<readonly NumberedFinding[]> => {
  const { path, warnings } = config
  const target = { path, config, problems: [], warnings, place: placeOf(dir) }
  return findings(await observe(target, surroundings(dir, changes)))
}

export const skipping = (...skipped: AgentFacts['skipped']): Partial<Surroundings> => ({
  providersOf: async () => ({ run: [], skipped }),
})
