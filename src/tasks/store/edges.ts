/** What tasks wait for, as rows, and the counters that say whether a task can be claimed. Parts of a transaction of its caller. */
import type { Tx } from '../../platform/sqlite.ts'
import { circleClosedBy, weightOf, type Weight } from '../graph.ts'
import { isOver, type Task } from '../task.ts'
import { readTask, writeCounters } from './rows.ts'

/** Why an edge is not added; `way`: the circle that it would close. */
export type EdgeRefusal =
  | { readonly kind: 'unknown'; readonly id: string }
  | { readonly kind: 'twice' }
  | { readonly kind: 'circle'; readonly way: readonly string[] }
  /** The task is held, in review or over: what it waits for is decided. */
  | { readonly kind: 'begun' }

/** Makes a task wait for another one. Undefined: it does now. */
export function addEdge(
  tx: Tx,
  { task: id, dependency }: { readonly task: string; readonly dependency: string },
): EdgeRefusal | undefined {
  const task = readTask(tx, id)
  const other = readTask(tx, dependency)
  if (task === undefined) return { kind: 'unknown', id }
  if (other === undefined) return { kind: 'unknown', id: dependency }
  if (task.state.status !== 'todo' && task.state.status !== 'blocked') return { kind: 'begun' }
  // For what nobody waits for there is no way back: a new task is added to a board of any size without looking through it.
  const mayClose = id === dependency || dependentsOf(tx, id).length > 0
  const way = mayClose
    ? circleClosedBy({ task: id, dependency }, (one) => dependenciesOf(tx, one))
    : undefined
  if (way !== undefined) return { kind: 'circle', way }
  const sql = 'insert into task_edges (dependency, task) values (?, ?) on conflict do nothing'
  if (tx.run(sql, dependency, id).changes === 0) return { kind: 'twice' }
  shift(tx, task, { waitsFor: 0, deadEnds: 0 }, weightOf(other))
  return undefined
}

/** False: there was no such edge. */
export function removeEdge(
  tx: Tx,
  { task, dependency }: { readonly task: string; readonly dependency: string },
): boolean {
  const sql = 'delete from task_edges where dependency = ? and task = ?'
  if (tx.run(sql, dependency, task).changes === 0) return false
  const [one, other] = [readTask(tx, task), readTask(tx, dependency)]
  if (one && other) shift(tx, one, weightOf(other), { waitsFor: 0, deadEnds: 0 })
  return true
}

/** The ids of what a task waits for, done or not. */
export function dependenciesOf(tx: Tx, task: string): string[] {
  return tx
    .all('select dependency from task_edges where task = ? order by dependency', task)
    .map((row) => String(row['dependency']))
}

/** The ids of what waits for a task. */
function dependentsOf(tx: Tx, dependency: string): string[] {
  return tx
    .all('select task from task_edges where dependency = ?', dependency)
    .map((row) => String(row['task']))
}

/** A task changed: whatever waits for it is told, and what waits for that. Returns the ids of those that can never be done by now, or can again. */
export function spreadChange(tx: Tx, before: Task, after: Task): string[] {
  const turned: string[] = []
  const open = [{ before, after }]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const [from, to] = [weightOf(one.before), weightOf(one.after)]
    if (from.waitsFor === to.waitsFor && from.deadEnds === to.deadEnds) continue
    for (const id of dependentsOf(tx, one.after.id)) {
      const dependent = readTask(tx, id)
      if (dependent === undefined) continue
      const counted = countedAnew(dependent, from, to)
      writeCounters(tx, counted)
      if (!isOver(dependent) && dependent.deadEnds > 0 !== counted.deadEnds > 0) turned.push(id)
      open.push({ before: dependent, after: counted })
    }
  }
  return turned
}

/** One edge of a task weighs differently. */
function shift(tx: Tx, task: Task, from: Weight, to: Weight): void {
  const counted = countedAnew(task, from, to)
  writeCounters(tx, counted)
  spreadChange(tx, task, counted)
}

function countedAnew(task: Task, from: Weight, to: Weight): Task {
  return {
    ...task,
    waitsFor: task.waitsFor - from.waitsFor + to.waitsFor,
    deadEnds: task.deadEnds - from.deadEnds + to.deadEnds,
  }
}
