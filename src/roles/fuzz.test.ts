import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { roleFile } from '../../test/helpers/role-files.ts'
import { parseRole } from './parse.ts'
import type { RoleSource } from './role.ts'

const rounds = process.env['MARROW_TEST_LONG'] === '1' ? 20_000 : 400

const keys = ['name', 'description', 'role', 'model', 'skills', 'capabilities', 'prompt_file', 'hierarchy']
const hierarchy = [
  'level',
  'class',
  'scheduled',
  'callable',
  'max_delegate_depth',
  'allowed_children',
  'base',
]
const value = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.jsonValue().map((json) => JSON.stringify(json)),
  fc.constantFrom(
    '*a',
    '&a [*a]',
    '<<: *a',
    '!!binary x',
    '|',
    '>-',
    '"',
    "'",
    '{',
    '[',
    '- - -',
    '...',
    '---',
  ),
  fc.constantFrom(
    'true',
    'yes',
    'L2',
    '2',
    '.nan',
    '0x10',
    '1e400',
    '2001-01-01',
    'null',
    '~',
    '🦊',
    '\0',
    '\r',
  ),
)
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom(...keys, ...hierarchy, '__proto__', 'constructor', '<<', '?'), value)
    .map(([key, text]) => `${key}: ${text}`),
  fc.tuple(fc.constantFrom('', ' ', '  ', '\t', '- ', '  - '), value).map((parts) => parts.join('')),
)
const text = fc
  .tuple(
    fc.constantFrom('---', '\uFEFF---', '--- ', '', '\n---'),
    fc.array(line),
    fc.constantFrom('\n', '\r\n'),
  )
  .chain(([fence, lines, end]) =>
    fc.constantFrom('---', '', '--', '...').map((last) => [fence, ...lines, last, 'Body.'].join(end)),
  )

/** Whatever is in the file, it is a role, or there is at least one mistake and each has its place. */
function isToldApart(written: string, source: RoleSource = 'core'): boolean {
  const { role, mistakes, hints } = parseRole(roleFile('l1/a', written, source))
  const lines = written.split('\n').length
  const isPlaced = [...mistakes, ...hints].every(
    ({ line: at, reason }) => at !== undefined && at >= 1 && at <= lines && reason.length < 500,
  )
  return isPlaced && (role === undefined) === mistakes.length > 0
}

describe('whatever is written, a role file', () => {
  test('is a role or has a mistake with its line', ({ expect }) => {
    fc.assert(
      fc.property(text, (written) => {
        expect(isToldApart(written)).toBe(true)
      }),
      { numRuns: rounds },
    )
  })

  test('keeps a name and a description that it put in quotes, letter by letter', ({ expect }) => {
    const said = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0'))
    fc.assert(
      fc.property(said, (description) => {
        const written = `---\nname: a\ndescription: ${JSON.stringify(description)}\n---\n`
        expect(parseRole(roleFile('a', written)).role?.description).toBe(description.trim())
      }),
      { numRuns: rounds },
    )
  })

  const laughs = [
    'a0: &a0 [x, x]',
    ...Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
  ]
  const hostile: readonly (readonly [about: string, head: string])[] = [
    ['a list that doubles with every line', laughs.join('\n')],
    ['lists in lists', `name: ${'['.repeat(4_000)}`],
    ['closed lists in lists', `name: ${'['.repeat(2_000)}${']'.repeat(2_000)}`],
    ['maps in maps', '{a: '.repeat(1_000)],
    ['dashes', '- '.repeat(2_000)],
    ['question marks', '? '.repeat(2_000)],
    ['colons', ': '.repeat(2_000)],
    ['keys in keys', Array.from({ length: 85 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['one key again and again', 'name: a\n'.repeat(500)],
    ['many keys', Array.from({ length: 580 }, (_, index) => `k${index}:`).join('\n')],
    ['an alias of itself', 'name: a\nskills: &s [*s]'],
    ['a text that does not end', `name: "${'x'.repeat(4_000)}`],
    ['aliases without end', `x: &x 1\nskills: [${'*x, '.repeat(900)}]`],
  ]

  // The time is the parser's own: an agent's files must not hold up the daemon.
  test.for(hostile)('of %s takes no time', { timeout: 2_000 }, ([, head], { expect }) => {
    for (const times of [1, 100])
      expect(isToldApart(`---\n${head.repeat(times)}\n---\nBody.`, 'workspace')).toBe(true)
  })
})
