/** Owns delegations of tests: what is on record of one, and what is shown. */
import type { Delegation } from '../../src/delegation/store.ts'
import type { DelegationView } from '../../src/ipc/protocol/delegations.ts'
import type { TreeRun } from '../../src/ipc/protocol/runs.ts'

/** One on record that waits to be started. */
export function delegation(run: string, changes: Partial<Delegation> = {}): Delegation {
  return {
    run,
    parent: 'top',
    agent: 'scout',
    role: 'l3/coder',
    lineage: ['top'],
    roles: ['l1/lead'],
    tickName: 'scout#1',
    detached: false,
    task: 'Mend it.',
    state: 'waiting',
    askedAt: 1_000,
    deadline: { wall: 9_000, mono: 9_000, boot: 'boot' },
    endedAt: undefined,
    failure: undefined,
    ...changes,
  }
}

/** One run that another run asked for, and how it ended. */
export const sampleDelegation: DelegationView = {
  run: 'scout-20260105-130001-000-bcde',
  parent: 'scout-20260105-130000-000-abcd',
  agent: 'scout',
  role: 'l3/coder',
  task: 'Mend the failing test in src/a.test.ts.',
  detached: false,
  state: 'ended',
  asked_at: '2026-01-05T13:00:01.000Z',
  started_at: '2026-01-05T13:00:01.050Z',
  deadline: '2026-01-05T13:20:01.000Z',
  ended_at: '2026-01-05T13:04:00.000Z',
  outcome: 'succeeded',
  ok: true,
  result: 'Mended: the test expected the old name.',
  tokens: 1_200,
  cost_usd: 0.02,
}

/** One run of a tree, its first. */
export const sampleTreeRun: TreeRun = {
  run: 'scout-20260105-130000-000-abcd',
  parent: null,
  depth: 0,
  agent: 'scout',
  role: 'l1/scout',
  task: null,
  state: 'ended',
  outcome: 'succeeded',
  ok: true,
  started_at: '2026-01-05T13:00:00.000Z',
  duration_ms: 12_000,
  tokens: 1_200,
  about_tokens: null,
  cost_usd: 0.01,
}
