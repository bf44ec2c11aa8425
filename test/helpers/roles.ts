/** Roles as a catalogue holds them, without files. */
import type { Catalogue } from '../../src/roles/catalogue.ts'
import type { LinkedRole } from '../../src/roles/role.ts'

/** A role of the core that may call nobody; its level by its id, as in a tree of files. */
export function linkedRole(id: string, changes: Partial<LinkedRole> = {}): LinkedRole {
  const segments = id.split('/')
  return {
    id,
    name: segments.at(-1) ?? id,
    description: '',
    mode: 'all',
    tier: 'operational',
    temperature: undefined,
    skills: [],
    capabilities: [{ kind: 'word', word: 'basic' }],
    prompt: '',
    level: levels.get(segments[0] ?? ''),
    leaf: false,
    scheduled: false,
    callable: true,
    maxDelegateDepth: undefined,
    allowedChildren: [],
    base: undefined,
    textOnly: false,
    source: 'core',
    path: `/core/roles/${id}.md`,
    delegates: [],
    children: [],
    ...changes,
  }
}

const levels = new Map([
  ['l1', 1],
  ['l2', 2],
  ['l3', 3],
])

/** A role that agents wrote: a variant of `base`. */
export function customRole(id: string, base: string, changes: Partial<LinkedRole> = {}): LinkedRole {
  return linkedRole(id, { base, source: 'workspace', level: 3, path: `/ws/roles/${id}.md`, ...changes })
}

/** A catalogue of exactly these roles. */
export function catalogueWith(...roles: readonly LinkedRole[]): Catalogue {
  const sorted = roles.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const byId = new Map(sorted.map((role) => [role.id, role]))
  return { roles: byId, broken: new Map(), mistakes: [], hints: [], replaced: [] }
}
