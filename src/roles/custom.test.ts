import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { roleFile, roleText } from '../../test/helpers/role-files.ts'
import { toolsOf, type CapabilityMap } from './capabilities.ts'
import { catalogueOf } from './catalogue.ts'

const maps: readonly CapabilityMap[] = [
  { docs: { context7: true }, shell: { bash: true } },
  { docs: { other: true }, plain: { read: true } },
]

const trusted = [
  roleFile(
    'l1/chief',
    roleText('l1/chief', 'scheduled: true', 'capabilities: [all, {delegate: [l3/coder]}]'),
  ),
  roleFile(
    'l3/coder',
    roleText(
      'l3/coder',
      'skills: [triage]',
      'model: { tier: specialist }',
      'capabilities: [read, docs, {bash: ["make*", "git log*"]}]',
    ),
  ),
  roleFile('l3/hidden', roleText('l3/hidden', 'callable: false', 'scheduled: true')),
  roleFile('l3/broken', roleText('l3/broken', 'role: chief')),
  roleFile('x/leaf', roleText('x/leaf', 'class: leaf', 'capabilities: [all]'), 'operator'),
  roleFile('x/wide', roleText('x/wide', 'class: leaf', 'capabilities: [basic, bash, delegate]')),
  roleFile('x/custom-taken', roleText('x/custom-taken'), 'operator'),
]

const variant = (...lines: readonly string[]) =>
  catalogueOf([...trusted, roleFile('custom-x', roleText('custom-x', ...lines), 'workspace')], maps)

const named = (id: string, name: string) =>
  roleFile(id, roleText(id, `name: ${name}`, 'base: l3/coder'), 'workspace')

const right: readonly (readonly string[])[] = [
  ['base: l3/coder'],
  ['base: coder'],
  ['base: l3/coder.md', 'level: 3', 'role: subagent', 'class: leaf'],
  ['base: l3/coder', 'capabilities: [grep, {bash: ["make*"]}]'],
  ['base: l3/coder', 'capabilities: [docs]', 'skills: [triage, custom-mine]'],
  ['base: l3/coder', 'model: { tier: specialist, temperature: 1 }', 'description: "Does: x"'],
  ['base: x/leaf', 'capabilities: [all]'],
  ['base: x/leaf', 'capabilities: [bash, safe-bash, task]'],
]

/** Lines from line 3 on, and every mistake of theirs. */
const wrong: readonly (readonly [lines: readonly string[], mistakes: readonly string[]])[] = [
  [[], ['1:base: a custom role must say of which leaf role it is a variant.']],
  [['base: zz'], ["3:base: Unknown role reference 'zz'."]],
  [['base: l1/chief'], ['3:base: l1/chief is no leaf role that may be called.']],
  [['base: l3/hidden'], ['3:base: l3/hidden is no leaf role that may be called.']],
  [['base: l3/broken'], ["3:base: Unknown role reference 'l3/broken'."]],
  [['base: custom-x'], ["3:base: Unknown role reference 'custom-x'."]],
  [['base: l3/coder', 'level: 1'], ['4:level: must be that of l3/coder.']],
  [['base: l3/coder', 'hierarchy: { level: 2 }'], ['4:hierarchy.level: must be that of l3/coder.']],
  [['base: l3/coder', 'model: { tier: strategic }'], ['4:model.tier: must be that of l3/coder: specialist.']],
  [['base: l3/coder', 'model: { tier: reasoning }'], ['4:model.tier: must be that of l3/coder: specialist.']],
  [['base: l3/coder', 'scheduled: true'], ['4:scheduled: a custom role is never scheduled.']],
  [['base: l3/coder', 'role: primary'], ['4:role: a custom role is a sub-agent only.']],
  [['base: l3/coder', 'role: all'], ['4:role: a custom role is a sub-agent only.']],
  [
    ['base: l3/coder', 'callable: false'],
    ["4:callable: Agent 'custom-x' is neither scheduled nor callable."],
  ],
  [['base: l3/coder', 'allowed_children: [coder]'], ['4:allowed_children: a custom role hands no work on.']],
  [
    ['base: x/leaf', 'capabilities: [{delegate: [l1/chief]}]'],
    ['4:capabilities: a custom role hands no work on.'],
  ],
  [['base: l3/coder', 'skills: [triage, prove]'], ['4:skills[1]: prove is no skill of l3/coder.']],
  [
    ['base: l3/coder', 'capabilities: [bash]'],
    ['4:capabilities: has bash without patterns, which l3/coder has not.'],
  ],
  [
    ['base: l3/coder', 'capabilities: [shell]'],
    [
      '4:capabilities: has shell, which l3/coder has not.',
      '4:capabilities: has bash without patterns, which l3/coder has not.',
    ],
  ],
  [
    ['base: l3/coder', 'capabilities: [{bash: ["make*", "git log -5", "*"]}]'],
    [
      '4:capabilities: has bash git log -5, which l3/coder has not.',
      '4:capabilities: has bash *, which l3/coder has not.',
    ],
  ],
  [
    ['base: l3/coder', 'capabilities: []'],
    ['write', 'edit', 'webfetch', 'websearch'].map(
      (tool) => `4:capabilities: has ${tool}, which l3/coder has not.`,
    ),
  ],
  [['base: l3/coder', 'capabilities: [context7]'], ['4:capabilities: has context7, which l3/coder has not.']],
  [['base: l3/coder', 'capabilities: [Bash]'], ['4:capabilities: has Bash, which l3/coder has not.']],
  [['base: x/wide', 'capabilities: [all]'], ['4:capabilities: has full access, which x/wide has not.']],
  [
    ['base: l3/coder', 'name: coder'],
    ['4:name: of a custom role must begin with custom- and be plain letters.'],
  ],
  [
    ['base: l3/coder', 'name: "custom-x), Bash("'],
    ['4:name: of a custom role must begin with custom- and be plain letters.'],
  ],
  [['base: l3/coder', 'name: custom-Taken'], ['4:name: is that of another role.']],
]

describe('a custom role', () => {
  test.for(right)('with %j is a variant of its base', (lines, { expect }) => {
    const { roles, mistakes } = variant(...lines)
    expect(mistakes.filter(({ file }) => file.includes('custom-x'))).toEqual([])
    const role = roles.get('custom-x')
    const base = roles.get(role?.base ?? '')
    expect(role).toMatchObject({ source: 'workspace', scheduled: false, delegates: [], children: [] })
    expect(role).toMatchObject({ level: base?.level, leaf: base?.leaf, tier: base?.tier })
  })

  test.for(wrong)('with %j is refused: %s', ([lines, mistakes], { expect }) => {
    const catalogue = variant(...lines)
    const found = catalogue.mistakes.filter(({ file }) => file.includes('custom-x'))
    const first = lines.some((line) => line.startsWith('name:')) ? -1 : 0
    expect(
      found.map(({ line = 0, key, reason }) => `${line - (line > 1 ? first : 0)}:${key}: ${reason}`),
    ).toEqual(mistakes)
    expect(catalogue.roles.has('custom-x')).toBe(false)
    expect(catalogue.broken.get('custom-x')).toBe('/workspace/roles/custom-x.md')
  })

  test('has what it does not say from its base', ({ expect }) => {
    const { roles } = variant('base: l3/coder')
    expect(roles.get('custom-x')?.capabilities).toEqual(roles.get('l3/coder')?.capabilities)
    expect(roles.get('custom-x')?.skills).toEqual([])
  })

  test('changes nothing in the roles of others, and none of them can name it', ({ expect }) => {
    const chief = roleText('l1/boss', 'capabilities: [{delegate: [custom-x, coder]}]')
    const files = [...trusted, roleFile('l1/boss', chief)]
    const custom = roleFile('custom-x', roleText('custom-x', 'base: l3/coder'), 'workspace')
    const [without, within] = [catalogueOf(files, maps), catalogueOf([...files, custom], maps)]
    expect(within.mistakes).toEqual(without.mistakes)
    expect([...within.roles].filter(([id]) => id !== 'custom-x')).toEqual([...without.roles])
  })

  test('shares its name with no other custom role', ({ expect }) => {
    const { roles } = catalogueOf([...trusted, named('custom-a', 'custom-z'), named('custom-b', 'custom-Z')])
    expect(roles.has('custom-a') || roles.has('custom-b')).toBe(false)
  })

  const capability = fc.oneof(
    fc.constantFrom(
      'basic',
      'read',
      'write',
      'all',
      'bash',
      'safe-bash',
      'docs',
      'shell',
      'plain',
      'task',
      'x',
    ),
    fc.constantFrom('{bash: [a]}', '{bash: [a, "b*"]}', '{bash: []}'),
  )
  const lists = fc.array(capability, { maxLength: 4 }).map((all) => `capabilities: [${all.join(', ')}]`)

  test('never has a tool or a command that its base has not, for any target', ({ expect }) => {
    let variants = 0
    fc.assert(
      fc.property(lists, fc.option(lists), (base, own) => {
        const files = [
          roleFile('l3/base', roleText('l3/base', base)),
          roleFile(
            'custom-x',
            roleText('custom-x', 'base: base', ...(own === null ? [] : [own])),
            'workspace',
          ),
        ]
        const { roles } = catalogueOf(files, maps)
        const [role, parent] = [roles.get('custom-x'), roles.get('l3/base')]
        if (role === undefined || parent === undefined) return
        variants += 1
        for (const map of [{}, ...maps]) {
          const [has, may] = [toolsOf(role.capabilities, map), toolsOf(parent.capabilities, map)]
          expect(may.ids).toEqual(expect.arrayContaining([...has.ids]))
          expect(has.fullAccess && !may.fullAccess).toBe(false)
          if (may.bash.kind === 'patterns' && has.bash.kind !== 'none') {
            expect(has.bash.kind).toBe('patterns')
            const patterns = has.bash.kind === 'patterns' ? has.bash.patterns : []
            expect(may.bash.patterns).toEqual(expect.arrayContaining([...patterns]))
          }
        }
      }),
      { numRuns: 500 },
    )
    expect(variants).toBeGreaterThan(50)
  })
})
