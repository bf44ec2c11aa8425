/** Owns how a row of the store becomes a row of the journal. */
import type { Row } from '../platform/sqlite.ts'
import type { JournalRow } from './events.ts'

/** `data` is that of its column, read as JSON. */
export function journalRow(row: Row, data: JournalRow['data']): JournalRow {
  return {
    id: Number(row['id']),
    at: Number(row['at']),
    kind: String(row['kind']),
    agent: textOrNull(row['agent']),
    run: textOrNull(row['run']),
    data,
  }
}

/** The text of a column; null for anything else. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
