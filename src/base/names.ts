// Lists of names in sentences.

const NAMES_MAX = 5

/** The first few of them, and how many more there are. */
export function namesOf(names: readonly string[]): string {
  const left = names.length - NAMES_MAX
  return left <= 0 ? names.join(', ') : `${names.slice(0, NAMES_MAX).join(', ')} and ${left} more`
}
