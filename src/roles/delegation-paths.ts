// Owns the two questions about a graph of delegations: how long chains get, and where they run in circles.

/** Whom each role hands work to, by id. */
export type Edges = ReadonlyMap<string, readonly string[]>

/** The hops of the longest chain below each role. A role from which a circle is reached has none. */
export function depthsOf(edges: Edges): Map<string, number> {
  const callers = new Map<string, string[]>()
  const open = new Map<string, number>()
  for (const [id, delegates] of edges) {
    const distinct = new Set(delegates)
    open.set(id, distinct.size)
    for (const delegate of distinct) callers.set(delegate, [...(callers.get(delegate) ?? []), id])
  }
  const depths = new Map<string, number>()
  const ready = [...edges.keys()].filter((id) => open.get(id) === 0)
  for (const id of ready) depths.set(id, 0)
  // It grows while it is gone through: a role is ready when all below it are known.
  for (const id of ready) {
    const depth = (depths.get(id) ?? 0) + 1
    for (const caller of callers.get(id) ?? []) {
      depths.set(caller, Math.max(depths.get(caller) ?? 0, depth))
      const left = (open.get(caller) ?? 0) - 1
      open.set(caller, left)
      if (left === 0) ready.push(caller)
    }
  }
  const known = new Set(ready)
  return new Map([...depths].filter(([id]) => known.has(id)))
}

/** A shortest circle for each role that is on one: `a b a`. `depths` tells which roles cannot be. */
export function delegationCycles(
  edges: Edges,
  depths: ReadonlyMap<string, number>,
): Map<string, readonly string[]> {
  const suspects = [...edges.keys()].filter((id) => !depths.has(id))
  const cycles = suspects.map((id) => [id, cycleThrough(edges, id)] as const)
  return new Map(cycles.flatMap(([id, cycle]) => (cycle === undefined ? [] : [[id, cycle] as const])))
}

function cycleThrough(edges: Edges, start: string): readonly string[] | undefined {
  const from = new Map<string, string>()
  const reached = [start]
  for (const id of reached) {
    for (const next of edges.get(id) ?? []) {
      if (next === start) return [...wayTo(id, from), start]
      if (from.has(next)) continue
      from.set(next, id)
      reached.push(next)
    }
  }
  return undefined
}

function wayTo(end: string, from: ReadonlyMap<string, string>): string[] {
  const way = [end]
  for (let id = from.get(end); id !== undefined; id = from.get(id)) way.unshift(id)
  return way
}
