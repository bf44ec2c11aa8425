/** What each target gets, parsed back as the agent CLIs do. */
import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { parse as parseToml } from 'smol-toml'
import { describe, test } from 'vitest'
import { parse } from 'yaml'
import { digger, keeper, planner, linkedRole, sampleSettings } from '../../../test/helpers/roles.ts'
import { castAll } from './cast.ts'
import { markText } from './marker.ts'
import type { Layout, TargetName, TargetSettings } from './target.ts'

const roles = [planner, digger, keeper]

function filesOf(target: TargetName, said: Partial<TargetSettings> = {}) {
  const { files } = castAll(roles, [], sampleSettings(target, said))
  return Object.fromEntries(files.map(({ path, text, of }) => [path, takenApart(markText(text, of))]))
}

/** As a CLI reads it: the front matter ends at the next line of three dashes. */
function takenApart(text: string): { fields: unknown; body: string } {
  const [, head = '', body = ''] = /^---\n([^]*?)\n---\n([^]*)$/.exec(text) ?? []
  return { fields: parse(head), body }
}

const readable = { '*': 'allow', '*.env': 'ask', '*.env.*': 'ask', '*.env.example': 'allow' }

describe('castAll() for opencode', () => {
  test('gives each role its tools, commands, callees, skills and model', ({ expect }) => {
    expect(filesOf('opencode')['.opencode/agents/l1/planner.md']).toEqual({
      fields: {
        description: 'Plans: the "work", and hands it out.',
        mode: 'primary',
        model: 'prov/big',
        temperature: 0.2,
        permission: {
          '*': 'deny',
          read: readable,
          glob: 'allow',
          grep: 'allow',
          context7: 'allow',
          'context7_*': 'allow',
          bash: { '*': 'deny', 'make*': 'allow' },
          external_directory: 'ask',
          task: { '*': 'deny', 'l3/digger': 'allow' },
          skill: { '*': 'deny', triage: 'allow' },
          question: 'allow',
        },
      },
      body: '\n# Planner\n\n---\n\nPlan.\n',
    })
    expect(filesOf('opencode')['.opencode/agents/l3/digger.md']?.fields).toEqual({
      description: 'Digs.',
      mode: 'subagent',
      model: 'prov/small',
      temperature: 0.1,
      permission: {
        '*': 'deny',
        read: readable,
        glob: 'allow',
        grep: 'allow',
        edit: 'allow',
        webfetch: 'allow',
        websearch: 'allow',
        external_directory: 'ask',
        task: 'deny',
      },
    })
    expect(filesOf('opencode')['.opencode/agents/l2/keeper.md']?.fields).toMatchObject({
      mode: 'all',
      model: 'prov/big',
      temperature: 0.7,
      permission: { '*': 'allow', bash: 'allow', external_directory: 'allow', task: 'deny' },
    })
  })

  test('denies first: a later rule counts in place of an earlier one', ({ expect }) => {
    const { files } = castAll([planner], [], sampleSettings('opencode'))
    expect(files[0]?.text).toMatch(/permission:\n {2}"\*": deny\n/)
    expect(files[0]?.text).toMatch(/bash:\n {4}"\*": deny\n {4}"?make\*"?: allow\n/)
  })

  test('uses the names of the target for a capability of its map', ({ expect }) => {
    const capabilityMap = { context7: { docs_find: true, docs_write: false } }
    const { fields } = filesOf('opencode', { capabilityMap })['.opencode/agents/l1/planner.md'] ?? {}
    expect(fields).toHaveProperty(['permission', 'docs_find'], 'allow')
    expect(fields).not.toHaveProperty(['permission', 'context7'])
    expect(fields).not.toHaveProperty(['permission', 'docs_write'])
  })
})

describe('castAll() for claude', () => {
  test('gives each role its tools, commands, callees, skills and model', ({ expect }) => {
    const files = filesOf('claude', { modelMap: { reasoning: 'opus' } })
    expect(files['.claude/agents/l1/planner.md']?.fields).toEqual({
      name: 'planner',
      description: 'Plans: the "work", and hands it out.',
      tools: ['Bash(make*)', 'Glob', 'Grep', 'Read', 'Task(digger)', 'context7'],
      model: 'opus',
      skills: ['triage'],
    })
    expect(files['.claude/agents/l3/digger.md']?.fields).toEqual({
      name: 'digger',
      description: 'Digs.',
      tools: ['Edit', 'Glob', 'Grep', 'Read', 'WebFetch', 'WebSearch', 'Write'],
      model: 'opus',
    })
    expect(files['.claude/agents/l2/keeper.md']?.fields).toMatchObject({
      description: 'keeper',
      tools: ['Bash', 'Edit', 'Glob', 'Grep', 'Read', 'WebFetch', 'WebSearch', 'Write'],
    })
  })
})

describe('castAll() for codex', () => {
  test('gives each role its name, instructions and model, and no right to write that it lacks', ({
    expect,
  }) => {
    const { files } = castAll(roles, [], sampleSettings('codex'))
    const parsed = Object.fromEntries(
      files.map(({ path, text, of }) => [path, parseToml(markText(text, of))]),
    )
    expect(parsed['.codex/agents/l1/planner.toml']).toEqual({
      name: 'planner',
      description: 'Plans: the "work", and hands it out.',
      model: 'prov/big',
      sandbox_mode: 'read-only',
      agents: { enabled: false },
      developer_instructions: '# Planner\n\n---\n\nPlan.',
    })
    expect(parsed['.codex/agents/l3/digger.toml']).not.toHaveProperty('sandbox_mode')
  })
})

describe('castAll() for editors', () => {
  test('tells cursor and windsurf what a role is for', ({ expect }) => {
    expect(filesOf('cursor')['.cursor/agents/l3/digger.mdc']).toEqual({
      fields: { name: 'digger', description: 'Digs.' },
      body: '\n# digger\n',
    })
    expect(filesOf('windsurf', { layout: 'namespace' })['.windsurf/rules/l3__digger.md']?.fields).toEqual({
      trigger: 'model_decision',
      description: 'Digs.',
    })
  })
})

const skill = { name: 'triage', description: 'How to: sort', body: '# Triage' }

describe('castAll() in each layout', () => {
  test.for<[Layout, TargetName, string, unknown]>([
    ['preserve', 'opencode', 'l1/planner', { '*': 'deny', 'l3/digger': 'allow' }],
    ['namespace', 'opencode', 'l1__planner', { '*': 'deny', l3__digger: 'allow' }],
    ['flatten', 'opencode', 'planner', { '*': 'deny', digger: 'allow' }],
  ])('%s names files and callees alike for %s', ([layout, target, name, task], { expect }) => {
    const file = filesOf(target, { layout, modelMap: {} })[`.opencode/agents/${name}.md`]
    expect(file?.fields).toHaveProperty(['permission', 'task'], task)
    expect(file?.fields).not.toHaveProperty('model')
  })

  test.for<[Layout, string, string, string]>([
    ['preserve', 'l1/planner', 'planner', 'Task(digger)'],
    ['namespace', 'l1__planner', 'l1__planner', 'Task(l3__digger)'],
    ['flatten', 'planner', 'planner', 'Task(digger)'],
  ])('%s gives claude a name that its callers use', ([layout, path, name, callee], { expect }) => {
    const file = filesOf('claude', { layout })[`.claude/agents/${path}.md`]
    expect(file?.fields).toMatchObject({ name, tools: expect.arrayContaining([callee]) })
  })

  test.for<[TargetName, Layout, string]>([
    ['codex', 'namespace', '.codex/agents/l1__planner.toml'],
    ['codex', 'flatten', '.codex/agents/planner.toml'],
    ['cursor', 'namespace', '.cursor/agents/l1__planner.mdc'],
    ['cursor', 'flatten', '.cursor/agents/planner.mdc'],
    ['windsurf', 'preserve', '.windsurf/rules/l1/planner.md'],
    ['windsurf', 'flatten', '.windsurf/rules/planner.md'],
  ])('for %s in %s writes %s below the output folder', ([target, layout, path], { expect }) => {
    const { files } = castAll(roles, [], sampleSettings(target, { layout, outputDir: 'out' }))
    expect(files.map((file) => file.path)).toContain(`out/${path}`)
  })

  test('says which roles would be one', ({ expect }) => {
    const twins = [linkedRole('x/b'), linkedRole('y/b')]
    const { files, collisions } = castAll(twins, [], sampleSettings('opencode', { layout: 'flatten' }))
    expect(collisions).toEqual(["Output layout 'flatten' maps both 'x/b' and 'y/b' to 'b'"])
    expect(files.map(({ of }) => of)).toEqual(['x/b'])
    expect(castAll(twins, [], sampleSettings('opencode')).collisions).toEqual([])
    expect(castAll(twins, [], sampleSettings('claude')).collisions).toHaveLength(1)
  })

  test.for<[TargetName, string | undefined]>([
    ['opencode', '.opencode/skills/triage/SKILL.md'],
    ['claude', '.claude/skills/triage/SKILL.md'],
    ['codex', '.agents/skills/triage/SKILL.md'],
    ['cursor', undefined],
    ['windsurf', undefined],
  ])('casts skills for %s where it looks for them', ([target, path], { expect }) => {
    const { files, folders } = castAll([], [skill], sampleSettings(target))
    expect(files.map((file) => file.path)).toEqual(path === undefined ? [] : [path])
    expect(folders).toHaveLength(path === undefined ? 1 : 2)
    if (files[0])
      expect(takenApart(files[0].text).fields).toEqual({ name: 'triage', description: 'How to: sort' })
  })
})

describe('any text', () => {
  const texts = oneof(
    string({ unit: 'grapheme', maxLength: 60 }),
    array(
      constantFrom('---', ':', '#', '"', "'", '\n', ' ', '🙂', '{', 'yes', '0x1', '- ', '|', '\t', '\u2028'),
      { maxLength: 12 },
    ).map((parts) => parts.join('')),
  )

  test('of a description and a tool parses back equal, for every target', ({ expect }) => {
    assert(
      property(texts, texts, (description, word) => {
        const role = linkedRole('l2/any', {
          description,
          capabilities: [{ kind: 'bash', patterns: [`x${word}`] }],
        })
        for (const target of ['opencode', 'claude', 'cursor', 'windsurf'] as const) {
          const { files } = castAll([role], [], sampleSettings(target))
          const { fields, body } = takenApart(markText(files[0]?.text ?? '', 'l2/any'))
          expect(fields).toMatchObject({
            description: target === 'claude' ? description || 'any' : description,
          })
          expect(body).toBe('\n# any\n')
          if (target === 'opencode')
            expect(fields).toHaveProperty(['permission', 'bash', `x${word}`], 'allow')
          if (target === 'claude') expect(fields).toMatchObject({ tools: [`Bash(x${word})`] })
        }
        const { files } = castAll([role], [], sampleSettings('codex'))
        expect(parseToml(files[0]?.text ?? '')).toMatchObject({ description: description || 'any' })
      }),
    )
  })
})
