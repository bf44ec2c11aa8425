import { describe, test } from 'vitest'
import type { RoleSource } from './role.ts'
import { skillsOf, type SkillFile } from './skills.ts'

const skill = (folder: string, text: string, source: RoleSource = 'core'): SkillFile => ({
  folder,
  source,
  path: `/${source}/skills/${folder}/SKILL.md`,
  content: { kind: 'text', text },
})

const text = (...lines: readonly string[]) => ['---', ...lines, '---', 'Do it so.'].join('\n')
const triage = text('name: triage', 'description: Sorts issues.')

describe('a skill', () => {
  test('is its name, its description and its text', ({ expect }) => {
    const written = text('name: triage', 'description: Sorts issues.', 'allowed-tools: Bash(*)')
    const { skills, mistakes } = skillsOf([skill('triage', written)])
    expect(mistakes).toEqual([])
    expect(skills.get('triage')).toEqual({
      name: 'triage',
      description: 'Sorts issues.',
      body: 'Do it so.',
      source: 'core',
      path: '/core/skills/triage/SKILL.md',
    })
  })

  test('of the operator counts in place of the core’s', ({ expect }) => {
    const own = skill('triage', text('name: triage', 'description: Mine.'), 'operator')
    expect(skillsOf([skill('triage', triage), own]).skills.get('triage')?.description).toBe('Mine.')
  })

  test('of an agent never counts in place of another', ({ expect }) => {
    const custom = text('name: custom-a', 'description: x')
    const mine = skill('custom-a', custom, 'operator')
    const { skills, mistakes } = skillsOf([skill('custom-a', custom, 'workspace'), mine])
    expect(skills.get('custom-a')?.source).toBe('operator')
    expect(mistakes).toMatchObject([{ file: '/workspace/skills/custom-a/SKILL.md', key: 'name' }])
  })

  test('of an agent has a name of its own kind', ({ expect }) => {
    expect(skillsOf([skill('triage', triage, 'workspace')]).mistakes).toMatchObject([
      { reason: 'of an agent’s skill must begin with custom-.' },
    ])
  })

  test.for([
    ['triage', 'Do it so.', 1, 'has no front matter.'],
    ['triage', text('description: x'), 1, 'is required.'],
    ['triage', text('name: other', 'description: x'), 2, 'must be the name of its folder: triage.'],
    [
      'Triage',
      text('name: Triage', 'description: x'),
      2,
      'must be small letters and digits with single dashes.',
    ],
    ['a--b', text('name: a--b', 'description: x'), 2, 'must be small letters and digits with single dashes.'],
    ['triage', text('name: triage'), 1, 'is required.'],
    ['triage', text('name: triage', 'description: 3'), 3, 'must be text.'],
    [
      'triage',
      text('name: triage', `description: ${'x'.repeat(1_025)}`),
      3,
      'must be text of at most 1024 characters.',
    ],
    ['triage', '---\nname: triage\ndescription: x\n---\n', 1, 'says nothing.'],
    ['triage', text('name: triage', 'name: triage', 'description: x'), 3, 'the key name is there twice.'],
  ] as const)('%s with %j is refused', ([folder, written, line, reason], { expect }) => {
    const { skills, mistakes } = skillsOf([skill(folder, written)])
    expect(skills.size).toBe(0)
    expect(mistakes[0]).toMatchObject({ line, reason })
    expect(mistakes).toHaveLength(1)
  })
})
