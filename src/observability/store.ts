/** Owns the journal in the store: appending, pages for people, batches for streams, and its end by age and count. */
import { mustReadJson, type Row, type SqlValue, type Tx } from '../platform/sqlite.ts'
import type { EventKind, EventMap, JournalRow } from './events.ts'
import { journalRow } from './journal-row.ts'

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

/** Which rows a reader wants: everything that is given must match, and no kinds means all of them. */
export interface RowChoice {
  /** `run.ended`, or `run` for every kind of that noun. */
  readonly kinds: readonly string[]
  readonly agent: string | undefined
  readonly run: string | undefined
}

/** What to read: the last `limit` rows that match, or with `after` the first ones behind that id; oldest first. */
export interface EventFilter extends RowChoice {
  readonly after: number | undefined
  /** Only what happened at or after this time (ms). */
  readonly since: number | undefined
  readonly limit: number
}

/** One page, oldest first. Whatever is asked for, an index leads to the rows: a large journal must not hold the loop up. */
export function readEvents(tx: Tx, filter: EventFilter): JournalRow[] {
  const { after, since, limit } = filter
  const lowest = Math.max((after ?? 0) + 1, since === undefined ? 0 : firstIdSince(tx, since))
  const isPlain = filter.kinds.length === 0 && filter.agent === undefined
  const kinds = isPlain ? [undefined] : kindsThatMatch(tx, filter.kinds)
  const order = after === undefined ? 'desc' : 'asc'
  // One kind at a time, so that each is read in the order of its index and none further than `limit`.
  const rows = kinds.flatMap((kind) => {
    const { where, values } = conditions({ ...filter, kind, lowest })
    return tx.all(`select * from events where ${where} order by id ${order} limit ?`, ...values, limit)
  })
  const sorted = rows.map(parseEvent).toSorted((one, other) => one.id - other.id)
  return after === undefined ? sorted.slice(-limit) : sorted.slice(0, limit)
}

interface Conditions extends Omit<EventFilter, 'kinds' | 'after' | 'limit'> {
  readonly kind: string | undefined
  readonly lowest: number
}

function conditions({ kind, agent, run, since, lowest }: Conditions): { where: string; values: SqlValue[] } {
  const given: [sql: string, value: SqlValue | undefined][] = [
    ['id >= ?', lowest],
    ['kind = ?', kind],
    ['agent = ?', agent],
    ['run = ?', run],
    ['at >= ?', since],
  ]
  const used = given.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]))
  return { where: used.map(({ sql }) => sql).join(' and '), values: used.map(({ value }) => value) }
}

/** A clock that was set back leaves rows that are out of order: none of them may be skipped. */
function firstIdSince(tx: Tx, since: number): number {
  const row = tx.get('select min(id) as id from events indexed by event_at where at >= ?', since)
  return typeof row?.['id'] === 'number' ? row['id'] : Number.MAX_SAFE_INTEGER
}

/** The kinds in the journal that were asked for (none: all), found by leaps through their index. */
function kindsThatMatch(tx: Tx, asked: readonly string[]): string[] {
  const kinds: string[] = []
  for (let last = ''; ;) {
    const next = tx.get('select min(kind) as kind from events where kind > ?', last)?.['kind']
    if (typeof next !== 'string') return kinds
    const isAsked = asked.some((kind) => next === kind || next.startsWith(`${kind}.`))
    if (isAsked || asked.length === 0) kinds.push(next)
    last = next
  }
}

/** What a stream reads at once: the rows that match, how far it looked for them, and what it came too late for. */
export interface Batch {
  readonly rows: readonly JournalRow[]
  /** The id up to which the journal was looked at. */
  readonly lookedTo: number
  /** Whether there was nothing behind it. */
  readonly atEnd: boolean
  /** Rows behind the cursor that are there no more; null: the cursor is not of this journal. Undefined: none is lost. */
  readonly gone: number | null | undefined
  /** The id with which a reader that lost rows goes on. */
  readonly from: number
}

/** At most so many ids are looked at in one transaction, however few of them match: about a millisecond. */
const LOOK_MAX = 2_000

/** Reads on behind `cursor`: at most `limit` rows that match. */
export function readBatch(tx: Tx, cursor: number, choice: RowChoice, limit: number): Batch {
  const { oldest, newest } = journalBounds(tx)
  if (cursor > newest) return { rows: [], lookedTo: newest, atEnd: true, gone: null, from: newest + 1 }
  const lost = oldest - 1 - cursor
  if (lost > 0) return { rows: [], lookedTo: oldest - 1, atEnd: oldest > newest, gone: lost, from: oldest }
  const end = Math.min(newest, cursor + LOOK_MAX)
  const { where, values } = conditions({ ...choice, kind: undefined, since: undefined, lowest: cursor + 1 })
  const kinds = choice.kinds.map(() => `kind = ? or substr(kind, 1, length(?) + 1) = ? || '.'`).join(' or ')
  const rows = tx
    .all(
      `select * from events where ${where} and id <= ? and (${kinds || 'true'}) order by id limit ?`,
      ...values,
      end,
      ...choice.kinds.flatMap((kind) => [kind, kind, kind]),
      limit,
    )
    .map(parseEvent)
  const lookedTo = rows.length === limit ? (rows.at(-1)?.id ?? end) : end
  return { rows, lookedTo, atEnd: lookedTo === newest, gone: undefined, from: lookedTo + 1 }
}

/** The cursor with which a stream begins that shows the newest `count` rows first. */
export function cursorBefore(tx: Tx, count: number, choice: RowChoice): number {
  const first = readEvents(tx, { ...choice, after: undefined, since: undefined, limit: count }).at(0)
  return first === undefined ? journalBounds(tx).newest : first.id - 1
}

/** The first and the last id of the journal; of an empty one the next and the last ever given. */
export function journalBounds(tx: Tx): { readonly oldest: number; readonly newest: number } {
  const last = tx.get("select seq from sqlite_sequence where name = 'events'")?.['seq']
  const newest = typeof last === 'number' ? last : 0
  const first = tx.get('select min(id) as id from events')?.['id']
  return { oldest: typeof first === 'number' ? first : newest + 1, newest }
}

/** At most so many rows are removed in one transaction. */
const PRUNE_MAX = 5_000

/**
 * Keeps the newest `rowsMax` rows and nothing older than `before` (epoch ms); undefined switches a limit off. Only ever
 * from the beginning: an old row behind a newer one (the clock was set) stays with it, so that a reader can tell by the
 * ids what it lost. Returns whether there is more to remove.
 */
export function pruneEvents(
  tx: Tx,
  { before, rowsMax }: { before: number | undefined; rowsMax: number | undefined },
): boolean {
  const { oldest, newest } = journalBounds(tx)
  const young = before === undefined ? oldest : firstYoungId(tx, before, newest)
  const wanted = Math.max(young, rowsMax === undefined ? 0 : newest - rowsMax + 1)
  const end = Math.min(wanted, oldest + PRUNE_MAX)
  if (end > oldest) tx.run('delete from events where id < ?', end)
  return end < wanted
}

function firstYoungId(tx: Tx, before: number, newest: number): number {
  const id = tx.get('select id from events where at >= ? order by id limit 1', before)?.['id']
  return typeof id === 'number' ? id : newest + 1
}

function parseEvent(row: Row): JournalRow {
  return journalRow(row, mustReadJson(row['data']))
}
