import * as fc from 'fast-check'
import { join, normalize } from 'node:path'
import { describe, test } from 'vitest'
import { roleFiles } from './role-files.ts'

describe('a role', () => {
  test.for([
    ['l1/scout', ['l1/scout.md']],
    ['l1/scout.md', ['l1/scout.md']],
    [' scout ', ['scout.md', 'l1/scout.md', 'l2/scout.md', 'l3/scout.md']],
    ['v1.2', ['v1.2.md', 'l1/v1.2.md', 'l2/v1.2.md', 'l3/v1.2.md']],
  ] as const)('called %j may stand in %j', ([role, files], { expect }) => {
    expect(roleFiles(role)).toEqual(files)
  })

  test.for([
    '',
    '.',
    '..',
    '../x',
    'l1/../../x',
    '/etc/passwd',
    'l1//x',
    'l1/',
    '.hidden',
    'a\\b',
    'a\0b',
    '.md',
    'a\nb',
  ])('called %j is refused', (role, { expect }) => {
    expect(roleFiles(role)).toBeUndefined()
  })

  test('never leaves the folder of roles', ({ expect }) => {
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('..', '.', '/', 'a', '.md', '~')).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(text, (role) => {
        for (const file of roleFiles(role) ?? []) {
          expect(normalize(join('/roles', file))).toBe(`/roles/${file}`)
        }
      }),
    )
  })
})
