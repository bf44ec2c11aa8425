/** A small tree of roles for tests of casting, as the catalogue would have it. */
import type { LinkedRole } from '../../src/roles/role.ts'
import type { TargetName, TargetSettings } from '../../src/roles/cast/target.ts'

/** A role of which only what is said differs from what every file without front matter fields has. */
export function sampleRole(id: string, said: Partial<LinkedRole> = {}): LinkedRole {
  const name = id.slice(id.lastIndexOf('/') + 1)
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
    level: undefined,
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
    ...said,
  }
}

/** Plans, and calls one worker. */
export const planner = sampleRole('l1/planner', {
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
  level: 1,
  delegates: ['l3/digger'],
})

/** Has what every role has that says nothing. */
export const digger = sampleRole('l3/digger', { description: 'Digs.', tier: 'small', leaf: true, level: 3 })

/** May do everything itself, and call nobody. */
export const keeper = sampleRole('l2/keeper', {
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
