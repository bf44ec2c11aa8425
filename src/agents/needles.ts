/** Owns the search for thousands of texts at once in a long one, in time that their number hardly changes. */

/** Where needles stand: from, and the first place behind. */
export type Span = readonly [from: number, to: number]

const NEEDLE_CHARS_MIN = 4 // A shorter one is not looked for.

// A window of four characters is looked up in a table of bits, in which nearly every place of a text finds none.
const HASH_BITS = 20
const CHAR_BITS = HASH_BITS / NEEDLE_CHARS_MIN
const HASH_MASK = 2 ** HASH_BITS - 1

const BUCKET_MAX = 8 // So many needles are compared one by one; more are told apart by their next character.
const DEPTH_MAX = 64 // Deeper, needles are nearly never still alike.

/** Needles that begin alike. `next` by the character behind that beginning; `rest` longest first. */
interface Branch {
  readonly rest: readonly string[]
  readonly next: ReadonlyMap<number, Branch> | undefined
}

/** Finds every place where one of them stands, of at least four characters; places that touch each other are one span. Made once, used for every text. */
export function finderOf(needles: readonly string[]): (text: string) => Span[] {
  const usable = [...new Set(needles)].filter(({ length }) => length >= NEEDLE_CHARS_MIN)
  const known = new Uint8Array(HASH_MASK + 1)
  for (const needle of usable) known[hashOf(needle)] = 1
  const root = branchOf(usable, 0)
  return (text) => (usable.length === 0 ? [] : spansIn(text, known, root))
}

function spansIn(text: string, known: Uint8Array, root: Branch): Span[] {
  const spans: [number, number][] = []
  let last: [number, number] | undefined
  let hash = 0
  for (let at = 0; at < text.length; at++) {
    hash = ((hash << CHAR_BITS) ^ text.charCodeAt(at)) & HASH_MASK
    if (known[hash] === 0) continue
    const from = at - NEEDLE_CHARS_MIN + 1
    const length = from < 0 ? 0 : longestAt(text, from, root)
    if (length === 0) continue
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], from + length)
    else spans.push((last = [from, from + length]))
  }
  return spans
}

/** Of the first characters alone: what was shifted in before them has been shifted out. */
function hashOf(needle: string): number {
  let hash = 0
  for (let at = 0; at < NEEDLE_CHARS_MIN; at++)
    hash = ((hash << CHAR_BITS) ^ needle.charCodeAt(at)) & HASH_MASK
  return hash
}

/** The length of the longest needle that stands there; 0: none does. */
function longestAt(text: string, from: number, root: Branch): number {
  let longest = 0
  let branch: Branch | undefined = root
  for (let depth = 0; branch !== undefined; depth++) {
    const found: string | undefined = branch.rest.find((needle) => text.startsWith(needle, from))
    longest = Math.max(longest, found?.length ?? 0)
    branch = branch.next?.get(text.charCodeAt(from + depth))
  }
  return longest
}

function branchOf(needles: readonly string[], depth: number): Branch {
  const ordered = needles.toSorted((one, other) => other.length - one.length)
  if (ordered.length <= BUCKET_MAX || depth >= DEPTH_MAX) return { rest: ordered, next: undefined }
  const groups = Map.groupBy(ordered, (needle) => (needle.length > depth ? needle.charCodeAt(depth) : -1))
  const ends = groups.get(-1) ?? []
  groups.delete(-1)
  return {
    rest: ends,
    next: new Map([...groups].map(([code, group]) => [code, branchOf(group, depth + 1)])),
  }
}
