/** Owns what live views print where there is no terminal: one line per change of the board. */
import { plain } from '../../base/plain.ts'
import { unreachableOf } from '../../tasks/progress.ts'
import type { BoardTask } from '../../tasks/view.ts'

/** The lines from one look at the board to the next: what happened to each task, in the order of the second look. */
export function changeLines(before: readonly BoardTask[], after: readonly BoardTask[]): string[] {
  const earlier = new Map(before.map((task) => [task.id, task]))
  const roots = new Map(unreachableOf(after).map(({ id, root }) => [id, root]))
  const left = new Set(after.map(({ id }) => id))
  return [
    ...after.flatMap((task) => {
      const told = whatChanged(earlier.get(task.id), task, roots.get(task.id))
      return told.map((what) => `${task.id} ${plain(what)}`)
    }),
    ...before.filter(({ id }) => !left.has(id)).map(({ id, title }) => `${id} is gone: ${plain(title)}`),
  ]
}

function whatChanged(before: BoardTask | undefined, task: BoardTask, root: BoardTask | undefined): string[] {
  if (before === undefined) {
    const state = hasMoved(undefined, task) ? [stateLine(task)] : []
    return [`added: ${task.title}`, ...state, ...reachLine(undefined, task, root)]
  }
  const renamed = before.title === task.title ? [] : [`is now called: ${task.title}`]
  const moved = hasMoved(before, task) ? [stateLine(task)] : []
  const ready = moved.length === 0 && task.ready && !before.ready ? ['is ready'] : []
  return [...renamed, ...moved, ...reachLine(before, task, root), ...ready]
}

/** Another status; or the next holder, or the next attempt, between the two looks. */
function hasMoved(before: BoardTask | undefined, task: BoardTask): boolean {
  if (before === undefined) return task.status !== 'todo'
  if (before.status !== task.status) return true
  if (task.status === 'claimed')
    return before.holder?.since !== task.holder?.since || before.holder?.name !== task.holder?.name
  return task.status === 'todo' && task.attempts.length > before.attempts.length
}

function stateLine(task: BoardTask): string {
  const by = task.by === null ? '' : ` by ${task.by}`
  const why = task.reason === null || task.reason === '' ? '' : `: ${task.reason}`
  switch (task.status) {
    case 'todo': {
      const last = task.attempts.at(-1)
      return last === undefined ? 'is to do again' : `given back by ${last.name}: ${last.reason}`
    }
    case 'claimed':
      return `claimed by ${task.holder?.name ?? 'somebody'}`
    case 'review':
      return `put to review${by}`
    case 'blocked':
    case 'done':
    case 'failed':
    case 'cancelled':
      return `${task.status}${by}${why}`
  }
}

function reachLine(before: BoardTask | undefined, task: BoardTask, root: BoardTask | undefined): string[] {
  const was = before?.unreachable ?? false
  if (was === task.unreachable) return []
  if (!task.unreachable)
    return before?.status === 'todo' && task.status === 'todo' ? ['can be done again'] : []
  return [
    root === undefined
      ? 'can never be done'
      : `can never be done: it waits for ${root.id}, which ${root.status === 'failed' ? 'failed' : 'was cancelled'}`,
  ]
}
