/** Wakes as rows, from their coming until a run took them. Each function is a part of a transaction of its caller. */
import { later, type Moment } from '../../base/moment.ts'
import { delayMs } from '../../base/backoff.ts'
import { readJson, type Row, type Tx } from '../../platform/sqlite.ts'
import type { Cause } from '../../observability/events.ts'
import { REDELIVERY_MS_MAX, type Trigger, type Wake } from '../state.ts'

const REDELIVERY = {
  delayMsMin: 60_000,
  delayMsMax: REDELIVERY_MS_MAX,
  attemptsMax: Number.POSITIVE_INFINITY,
} as const

/** A file that is told of again (it changed before it was delivered) stays one wake. Returns its id, which no other ever has. */
export function insertTrigger(tx: Tx, trigger: Omit<Trigger, 'id' | 'attempts' | 'notBefore'>): number {
  const { agent, cause, byAgent, wakes, path, reason, prompt, at } = trigger
  if (path !== null) tx.run('delete from triggers where agent = ? and path = ? and tick is null', agent, path)
  const sql = `insert into triggers (agent, cause, by_agent, wakes, path, reason, prompt, at)
    values (?, ?, ?, ?, ?, ?, ?, ?)`
  return tx.run(sql, agent, cause, byAgent ? 1 : 0, wakes ? 1 : 0, path, reason, prompt, at).id
}

/** A wake that is not delivered yet; `taken`: a run has been given it. */
export function findTrigger(tx: Tx, id: number): (Trigger & { readonly taken: boolean }) | undefined {
  const row = tx.get('select * from triggers where id = ?', id)
  return row && { ...parseTrigger(row), taken: row['tick'] !== null }
}

/** Remembers, for as long as the run is on record, that it was given these wakes; the last run counts. */
export function rememberDelivery(tx: Tx, ids: readonly number[], run: string): void {
  for (const id of ids) tx.run('insert or replace into wake_runs (wake, run) values (?, ?)', id, run)
}

/** The last run that was given a wake. */
export function runGiven(tx: Tx, id: number): string | undefined {
  const row = tx.get('select run from wake_runs where wake = ?', id)
  return row && String(row['run'])
}

/** Whether an agent still has to be told of a file. */
export function isPending(tx: Tx, agent: string, path: string): boolean {
  const sql = 'select 1 from triggers where agent = ? and path = ? and tick is null'
  return tx.get(sql, agent, path) !== undefined
}

/** The file went before anybody was told of it. */
export function dropTriggersOf(tx: Tx, path: string): void {
  tx.run('delete from triggers where path = ? and tick is null', path)
}

/** An agent's wakes that no run has taken, oldest first. */
export function pendingTriggers(tx: Tx, agent: string): Trigger[] {
  return tx
    .all('select * from triggers where agent = ? and tick is null order by id', agent)
    .map(parseTrigger)
}

/** The same of all agents in short, for the plan and for status: a queue of a thousand tasks is a few rows here. */
export function pendingWakes(tx: Tx): Map<string, (Wake & { readonly count: number })[]> {
  const sql = `select agent, cause, by_agent, wakes, not_before, min(at) as at, count(*) as count from triggers
    where tick is null group by agent, cause, by_agent, wakes, not_before`
  const wakes = tx.all(sql).map((row) => ({
    agent: String(row['agent']),
    cause: parseCause(String(row['cause'])),
    byAgent: row['by_agent'] === 1,
    wakes: row['wakes'] === 1,
    at: Number(row['at']),
    notBefore: readJson<Moment>(row['not_before']),
    count: Number(row['count']),
  }))
  return Map.groupBy(wakes, ({ agent }) => agent)
}

/** Ties wakes to the tick whose prompt holds them. */
export function takeTriggers(tx: Tx, ids: readonly number[], tick: number): void {
  for (const id of ids) tx.run('update triggers set tick = ? where id = ?', tick, id)
}

/** The tick did its work (or the operator ended it): its wakes are delivered. */
export function deliverTriggers(tx: Tx, tick: number): void {
  tx.run('delete from triggers where tick = ?', tick)
}

/** The tick's run failed: its wakes come again, after a delay that doubles, with whatever tick is due first. */
export function returnTriggers(tx: Tx, tick: number, now: Moment, how: 'retry' | 'at-once'): void {
  // A file that was written again meanwhile is pending already: once is enough.
  tx.run(
    `delete from triggers where tick = ? and path is not null and exists (select 1 from triggers as newer
      where newer.agent = triggers.agent and newer.path = triggers.path and newer.tick is null)`,
    tick,
  )
  for (const row of tx.all('select id, attempts from triggers where tick = ?', tick)) {
    const attempts = Number(row['attempts'])
    const wait = how === 'at-once' ? 0 : (delayMs(attempts, REDELIVERY) ?? 0)
    const notBefore = how === 'at-once' ? null : JSON.stringify(later(now, wait))
    const sql = 'update triggers set tick = null, attempts = ?, not_before = ? where id = ?'
    tx.run(sql, how === 'at-once' ? attempts : attempts + 1, notBefore, Number(row['id']))
  }
}

function parseTrigger(row: Row): Trigger {
  return {
    id: Number(row['id']),
    agent: String(row['agent']),
    cause: parseCause(String(row['cause'])),
    byAgent: row['by_agent'] === 1,
    wakes: row['wakes'] === 1,
    path: typeof row['path'] === 'string' ? row['path'] : null,
    reason: String(row['reason']),
    prompt: typeof row['prompt'] === 'string' ? row['prompt'] : null,
    at: Number(row['at']),
    attempts: Number(row['attempts']),
    notBefore: readJson<Moment>(row['not_before']),
  }
}

const causes: readonly Cause[] = ['schedule', 'operator', 'handoff', 'tasks', 'run-once']

function parseCause(text: string): Cause {
  return causes.find((cause) => cause === text) ?? 'operator'
}
