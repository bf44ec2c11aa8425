import type { AgentConfig, DelegationConfig, IsolationConfig, NotifyConfig } from '../../src/config/config.ts'

/** A complete agent for pure tests; what a test is about stands in `overrides`. */
export function agentConfig(overrides: Partial<AgentConfig> = {}): AgentConfig {
  const name = overrides.name ?? 'scout'
  return {
    name,
    slug: name.toLowerCase(),
    schedule: { kind: 'interval', intervalMs: 3_600_000 },
    catchUp: 'once',
    activeHours: undefined,
    timeoutMs: 500_000,
    staleAfterMs: 600_000,
    command: ['true'],
    project: 'default',
    workspace: '/srv/ws',
    workDir: '/srv/ws',
    repository: undefined,
    contextDirs: [],
    role: undefined,
    roleVia: 'auto',
    adapter: 'generic',
    promptVia: undefined,
    env: { pass: [], set: {} },
    isolation: isolationConfig(),
    limits: {},
    gate: 'always',
    gateWritten: true,
    maxQuietMs: 24 * 3_600_000,
    wakeOn: ['handoff'],
    logRetentionDays: 7,
    logMaxCount: 200,
    ...overrides,
  }
}

/** What an agent gets whose file has no word about isolation but the mode. */
export function isolationConfig(overrides: Partial<IsolationConfig> = {}): IsolationConfig {
  return {
    mode: 'off',
    readOnly: [],
    readWrite: [],
    network: true,
    secrets: [],
    limits: { memoryBytes: undefined, processesMax: undefined, fileBytesMax: undefined },
    user: undefined,
    bypassWithoutIsolation: false,
    ...overrides,
  }
}

/** Nobody is told anything, as without a word about it in the file. */
/** What stands for a missing `[delegation]`. */
export const usualDelegation: DelegationConfig = {
  command: undefined,
  commands: {},
  depthMax: 2,
  childrenPerRun: 3,
  childrenPerAgent: 6,
  childrenMax: 8,
  timeoutMs: 1_800_000,
}

export const noNotices: NotifyConfig = {
  command: [],
  webhook: undefined,
  ntfy: undefined,
  desktop: false,
  digestAt: undefined,
}
