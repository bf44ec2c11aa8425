/** Notes, artifacts and decisions as rows. Parts of a transaction of their caller. */
import { mustReadJson, type Row, type Tx } from '../../platform/sqlite.ts'
import { RECORDS_MAX, type RecordKind, type TaskRecord } from '../record.ts'

/** Undefined: the task has as many as it may have. */
export function addRecord(tx: Tx, record: Omit<TaskRecord, 'number'>): TaskRecord | undefined {
  const { task, kind, name, path, text, by, at } = record
  const count = tx.get('select count(*) as count from task_records where task = ?', task)
  if (Number(count?.['count']) >= RECORDS_MAX) return undefined
  const sql =
    'insert into task_records (task, kind, name, path, text, by_party, at) values (?, ?, ?, ?, ?, ?, ?)'
  const { id } = tx.run(sql, task, kind, name ?? null, path ?? null, text, JSON.stringify(by), at)
  return { ...record, number: id }
}

/** All of one task, oldest first. */
export function recordsOf(tx: Tx, task: string): TaskRecord[] {
  return tx.all('select * from task_records where task = ? order by number', task).map(parseRecord)
}

/** What a task builds on: records of what it waits for, and of what that waited for. */
export interface TaskContext {
  /** Of the tasks that it waits for itself come before those behind them; of one task the oldest first. */
  readonly records: readonly TaskRecord[]
  /** There are more than were wanted. */
  readonly isCut: boolean
}

/** The artifacts and decisions behind a task, at most `max` of them. Notes are for the next holder of the same task only. */
export function contextOf(tx: Tx, task: string, max: number): TaskContext {
  // `union` and not `union all`, by task: a task that is reached over many ways is looked at once, at its nearest.
  const sql = `with recursive behind(task, distance) as (
      select dependency, 1 from task_edges where task = ?
      union select edges.dependency, behind.distance + 1 from task_edges as edges join behind on edges.task = behind.task
        where behind.distance < ?
    ), nearest as (select task, min(distance) as distance from behind group by task)
    select records.* from nearest join task_records as records on records.task = nearest.task
    where records.kind in ('artifact', 'decision') order by nearest.distance, records.number limit ?`
  const found = tx.all(sql, task, DISTANCE_MAX, max + 1).map(parseRecord)
  return { records: found.slice(0, max), isCut: found.length > max }
}

// Who is further back has told it to somebody nearer. It bounds the search in a graph in which many ways lead to each task.
const DISTANCE_MAX = 8

const KINDS: readonly RecordKind[] = ['note', 'artifact', 'decision']

function parseRecord(row: Row): TaskRecord {
  const { name, path } = row
  return {
    number: Number(row['number']),
    task: String(row['task']),
    kind: KINDS.find((kind) => kind === row['kind']) ?? 'note',
    name: typeof name === 'string' ? name : undefined,
    path: typeof path === 'string' ? path : undefined,
    text: String(row['text']),
    by: mustReadJson(row['by_party']),
    at: Number(row['at']),
  }
}
