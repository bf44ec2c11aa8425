/** Handoffs that marrow sends as rows, and files that runs were given. Each function is a part of a transaction of its caller. */
import type { Row, SqlValue, Tx } from '../platform/sqlite.ts'
import type { Origin } from './hops.ts'

/** What is to be sent, by whom, as the core knows it. */
export interface Sending extends Origin {
  readonly path: string
  /** SHA-256 of the content. */
  readonly digest: string
  /** The accountable agent of the run that sends it; undefined: the operator. */
  readonly agent: string | undefined
  /** The role of that run. */
  readonly role: string | undefined
  readonly run: string | undefined
  /** An agent's name, or `human`. */
  readonly receiver: string
  readonly title: string
  /** Whether the sender wants the receiver to be woken. */
  readonly wake: boolean
  /** Epoch ms. */
  readonly at: number
}

/** One that is on record. */
export interface SentRow extends Sending {
  readonly id: number
  /** What is to be written; undefined: it is. */
  readonly content: string | undefined
  /** Since when it does not wait any more: it was given, or somebody took it away. */
  readonly endedAt: number | undefined
  /** Where it lies since it was given; undefined: somebody took it away. */
  readonly endedPath: string | undefined
}

/** On record before it is written: a crash in between can neither lose nor double it. */
export function insertHandoff(tx: Tx, one: Sending, content: string): SentRow {
  const columns: Record<string, SqlValue> = {
    path: one.path,
    digest: one.digest,
    agent: one.agent ?? null,
    role: one.role ?? null,
    run: one.run ?? null,
    receiver: one.receiver,
    title: one.title,
    hops: one.hops,
    starts_lineage: one.startsLineage ? 1 : 0,
    wake: one.wake ? 1 : 0,
    at: one.at,
    content,
  }
  const marks = Object.keys(columns).map(() => '?')
  const sql = `insert into handoffs (${Object.keys(columns).join(', ')}) values (${marks.join(', ')})`
  const { id } = tx.run(sql, ...Object.values(columns))
  return { ...one, id, content, endedAt: undefined, endedPath: undefined }
}

/** Those that are not written yet, in the order in which they were sent. */
export function unwrittenHandoffs(tx: Tx, limit: number): SentRow[] {
  return tx.all('select * from handoffs where content is not null order by id limit ?', limit).map(parse)
}

/** Whether marrow is about to write a file here: it is no news that it appears. */
export function isUnwritten(tx: Tx, path: string): boolean {
  return tx.get('select 1 from handoffs where path = ? and content is not null', path) !== undefined
}

export function readHandoff(tx: Tx, id: number): SentRow | undefined {
  const row = tx.get('select * from handoffs where id = ?', id)
  return row && parse(row)
}

/** What was sent to this path, or lies there since it was given. */
export function handoffAt(tx: Tx, path: string): SentRow | undefined {
  const row =
    tx.get('select * from handoffs where path = ?', path) ??
    tx.get('select * from handoffs where ended_path = ? order by id desc', path)
  return row && parse(row)
}

/** Those below a folder that wait, as far as is known. */
export function sentBelow(tx: Tx, folder: string): SentRow[] {
  const sql = 'select * from handoffs where path > ? and path < ? and ended_at is null'
  return tx.all(sql, `${folder}/`, `${folder}0`).map(parse)
}

/** False for a store that no daemon has opened since there were such rows. */
export function hasHandoffs(tx: Tx): boolean {
  return tx.get("select 1 from sqlite_master where name = 'given_handoffs'") !== undefined
}

/** The same words of the same sender to the same receiver that still wait: sent again they are one. */
export function sameWaiting(
  tx: Tx,
  { digest, run, receiver, wake }: Pick<Sending, 'digest' | 'run' | 'receiver' | 'wake'>,
): SentRow | undefined {
  const sql = `select * from handoffs
    where digest = ? and run is ? and receiver = ? and wake = ? and ended_at is null order by id`
  const row = tx.get(sql, digest, run ?? null, receiver, wake ? 1 : 0)
  return row && parse(row)
}

/** How many a run has sent. */
export function countSent(tx: Tx, run: string): number {
  return Number(tx.get('select count(*) as count from handoffs where run = ?', run)?.['count'] ?? 0)
}

/** Whether a path is a handoff's already, perhaps one that was given long ago. */
export function isTaken(tx: Tx, path: string): boolean {
  return tx.get('select 1 from handoffs where path = ?', path) !== undefined
}

/** Another file has its name. */
export function moveUnwritten(tx: Tx, id: number, path: string): void {
  tx.run('update handoffs set path = ? where id = ? and content is not null', path, id)
}

export function markWritten(tx: Tx, id: number): void {
  tx.run('update handoffs set content = null where id = ?', id)
}

/** It could not be written, which its sender is told. */
export function deleteHandoff(tx: Tx, id: number): void {
  tx.run('delete from handoffs where id = ?', id)
}

/** It waits no longer. `endedPath`: where it lies now. */
export function endHandoff(tx: Tx, path: string, at: number, endedPath?: string): void {
  const sql = 'update handoffs set ended_at = ?, ended_path = ? where path = ? and ended_at is null'
  tx.run(sql, at, endedPath ?? null, path)
}

const KEPT_MS = 90 * 86_400_000
const ROWS_MAX = 20_000 // Newest first: more than a year of a busy group.

/** Those that ended long ago; and of all the oldest, when they are too many. */
export function pruneHandoffs(tx: Tx, now: number): void {
  tx.run('delete from handoffs where ended_at < ?', now - KEPT_MS)
  tx.run('delete from handoffs where id <= (select max(id) from handoffs) - ?', ROWS_MAX)
}

/** One file as a run was given it. */
export interface GivenFile {
  readonly path: string
  readonly fingerprint: string
}

/** The run did its work: these are to be moved away, whatever happens to the daemon meanwhile. */
export function insertGiven(tx: Tx, files: readonly GivenFile[]): void {
  const sql = 'insert or replace into given_handoffs (path, fingerprint) values (?, ?)'
  for (const { path, fingerprint } of files) tx.run(sql, path, fingerprint)
}

/** Those to be moved now; without the ones that could not be. */
export function givenToMove(tx: Tx, limit: number): GivenFile[] {
  return tx.all('select * from given_handoffs where stuck = 0 order by rowid limit ?', limit).map(parseGiven)
}

/** All below a folder that still lie where they were. */
export function givenBelow(tx: Tx, folder: string): GivenFile[] {
  return tx
    .all('select * from given_handoffs where path > ? and path < ?', `${folder}/`, `${folder}0`)
    .map(parseGiven)
}

/** It lies there no longer, or as another one. */
export function forgetGiven(tx: Tx, path: string): void {
  tx.run('delete from given_handoffs where path = ?', path)
}

/** It cannot be moved for now. Its receiver is not given it again. */
export function markStuck(tx: Tx, path: string): void {
  tx.run('update given_handoffs set stuck = 1 where path = ?', path)
}

/** What could not be moved is tried again. */
export function retryStuck(tx: Tx): void {
  tx.run('update given_handoffs set stuck = 0 where stuck = 1')
}

function parseGiven(row: Row): GivenFile {
  return { path: String(row['path']), fingerprint: String(row['fingerprint']) }
}

function parse(row: Row): SentRow {
  const text = (column: string) => (typeof row[column] === 'string' ? row[column] : undefined)
  return {
    id: Number(row['id']),
    path: String(row['path']),
    digest: String(row['digest']),
    agent: text('agent'),
    role: text('role'),
    run: text('run'),
    receiver: String(row['receiver']),
    title: String(row['title']),
    hops: Number(row['hops']),
    startsLineage: row['starts_lineage'] === 1,
    wake: row['wake'] === 1,
    at: Number(row['at']),
    content: text('content'),
    endedAt: typeof row['ended_at'] === 'number' ? row['ended_at'] : undefined,
    endedPath: text('ended_path'),
  }
}
