/** Owns role files as tests write them: a few lines of keys, and a text. */
import { catalogueOf, type Catalogue } from '../../src/roles/catalogue.ts'
import type { RoleFile } from '../../src/roles/parse.ts'
import type { RoleSource } from '../../src/roles/role.ts'

/** A file below `/core/roles`, `/operator/roles` or `/workspace/roles` with this text. */
export function roleFile(id: string, text: string, source: RoleSource = 'core'): RoleFile {
  const path = `/${source}/roles/${id}.md`
  return { id, source, path, content: { kind: 'text', text }, promptFile: undefined }
}

/** The text of a role with these lines of front matter, named after its id where none of them names it. */
export function roleText(id: string, ...lines: readonly string[]): string {
  const named = lines.some((line) => line.startsWith('name:'))
  const name = id.slice(id.lastIndexOf('/') + 1)
  return ['---', ...(named ? [] : [`name: ${name}`]), ...lines, '---', `You are ${id}.`].join('\n')
}

/** A catalogue of roles of the core, each with its lines of front matter. */
export function catalogueWith(roles: Readonly<Record<string, readonly string[]>>): Catalogue {
  return catalogueOf(Object.entries(roles).map(([id, lines]) => roleFile(id, roleText(id, ...lines))))
}
