// Owns which role an agent's `role` means, and why it may not be used.
import type { Problem } from '../base/errors.ts'
import type { Catalogue } from './catalogue.ts'
import { findRole } from './references.ts'
import type { LinkedRole } from './role.ts'
import { roleFiles, withoutExtension } from './role-files.ts'

/** What the `role` of an agent means. */
export type AgentRole =
  | { readonly kind: 'found'; readonly role: LinkedRole }
  /** No such role, nor a file for one. */
  | { readonly kind: 'missing' }
  /** There is a file, with these mistakes. */
  | { readonly kind: 'wrong'; readonly path: string; readonly mistakes: readonly Problem[] }
  | { readonly kind: 'ambiguous'; readonly ids: readonly string[] }
  /** Agents may write it, so it cannot be what an agent is. */
  | { readonly kind: 'custom'; readonly role: LinkedRole }

/** What is wrong with roles, skills and roles.toml, and what each agent's role means. */
export interface RoleCheck {
  /** In files of the core and of the operator. */
  readonly mistakes: readonly Problem[]
  /** What keeps nobody from starting: in files that agents may write, and commands for roles that there are not. */
  readonly roleWarnings: readonly Problem[]
  /** By the agent's name; only of those that have a role. */
  readonly roles: ReadonlyMap<string, AgentRole>
}

/** The role by its id (a bare name may leave out its level), else by its name. */
export function roleFor(catalogue: Catalogue, written: string): AgentRole {
  const { roles, broken } = catalogue
  const ids = (roleFiles(written) ?? []).map(withoutExtension)
  const id = ids.find((one) => roles.has(one) || broken.has(one))
  if (id !== undefined) return roleAt(catalogue, id)
  const reference = findRole(catalogue, written)
  switch (reference.kind) {
    case 'found':
      return roleAt(catalogue, reference.id)
    case 'ambiguous':
      return reference
    case 'unknown':
      return { kind: 'missing' }
  }
}

function roleAt({ roles, broken, mistakes }: Catalogue, id: string): AgentRole {
  const role = roles.get(id)
  if (role !== undefined) return { kind: role.source === 'workspace' ? 'custom' : 'found', role }
  const path = broken.get(id) ?? ''
  return { kind: 'wrong', path, mistakes: mistakes.filter(({ file }) => file === path) }
}
