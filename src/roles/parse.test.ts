import { describe, test } from 'vitest'
import { roleFile, roleText } from '../../test/helpers/role-files.ts'
import { parseRole, promptFileOf } from './parse.ts'
import type { Role } from './role.ts'

const parse = (...lines: readonly string[]) => parseRole(roleFile('l2/lead', roleText('l2/lead', ...lines)))

const words = (...all: readonly string[]) => all.map((word) => ({ kind: 'word', word }) as const)

/** Lines of front matter, and what they make of a role. */
const fields: readonly (readonly [lines: readonly string[], role: Partial<Role>])[] = [
  [['name: Review Lead'], { name: 'Review Lead' }],
  [['name: "a: b"'], { name: 'a: b' }],
  [['name: "🦊 fox"'], { name: '🦊 fox' }],
  [[], { name: 'lead', description: '' }],
  [['description:'], { description: '' }],
  [['description: "  Says: \\"hi\\" \\u2028 --- #1  "'], { description: 'Says: "hi" \u2028 --- #1' }],
  [['description: |', '  Two', '  lines'], { description: 'Two\nlines' }],
  [[], { mode: 'subagent' }],
  [['role: primary'], { mode: 'primary' }],
  [['role: all'], { mode: 'all' }],
  [[], { tier: 'reasoning', temperature: undefined }],
  [['model:', '  tier: strategic', '  temperature: 0.2'], { tier: 'strategic', temperature: 0.2 }],
  [['model: { temperature: 1 }'], { tier: 'reasoning', temperature: 1 }],
  [['skills: [triage, hand-over]'], { skills: ['triage', 'hand-over'] }],
  [['skills:'], { skills: [] }],
  [[], { capabilities: [{ kind: 'word', word: 'basic' }] }],
  [['capabilities: []'], { capabilities: [{ kind: 'word', word: 'basic' }] }],
  [['capabilities: [read, context7]'], { capabilities: words('read', 'context7') }],
  [
    ['capabilities:', '  - bash: ["make*", git log]', '  - delegate: [l3/coder]'],
    {
      capabilities: [
        { kind: 'bash', patterns: ['make*', 'git log'] },
        { kind: 'delegate', roles: ['l3/coder'] },
      ],
    },
  ],
  [[], { prompt: 'You are l2/lead.' }],
  [[], { level: 2 }],
  [['level: L1'], { level: 1 }],
  [['level: l3'], { level: 3 }],
  [['level: "3"'], { level: 3 }],
  [['level: 4'], { level: 4 }],
  [[], { leaf: false, scheduled: false, callable: true, maxDelegateDepth: undefined, allowedChildren: [] }],
  [['class: leaf'], { leaf: true }],
  [['class: main'], { leaf: false }],
  [['scheduled: true', 'callable: false'], { scheduled: true, callable: false }],
  [['scheduled: yes', 'callable: Off'], { scheduled: true, callable: false }],
  [['max_delegate_depth: 0'], { maxDelegateDepth: 0 }],
  [['allowed_children: [a, l3/b]'], { allowedChildren: ['a', 'l3/b'] }],
  [
    ['hierarchy:', '  level: 1', '  class: leaf', '  scheduled: true', '  callable: false'],
    { level: 1, leaf: true, scheduled: true, callable: false },
  ],
  [
    ['hierarchy:', '  max_delegate_depth: 1', '  allowed_children: [a]'],
    { maxDelegateDepth: 1, allowedChildren: ['a'] },
  ],
  [['level: 2', 'hierarchy: { level: 3 }'], { level: 2 }],
  [['level:', 'hierarchy: { level: 3 }'], { level: 3 }],
  [
    ['shared: &shared { level: 3 }', 'hierarchy: { <<: *shared, scheduled: true }'],
    { level: 3, scheduled: true },
  ],
  [['base: l3/coder'], { base: undefined }],
  [['color: blue', 'tools: { x: true }'], { name: 'lead' }],
]

describe('a field', () => {
  test.for(fields)('%j is read', ([lines, role], { expect }) => {
    const parsed = parse(...lines)
    expect(parsed.mistakes).toEqual([])
    expect(parsed.role).toMatchObject(role)
  })
})

/** Lines of front matter from line 3 on (the name stands in line 2), and where and what is wrong. */
const mistakes: readonly (readonly [lines: readonly string[], place: string, reason: string])[] = [
  [['name:'], '2:name', 'is required.'],
  [['name: 42'], '2:name', 'must be text.'],
  [['name: [a]'], '2:name', 'must be text.'],
  [['name: ../x'], '2:name', 'cannot be the name of a role.'],
  [['name: -rf'], '2:name', 'cannot be the name of a role.'],
  [['name: "a\\nb"'], '2:name', 'cannot be the name of a role.'],
  [['name: "a\\0b"'], '2:name', 'cannot be the name of a role.'],
  [[`name: ${'x'.repeat(101)}`], '2:name', 'cannot be the name of a role.'],
  [['description: 5'], '3:description', 'must be text.'],
  [['description: "\\0"'], '3:description', 'holds a zero byte.'],
  [[`description: ${'x'.repeat(4_097)}`], '3:description', 'has more than 4096 characters.'],
  [['role: chief'], '3:role', 'must be primary, subagent or all.'],
  [['model: opus'], '3:model', 'must hold keys of its own.'],
  [['model:', '  tier: 3'], '4:model.tier', 'must be text.'],
  [['model:', '  tier: "a\\tb"'], '4:model.tier', 'must be a word.'],
  [['model:', '  temperature: warm'], '4:model.temperature', 'must be a number from 0 to 2.'],
  [['model:', '  temperature: .nan'], '4:model.temperature', 'must be a number from 0 to 2.'],
  [['skills: triage'], '3:skills', 'must be a list.'],
  [['skills:', '  - a', '  - 3'], '5:skills[1]', 'must be text of one line.'],
  [['capabilities: read'], '3:capabilities', 'must be a list.'],
  [['capabilities:', '  - read', '  - 3'], '5:capabilities[1]', 'is no capability.'],
  [['capabilities:', '  - { write: [x] }'], '4:capabilities[0]', 'is no capability.'],
  [['capabilities:', '  - { bash: [x], delegate: [y] }'], '4:capabilities[0]', 'is no capability.'],
  [['capabilities:', '  - bash:'], '4:capabilities[0].bash', 'lists nothing.'],
  [['capabilities:', '  - bash: make'], '4:capabilities[0].bash', 'must be a list.'],
  [['capabilities:', '  - bash:', '      - a', '      - 4'], '6:capabilities[0].bash[1]', 'must be text'],
  [['capabilities:', '  - bash: [*]'], '4:', 'Alias'],
  [['capabilities:', '  - bash: [*x]'], '4:', 'text begins with an asterisk.'],
  [['x: &x 1', `skills: [${'*x, '.repeat(21)}]`], '4:', 'there are more than 20 aliases.'],
  [['prompt_file: 3'], '3:prompt_file', 'must be text.'],
  [['prompt_file: ../../secret'], '3:prompt_file', 'must be a file in the folder of roles.'],
  [['prompt_file: /etc/passwd'], '3:prompt_file', 'must be a file in the folder of roles.'],
  [['prompt_file: x.md'], '3:prompt_file', 'names a file that was not read.'],
  [['hierarchy: 3'], '3:hierarchy', 'must hold keys of its own.'],
  [['level: high'], '3:level', 'must be a level.'],
  [['level: 0'], '3:level', 'must be a level.'],
  [['level: 1.5'], '3:level', 'must be a level.'],
  [['hierarchy:', '  level: high'], '4:hierarchy.level', 'must be a level.'],
  [['class: [leaf]'], '3:class', 'must be text.'],
  [['scheduled: maybe'], '3:scheduled', 'must be true or false.'],
  [['hierarchy:', '  callable: 1'], '4:hierarchy.callable', 'must be true or false.'],
  [['max_delegate_depth: -1'], '3:max_delegate_depth', 'must be a whole number from 0.'],
  [['max_delegate_depth: 1.5'], '3:max_delegate_depth', 'must be a whole number from 0.'],
  [['allowed_children: a'], '3:allowed_children', 'must be a list.'],
  [['allowed_children: [a, [b]]'], '3:allowed_children[1]', 'must be text of one line.'],
  [['level: 2', 'level: 3'], '4:', 'the key level is there twice.'],
  [['description: !!js/function "x"'], '3:', 'has a tag: tag:yaml.org,2002:js/function.'],
  [['description: a: b'], '3:', 'Nested mappings are not allowed'],
  [['\tdescription: x'], '3:', 'Tabs are not allowed'],
  [['description: "open'], '3:', 'Missing closing "quote'],
  [['...', 'level: 2'], '4:', 'ends before its last line.'],
  [['description: "\u0007"'], '3:', 'holds a control character.'],
]

describe('a mistake', () => {
  test.for(mistakes)('in %j is at %s: %s', ([lines, place, reason], { expect }) => {
    const { role, mistakes: found } = parse(...lines)
    expect(role).toBeUndefined()
    expect(found.map(({ line, key }) => `${line}:${key}`)).toContain(place)
    expect(found[0]?.reason).toContain(reason)
    expect(found[0]?.fix).toMatch(/^[A-Z].*\.$/u)
  })

  test('hides no other one', ({ expect }) => {
    const { mistakes: found } = parse('name: 1', 'role: chief', 'level: x', 'skills: y', 'scheduled: z')
    expect(found.map(({ line, key }) => [line, key])).toEqual([
      [2, 'name'],
      [3, 'role'],
      [5, 'skills'],
      [4, 'level'],
      [6, 'scheduled'],
    ])
  })

  test('is counted for a hundred of a file and no more', ({ expect }) => {
    const { mistakes: found } = parse('skills:', ...Array.from({ length: 150 }, () => '  - 1'))
    expect(found).toHaveLength(100)
  })
})

describe('a file', () => {
  test('without front matter is a plain role of its folder’s level', ({ expect }) => {
    const { role, hints } = parseRole(roleFile('l1/scout', '\uFEFF# Scout\r\n\r\nLook around.\0\n'))
    expect(role).toMatchObject({
      id: 'l1/scout',
      name: 'scout',
      level: 1,
      mode: 'primary',
      scheduled: true,
      callable: false,
      capabilities: [{ kind: 'word', word: 'basic' }],
      prompt: '# Scout\n\nLook around.\uFFFD',
    })
    expect(hints).toMatchObject([{ line: 1, reason: 'has no front matter: it is text alone.' }])
  })

  test.for<[text: string, prompt: string]>([
    ['\uFEFF---\r\nname: a\r\nlevel: 1\r\n---\r\nHi\r\nyou\r\n', 'Hi\nyou'],
    ['---  \nname: a\nlevel: 1\n--- \nHi\n---\nyou', 'Hi\n---\nyou'],
    ['---\nname: a\ndescription: a --- b\nlevel: 1\n---', ''],
    ['---\nname: a\ndescription: "x\n\n  ---"\nlevel: 1\n---\nHi', 'Hi'],
  ])('%j ends its front matter at the first line of three dashes', ([text, prompt], { expect }) => {
    expect(parseRole(roleFile('a', text)).role).toMatchObject({ name: 'a', level: 1, prompt })
  })

  test.for([
    ['---\nname: a\n', 1, 'the front matter that begins here has no end.'],
    ['\n\n---\nname: a\n---\n', 3, 'the front matter does not begin in line 1.'],
    ['---\n- a\n---\n', 2, 'the front matter is no list of keys.'],
    ['---\njust text\n---\n', 2, 'the front matter is no list of keys.'],
    [`---\nx: ${'a'.repeat(16_384)}\n---\n`, 1, 'the front matter has more than 16384 characters.'],
  ] as const)('%j is refused', ([text, line, reason], { expect }) => {
    const { role, mistakes: found } = parseRole(roleFile('a', text))
    expect(role).toBeUndefined()
    expect(found).toMatchObject([{ line, reason }])
  })

  test('with an empty front matter lacks its name', ({ expect }) => {
    expect(parseRole(roleFile('a', '---\n---\nHi')).mistakes).toMatchObject([
      { key: 'name', reason: 'is required.' },
    ])
  })

  test('that could not be read is a mistake in line 1', ({ expect }) => {
    const content = { kind: 'unreadable', reason: 'is not UTF-8 text.', fix: 'Save it as UTF-8.' } as const
    const { role, mistakes: found } = parseRole({ ...roleFile('a', ''), content })
    expect(role).toBeUndefined()
    expect(found).toEqual([
      { file: '/core/roles/a.md', line: 1, key: '', reason: content.reason, fix: content.fix },
    ])
  })

  test('takes its text from prompt_file, and says when its own is left aside', ({ expect }) => {
    const file = roleFile('l1/a', roleText('l1/a', 'prompt_file: texts/a.md'))
    const promptFile = { kind: 'text', text: '\nFrom there.\n' } as const
    const { role, hints } = parseRole({ ...file, promptFile })
    expect(role?.prompt).toBe('From there.')
    expect(hints).toMatchObject([{ line: 3, key: 'prompt_file' }])
  })

  test.for<[name: string, path: string | undefined]>([
    ['texts/a.md', 'l1/texts/a.md'],
    ['../a.txt', 'a.txt'],
    ['./a.md', 'l1/a.md'],
    ['../../a.md', undefined],
    ['../..', undefined],
    ['/a.md', undefined],
    ['', undefined],
    ['texts/', undefined],
  ])('may name %j as its text', ([name, path], { expect }) => {
    const text = roleText('l1/a', `prompt_file: "${name}"`)
    expect(promptFileOf({ id: 'l1/a', source: 'core' }, text)).toBe(path)
  })

  test('gets a hint for a key that is nearly one of ours, and none for another’s', ({ expect }) => {
    const { role, hints } = parse(
      'descripton: x',
      'model: { tyer: a }',
      'hierarchy: { clas: leaf }',
      'color: red',
    )
    expect(role).toBeDefined()
    expect(hints.map(({ line, key, fix }) => [line, key, fix])).toEqual([
      [3, 'descripton', 'Did you mean description?'],
      [5, 'hierarchy.clas', 'Did you mean class?'],
      [4, 'model.tyer', 'Did you mean tier?'],
    ])
  })
})
