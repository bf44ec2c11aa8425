/** Owns how custom roles belong to their bases: whose rights count for one, and which there are of a role. */
import type { Catalogue } from './catalogue.ts'
import type { LinkedRole } from './role.ts'

/**
 * The role whose level and rights count: of a custom role its base, of any other itself. Undefined: it has no base. What
 * agents may write never says what they may do, so a base is never a custom role.
 */
export function baseOf({ roles }: Catalogue, role: LinkedRole): LinkedRole | undefined {
  if (role.source !== 'workspace') return role
  const base = roles.get(role.base ?? '')
  return base?.source === 'workspace' ? undefined : base
}

/** The ids of the custom roles whose base it is, sorted. */
export function variantsOf(catalogue: Catalogue, id: string): readonly string[] {
  const known = variants.get(catalogue) ?? variantsByBase(catalogue)
  variants.set(catalogue, known)
  return known.get(id) ?? []
}

// A catalogue never changes, so it is gone through once for everything that is asked of it.
const variants = new WeakMap<Catalogue, ReadonlyMap<string, readonly string[]>>()

function variantsByBase(catalogue: Catalogue): ReadonlyMap<string, readonly string[]> {
  const based = [...catalogue.roles.values()].flatMap((role) => {
    const base = role.source === 'workspace' ? baseOf(catalogue, role) : undefined
    return base === undefined ? [] : [{ base: base.id, id: role.id }]
  })
  const byBase = Map.groupBy(based, ({ base }) => base)
  return new Map([...byBase].map(([base, same]) => [base, same.map(({ id }) => id).toSorted()]))
}
