import { mustReadJson, type Row, type Tx } from '../platform/sqlite.ts'
import type { EventKind, EventMap, JournalRow } from './events.ts'

/** Appends one fact in the transaction of the change it tells of, so that neither is ever there without the other. */
export function appendEvent<Kind extends EventKind>(
  tx: Tx,
  at: number,
  kind: Kind,
  about: { agent?: string | undefined; run?: string | undefined },
  data: EventMap[Kind],
): number {
  const sql = 'insert into events (at, kind, agent, run, data) values (?, ?, ?, ?, ?)'
  return tx.run(sql, at, kind, about.agent ?? null, about.run ?? null, JSON.stringify(data)).id
}

/** What to read: the last `limit` rows that match, or with `after` the first ones behind that id; oldest first. */
export interface EventFilter {
  readonly after: number | undefined
  readonly limit: number
  readonly kind: string | undefined
  readonly agent: string | undefined
}

export function readEvents(tx: Tx, { after, limit, kind, agent }: EventFilter): JournalRow[] {
  const where = `(? is null or id > ?) and (? is null or kind = ? or substr(kind, 1, length(?) + 1) = ? || '.') and (? is null or agent = ?)`
  const order = after === undefined ? 'desc' : 'asc'
  const rows = tx.all(
    `select * from events where ${where} order by id ${order} limit ?`,
    after ?? null,
    after ?? null,
    kind ?? null,
    kind ?? null,
    kind ?? null,
    kind ?? null,
    agent ?? null,
    agent ?? null,
    limit,
  )
  return (after === undefined ? rows.toReversed() : rows).map(parseEvent)
}

/** Keeps the newest `rowsMax` rows and nothing older than `before` (epoch ms). */
export function pruneEvents(tx: Tx, { before, rowsMax }: { before: number; rowsMax: number }): void {
  tx.run('delete from events where at < ?', before)
  tx.run('delete from events where id <= (select id from events order by id desc limit 1 offset ?)', rowsMax)
}

function parseEvent(row: Row): JournalRow {
  return {
    id: Number(row['id']),
    at: Number(row['at']),
    kind: String(row['kind']),
    agent: textOrNull(row['agent']),
    run: textOrNull(row['run']),
    data: mustReadJson(row['data']),
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
