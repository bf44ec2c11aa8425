// Owns how one role names another: by its id, or by its name where that is the only one.
import { plainStart } from '../base/plain.ts'
import type { Catalogue } from './catalogue.ts'
import { withoutExtension } from './role-files.ts'

/** What a reference may mean: an id, and the name that goes with it. */
export interface Named {
  readonly id: string
  readonly name: string
}

/** What a reference means. */
export type Reference =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ambiguous'; readonly ids: readonly string[] }

/** Finds what references mean among these roles. */
export function resolverOf(roles: Iterable<Named>): (written: string) => Reference {
  const ids = new Set<string>()
  const byName = new Map<string, string[]>()
  for (const { id, name } of roles) {
    ids.add(id)
    byName.set(name, [...(byName.get(name) ?? []), id])
  }
  return (written) => {
    const id = withoutExtension(written.trim())
    if (ids.has(id)) return { kind: 'found', id }
    const named = byName.get(written.trim()) ?? []
    const [only] = named
    if (only === undefined) return { kind: 'unknown' }
    return named.length === 1 ? { kind: 'found', id: only } : { kind: 'ambiguous', ids: named.toSorted() }
  }
}

const resolvers = new WeakMap<Catalogue, (written: string) => Reference>()

/** What a reference means in a catalogue, which is looked through once for all of them. */
export function findRole(catalogue: Catalogue, written: string): Reference {
  const known = resolvers.get(catalogue) ?? resolverOf(catalogue.roles.values())
  resolvers.set(catalogue, known)
  return known(written)
}

/** The one message for a reference that means nothing. */
export function unknownReference(written: string): string {
  return `Unknown role reference '${quoted(written)}'.`
}

const QUOTE_CHARACTERS_MAX = 100 // Agents write references too, and as long as they like.

/** What somebody wrote, as a part of a sentence. */
export function quoted(written: string): string {
  return plainStart(written, QUOTE_CHARACTERS_MAX)
}
