/** Owns the levels of a graph of tasks: each task below everything that it waits for. */

/** What the graph needs to know of a task. */
export interface GraphTask {
  readonly id: string
  readonly waits_for: readonly string[]
}

/** The level of each task, from 0, as high up as it can stand. Dependencies outside of the given tasks do not count. */
export function levelsOf(tasks: readonly GraphTask[]): ReadonlyMap<string, number> {
  const known = new Map(tasks.map((task) => [task.id, task]))
  const behind = dependentsOf(tasks)
  const missing = new Map(
    tasks.map(({ id, waits_for }) => [id, waits_for.filter((one) => known.has(one)).length]),
  )
  const levels = new Map<string, number>()
  const open = tasks.filter(({ id }) => missing.get(id) === 0).map(({ id }) => id)
  for (const id of open) levels.set(id, 0)
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const below = (levels.get(id) ?? 0) + 1
    for (const dependent of behind.get(id) ?? []) {
      levels.set(dependent, Math.max(below, levels.get(dependent) ?? 0))
      const left = (missing.get(dependent) ?? 0) - 1
      missing.set(dependent, left)
      if (left === 0) open.push(dependent)
    }
  }
  return levels
}

/** The ids of what waits for each task, in the given order. */
function dependentsOf(tasks: readonly GraphTask[]): ReadonlyMap<string, readonly string[]> {
  const behind = new Map<string, string[]>()
  for (const { id, waits_for } of tasks)
    for (const dependency of waits_for) {
      const dependents = behind.get(dependency)
      if (dependents === undefined) behind.set(dependency, [id])
      else dependents.push(id)
    }
  return behind
}

/**
 * How many tasks stand on the level that has the most: as many can be worked on at the same time if all take equally
 * long. More agents than that help only where tasks differ much; the largest set of tasks none of which waits for another
 * would be the bound for these too, but takes a matching over everything behind everything.
 */
export function widthOf(tasks: readonly GraphTask[]): number {
  const counts: number[] = []
  let width = 0
  for (const level of levelsOf(tasks).values()) {
    const count = (counts[level] ?? 0) + 1
    counts[level] = count
    width = Math.max(width, count)
  }
  return width
}
