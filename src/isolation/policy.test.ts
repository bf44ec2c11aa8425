import { array, assert, boolean, constantFrom, option, property, record } from 'fast-check'
import { describe, test } from 'vitest'
import { fakeDisk, file } from '../../test/helpers/fake-disk.ts'
import { isInside } from '../config/paths.ts'
import { ruleOf, rulesFor, type Rule, type Wish } from './policy.ts'

const disk = fakeDisk({
  '/home/ada/.ssh/id': file,
  '/home/ada/.gitconfig': { link: 'dotfiles/gitconfig' },
  '/home/ada/dotfiles/gitconfig': file,
  '/home/ada/code': { link: '/data/code' },
  '/data/code/app/src': 'folder',
  '/ws/a/b/rules/x.md': file,
  '/keep/projects': 'folder',
})

const wish = (path: string, access: Wish['access'], more: Partial<Wish> = {}): Wish => ({
  path,
  access,
  why: 'test',
  ...more,
})

const machine = wish('/', 'read-only')
const home = wish('/home', 'hidden')

const accessAt = (path: string, wishes: readonly Wish[]) => ruleOf(path, rulesFor(wishes, disk))?.access

const placesOf = (wishes: readonly Wish[]) =>
  rulesFor(wishes, disk).map(({ path, access, kind, from }) => [path, access, kind, from])

test('the deepest rule decides, however the wishes are ordered', ({ expect }) => {
  const wishes = [wish('/ws/a/b', 'read-only'), wish('/ws', 'read-write'), wish('/ws/a', 'hidden'), machine]
  expect(accessAt('/ws/x', wishes)).toBe('read-write')
  expect(accessAt('/ws/a/x', wishes)).toBe('hidden')
  expect(accessAt('/ws/a/b/x', wishes)).toBe('read-only')
  expect(accessAt('/wsx', wishes)).toBe('read-only')
})

test('what marrow.toml names in a writable folder stays writable, and in its place with all above it', ({
  expect,
}) => {
  const wishes = [machine, wish('/ws', 'read-write')]
  const rules = rulesFor(wishes, disk, ['/ws/a/b/rules', '/ws/missing', '/ws', '/home/ada/.ssh'])
  expect(rules.map(({ path, access }) => [path, access])).toEqual([
    ['/', 'read-only'],
    ['/ws', 'read-write'],
    ['/ws/a', 'read-write'],
    ['/ws/a/b', 'read-write'],
    ['/ws/a/b/rules', 'read-write'],
  ])
})

test('of two wishes about one path the later wins', ({ expect }) => {
  expect(accessAt('/ws', [machine, wish('/ws', 'hidden'), wish('/ws', 'read-write')])).toBe('read-write')
  expect(accessAt('/ws', [machine, wish('/ws', 'read-write'), wish('/ws', 'hidden')])).toBe('hidden')
})

test('what does not exist gets no rule', ({ expect }) => {
  expect(placesOf([machine, wish('/nowhere', 'read-write')])).toEqual([
    ['/', 'read-only', 'folder', undefined],
  ])
})

describe('a path behind a link', () => {
  test('is let through where it really is, and the link is shown where it would be hidden', ({ expect }) => {
    expect(placesOf([machine, home, wish('/home/ada/code/app', 'read-write')])).toEqual([
      ['/', 'read-only', 'folder', undefined],
      ['/home', 'hidden', 'folder', undefined],
      ['/data/code/app', 'read-write', 'folder', undefined],
      ['/home/ada/code/app', 'read-write', 'link', '/data/code/app'],
    ])
  })

  test('is hidden where it really is', ({ expect }) => {
    const wishes = [machine, wish('/home/ada/code', 'hidden')]
    expect(accessAt('/data/code/app', wishes)).toBe('hidden')
  })

  test('leaves no link below another link, which would lie in the folder that it leads to', ({ expect }) => {
    const wishes = [
      machine,
      home,
      wish('/home/ada/code/app', 'read-write'),
      wish('/home/ada/code', 'read-only'),
    ]
    const links = rulesFor(wishes, disk).filter(({ kind }) => kind === 'link')
    expect(links.map(({ path }) => path)).toEqual(['/home/ada/code'])
  })
})

test('a link of the CLI is made only in a folder that is private', ({ expect }) => {
  const link = wish('/home/ada/.tool/auth', 'read-write', { link: '../.login/auth' })
  expect(placesOf([machine, home, link]).at(-1)).toEqual([
    '/home/ada/.tool/auth',
    'read-write',
    'link',
    '../.login/auth',
  ])
  expect(placesOf([machine, wish('/home', 'read-write'), link])).not.toContainEqual(
    expect.arrayContaining(['link']),
  )
})

test('what comes from elsewhere is shown also where its place is no secret', ({ expect }) => {
  const kept = wish('/ws/a', 'read-write', { from: '/keep/projects' })
  expect(
    placesOf([machine, wish('/ws', 'read-write'), kept, wish('/ws/a/b', 'read-write')]).slice(1),
  ).toEqual([
    ['/ws', 'read-write', 'folder', undefined],
    ['/ws/a', 'read-write', 'folder', '/keep/projects'],
    ['/ws/a/b', 'read-write', 'folder', undefined],
  ])
})

describe('a wish that only reveals', () => {
  test('does nothing where the path is seen anyway', ({ expect }) => {
    const revealing = wish('/ws/a', 'read-only', { reveals: true })
    expect(accessAt('/ws/a/x', [machine, wish('/ws', 'read-write'), revealing])).toBe('read-write')
  })

  test('shows what would be hidden, whatever comes later', ({ expect }) => {
    const revealing = wish('/home/ada/.gitconfig', 'read-only', { reveals: true })
    expect(accessAt('/home/ada/.gitconfig', [machine, revealing, home])).toBe('read-only')
    expect(accessAt('/home/ada/dotfiles/gitconfig', [machine, revealing, home])).toBe('read-only')
    expect(accessAt('/home/ada/dotfiles', [machine, revealing, home])).toBe('hidden')
  })
})

const masked = (path: string) => wish(path, 'read-only', { mask: 'file' })

describe('a mask', () => {
  test('stands where a run could make what is missing', ({ expect }) => {
    const rule = rulesFor([machine, wish('/ws', 'read-write'), masked('/ws/hooks')], disk).at(-1)
    expect(rule).toMatchObject({ path: '/ws/hooks', access: 'hidden', kind: 'file' })
  })

  test('closes the first of the folders that are missing on the way', ({ expect }) => {
    const rule = rulesFor([machine, wish('/ws', 'read-write'), masked('/ws/new/deep/hook')], disk).at(-1)
    expect(rule).toMatchObject({ path: '/ws/new', access: 'hidden', kind: 'folder', closed: true })
  })

  test.for([
    ['what is there already', '/ws/a/b/rules/x.md', 'read-only'],
    ['what nothing can be made in', '/keep/new', 'read-only'],
    ['what is hidden anyway', '/home/new', 'hidden'],
  ] as const)('is not needed for %s', ([, path, access], { expect }) => {
    const wishes = [machine, home, wish('/ws', 'read-write'), masked(path)]
    expect(ruleOf(path, rulesFor(wishes, disk))).toMatchObject({ access, closed: false })
  })
})

test('folders between what may be written and what may not are held in place', ({ expect }) => {
  const wishes = [machine, wish('/ws', 'read-write'), wish('/ws/a/b/rules', 'read-only')]
  expect(placesOf(wishes)).toEqual([
    ['/', 'read-only', 'folder', undefined],
    ['/ws', 'read-write', 'folder', undefined],
    ['/ws/a', 'read-write', 'folder', undefined],
    ['/ws/a/b', 'read-write', 'folder', undefined],
    ['/ws/a/b/rules', 'read-only', 'folder', undefined],
  ])
})

test('a folder that is not there where another is shown cannot be held, and stops nothing', ({ expect }) => {
  const kept = wish('/ws', 'read-write', { from: '/keep/projects' })
  expect(placesOf([machine, kept, wish('/ws/a/b/rules', 'read-only')]).map(([path]) => path)).toEqual([
    '/',
    '/ws',
    '/ws/a/b/rules',
  ])
})

// Properties: names from a small alphabet, so that wishes meet.
const names = ['a', 'b', 'c'] as const
const paths = array(constantFrom(...names), { maxLength: 4 }).map((parts) => `/${parts.join('/')}`)
const tree = fakeDisk(
  Object.fromEntries(
    names.flatMap((one) =>
      names.flatMap((two) =>
        names.flatMap((three) => names.map((four) => [`/${one}/${two}/${three}/${four}`, file])),
      ),
    ),
  ),
)
const wishes = array(
  record({
    path: paths,
    access: constantFrom('hidden', 'read-only', 'read-write'),
    why: constantFrom('first', 'second'),
    reveals: boolean(),
    from: option(paths, { nil: undefined, freq: 8 }),
  }).map(({ from, ...rest }): Wish => (from === undefined ? rest : { ...rest, from })),
  { maxLength: 8 },
).map((some): Wish[] => [machine, ...some])

/** What the wishes say of a path, without rules: the deepest that is no revelation, then what is revealed of the hidden. */
function wantedAt(path: string, all: readonly Wish[]): Wish['access'] {
  let plain = strongest(
    path,
    all.filter(({ reveals }) => reveals !== true),
  )
  const revealing = all.filter(({ reveals }) => reveals === true)
  const counted: Wish[] = all.filter(({ reveals }) => reveals !== true)
  for (const one of revealing) {
    if (strongest(one.path, counted) === 'hidden') counted.push(one)
    plain = strongest(path, counted)
  }
  return plain
}

function strongest(path: string, all: readonly Wish[]): Wish['access'] {
  const around = all.filter((one) => isInside(path, one.path))
  const deepest = Math.max(...around.map((one) => one.path.length))
  return around.findLast((one) => one.path.length === deepest)?.access ?? 'read-only'
}

test('for any wishes a path has the access that the deepest of them says, revelations included', () => {
  assert(
    property(wishes, paths, (all, path) => ruleOf(path, rulesFor(all, tree))?.access === wantedAt(path, all)),
    { numRuns: 2_000 },
  )
})

test('for any wishes the rules come from the root down, one for each path', () => {
  assert(
    property(wishes, (all) => {
      const rules = rulesFor(all, tree)
      const inOrder = rules.every((rule, index) =>
        rules.slice(index + 1).every(({ path }) => path !== rule.path && !isInside(rule.path, path)),
      )
      return rules[0]?.path === '/' && inOrder
    }),
  )
})

test('for any wishes all folders between what may be written and what may not are held in place', () => {
  assert(
    property(wishes, (all) => {
      const rules = rulesFor(all, tree)
      return rules.every((rule, index) => {
        const above = ruleOf(rule.path, rules.slice(0, index))
        if (rule.access === 'read-write' || above?.access !== 'read-write' || above.from !== undefined)
          return true
        return foldersAbove(rule.path)
          .filter((path) => isInside(path, outermost(above, rules).path))
          .every((path) => rules.some((held) => held.path === path && held.from === undefined))
      })
    }),
    { numRuns: 2_000 },
  )
})

/** Rules that only hold a folder lie in the one that may be written. */
function outermost(rule: Rule, rules: readonly Rule[]): Rule {
  const above = rules.findLast(({ path }) => path !== rule.path && isInside(rule.path, path))
  return above?.access === 'read-write' && above.from === undefined ? outermost(above, rules) : rule
}

function foldersAbove(path: string): string[] {
  const above = path.slice(0, path.lastIndexOf('/'))
  return above === '' ? [] : [...foldersAbove(above), above]
}
