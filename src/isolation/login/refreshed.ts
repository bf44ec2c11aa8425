/** Tells what a run refreshed in the login from everything else that it may have written there. */

/** What became of a login in a run's hands. */
export interface Refreshed {
  /** The operator's login with what was refreshed, written like his. */
  readonly text: string
  /** Whether that is anything new. */
  readonly fresh: boolean
  /** Whether there was more than that, which is left out: an entry, another account, settings. */
  readonly foreign: boolean
}

/**
 * Takes over the values of `keys` and nothing else, and those only where the operator's login has such a value already, of
 * the same kind. Undefined: one of the two is no JSON object.
 */
export function refreshedLogin(own: string, theirs: string, keys: readonly string[]): Refreshed | undefined {
  const [before, after] = [objectIn(own), objectIn(theirs)]
  if (before === undefined || after === undefined) return undefined
  const merged = merge(before, after, new Set(keys))
  return {
    text: JSON.stringify(merged, undefined, indentOf(own)) + (own.endsWith('\n') ? '\n' : ''),
    fresh: canonical(merged) !== canonical(before),
    foreign: canonical(merged) !== canonical(after),
  }
}

/** Whether this is whole JSON: the rest of a file that is just being written is not. */
export function isObject(text: string): boolean {
  return objectIn(text) !== undefined
}

type Fields = Readonly<Record<string, unknown>>

const VALUE_CHARS_MAX = 65_536 // Tokens have some thousands at most.

function objectIn(text: string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    canonical(parsed) // What is too deep for it throws here, and is no login.
    return isFields(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Goes only as deep as the operator's own login does. */
function merge(own: Fields, theirs: Fields, keys: ReadonlySet<string>): Fields {
  const theirsOf = (key: string) => (Object.hasOwn(theirs, key) ? theirs[key] : undefined)
  const kept = Object.entries(own).map(([key, value]): [string, unknown] => {
    const fresh = theirsOf(key)
    if (keys.has(key)) return [key, replaces(fresh, value) ? fresh : value]
    return [key, isFields(value) && isFields(fresh) ? merge(value, fresh, keys) : value]
  })
  // A refresh may tell more than the login before, beside what it exchanged.
  const exchanges = Object.keys(own).some((key) => keys.has(key))
  const added = Object.entries(theirs).filter(
    ([key, value]) => exchanges && keys.has(key) && !Object.hasOwn(own, key) && replaces(value, null),
  )
  return Object.fromEntries([...kept, ...added])
}

/** A token is not taken away, and becomes nothing else than a token. */
function replaces(fresh: unknown, value: unknown): boolean {
  if (Array.isArray(fresh)) {
    const list: unknown[] = fresh
    return (Array.isArray(value) || value === null) && list.every((item) => replaces(item, ''))
  }
  if (fresh === null) return value === null
  if (value !== null && typeof fresh !== typeof value) return false
  if (typeof fresh === 'string') return fresh !== '' && fresh.length <= VALUE_CHARS_MAX
  return typeof fresh === 'number' || typeof fresh === 'boolean'
}

/** The same for all orders and spellings of the same content. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isFields(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
}

function indentOf(text: string): string | undefined {
  return /^\{\r?\n([ \t]{1,8})\S/.exec(text)?.[1]
}
