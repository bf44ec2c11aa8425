/**
 * The rules of custom roles, the ones that agents may write. Such a role is a variant of a leaf role and no more: it has
 * its base's place in the hierarchy, at most its base's tools, and nobody's name.
 */
import type { Problem } from '../base/errors.ts'
import { toolsOf, type BashRight, type CapabilityMap, type Tools } from './capabilities.ts'
import { nameOf, type Linking } from './hierarchy.ts'
import type { ParsedRole } from './parse.ts'
import { quoted, resolverOf, unknownReference } from './references.ts'
import type { Capability, LinkedRole, Role } from './role.ts'
import { isSegment } from './role-files.ts'

/** What every custom role's file, name and skill begins with. */
export const customPrefix = 'custom-'

/** What custom roles are held against. */
export interface Trusted {
  /** All files of core and operator. */
  readonly trusted: readonly ParsedRole[]
  /** Those of them that count. */
  readonly linked: readonly LinkedRole[]
  /** The capability map of every target. */
  readonly maps: readonly CapabilityMap[]
}

/** Links custom roles to their bases. */
export function linkCustomRoles(files: readonly ParsedRole[], given: Trusted): Linking {
  const resolve = resolverOf(given.trusted.map(nameOf))
  const byId = new Map(given.linked.map((role) => [role.id, role]))
  const taken = takenNames(given.trusted)
  const names = files.map(({ role }) => role?.name.toLowerCase())
  const roles: LinkedRole[] = []
  const mistakes: Problem[] = []
  for (const file of files) {
    const { role } = file
    if (role === undefined) continue
    const isShared = names.filter((name) => name === role.name.toLowerCase()).length > 1
    const found = [...ownMistakes(file, role), ...nameMistakes(file, role, { taken, isShared })]
    const base = findBase(file, role, (written) => {
      const meant = resolve(written)
      return meant.kind === 'found' ? byId.get(meant.id) : undefined
    })
    if ('mistake' in base) found.push(base.mistake)
    else found.push(...baseMistakes(file, role, base.role, given.maps))
    mistakes.push(...found)
    if (found.length === 0 && 'role' in base) roles.push(variantOf(file, role, base.role))
  }
  return { roles, mistakes, hints: [] }
}

/** Names are compared without their case: so are files on some machines. */
function takenNames(trusted: readonly ParsedRole[]): ReadonlySet<string> {
  const names = trusted.flatMap((file) => [
    nameOf(file).name,
    file.file.id,
    file.file.id.slice(file.file.id.lastIndexOf('/') + 1),
  ])
  return new Set(names.map((name) => name.toLowerCase()))
}

function nameMistakes(
  { problem, file }: ParsedRole,
  { name }: Role,
  { taken, isShared }: { taken: ReadonlySet<string>; isShared: boolean },
): Problem[] {
  const fix = `Write name: ${file.id}.`
  const refuse = (reason: string) => [problem(['name'], reason, fix)]
  if (!name.startsWith(customPrefix) || !isSegment(name))
    return refuse(`of a custom role must begin with ${customPrefix} and be plain letters.`)
  if (taken.has(name.toLowerCase()) || taken.has(file.id.toLowerCase()))
    return refuse('is that of another role.')
  return isShared ? refuse('is that of another custom role.') : []
}

function ownMistakes({ problem, pathOf }: ParsedRole, role: Role): Problem[] {
  const found: Problem[] = []
  if (role.capabilities.some(({ kind }) => kind === 'delegate'))
    found.push(problem(['capabilities'], 'a custom role hands no work on.', 'Remove delegate.'))
  if (role.allowedChildren.length > 0)
    found.push(
      problem(pathOf('allowed_children'), 'a custom role hands no work on.', 'Remove allowed_children.'),
    )
  if (role.scheduled)
    found.push(problem(pathOf('scheduled'), 'a custom role is never scheduled.', 'Remove it.'))
  if (!role.callable)
    found.push(
      problem(pathOf('callable'), `Agent '${role.id}' is neither scheduled nor callable.`, 'Remove it.'),
    )
  if (role.mode !== 'subagent')
    found.push(problem(['role'], 'a custom role is a sub-agent only.', 'Write role: subagent, or remove it.'))
  return found
}

const LEAF_LEVEL = 3

function isLeaf({ leaf, level }: Role): boolean {
  return leaf || (level ?? 0) >= LEAF_LEVEL
}

function findBase(
  { problem }: ParsedRole,
  { base }: Role,
  find: (written: string) => LinkedRole | undefined,
): { readonly role: LinkedRole } | { readonly mistake: Problem } {
  const fix = 'Write base: and the id of a leaf role, such as base: l3/coder. marrow role list shows them.'
  if (base === undefined || base === '')
    return {
      mistake: problem(['base'], 'a custom role must say of which leaf role it is a variant.', fix),
    }
  const role = find(base)
  if (role === undefined) return { mistake: problem(['base'], unknownReference(base), fix) }
  if (isLeaf(role) && role.callable) return { role }
  return { mistake: problem(['base'], `${role.id} is no leaf role that may be called.`, fix) }
}

function baseMistakes(
  file: ParsedRole,
  role: Role,
  base: LinkedRole,
  maps: readonly CapabilityMap[],
): Problem[] {
  const { problem, pathOf, isWritten } = file
  const found: Problem[] = []
  const beyond = (path: Parameters<typeof problem>[0], reason: string, fix: string) =>
    found.push(problem(path, reason, fix))
  if (role.level !== undefined && role.level !== base.level)
    beyond(pathOf('level'), `must be that of ${base.id}.`, 'Remove it.')
  if (isWritten('model', 'tier') && role.tier !== base.tier)
    beyond(['model', 'tier'], `must be that of ${base.id}: ${base.tier}.`, 'Remove it.')
  for (const [index, skill] of role.skills.entries()) {
    if (base.skills.includes(skill) || skill.startsWith(customPrefix)) continue
    beyond(['skills', index], `${quoted(skill)} is no skill of ${base.id}.`, 'Remove it.')
  }
  if (!isWritten('capabilities')) return found
  const excess = new Set(maps.flatMap((map) => excessOf(role.capabilities, base.capabilities, map)))
  for (const what of excess)
    beyond(
      ['capabilities'],
      `has ${quoted(what)}, which ${base.id} has not.`,
      `Keep to the capabilities of ${base.id}.`,
    )
  return found
}

/** What the first may do and the second may not, in words. */
function excessOf(own: readonly Capability[], base: readonly Capability[], map: CapabilityMap): string[] {
  const [has, may] = [toolsOf(own, map), toolsOf(base, map)]
  const tools = has.ids.filter((id) => !may.ids.includes(id))
  const full = has.fullAccess && !may.fullAccess ? ['full access'] : []
  return [...tools, ...full, ...bashExcess(has, may)]
}

/** Patterns are compared letter by letter: what one covers is for each CLI to say, and none must read more into it. */
function bashExcess({ ids, bash: has }: Tools, { bash: may }: Tools): string[] {
  if (!ids.includes('bash') || may.kind === 'all' || may.kind === 'none') return []
  if (has.kind !== 'patterns') return ['bash without patterns']
  return has.patterns.filter((pattern) => !allows(may, pattern)).map((pattern) => `bash ${pattern}`)
}

function allows(right: BashRight, pattern: string): boolean {
  return right.kind === 'patterns' && right.patterns.includes(pattern)
}

/** What the file leaves out is as in the base, not as in a role of its own. */
function variantOf({ isWritten }: ParsedRole, role: Role, base: LinkedRole): LinkedRole {
  const inherited = base.capabilities.map((one) => (one.kind === 'delegate' ? { ...one, roles: [] } : one))
  return {
    ...role,
    tier: base.tier,
    level: base.level,
    leaf: base.leaf,
    capabilities: isWritten('capabilities') ? role.capabilities : inherited,
    base: base.id,
    delegates: [],
    children: [],
  }
}
