/** Owns did-you-mean: which of the names that there are was probably meant by one that there is not. */

/** The one of `names` that is a slip of the hand away from `written`, or undefined when none is close. */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const allowed = written.length < 3 ? 1 : Math.min(SLIPS_MAX, Math.max(2, Math.floor(written.length / 3)))
  const ranked = names
    // No distance is less than the difference in length; this keeps a text of any length cheap.
    .filter((name) => Math.abs(name.length - written.length) <= allowed)
    .map((name) => ({ name, distance: distance(written.toLowerCase(), name.toLowerCase()) }))
    // Where every letter differs, nothing speaks for the name.
    .filter((candidate) => candidate.distance <= allowed && candidate.distance < candidate.name.length)
    .toSorted((a, b) => a.distance - b.distance)
  return ranked[0]?.name
}

const SLIPS_MAX = 4 // More are another word, however long it is: two runs of one agent differ in little more.

/** `Did you mean scout? ` to stand before a fix, or nothing when no name is close. */
export function didYouMean(written: string, names: readonly string[]): string {
  const meant = nearest(written, names)
  return meant === undefined ? '' : `Did you mean ${meant}? `
}

/** Damerau-Levenshtein: how many letters must be added, removed, replaced or swapped with the next to get to `to`. */
function distance(from: string, to: string): number {
  let before: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const [here, above] = [column - 1, row - 1]
      const replaced = (previous[here] ?? 0) + (from[above] === to[here] ? 0 : 1)
      const isSwap = row > 1 && column > 1 && from[above] === to[here - 1] && from[above - 1] === to[here]
      const swapped = isSwap ? (before[column - 2] ?? 0) + 1 : Infinity
      current.push(Math.min(replaced, swapped, (previous[column] ?? 0) + 1, (current[here] ?? 0) + 1))
    }
    before = previous
    previous = current
  }
  return previous[to.length] ?? 0
}
