/** Tokens and delegations as rows. Each function is a part of a transaction of its caller. */
import type { Moment } from '../base/moment.ts'
import { mustReadJson, type Row, type SqlValue, type Tx } from '../platform/sqlite.ts'
import type { Holder } from './holder.ts'

/** `waiting`: allowed and on record, its run is not. `running`: its run is on record. */
export type DelegationState = 'waiting' | 'running' | 'ended'

/** A run that another run asked for, from the moment that it was allowed. */
export interface Delegation {
  /** Its own run id, given when it was allowed. */
  readonly run: string
  readonly parent: string
  /** The accountable agent. */
  readonly agent: string
  /** The id of its role. */
  readonly role: string
  /** Run ids from the first of the chain to the parent. */
  readonly lineage: readonly string[]
  /** The roles of those runs, in the same order. */
  readonly roles: readonly string[]
  readonly tickName: string
  readonly detached: boolean
  readonly task: string
  readonly state: DelegationState
  /** Epoch ms. */
  readonly askedAt: number
  readonly deadline: Moment
  readonly endedAt: number | undefined
  /** Why there never was a run. */
  readonly failure: string | undefined
}

/** Keeps what stands for the token of a run; the token itself is only in the run's folder. */
export function insertToken(tx: Tx, run: string, hash: string): void {
  tx.run('insert into tokens (hash, run) values (?, ?)', hash, run)
}

/** The run whose token has this hash, with what decides whether it still counts; undefined: there is none. */
export function holderOf(
  tx: Tx,
  hash: string,
): { readonly holder: Holder; readonly ended: boolean; readonly deadline: Moment } | undefined {
  const row = tx.get(
    `select runs.id, runs.agent, runs.role, runs.lineage, runs.state, runs.deadline
      from tokens join runs on runs.id = tokens.run where tokens.hash = ?`,
    hash,
  )
  if (row === undefined) return undefined
  const holder: Holder = {
    run: String(row['id']),
    agent: String(row['agent']),
    role: typeof row['role'] === 'string' ? row['role'] : undefined,
    lineage: mustReadJson(row['lineage']),
  }
  return { holder, ended: row['state'] === 'ended', deadline: mustReadJson(row['deadline']) }
}

export function insertDelegation(tx: Tx, one: Omit<Delegation, 'state' | 'endedAt' | 'failure'>): void {
  const columns: Record<string, SqlValue> = {
    run: one.run,
    root: one.lineage[0] ?? one.parent,
    parent: one.parent,
    agent: one.agent,
    role: one.role,
    lineage: JSON.stringify(one.lineage),
    roles: JSON.stringify(one.roles),
    tick_name: one.tickName,
    detached: one.detached ? 1 : 0,
    task: one.task,
    state: 'waiting',
    asked_at: one.askedAt,
    deadline: JSON.stringify(one.deadline),
  }
  const marks = Object.keys(columns).map(() => '?')
  const sql = `insert into delegations (${Object.keys(columns).join(', ')}) values (${marks.join(', ')})`
  tx.run(sql, ...Object.values(columns))
}

export function readDelegation(tx: Tx, run: string): Delegation | undefined {
  const row = tx.get('select * from delegations where run = ?', run)
  return row && parse(row)
}

/** Those that one run asked for, in that order. */
export function delegationsOf(tx: Tx, parent: string): Delegation[] {
  return tx.all('select * from delegations where parent = ? order by asked_at, rowid', parent).map(parse)
}

/** Everything below one tick's own run, in the order in which it was asked for. */
export function delegationsBelow(tx: Tx, root: string): Delegation[] {
  return tx.all('select * from delegations where root = ? order by asked_at, rowid', root).map(parse)
}

/** The tick's own runs below which something was asked for last, newest first. */
export function lastRoots(tx: Tx, limit: number): string[] {
  const sql = 'select root from delegations group by root order by max(asked_at) desc limit ?'
  return tx.all(sql, limit).map((row) => String(row['root']))
}

/** Those for which an agent is accountable that go on, or ended after `since` (epoch ms); at most `limit`, the newest. */
export function delegationsFor(
  tx: Tx,
  agent: string,
  { since, limit }: { readonly since: number; readonly limit: number },
): Delegation[] {
  const sql = `select * from delegations where agent = ? and (state <> 'ended' or ended_at > ?)
    order by state = 'ended', asked_at desc, rowid desc limit ?`
  return tx.all(sql, agent, since, limit).map(parse)
}

/** False in a store that an older version of marrow made and this one only reads. */
export function hasDelegations(tx: Tx): boolean {
  return tx.get("select 1 from sqlite_schema where name = 'delegations'") !== undefined
}

/** All that did not end. */
export function openDelegations(tx: Tx): Delegation[] {
  return tx.all("select * from delegations where state <> 'ended' order by asked_at, rowid").map(parse)
}

export function setDelegationState(tx: Tx, run: string, state: DelegationState): void {
  tx.run('update delegations set state = ? where run = ?', state, run)
}

/** `failure`: why there never was a run. */
export function endDelegation(tx: Tx, run: string, at: number, failure?: string): void {
  const sql = "update delegations set state = 'ended', ended_at = ?, failure = ? where run = ?"
  tx.run(sql, at, failure ?? null, run)
}

/** Those of lineages of which nothing goes on and no run is on record: what is left of one shows what led to it. */
export function pruneDelegations(tx: Tx, before: number): void {
  const sql = `delete from delegations where state = 'ended' and ended_at < ?
    and root not in (select coalesce(json_extract(lineage, '$[0]'), id) from runs)
    and root not in (select root from delegations where state <> 'ended')`
  tx.run(sql, before)
}

function parse(row: Row): Delegation {
  const state = String(row['state'])
  return {
    run: String(row['run']),
    parent: String(row['parent']),
    agent: String(row['agent']),
    role: String(row['role']),
    lineage: mustReadJson(row['lineage']),
    roles: mustReadJson(row['roles']),
    tickName: String(row['tick_name']),
    detached: row['detached'] === 1,
    task: String(row['task']),
    state: state === 'waiting' || state === 'running' ? state : 'ended',
    askedAt: Number(row['asked_at']),
    deadline: mustReadJson(row['deadline']),
    endedAt: typeof row['ended_at'] === 'number' ? row['ended_at'] : undefined,
    failure: typeof row['failure'] === 'string' ? row['failure'] : undefined,
  }
}
