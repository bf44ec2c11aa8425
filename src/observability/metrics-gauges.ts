/** Owns the series that are read when somebody asks: how the daemon, its agents and its store stand at that moment. Pure. */
import type { Breaker } from '../heartbeat/breaker.ts'
import type { AgentStatus, StatusResult } from '../ipc/protocol/status.ts'
import type { Sample, Series } from '../platform/metrics.ts'

/** Gauges, by name. */
export const gaugeSeries = {
  marrow_build_info: gauge('Always 1; the version of marrow is its label.', ['version']),
  marrow_agents: gauge('Agents of the configuration, by what they do or why not.', ['state']),
  marrow_breakers: gauge(
    'Agents by what their failures led to. closed: none; open: cools down; limited: a rate limit; held: not logged in.',
    ['state'],
  ),
  marrow_runs_open: gauge('Runs of ticks that have not ended.'),
  marrow_runs_max: gauge('Runs that may be open at once.'),
  marrow_children_open: gauge('Runs that other runs asked for and that have not ended.'),
  marrow_children_max: gauge('How many of these may be open at once.'),
  marrow_tasks_queued: gauge('Task files in all queues that agents of the configuration work on.'),
  marrow_paused: gauge('1 while everything that starts work is paused, else 0.'),
  marrow_stopping: gauge('1 while the daemon stops or hands over, else 0.'),
  marrow_config_problems: gauge(
    'Mistakes in the configuration on disk; while there are any, the last good one is in force.',
  ),
  marrow_journal_events: gauge('Events in the journal.'),
  marrow_store_bytes: gauge('Bytes of the store. file: db, or wal (what is not yet written into it).', [
    'file',
  ]),
} as const satisfies Readonly<Record<string, Series>>

/** What a scrape looks at. */
export interface Standing {
  readonly status: Pick<
    StatusResult,
    | 'version'
    | 'agents'
    | 'runs_open'
    | 'runs_max'
    | 'children_open'
    | 'children_max'
    | 'paused'
    | 'stopping'
    | 'config_problems'
  >
  readonly breakers: readonly Breaker[]
  readonly tasksQueued: number
  readonly journalEvents: number
  readonly storeBytes: { readonly db: number; readonly wal: number }
}

/** Every gauge with every label that it can have: a state that nobody is in stands at 0. */
export function gaugesOf(standing: Standing): Sample[] {
  const { status, breakers, storeBytes } = standing
  const byAgentState = countBy(agentStates, Object.values(status.agents))
  return [
    sample('marrow_build_info', 1, { version: status.version }),
    ...byAgentState.map(([state, count]) => sample('marrow_agents', count, { state })),
    ...countBy(breakerStates, breakers).map(([state, count]) => sample('marrow_breakers', count, { state })),
    sample('marrow_runs_open', status.runs_open),
    sample('marrow_runs_max', status.runs_max),
    sample('marrow_children_open', status.children_open),
    sample('marrow_children_max', status.children_max),
    sample('marrow_tasks_queued', standing.tasksQueued),
    sample('marrow_paused', Number(status.paused !== null)),
    sample('marrow_stopping', Number(status.stopping)),
    sample('marrow_config_problems', status.config_problems.length),
    sample('marrow_journal_events', standing.journalEvents),
    sample('marrow_store_bytes', storeBytes.db, { file: 'db' }),
    sample('marrow_store_bytes', storeBytes.wal, { file: 'wal' }),
  ]
}

const agentStates = Object.keys({
  running: 0,
  ending: 0,
  assembling: 0,
  waiting: 0,
  paused: 0,
  held: 0,
  idle: 0,
  stopping: 0,
} satisfies Record<AgentStatus['state'], 0>)

const breakerStates = Object.keys({ closed: 0, open: 0, limited: 0, held: 0 } satisfies Record<
  Breaker['state'],
  0
>)

function countBy(
  states: readonly string[],
  items: readonly { readonly state: string }[],
): [state: string, count: number][] {
  return states.map((state) => [state, items.filter((item) => item.state === state).length])
}

function sample(
  series: keyof typeof gaugeSeries,
  value: number,
  labels: Readonly<Record<string, string>> = {},
): Sample {
  return { series, labels, value }
}

function gauge(help: string, labels: readonly string[] = []): Series {
  return { type: 'gauge', help, labels }
}
