/** Finding tasks on the board. Parts of a transaction of their caller. */
import type { SqlValue, Tx } from '../../platform/sqlite.ts'
import type { Task, TaskState } from '../task.ts'
import { parseTask } from './rows.ts'

/** What a person meant by the beginning of an id. */
export type Found =
  | { readonly kind: 'one'; readonly task: Task }
  /** The first few of those that begin so. */
  | { readonly kind: 'several'; readonly tasks: readonly Task[] }
  | { readonly kind: 'none' }

const SEVERAL_MAX = 5

/** By its id, with or without `t-`, or the beginning of it, as long as no other task begins so. */
export function findTask(tx: Tx, written: string): Found {
  const prefix = written.startsWith('t-') ? written : `t-${written}`
  if (!/^t-[a-z2-7]{1,8}$/.test(prefix)) return { kind: 'none' }
  // A range and not LIKE, so that the index serves it: "{" comes right behind "z".
  const sql = 'select * from tasks where id >= ? and id < ? order by id limit ?'
  const tasks = tx.all(sql, prefix, `${prefix}{`, SEVERAL_MAX).map(parseTask)
  const [first, ...others] = tasks
  if (first === undefined) return { kind: 'none' }
  return others.length === 0 ? { kind: 'one', task: first } : { kind: 'several', tasks }
}

/** Which tasks are wanted; each undefined or empty: any. */
export interface TaskFilter {
  readonly project: string | undefined
  readonly statuses: readonly TaskState['status'][]
  /** All of them. */
  readonly labels: readonly string[]
  readonly role: string | undefined
  /** Claimed by a run of it. */
  readonly agent: string | undefined
  /** What title or body hold; ASCII letters in whatever case. */
  readonly text: string | undefined
}

/** Those that fit, in the order in which they would be handed out; at most `limit`, and how many there are in all. */
export function listTasks(
  tx: Tx,
  filter: TaskFilter,
  limit: number,
): { readonly tasks: Task[]; readonly count: number } {
  const { where, values } = conditionsOf(filter)
  const count = Number(tx.get(`select count(*) as count from tasks ${where}`, ...values)?.['count'])
  const sql = `select * from tasks ${where} order by priority desc, number limit ?`
  return { tasks: tx.all(sql, ...values, limit).map(parseTask), count }
}

function conditionsOf(filter: TaskFilter): { readonly where: string; readonly values: SqlValue[] } {
  const { project, statuses, labels, role, agent, text } = filter
  const conditions: [string, ...SqlValue[]][] = [
    ...when(project, 'project = ?'),
    ...when(
      statuses.length === 0 ? undefined : JSON.stringify(statuses),
      'status in (select value from json_each(?))',
    ),
    ...labels.flatMap((label) =>
      when(label, 'exists (select 1 from json_each(tasks.labels) where value = ?)'),
    ),
    ...when(role, 'role = ?'),
    ...when(agent, `status = 'claimed' and json_extract(state, '$.holder.by.agent') = ?`),
    // No LIKE: its wildcards would have to be told from the text.
    ...when(text, `instr(lower(title || ' ' || body), lower(?)) > 0`),
  ]
  const where = conditions.length === 0 ? '' : `where ${conditions.map(([sql]) => `(${sql})`).join(' and ')}`
  return { where, values: conditions.flatMap(([, ...values]) => values) }
}

function when(value: string | undefined, sql: string): [string, ...SqlValue[]][] {
  return value === undefined ? [] : [[sql, value]]
}

/** Every task that somebody holds, for whoever looks after the claims. */
export function heldTasks(tx: Tx): Task[] {
  return tx.all("select * from tasks where status = 'claimed' order by number").map(parseTask)
}

/** How many tasks of each project have which status; what is unreachable counts for itself. */
export interface Counts {
  readonly project: string
  readonly status: TaskState['status'] | 'unreachable'
  readonly count: number
}

/** Without those of which there are none. */
export function countTasks(tx: Tx): Counts[] {
  const sql = `select project, case when dead_ends > 0 and status in ('todo', 'blocked') then 'unreachable' else status end as status,
    count(*) as count from tasks group by 1, 2 order by 1, 2`
  return tx.all(sql).flatMap((row) => {
    const status = STATUSES.find((one) => one === row['status'])
    return status === undefined
      ? []
      : [{ project: String(row['project']), status, count: Number(row['count']) }]
  })
}

const STATUSES = [
  'todo',
  'claimed',
  'blocked',
  'review',
  'done',
  'failed',
  'cancelled',
  'unreachable',
] as const
