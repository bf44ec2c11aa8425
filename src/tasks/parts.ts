/** Owns which tasks hang together, over whatever they wait for. */
import type { GraphTask } from './levels.ts'

/** The tasks in parts that have no edge between them, all in the given order. */
export function partsOf<Task extends GraphTask>(tasks: readonly Task[]): Task[][] {
  const leader = new Map(tasks.map(({ id }) => [id, id]))
  const leaderOf = (id: string): string => {
    let found = id
    for (let up = leader.get(found); up !== undefined && up !== found; up = leader.get(found)) {
      leader.set(found, leader.get(up) ?? up) // Halves the way for the next one.
      found = up
    }
    return found
  }
  for (const { id, waits_for } of tasks)
    for (const other of waits_for) if (leader.has(other)) leader.set(leaderOf(id), leaderOf(other))
  return [...Map.groupBy(tasks, ({ id }) => leaderOf(id)).values()]
}
