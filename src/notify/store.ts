/** Owns notices in the store: what is gathered, what waits to be delivered, how far the journal was read. Parts of a caller's transaction. */
import { delayMs, type Backoff } from '../base/backoff.ts'
import { later, msUntil, type Moment } from '../base/moment.ts'
import { mustReadJson, readJson, type Row, type Tx } from '../platform/sqlite.ts'
import type { LastDigest } from './digest.ts'
import type { Gathering, Told } from './fold.ts'
import type { Message } from './messages.ts'

type Body = Pick<Gathering, 'agents' | 'what' | 'same' | 'lines' | 'todo'>

/** The newest gathering of each of these keys. */
export function newestOf(tx: Tx, keys: readonly string[]): Map<string, Gathering> {
  const sql = 'select * from notices where key = ? order by id desc limit 1'
  const found = [...new Set(keys)].map((key) => tx.get(sql, key)).filter((row) => row !== undefined)
  return new Map(found.map(parseGathering).map((one) => [one.key, one]))
}

/** A gathering with its row. */
export interface StoredGathering extends Gathering {
  readonly id: number
}

/** Those that are not told yet, oldest first. */
export function openGatherings(tx: Tx): StoredGathering[] {
  return tx.all('select * from notices where closed = 0 order by id').map(parseGathering)
}

/** Writes it down as new, or over itself. */
export function saveGathering(tx: Tx, gathering: Gathering): void {
  const { id, key, kind, at, openedAt, readyAt, count, agents, what, same, lines, todo } = gathering
  const body = JSON.stringify({ agents, what, same, lines, todo } satisfies Body)
  if (id === undefined) {
    const sql =
      'insert into notices (key, kind, at, opened_at, ready_at, count, body) values (?, ?, ?, ?, ?, ?, ?)'
    tx.run(sql, key, kind, at, openedAt, readyAt, count, body)
  } else tx.run('update notices set count = ?, body = ? where id = ?', count, body, id)
}

/** Gives it its words, and to each destination as its own to deliver. */
export function closeGathering(tx: Tx, id: number, { title, text }: Told, to: readonly string[]): void {
  tx.run('update notices set closed = 1, title = ?, text = ? where id = ?', title, text, id)
  enqueue(tx, id, to)
}

/** A notice that was not gathered: the report of the day. */
export function addNotice(tx: Tx, message: Message, to: readonly string[]): void {
  const { kind, at, title, text, agents, count } = message
  const body = JSON.stringify({ agents, what: '', same: true, lines: [], todo: '' } satisfies Body)
  const { id } = tx.run(
    `insert into notices (key, kind, at, opened_at, ready_at, count, body, closed, title, text)
      values (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)`,
    kind,
    kind,
    at,
    at,
    at,
    count,
    body,
    title,
    text,
  )
  enqueue(tx, id, to)
}

function enqueue(tx: Tx, notice: number, to: readonly string[]): void {
  for (const destination of to)
    tx.run(
      "insert into deliveries (notice, destination, state) values (?, ?, 'waiting')",
      notice,
      destination,
    )
}

/** A notice on its way to one destination. */
export interface Delivery {
  readonly notice: number
  readonly destination: string
  /** Tries that were begun. */
  readonly attempts: number
  readonly notBefore: Moment | undefined
}

/** All that wait, oldest first. */
export function waitingDeliveries(tx: Tx): Delivery[] {
  return tx.all("select * from deliveries where state = 'waiting' order by notice").map((row) => ({
    notice: Number(row['notice']),
    destination: String(row['destination']),
    attempts: Number(row['attempts']),
    notBefore: readJson<Moment>(row['not_before']),
  }))
}

/** Whether it may be tried now. A wait that is longer than it can be comes from a clock that was wrong before a reboot: it is over. */
export function isDue({ notBefore }: Pick<Delivery, 'notBefore'>, now: Moment): boolean {
  const waitMs = notBefore === undefined ? 0 : msUntil(notBefore, now)
  return waitMs <= 0 || waitMs > RETRY.delayMsMax
}

/** The words of a notice; undefined when it is gone. */
export function readMessage(tx: Tx, notice: number): Message | undefined {
  const row = tx.get('select * from notices where id = ? and closed = 1', notice)
  if (row === undefined) return undefined
  return {
    kind: String(row['kind']),
    at: Number(row['at']),
    title: String(row['title']),
    text: String(row['text']),
    agents: mustReadJson<Body>(row['body']).agents,
    count: Number(row['count']),
  }
}

const RETRY: Backoff = { delayMsMin: 60_000, delayMsMax: 2 * 3_600_000, attemptsMax: 8 } // Over a good two hours.

/** Before it is sent: if nobody lives to write down how that went, it is not sent again and again at once. */
export function beginTry(tx: Tx, { notice, destination, attempts }: Delivery, now: Moment): void {
  const notBefore = JSON.stringify(later(now, delayMs(attempts, RETRY) ?? RETRY.delayMsMax))
  const sql = 'update deliveries set attempts = ?, not_before = ? where notice = ? and destination = ?'
  tx.run(sql, attempts + 1, notBefore, notice, destination)
}

/** It arrived. */
export function endDelivery(tx: Tx, { notice, destination }: Delivery, at: number): void {
  const sql =
    "update deliveries set state = 'sent', error = null, ended_at = ? where notice = ? and destination = ?"
  tx.run(sql, at, notice, destination)
}

/** It did not. Returns whether that was the last try. */
export function failTry(tx: Tx, delivery: Delivery, at: number, error: string): boolean {
  const { notice, destination, attempts } = delivery
  const isLast = attempts + 1 >= RETRY.attemptsMax
  const sql = 'update deliveries set state = ?, error = ?, ended_at = ? where notice = ? and destination = ?'
  tx.run(sql, isLast ? 'failed' : 'waiting', error, isLast ? at : null, notice, destination)
  return isLast
}

/** Nobody is there any more to whom they could be delivered. */
export function dropDeliveries(tx: Tx, destination: string): void {
  tx.run("delete from deliveries where destination = ? and state = 'waiting'", destination)
}

/** What one destination did not get, since it last got something. */
export interface Undelivered {
  readonly destination: string
  readonly waiting: number
  readonly failed: number
  readonly error: string
}

/** Of each destination at which a try has failed. */
export function undelivered(tx: Tx): Undelivered[] {
  const sql = `select destination, sum(state = 'waiting') as waiting, sum(state = 'failed') as failed,
      (select error from deliveries as last where last.destination = d.destination and error is not null
        order by notice desc limit 1) as error
    from deliveries as d where error is not null and (state = 'waiting' or notice > coalesce(
      (select max(notice) from deliveries as got where got.destination = d.destination and state = 'sent'), 0))
    group by destination order by destination`
  return tx.all(sql).map((row) => ({
    destination: String(row['destination']),
    waiting: Number(row['waiting']),
    failed: Number(row['failed']),
    error: String(row['error']),
  }))
}

const READ_TO = 'notices_read_to'
const DIGEST = 'notices_digest'

/** The last row of the journal that was looked at; undefined: nobody is told of anything yet. */
export function readCursor(tx: Tx): number | undefined {
  return readJson<number>(tx.get('select value from meta where key = ?', READ_TO)?.['value'])
}

export function saveCursor(tx: Tx, id: number): void {
  tx.run('insert or replace into meta (key, value) values (?, ?)', READ_TO, JSON.stringify(id))
}

/** Undefined: none was ever due. */
export function readDigest(tx: Tx): LastDigest | undefined {
  return readJson<LastDigest>(tx.get('select value from meta where key = ?', DIGEST)?.['value'])
}

/** Undefined: forgets it. */
export function saveDigest(tx: Tx, last: LastDigest | undefined): void {
  if (last === undefined) return void tx.run('delete from meta where key = ?', DIGEST)
  tx.run('insert or replace into meta (key, value) values (?, ?)', DIGEST, JSON.stringify(last))
}

/** When nobody is to be told any more: whoever is again some day is not told of the past. */
export function forgetWaiting(tx: Tx): void {
  tx.run('delete from meta where key in (?, ?)', READ_TO, DIGEST)
  tx.run('delete from notices where closed = 0')
  tx.run("delete from deliveries where state = 'waiting'")
}

const NOTICES_KEPT = 500

/** Those that wait for nothing go by their number. */
export function pruneNotices(tx: Tx): void {
  tx.run(
    `delete from notices where closed = 1 and id <= (select max(id) from notices) - ?
      and not exists (select 1 from deliveries where notice = id and state = 'waiting')`,
    NOTICES_KEPT,
  )
  tx.run('delete from deliveries where notice not in (select id from notices)')
}

function parseGathering(row: Row): StoredGathering {
  return {
    id: Number(row['id']),
    key: String(row['key']),
    kind: String(row['kind']),
    at: Number(row['at']),
    openedAt: Number(row['opened_at']),
    readyAt: Number(row['ready_at']),
    closed: row['closed'] === 1,
    count: Number(row['count']),
    ...mustReadJson<Body>(row['body']),
  }
}
