/** Agents as rows. Each function is a part of a transaction of its caller. */
import type { Moment } from '../../base/moment.ts'
import { readJson, type Row, type Tx } from '../../platform/sqlite.ts'
import type { Progress } from '../../prompt/progress.ts'
import { closedBreaker, type Breaker } from '../breaker.ts'
import type { AgentState, LastSuccess } from '../state.ts'

/** Remembers an agent that was never seen before; it is due at `firstAt`. */
export function insertAgent(tx: Tx, name: string, scheduleKey: string, dueAt: Moment): void {
  const sql = `insert into agents (name, schedule_key, first_at, due_wall, due_mono, due_boot, breaker)
    values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing`
  const breaker = JSON.stringify(closedBreaker)
  tx.run(sql, name, scheduleKey, dueAt.wall, dueAt.wall, dueAt.mono, dueAt.boot, breaker)
}

/** Every agent, for the plan of a pass. */
export function readAgents(tx: Tx): Map<string, AgentState> {
  return new Map(tx.all('select * from agents').map((row) => [String(row['name']), parseAgent(row)]))
}

export function readAgent(tx: Tx, name: string): AgentState | undefined {
  const row = tx.get('select * from agents where name = ?', name)
  return row && parseAgent(row)
}

/** The last successful run's time and digests: asked for by the gate alone, and too long to be read at every pass. */
export function readLastSuccess(tx: Tx, name: string): LastSuccess | undefined {
  return readJson<LastSuccess>(
    tx.get('select last_success from agents where name = ?', name)?.['last_success'],
  )
}

/** What a change of an agent's row may set. */
export type AgentChange = Partial<
  Pick<AgentState, 'scheduleKey' | 'firstAt' | 'dueAt' | 'breaker' | 'progress' | 'agentWakeAt' | 'paused'>
> & {
  readonly lastSuccess?: LastSuccess
  readonly addTicks?: number
  readonly addQuiet?: number
  readonly addSaved?: number
  readonly addMissed?: number
}

/** Members that are not there stay as they are; members that are there and undefined are cleared. */
export function updateAgent(tx: Tx, name: string, change: AgentChange): void {
  const sets: string[] = []
  const values: (string | number | null)[] = []
  const set = (column: string, value: string | number | null) => {
    sets.push(`${column} = ?`)
    values.push(value)
  }
  if (change.scheduleKey !== undefined) set('schedule_key', change.scheduleKey)
  if (change.firstAt !== undefined) set('first_at', change.firstAt)
  if ('dueAt' in change) {
    set('due_wall', change.dueAt?.wall ?? null)
    set('due_mono', change.dueAt?.mono ?? null)
    set('due_boot', change.dueAt?.boot ?? null)
  }
  if (change.breaker !== undefined) set('breaker', JSON.stringify(change.breaker))
  if ('progress' in change) set('progress', toJson(change.progress))
  if ('lastSuccess' in change) set('last_success', toJson(change.lastSuccess))
  if ('agentWakeAt' in change) set('agent_wake', toJson(change.agentWakeAt))
  if ('paused' in change) set('paused', toJson(change.paused))
  for (const [column, more] of [
    ['tick_count', change.addTicks],
    ['quiet_count', change.addQuiet],
    ['saved_tokens', change.addSaved],
    ['missed_count', change.addMissed],
  ] as const) {
    if (more === undefined || more === 0) continue
    sets.push(`${column} = ${column} + ?`)
    values.push(more)
  }
  if (sets.length > 0) tx.run(`update agents set ${sets.join(', ')} where name = ?`, ...values, name)
}

function parseAgent(row: Row): AgentState {
  const dueAt = row['due_wall'] === null ? undefined : parseDue(row)
  return {
    name: String(row['name']),
    scheduleKey: String(row['schedule_key']),
    firstAt: Number(row['first_at']),
    dueAt,
    tickCount: Number(row['tick_count']),
    quietCount: Number(row['quiet_count']),
    savedTokens: Number(row['saved_tokens']),
    missedCount: Number(row['missed_count']),
    breaker: readJson<Breaker>(row['breaker']) ?? closedBreaker,
    progress: readJson<Progress>(row['progress']),
    agentWakeAt: readJson<Moment>(row['agent_wake']),
    paused: readJson<{ since: number; reason: string }>(row['paused']),
  }
}

function parseDue(row: Row): Moment {
  return { wall: Number(row['due_wall']), mono: Number(row['due_mono']), boot: String(row['due_boot']) }
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
