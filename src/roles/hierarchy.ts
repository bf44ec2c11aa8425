/**
 * Finds what roles refer to, and what must not be so: who delegates upward, in circles, too deep, or to somebody who
 * may not be called. Everything that is wrong is found at once, each with the line where it is written.
 */
import type { Problem } from '../base/errors.ts'
import type { KeyPath } from '../config/report.ts'
import { delegationCycles, depthsOf } from './delegation-paths.ts'
import type { ParsedRole } from './parse.ts'
import { quoted, resolverOf, unknownReference, type Named } from './references.ts'
import type { LinkedRole, Role } from './role.ts'

/** The roles without a mistake, and all mistakes. */
export interface Linking {
  readonly roles: readonly LinkedRole[]
  readonly mistakes: readonly Problem[]
  readonly hints: readonly Problem[]
}

/** Links the roles of core and operator. A mistake costs the role in whose file it stands, and no other. */
export function linkRoles(files: readonly ParsedRole[]): Linking {
  const entries = files.flatMap((file) => (file.role === undefined ? [] : [{ file, role: file.role }]))
  const resolve = resolverOf(files.map(nameOf))
  const linked = entries.map((entry) => linkRole(entry, resolve))
  const byId = new Map(linked.map((one) => [one.role.id, one]))
  const edges = new Map(
    linked.map(({ role, delegates }) => [
      role.id,
      delegates.map(({ id }) => id).filter((id) => byId.has(id)),
    ]),
  )
  const depths = depthsOf(edges)
  const cycles = delegationCycles(edges, depths)
  const mistakes = linked.flatMap((one) => {
    const found = [
      ...one.mistakes,
      ...hierarchyMistakes(one, byId),
      ...depthMistakes(one, depths.get(one.role.id)),
    ]
    const cycle = cycles.get(one.role.id)
    const [next] = cycle?.slice(1) ?? []
    if (cycle === undefined) return found
    const reason = `Delegation cycle detected: ${cycle.join(' -> ')}.`
    const path = one.delegates.find(({ id }) => id === next)?.path ?? ['capabilities']
    return [...found, one.file.problem(path, reason, 'Remove one of these delegations.')]
  })
  const wrong = new Set(mistakes.map(({ file }) => file))
  const right = linked.filter(({ role }) => !wrong.has(role.path))
  const ids = new Set(right.map(({ role }) => role.id))
  return {
    roles: right.map(({ role, delegates, children }) => ({
      ...role,
      delegates: idsAmong(delegates, ids),
      children: idsAmong(children, ids),
    })),
    mistakes,
    hints: right.flatMap(hintsOf),
  }
}

/** What a file is called, also one that cannot be read: whoever refers to it has made no mistake. */
export function nameOf({ file, role }: ParsedRole): Named {
  return { id: file.id, name: role?.name ?? file.id.slice(file.id.lastIndexOf('/') + 1) }
}

interface Entry {
  readonly file: ParsedRole
  readonly role: Role
}

/** A reference that was found, and where it is written. */
interface Edge {
  readonly id: string
  readonly path: KeyPath
}

interface LinkedEntry extends Entry {
  readonly delegates: readonly Edge[]
  readonly children: readonly Edge[]
  readonly mistakes: readonly Problem[]
}

type Resolve = ReturnType<typeof resolverOf>

function linkRole(entry: Entry, resolve: Resolve): LinkedEntry {
  const { file, role } = entry
  const mistakes: Problem[] = []
  const find = (written: string, path: KeyPath): Edge[] => {
    const found = resolve(written)
    if (found.kind === 'found') return [{ id: found.id, path }]
    const unknown = found.kind === 'unknown'
    const reason = unknown
      ? unknownReference(written)
      : `Ambiguous role reference '${quoted(written)}'. Use one of: ${found.ids.join(', ')}.`
    const fix = unknown ? 'Write the id of a role: marrow role list shows them.' : 'Write one of these ids.'
    mistakes.push(file.problem(path, reason, fix))
    return []
  }
  const delegates = delegatesIn(role).flatMap(({ written, path }) => find(written, path))
  const childrenPath = file.pathOf('allowed_children')
  const children = role.allowedChildren.flatMap((written, index) => find(written, [...childrenPath, index]))
  return { ...entry, delegates, children, mistakes }
}

function delegatesIn({ capabilities }: Role): { readonly written: string; readonly path: KeyPath }[] {
  return capabilities.flatMap((capability, index) => {
    if (capability.kind !== 'delegate') return []
    const path = ['capabilities', index, 'delegate']
    return capability.roles.map((written, place) => ({ written, path: [...path, place] }))
  })
}

function hierarchyMistakes(one: LinkedEntry, all: ReadonlyMap<string, LinkedEntry>): Problem[] {
  const { file, role, delegates, children } = one
  const found: Problem[] = []
  const [declared] = delegatesIn(role)
  const isParent = declared !== undefined || role.allowedChildren.length > 0
  if (role.leaf && isParent) {
    const path = declared?.path ?? file.pathOf('allowed_children')
    const reason = `Leaf agent '${role.id}' cannot declare delegates or allowed_children.`
    found.push(file.problem(path, reason, 'Remove them, or the class.'))
  }
  if (role.maxDelegateDepth === 0 && declared !== undefined) {
    const reason = `Agent '${role.id}' declares delegates but max_delegate_depth=0.`
    found.push(file.problem(file.pathOf('max_delegate_depth'), reason, 'Remove one of the two.'))
  }
  if (!role.scheduled && !role.callable) {
    const reason = `Agent '${role.id}' is neither scheduled nor callable.`
    found.push(file.problem(file.pathOf('callable'), reason, 'Set one of the two to true.'))
  }
  const allowed = new Set(children.map(({ id }) => id))
  for (const { id, path } of delegates) {
    const child = all.get(id)?.role
    if (role.allowedChildren.length > 0 && !allowed.has(id)) {
      const reason = `Agent '${role.id}' delegates to '${id}' outside its allowed_children policy.`
      found.push(file.problem(path, reason, 'Add it to allowed_children, or remove it here.'))
    }
    if (child?.callable === false) {
      const reason = `Agent '${role.id}' delegates to non-callable role '${id}'.`
      found.push(file.problem(path, reason, `Remove it, or set callable: true in ${id}.`))
    }
    if (isUpward(role, child)) {
      const reason = `Agent '${role.id}' cannot delegate upward to '${id}'.`
      found.push(file.problem(path, reason, 'Hand work only to a level below its own.'))
    }
  }
  return found
}

/** The same level counts too. */
function isUpward({ level }: Role, child: Role | undefined): boolean {
  return level !== undefined && child?.level !== undefined && child.level <= level
}

function depthMistakes({ file, role }: LinkedEntry, depth: number | undefined): Problem[] {
  const max = role.maxDelegateDepth
  // With 0 any delegate is a mistake already.
  if (max === undefined || max === 0 || depth === undefined || depth <= max) return []
  const reason = `Agent '${role.id}' exceeds max_delegate_depth=${max}.`
  const fix = `The longest chain below it has ${depth} hops: allow them, or remove a delegation.`
  return [file.problem(file.pathOf('max_delegate_depth'), reason, fix)]
}

function idsAmong(edges: readonly Edge[], ids: ReadonlySet<string>): string[] {
  return [...new Set(edges.map(({ id }) => id))].filter((id) => ids.has(id))
}

const LEAF_LEVEL = 3

function hintsOf({ file, role }: LinkedEntry): Problem[] {
  const [declared] = delegatesIn(role)
  const bare = role.capabilities.findIndex((one) => one.kind === 'word' && one.word === 'delegate')
  if (declared === undefined && bare >= 0) {
    const reason = 'delegate names no roles: it may hand work to nobody.'
    return [file.problem(['capabilities', bare], reason, 'Write delegate: [roles].')]
  }
  if (declared === undefined || role.level === undefined || role.level < LEAF_LEVEL) return []
  const reason = `a role of level ${role.level} is a leaf: when it runs, it may hand work to nobody.`
  return [file.problem(declared.path, reason, 'Remove the delegation.')]
}
