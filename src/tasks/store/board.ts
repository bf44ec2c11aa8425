/** What happens to tasks on the board. Each function is a part of a transaction of its caller. */
import type { Moment } from '../../base/moment.ts'
import type { Row, Tx } from '../../platform/sqlite.ts'
import { applyEvent, type Asked, type TaskEvent, type Transition } from '../transitions.ts'
import type { Task } from '../task.ts'
import { spreadChange } from './edges.ts'
import { ANY_ROLE, parseTask, readTask, writeTransition } from './rows.ts'

/** What came of it: as the transition says, with the tasks behind it that can never be done by now, or can again. */
export type Change =
  | { readonly ok: true; readonly before: Task; readonly task: Task; readonly turned: readonly string[] }
  | Extract<Transition, { ok: false }>

/** Lets something happen to a task. Undefined: there is no such task. */
export function changeTask(tx: Tx, id: string, event: TaskEvent, asked: Asked): Change | undefined {
  const before = readTask(tx, id)
  return before && change(tx, before, event, asked)
}

function change(tx: Tx, before: Task, event: TaskEvent, asked: Asked): Change {
  const result = applyEvent(before, event, asked)
  if (!result.ok) return result
  const { task } = result
  if (task === before) return { ok: true, before, task, turned: [] }
  writeTransition(tx, task)
  return { ok: true, before, task, turned: spreadChange(tx, before, task) }
}

/** What a holder looks for. */
export interface Wish {
  readonly project: string
  /** Its roles, by id; tasks that suit any role are always wanted. */
  readonly roles: readonly string[]
  /** Only tasks with all of these. */
  readonly labels: readonly string[]
}

const READY = `project = ? and role = ? and status = 'todo' and waits_for = 0 and not_before is null`
const LABELLED = `and not exists (select 1 from json_each(?) as wanted
  where wanted.value not in (select value from json_each(tasks.labels)))`

/** Claims the task that is due first: by priority, then by age. Undefined: nothing is ready. */
export function claimNext(
  tx: Tx,
  wish: Wish,
  asked: Asked & { readonly lease: Moment | undefined },
): Task | undefined {
  const { lease, ...by } = asked
  const first = firstReady(tx, wish)
  const claimed = first && change(tx, first, { kind: 'claim', lease }, by)
  return claimed?.ok === true ? claimed.task : undefined
}

/** The task that is due first for somebody, as it would be claimed. */
export function firstReady(tx: Tx, { project, roles, labels }: Wish): Task | undefined {
  const labelled = labels.length === 0 ? '' : LABELLED
  const sql = `select * from tasks where ${READY} ${labelled} order by priority desc, number limit 1`
  const wanted = labels.length === 0 ? [] : [JSON.stringify(labels)]
  // A query per role, each the first entry of an index: one query over all roles would have to sort what is ready.
  const rows = [ANY_ROLE, ...roles].flatMap((role): Row[] => {
    const row = tx.get(sql, project, role, ...wanted)
    return row ? [row] : []
  })
  const [first] = rows.toSorted(
    (one, other) =>
      Number(other['priority']) - Number(one['priority']) || Number(one['number']) - Number(other['number']),
  )
  return first && parseTask(first)
}

/** Lets tasks be claimed whose time has come. Returns when the next one does, epoch ms; undefined: none waits for it. */
export function releaseDue(tx: Tx, now: number): number | undefined {
  tx.run('update tasks set not_before = null where not_before <= ?', now)
  const next = tx.get('select min(not_before) as at from tasks where not_before is not null')?.['at']
  return typeof next === 'number' ? next : undefined
}
