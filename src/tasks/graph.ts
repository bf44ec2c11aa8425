/** What tasks wait for: which edges may be added, and what the end of one means for those behind it. */
import { isOver, isUnreachable, type Task } from './task.ts'

/** Finds the dependencies of a task, by its id. */
export type DependenciesOf = (id: string) => readonly string[]

/**
 * The circle that would close if `task` came to depend on `dependency`: from the task over what it would wait for back to
 * itself. Undefined: none.
 */
export function circleClosedBy(
  { task, dependency }: { readonly task: string; readonly dependency: string },
  dependenciesOf: DependenciesOf,
): string[] | undefined {
  if (task === dependency) return [task, task]
  const cameFrom = new Map([[dependency, task]])
  const open = [dependency]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const next of dependenciesOf(id)) {
      if (next === task) return [...wayTo(id, task, cameFrom), task]
      if (cameFrom.has(next)) continue
      cameFrom.set(next, id)
      open.push(next)
    }
  }
  return undefined
}

function wayTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [end]
  for (let id = cameFrom.get(end); id !== undefined; id = id === start ? undefined : cameFrom.get(id))
    way.unshift(id)
  return way
}

/** What one dependency adds to the counters of whatever depends on it. */
export interface Weight {
  readonly waitsFor: 0 | 1
  readonly deadEnds: 0 | 1
}

/** Done: nothing. Over without being done, or never to be reached: a dead end. */
export function weightOf(task: Pick<Task, 'state' | 'deadEnds'>): Weight {
  if (task.state.status === 'done') return { waitsFor: 0, deadEnds: 0 }
  return { waitsFor: 1, deadEnds: isOver(task) || isUnreachable(task) ? 1 : 0 }
}
