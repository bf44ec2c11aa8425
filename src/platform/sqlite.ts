import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { MarrowError, reasonOf } from '../base/errors.ts'

/** A value that SQLite stores. A Date would silently become NULL, so nothing else is let through. */
export type SqlValue = string | number | bigint | null | Uint8Array

/** One row; columns are parsed by the domain's store. */
export type Row = Readonly<Record<string, unknown>>

/**
 * What a JSON column holds; undefined for NULL. The caller names the type that this program wrote there: the daemon is the
 * only writer, so a second check of every row at every pass would find nothing.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- The type is what the caller knows of its column.
export function readJson<T>(column: unknown): T | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The one place where a stored value gets its type back.
  return typeof column === 'string' ? (JSON.parse(column) as T) : undefined
}

/** The same for a column that is never NULL. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- As above.
export function mustReadJson<T>(column: unknown): T {
  const value = readJson<T>(column)
  if (value === undefined)
    throw new Error('Cannot read a row of the store: a column that is always written is empty.')
  return value
}

/** Statements inside one transaction. Valid only until the body that received it returns. */
export interface Tx {
  run(sql: string, ...values: SqlValue[]): { readonly changes: number; readonly id: number }
  get(sql: string, ...values: SqlValue[]): Row | undefined
  all(sql: string, ...values: SqlValue[]): Row[]
}

/** The store. Async at its edge so that another engine can take its place; each body is one synchronous transaction. */
export interface Database {
  write<T>(body: (tx: Tx) => T): Promise<T>
  read<T>(body: (tx: Tx) => T): Promise<T>
  close(): void
}

/** One step of the schema. Append-only; a step only adds tables, nullable columns and indexes. */
export interface Migration {
  readonly number: number
  readonly sql: string
}

/** Opens (and, unless `readOnly`, creates) the database file, in WAL mode. Throws STORE_UNREADABLE. */
export function openDatabase(
  path: string,
  options: { readOnly: boolean },
): Database & { readonly raw: DatabaseSync } {
  try {
    const target = options.readOnly ? readingTarget(path) : path
    const raw = new DatabaseSync(target, { readOnly: options.readOnly, timeout: 10_000 })
    if (!options.readOnly)
      raw.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on')
    return { raw, ...transactions(raw) }
  } catch (error) {
    throw new MarrowError('STORE_UNREADABLE', `Cannot open the store ${path}: ${reasonOf(error)}.`, {
      fix: 'Check that the file belongs to you and that its disk is neither full nor read-only.',
      cause: error,
    })
  }
}

/** Without a log beside it nobody is writing: read as unchangeable, it is not even given the files that readers share. */
function readingTarget(path: string): string | URL {
  if (existsSync(`${path}-wal`)) return path
  const target = pathToFileURL(path)
  target.searchParams.set('immutable', '1')
  return target
}

function transactions(raw: DatabaseSync): Database {
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known) return known
    const statement = raw.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  const tx: Tx = {
    run: (sql, ...values) => {
      const { changes, lastInsertRowid } = prepared(sql).run(...values.map(checked))
      return { changes: Number(changes), id: Number(lastInsertRowid) }
    },
    get: (sql, ...values) => prepared(sql).get(...values.map(checked)),
    all: (sql, ...values) => prepared(sql).all(...values.map(checked)),
  }
  const within = <T>(begin: string, body: (tx: Tx) => T): T => {
    raw.exec(begin)
    try {
      const result = body(tx)
      raw.exec('commit')
      return result
    } catch (error) {
      if (raw.isTransaction) raw.exec('rollback')
      throw error
    }
  }
  return {
    write: async (body) => within('begin immediate', body),
    read: async (body) => within('begin', body),
    close: () => {
      if (raw.isOpen) raw.close()
    },
  }
}

function checked(value: SqlValue): SQLInputValue {
  if (value === null || value instanceof Uint8Array) return value
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value
  throw new TypeError(`Cannot store a ${typeof value}: only text, numbers, bytes and null are stored.`)
}

/** What a file says of its schema: its highest step, and the oldest number that can work on it. */
export interface SchemaVersion {
  readonly number: number
  readonly readableFrom: number
}

/** Zeros for an empty file. */
export function schemaVersion(raw: DatabaseSync): SchemaVersion {
  const known = raw.prepare("select name from sqlite_master where type = 'table' and name = 'meta'").get()
  if (!known) return { number: 0, readableFrom: 0 }
  const value = (key: string) =>
    Number(raw.prepare('select value from meta where key = ?').get(key)?.['value'] ?? 0)
  return { number: value('schema'), readableFrom: value('readable_from') }
}

/**
 * Brings the schema up to the last migration. A store that a newer marrow wrote is left as it is, as long as its
 * `readable_from` allows it, so that an older core can take over again. Throws STORE_UNREADABLE otherwise.
 */
export function migrate(raw: DatabaseSync, migrations: readonly Migration[], readableFrom: number): void {
  const own = migrations.at(-1)?.number ?? 0
  const found = checkReadable(raw, own)
  const missing = migrations.filter((step) => step.number > found.number)
  if (missing.length === 0) return
  raw.exec('begin immediate')
  try {
    raw.exec('create table if not exists meta (key text primary key, value text not null)')
    for (const step of missing) raw.exec(step.sql)
    const put = raw.prepare(
      'insert into meta values (?, ?) on conflict (key) do update set value = excluded.value',
    )
    put.run('schema', String(own))
    put.run('readable_from', String(readableFrom))
    raw.exec('commit')
  } catch (error) {
    if (raw.isTransaction) raw.exec('rollback')
    throw error
  }
}

/** What the file says of its schema, to a program that knows `own`. Throws STORE_UNREADABLE where it may not work on it. */
export function checkReadable(raw: DatabaseSync, own: number): SchemaVersion {
  const found = schemaVersion(raw)
  if (found.readableFrom <= own) return found
  throw new MarrowError(
    'STORE_UNREADABLE',
    `Cannot use the store: it needs schema ${found.readableFrom}, this marrow knows ${own}.`,
    { fix: 'Run the newer marrow again, or restore a backup from the backups folder of the state.' },
  )
}
