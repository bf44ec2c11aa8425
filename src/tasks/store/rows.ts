/** Tasks of the board as rows. Each function is a part of a transaction of its caller. */
import { mustReadJson, readJson, type Row, type SqlValue, type Tx } from '../../platform/sqlite.ts'
import { TaskId, type Task } from '../task.ts'

/** Throws when the id is taken. */
export function insertTask(tx: Tx, task: Task): void {
  const columns: Record<string, SqlValue> = {
    id: task.id,
    created_by: JSON.stringify(task.createdBy),
    created_at: task.createdAt,
    ...changing(task),
  }
  const names = Object.keys(columns)
  const sql = `insert into tasks (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`
  tx.run(sql, ...Object.values(columns))
}

/** What a transition changed of it. */
export function writeTransition(tx: Tx, task: Task): void {
  const columns = moving(task)
  const sql = `update tasks set ${Object.keys(columns)
    .map((name) => `${name} = ?`)
    .join(', ')} where id = ?`
  tx.run(sql, ...Object.values(columns), task.id)
}

/** Undefined: there is none. */
export function readTask(tx: Tx, id: string): Task | undefined {
  const row = tx.get('select * from tasks where id = ?', id)
  return row && parseTask(row)
}

/** The counters alone: they change for many tasks at once. */
export function writeCounters(
  tx: Tx,
  { id, waitsFor, deadEnds }: Pick<Task, 'id' | 'waitsFor' | 'deadEnds'>,
): void {
  tx.run('update tasks set waits_for = ?, dead_ends = ? where id = ?', waitsFor, deadEnds, id)
}

function changing(task: Task): Record<string, SqlValue> {
  return {
    project: task.project,
    title: task.title,
    body: task.body,
    priority: task.priority,
    labels: JSON.stringify(task.labels),
    role: task.role ?? ANY_ROLE,
    verification: task.verification === undefined ? null : JSON.stringify(task.verification),
    review: task.review ? 1 : 0,
    attempts_max: task.attemptsMax,
    not_before: task.notBefore ?? null,
    waits_for: task.waitsFor,
    dead_ends: task.deadEnds,
    ...moving(task),
  }
}

/** What transitions change. */
function moving(task: Task): Record<string, SqlValue> {
  return {
    attempts: task.attempts.length === 0 ? null : JSON.stringify(task.attempts),
    generation: task.generation,
    claimed_at: task.claimedAt ?? null,
    updated_at: task.updatedAt,
    status: task.state.status, // Once more, for the indexes.
    state: JSON.stringify(task.state),
  }
}

/** A value and no NULL, so that the index of what is ready serves both. */
export const ANY_ROLE = ''

/** A row of `tasks`, all columns. */
export function parseTask(row: Row): Task {
  const role = String(row['role'])
  return {
    id: TaskId.parse(row['id']),
    project: String(row['project']),
    title: String(row['title']),
    body: String(row['body']),
    priority: Number(row['priority']),
    labels: mustReadJson(row['labels']),
    role: role === ANY_ROLE ? undefined : role,
    verification: readJson(row['verification']),
    review: row['review'] === 1,
    attemptsMax: Number(row['attempts_max']),
    attempts: readJson(row['attempts']) ?? [],
    generation: Number(row['generation']),
    claimedAt: row['claimed_at'] === null ? undefined : Number(row['claimed_at']),
    createdBy: mustReadJson(row['created_by']),
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
    notBefore: row['not_before'] === null ? undefined : Number(row['not_before']),
    waitsFor: Number(row['waits_for']),
    deadEnds: Number(row['dead_ends']),
    state: mustReadJson(row['state']),
  }
}
