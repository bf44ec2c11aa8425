import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { catalogueWith, roleFile, roleText } from '../../test/helpers/role-files.ts'
import { catalogueOf, type Catalogue } from './catalogue.ts'
import { findRole } from './references.ts'

const to = (...ids: string[]) => `capabilities: [{ delegate: [${ids.join(', ')}] }]`

const said = ({ mistakes }: Catalogue) =>
  mistakes.map(
    ({ file, line, key, reason }) => `${file.slice('/core/roles/'.length)}:${line}: ${key}: ${reason}`,
  )

type Files = Readonly<Record<string, readonly string[]>>

/** Every rule of the hierarchy: files, each with its keys from line 3 on, and what is said. */
const rules: readonly (readonly [about: string, files: Files, says: readonly string[]])[] = [
  [
    'a reference to nothing',
    { a: [to('b', 'zz', 'yy')], b: [] },
    [
      "a.md:3: capabilities[0].delegate[1]: Unknown role reference 'zz'.",
      "a.md:3: capabilities[0].delegate[2]: Unknown role reference 'yy'.",
    ],
  ],
  [
    'an allowed child that is none',
    { a: ['hierarchy:', '  allowed_children: [zz]'] },
    ["a.md:4: hierarchy.allowed_children[0]: Unknown role reference 'zz'."],
  ],
  [
    'a name that two roles have',
    { a: [to('b')], 'x/b': [], 'y/b': [] },
    ["a.md:3: capabilities[0].delegate[0]: Ambiguous role reference 'b'. Use one of: x/b, y/b."],
  ],
  [
    'a leaf with delegates',
    { a: ['class: leaf', to('b')], b: [] },
    ["a.md:4: capabilities[0].delegate[0]: Leaf agent 'a' cannot declare delegates or allowed_children."],
  ],
  [
    'a leaf with allowed children',
    { a: ['class: leaf', 'allowed_children: [b]'], b: [] },
    ["a.md:4: allowed_children: Leaf agent 'a' cannot declare delegates or allowed_children."],
  ],
  [
    'a depth of 0 with delegates',
    { a: ['max_delegate_depth: 0', to('b')], b: [] },
    ["a.md:3: max_delegate_depth: Agent 'a' declares delegates but max_delegate_depth=0."],
  ],
  [
    'a delegate that is no allowed child',
    { a: [to('b', 'c'), 'allowed_children: [c]'], b: [], c: [] },
    ["a.md:3: capabilities[0].delegate[0]: Agent 'a' delegates to 'b' outside its allowed_children policy."],
  ],
  [
    'a delegate that may not be called',
    { a: [to('b')], b: ['callable: false', 'scheduled: true'] },
    ["a.md:3: capabilities[0].delegate[0]: Agent 'a' delegates to non-callable role 'b'."],
  ],
  [
    'a level above',
    { a: ['level: 2', to('b')], b: ['level: 1'] },
    ["a.md:4: capabilities[0].delegate[0]: Agent 'a' cannot delegate upward to 'b'."],
  ],
  [
    'a level beside, known from the folders',
    { 'l2/a': [to('l2/b')], 'l2/b': [] },
    ["l2/a.md:3: capabilities[0].delegate[0]: Agent 'l2/a' cannot delegate upward to 'l2/b'."],
  ],
  [
    'a circle of two',
    { a: [to('b')], b: [to('a')] },
    [
      'a.md:3: capabilities[0].delegate[0]: Delegation cycle detected: a -> b -> a.',
      'b.md:3: capabilities[0].delegate[0]: Delegation cycle detected: b -> a -> b.',
    ],
  ],
  [
    'a role that delegates to itself',
    { a: [to('b', 'a')], b: [] },
    ['a.md:3: capabilities[0].delegate[1]: Delegation cycle detected: a -> a.'],
  ],
  [
    'a chain that is too long',
    { a: ['max_delegate_depth: 1', to('b')], b: [to('c')], c: [] },
    ["a.md:3: max_delegate_depth: Agent 'a' exceeds max_delegate_depth=1."],
  ],
  [
    'a role that nobody can start',
    { a: ['callable: false'] },
    ["a.md:3: callable: Agent 'a' is neither scheduled nor callable."],
  ],
  [
    'everything at once',
    {
      a: ['level: 2', 'callable: false', 'allowed_children: [c]', to('b', 'zz', 'c')],
      b: ['level: 2', 'max_delegate_depth: 0', to('c')],
      c: ['name: 3'],
    },
    [
      "a.md:4: callable: Agent 'a' is neither scheduled nor callable.",
      "a.md:6: capabilities[0].delegate[1]: Unknown role reference 'zz'.",
      "a.md:6: capabilities[0].delegate[0]: Agent 'a' delegates to 'b' outside its allowed_children policy.",
      "a.md:6: capabilities[0].delegate[0]: Agent 'a' cannot delegate upward to 'b'.",
      "b.md:4: max_delegate_depth: Agent 'b' declares delegates but max_delegate_depth=0.",
      'c.md:2: name: must be text.',
    ],
  ],
]

describe('the hierarchy', () => {
  test.for(rules)('refuses %s', ([, files, says], { expect }) => {
    const catalogue = catalogueWith(files)
    expect(said(catalogue)).toEqual(says)
    const wrong = new Set(catalogue.mistakes.map(({ file }) => file))
    expect([...catalogue.broken.values()].toSorted()).toEqual([...wrong].toSorted())
    expect([...catalogue.roles.keys(), ...catalogue.broken.keys()].toSorted()).toEqual(
      Object.keys(files).toSorted(),
    )
  })

  test('links by id with or without .md, by name, and by name with spaces', ({ expect }) => {
    const { roles, mistakes } = catalogueWith({
      'l1/a': [to('l3/b.md', 'c', 'Look Out', 'l3/c'), 'allowed_children: [b, l3/c, Look Out]'],
      'l3/b': [],
      'l3/c': [],
      'l3/d': ['name: Look Out'],
    })
    expect(mistakes).toEqual([])
    expect(roles.get('l1/a')).toMatchObject({
      delegates: ['l3/b', 'l3/c', 'l3/d'],
      children: ['l3/b', 'l3/c', 'l3/d'],
    })
  })

  test('takes an id before a name', ({ expect }) => {
    const { roles } = catalogueWith({ a: [to('b')], b: [], 'x/other': ['name: b'] })
    expect(roles.get('a')?.delegates).toEqual(['b'])
  })

  test('allows chains as long as they may be, and a level that nobody says', ({ expect }) => {
    const files = { a: ['level: 1', 'max_delegate_depth: 2', to('b')], b: [to('c')], c: ['level: 1'] }
    expect(catalogueWith(files).mistakes).toEqual([])
  })

  test('leaves a role that has a mistake out of the edges of the others', ({ expect }) => {
    const { roles, mistakes } = catalogueWith({ a: [to('b', 'c')], b: ['role: chief'], c: [] })
    expect(mistakes).toHaveLength(1)
    expect(roles.get('a')?.delegates).toEqual(['c'])
  })

  test('hints at a third level that hands work on, which no run of it may', ({ expect }) => {
    const { hints, mistakes } = catalogueWith({ 'l3/a': [to('l4/b')], 'l4/b': ['level: 4'] })
    expect(mistakes).toEqual([])
    expect(hints).toMatchObject([{ line: 3, reason: expect.stringContaining('level 3 is a leaf') }])
  })

  test('hints at a right to hand work on that names nobody', ({ expect }) => {
    const { hints, mistakes } = catalogueWith({ a: ['capabilities: [read, delegate]'] })
    expect(mistakes).toEqual([])
    expect(hints).toMatchObject([{ line: 3, key: 'capabilities[1]' }])
  })

  const ids = ['a', 'b', 'c', 'd', 'e', 'f']
  const graph = fc.dictionary(fc.constantFrom(...ids), fc.uniqueArray(fc.constantFrom(...ids)), {
    minKeys: 6,
  })

  test('never leaves a circle among the roles that count', ({ expect }) => {
    fc.assert(
      fc.property(graph, (edges) => {
        const { roles } = catalogueWith(
          Object.fromEntries(Object.entries(edges).map(([id, all]) => [id, [to(...all)]])),
        )
        const open = new Map([...roles].map(([id, { delegates }]) => [id, delegates]))
        for (let round = 0; round < ids.length; round += 1)
          for (const [id, all] of open) if (all.every((one) => !open.has(one))) open.delete(id)
        expect([...open.keys()]).toEqual([])
      }),
    )
  })
})

describe('a catalogue', () => {
  test('counts the operator’s file in place of the core’s, also with a mistake', ({ expect }) => {
    const files = [
      roleFile('l1/a', roleText('l1/a')),
      roleFile('l1/b', roleText('l1/b')),
      roleFile('l1/a', roleText('l1/a', 'description: mine'), 'operator'),
      roleFile('l1/b', roleText('l1/b', 'role: chief'), 'operator'),
    ]
    const { roles, broken, replaced } = catalogueOf(files)
    expect(roles.get('l1/a')).toMatchObject({ description: 'mine', source: 'operator' })
    expect([...broken]).toEqual([['l1/b', '/operator/roles/l1/b.md']])
    expect(replaced).toEqual([
      { id: 'l1/a', core: '/core/roles/l1/a.md', operator: '/operator/roles/l1/a.md' },
      { id: 'l1/b', core: '/core/roles/l1/b.md', operator: '/operator/roles/l1/b.md' },
    ])
  })

  test('refuses a second file of an id, and one that differs in its case alone', ({ expect }) => {
    const again = { ...roleFile('l1/a', roleText('l1/a')), path: '/core/roles/l1/z.md' }
    const files = [roleFile('l1/a', roleText('l1/a')), again, roleFile('l1/A', roleText('l1/A'), 'operator')]
    const { roles, mistakes } = catalogueOf(files)
    expect([...roles.keys()]).toEqual(['l1/a'])
    expect(mistakes.map(({ file, reason }) => [file, reason])).toEqual([
      [again.path, "Duplicate canonical role id 'l1/a': /core/roles/l1/a.md has it too."],
      ['/operator/roles/l1/A.md', "Duplicate canonical role id 'l1/A': /core/roles/l1/a.md has it too."],
    ])
  })

  test('hints at a skill that is missing, where it knows the skills', ({ expect }) => {
    const files = [roleFile('a', roleText('a', 'skills: [triage, prove]'))]
    expect(catalogueOf(files).hints).toEqual([])
    expect(catalogueOf(files, [], new Set(['triage'])).hints).toMatchObject([
      { line: 3, key: 'skills[1]', reason: 'there is no skill prove.' },
    ])
  })

  test('tells what a reference means', ({ expect }) => {
    const catalogue = catalogueWith({ 'l1/a': [], 'x/b': [], 'y/b': [] })
    expect(findRole(catalogue, 'a')).toEqual({ kind: 'found', id: 'l1/a' })
    expect(findRole(catalogue, ' l1/a.md ')).toEqual({ kind: 'found', id: 'l1/a' })
    expect(findRole(catalogue, 'b')).toEqual({ kind: 'ambiguous', ids: ['x/b', 'y/b'] })
    expect(findRole(catalogue, '__proto__')).toEqual({ kind: 'unknown' })
  })

  test('does not depend on the order in which files were found', ({ expect }) => {
    const files = [
      roleFile('l1/a', roleText('l1/a', to('b', 'custom-c', 'zz'))),
      roleFile('l3/b', roleText('l3/b', 'class: leaf')),
      roleFile('l3/b', roleText('l3/b', 'class: leaf', 'description: x'), 'operator'),
      roleFile('custom-c', roleText('custom-c', 'base: l3/b'), 'workspace'),
      roleFile('l3/d', roleText('l3/d', 'role: chief')),
    ]
    const expected = catalogueOf(files)
    expect(expected.roles.size).toBe(2)
    fc.assert(
      fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (shuffled) => {
        expect(catalogueOf(shuffled)).toEqual(expected)
      }),
    )
  })
})
