/** Owns what follows from where a run stands: how deep it is, and whom it may call at all, whatever the moment. */
import type { Catalogue } from '../roles/catalogue.ts'
import { baseOf, variantsOf } from '../roles/variants.ts'
import type { LinkedRole } from '../roles/role.ts'

/** Hops below the start of a lineage, at most; configurable downward only. */
export const DEPTH_MAX = 2

/** From this level on a role is a leaf: it works, and hands nothing on. */
export const LEAF_LEVEL = 3

/** Where a run stands: its role, and those of the runs above it, from the first of the chain down to its parent. */
export interface Place {
  readonly role: string
  readonly ancestors: readonly string[]
}

/** A place whose roles were all found. */
export interface Standing {
  readonly role: LinkedRole
  /** From the first of the chain down to `role` itself. */
  readonly chain: readonly LinkedRole[]
  /** The deepest level that is known in the chain. A role without one hides none of those above it. */
  readonly level: number | undefined
  /** Hops below the start of the lineage. */
  readonly depth: number
}

/** Undefined when one of its roles is gone: then nobody knows its limits. */
export function standingOf(catalogue: Catalogue, { role, ancestors }: Place): Standing | undefined {
  const own = catalogue.roles.get(role)
  const chain = ancestors.flatMap((id) => catalogue.roles.get(id) ?? [])
  if (own === undefined || chain.length < ancestors.length) return undefined
  chain.push(own)
  const levels = chain.flatMap((one) => baseOf(catalogue, one)?.level ?? [])
  const level = levels.length === 0 ? undefined : Math.max(...levels)
  return { role: own, chain, level, depth: ancestors.length + hopsBefore(catalogue, chain[0] ?? own) }
}

/** Whether a lineage may begin with it: an L1, or a role without level that is scheduled; never a custom one. */
export function mayStart({ level, scheduled, source }: LinkedRole): boolean {
  return source !== 'workspace' && (level === 1 || (level === undefined && scheduled))
}

/** A run of any other role counts as if the start stood above it, so that nothing gets deeper by being started itself. */
function hopsBefore(catalogue: Catalogue, first: LinkedRole): number {
  return mayStart(first) ? 0 : Math.max(1, (baseOf(catalogue, first)?.level ?? 0) - 1)
}

/** Whether it hands nothing on, wherever it stands. */
export function isLeaf(catalogue: Catalogue, role: LinkedRole): boolean {
  const base = baseOf(catalogue, role)
  return base === undefined || role !== base || base.leaf || (base.level ?? 0) >= LEAF_LEVEL
}

/** The first run of a chain whose role allows no further hop: which one, and how many it allows. */
export function depthBound(chain: readonly LinkedRole[]): { id: string; hops: number } | undefined {
  for (const [index, { id, maxDelegateDepth: hops }] of chain.entries()) {
    if (hops !== undefined && chain.length - index > hops) return { id, hops }
  }
  return undefined
}

/** Why a role cannot be a child of a run that stands there, whatever the moment. */
export type CalleeRule = 'cycle' | 'upward' | 'sideways' | 'not-callable' | 'edge'

/** The first rule that speaks against the callee; undefined: none does. A custom role counts as its base. */
export function ruleAgainst(
  catalogue: Catalogue,
  { role, chain, level }: Pick<Standing, 'role' | 'chain' | 'level'>,
  callee: LinkedRole,
): CalleeRule | undefined {
  const base = baseOf(catalogue, callee)
  if (base === undefined) return 'not-callable'
  if (chain.some((one) => baseOf(catalogue, one) === base)) return 'cycle'
  // Where no level above is known, an L1 still takes no orders.
  if (base.level !== undefined && base.level < (level ?? 2)) return 'upward'
  if (base.level !== undefined && base.level === level) return 'sideways'
  if (!base.callable || !callee.callable) return 'not-callable'
  const isDeclared = role.delegates.includes(base.id)
  return isDeclared && (role.children.length === 0 || role.children.includes(base.id)) ? undefined : 'edge'
}

/** The ids of the roles that a run may call where it stands, `most` of them at most, in the order of its role's file. */
export function calleesOf(
  catalogue: Catalogue,
  standing: Standing,
  depthMax: number,
  most = Number.POSITIVE_INFINITY,
): string[] {
  const { role, chain, depth } = standing
  if (isLeaf(catalogue, role) || !(depth < Math.min(depthMax, DEPTH_MAX)) || depthBound(chain)) return []
  const callees: string[] = []
  for (const declared of role.delegates) {
    for (const id of [declared, ...variantsOf(catalogue, declared)]) {
      if (callees.length >= most) return callees
      const callee = catalogue.roles.get(id)
      if (callee !== undefined && ruleAgainst(catalogue, standing, callee) === undefined) callees.push(id)
    }
  }
  return callees
}

/**
 * Whom a run of the role may call at all, `depth` hops below the start of its lineage: for prompts, offered tools and
 * cast files. Empty for leaves. What the runs above it say comes on top: see `calleesOf`.
 */
export function mayDelegate(catalogue: Catalogue, roleId: string, depth: number): readonly string[] {
  const standing = standingOf(catalogue, { role: roleId, ancestors: [] })
  return standing === undefined ? [] : calleesOf(catalogue, { ...standing, depth }, DEPTH_MAX)
}
