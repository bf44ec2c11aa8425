/** Did-you-mean: the one of `names` that is a slip of the hand away from `written`, or undefined when none is close. */
export function nearest(written: string, names: readonly string[]): string | undefined {
  // Two swapped letters count twice.
  const allowed = written.length < 4 ? 1 : Math.max(2, Math.floor(written.length / 3))
  const ranked = names
    // No distance is less than the difference in length; this keeps a text of any length cheap.
    .filter((name) => Math.abs(name.length - written.length) <= allowed)
    .map((name) => ({ name, distance: distance(written.toLowerCase(), name) }))
    .filter((candidate) => candidate.distance <= allowed)
    .toSorted((a, b) => a.distance - b.distance)
  return ranked[0]?.name
}

/** Levenshtein: how many single letters must be added, removed or replaced to turn `from` into `to`. */
function distance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}
