/** Owns how far the tasks of a board are, and what `wait` makes of it. */
import { widthOf } from './levels.ts'
import { isEnded, type BoardTask, type TaskStatus } from './view.ts'

/** A task that can never be done, and why. */
export interface Unreachable {
  readonly id: string
  readonly title: string
  /** The failed or cancelled task that it is owed to; undefined: it is none of the given ones. */
  readonly root: BoardTask | undefined
}

/** How far they are. */
export interface Progress {
  readonly total: number
  readonly counts: Readonly<Record<TaskStatus, number>>
  readonly ready: number
  /** Done tasks of those that are to be done, 0 to 100, rounded down: 100 only if all are. Cancelled ones are not to be done. */
  readonly percent: number
  readonly unreachable: readonly Unreachable[]
  /** Nothing will happen any more by itself. */
  readonly isOver: boolean
  /** Tasks are left to do, and nobody works on one or can: neither an agent nor a reviewer. */
  readonly isGridlock: boolean
}

/** Counts them. Nothing at all is over, and all done. */
export function progressOf(tasks: readonly BoardTask[]): Progress {
  const counts = { todo: 0, claimed: 0, blocked: 0, review: 0, done: 0, failed: 0, cancelled: 0 }
  let [ready, open] = [0, 0]
  for (const task of tasks) {
    counts[task.status] += 1
    if (task.ready) ready += 1
    if (!isEnded(task)) open += 1
  }
  const wanted = tasks.length - counts.cancelled
  return {
    total: tasks.length,
    counts,
    ready,
    percent: wanted === 0 ? 100 : Math.floor((100 * counts.done) / wanted),
    unreachable: unreachableOf(tasks),
    isOver: open === 0,
    isGridlock: isGridlock(tasks, ready),
  }
}

function isGridlock(tasks: readonly BoardTask[], ready: number): boolean {
  if (ready > 0) return false
  // What waits for a time goes on by itself.
  const moves = tasks.some(
    ({ status, not_before, waits_for_open }) =>
      status === 'claimed' ||
      status === 'review' ||
      (status === 'todo' && not_before !== null && waits_for_open === 0),
  )
  return !moves && tasks.some(({ status }) => status === 'todo')
}

/** Each unreachable task with the failed or cancelled one that is nearest above it. */
export function unreachableOf(tasks: readonly BoardTask[]): Unreachable[] {
  const lost = tasks.filter(({ unreachable }) => unreachable)
  if (lost.length === 0) return []
  const known = new Map(tasks.map((task) => [task.id, task]))
  const roots = new Map<string, BoardTask | undefined>()
  return lost.map((task) => ({ id: task.id, title: task.title, root: rootOf(task, known, roots) }))
}

/** Goes up a chain without recursion (it may be thousands of tasks long), and remembers the root for all on the way. */
function rootOf(
  task: BoardTask,
  known: ReadonlyMap<string, BoardTask>,
  roots: Map<string, BoardTask | undefined>,
): BoardTask | undefined {
  const way: string[] = []
  let root: BoardTask | undefined
  for (let one: BoardTask | undefined = task; one !== undefined;) {
    if (roots.has(one.id)) {
      root = roots.get(one.id)
      break
    }
    way.push(one.id)
    const above: BoardTask[] = one.waits_for.flatMap((id) => known.get(id) ?? [])
    root = above.find(({ status }) => status === 'failed' || status === 'cancelled')
    one = root === undefined ? above.find(({ unreachable }) => unreachable) : undefined
  }
  for (const id of way) roots.set(id, root)
  return root
}

/** What `wait` found. */
export type Verdict =
  | { readonly kind: 'done' }
  /** All is over, and not all of it is done. */
  | {
      readonly kind: 'failed'
      readonly failed: readonly BoardTask[]
      readonly unreachable: readonly Unreachable[]
    }
  /** `gridlock`: it will stay so unless a person helps. */
  | { readonly kind: 'open'; readonly open: number; readonly gridlock: boolean }

/** What `wait` says. What was cancelled is no failure; what waited for it can never be done, and is one. */
export function verdictOf(tasks: readonly BoardTask[]): Verdict {
  const { isOver, isGridlock: gridlock, unreachable } = progressOf(tasks)
  if (!isOver) return { kind: 'open', open: tasks.filter((task) => !isEnded(task)).length, gridlock }
  const failed = tasks.filter(({ status }) => status === 'failed')
  return failed.length + unreachable.length === 0 ? { kind: 'done' } : { kind: 'failed', failed, unreachable }
}

/** The exit code that a verdict has by itself; undefined: `wait` goes on. */
export function exitCodeOf({ kind }: Verdict): 0 | 1 | undefined {
  if (kind === 'open') return undefined
  return kind === 'done' ? 0 : 1
}

/** How many agents are worth having for what is left; 0: nothing is. */
export function agentsFor(tasks: readonly BoardTask[]): number {
  return widthOf(tasks.filter((task) => !isEnded(task)))
}
