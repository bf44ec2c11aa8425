/** Roles as a catalogue holds them, without files, and a few of them for tests of casting. */
import type { TargetName, TargetSettings } from '../../src/roles/cast/target.ts'
import type { Catalogue } from '../../src/roles/catalogue.ts'
import type { LinkedRole } from '../../src/roles/role.ts'

const levels = new Map([
  ['l1', 1],
  ['l2', 2],
  ['l3', 3],
])

/** A role of the core whose file says nothing but what is said here; its level by its id, as in a tree of files. */
export function linkedRole(id: string, changes: Partial<LinkedRole> = {}): LinkedRole {
  const segments = id.split('/')
  const name = segments.at(-1) ?? id
  return {
    id,
    name,
    description: '',
    mode: 'subagent',
    tier: 'reasoning',
    temperature: undefined,
    skills: [],
    capabilities: [{ kind: 'word', word: 'basic' }],
    prompt: `# ${name}`,
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

/** Plans, and calls one worker. */
export const planner = linkedRole('l1/planner', {
  description: 'Plans: the "work", and hands it out.',
  mode: 'primary',
  skills: ['triage'],
  capabilities: [
    { kind: 'word', word: 'read' },
    { kind: 'bash', patterns: ['make*'] },
    { kind: 'word', word: 'context7' },
    { kind: 'delegate', roles: ['l3/digger'] },
  ],
  prompt: '# Planner\n\n---\n\nPlan.',
  delegates: ['l3/digger'],
})

/** Has what every role has that says nothing. */
export const digger = linkedRole('l3/digger', { description: 'Digs.', tier: 'small', leaf: true })

/** May do everything itself, and call nobody. */
export const keeper = linkedRole('l2/keeper', {
  mode: 'all',
  temperature: 0.7,
  tier: 'none',
  capabilities: [{ kind: 'word', word: 'all' }],
})

/** Complete settings of a target. */
export function sampleSettings(target: TargetName, said: Partial<TargetSettings> = {}): TargetSettings {
  return {
    target,
    enabled: true,
    outputDir: '.',
    layout: 'preserve',
    modelMap: { reasoning: 'prov/big', small: 'prov/small' },
    capabilityMap: {},
    ...said,
  }
}
