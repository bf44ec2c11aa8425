import { array, assert, constantFrom, property } from 'fast-check'
import { test } from 'vitest'
import { fakeDisk, file, type FakeEntry } from '../../test/helpers/fake-disk.ts'
import { isInside } from '../config/paths.ts'
import type { Wish } from './policy.ts'
import { isMisled, trustedWishes } from './trust.ts'

const disk = fakeDisk({
  '/home/ada/.ssh/id': file,
  '/home/ada/ws': { link: '/data/ws' },
  '/data/ws/repo/src': 'folder',
  '/data/ws/out': { link: '/home/ada/.ssh' },
  '/data/ws/near': { link: 'repo' },
  '/data/ws/lost': { link: '/nowhere' },
})

test.for([
  ['the folder itself behind a link of the operator', '/home/ada/ws', false],
  ['what really lies in it', '/data/ws/repo/src', false],
  ['the same by the name of the operator', '/home/ada/ws/repo/src', false],
  ['what is not there yet', '/data/ws/repo/new/deep', false],
  ['a link out of it', '/data/ws/out', true],
  ['a path through a link out of it', '/data/ws/out/id', true],
  ['that by the name of the operator', '/home/ada/ws/out/id', true],
  ['a link inside of it', '/data/ws/near/src', true],
  ['a link to nothing', '/data/ws/lost', true],
  ['what lies elsewhere', '/home/ada/.ssh/id', false],
] as const)('knows whether a run may have led it astray: %s', ([, path, misled], { expect }) => {
  expect(isMisled(path, ['/home/ada/ws'], disk)).toBe(misled)
})

const wish = (path: string, more: Partial<Wish> = {}): Wish => ({
  path,
  access: 'read-write',
  why: '',
  ...more,
})

test('a wish that is misled is left out and told of, one that hides is kept', ({ expect }) => {
  const { wishes, refused } = trustedWishes(
    [
      wish('/data/ws'),
      wish('/data/ws/out'),
      wish('/data/ws/out', { access: 'hidden' }),
      wish('/home/ada/.tool', { from: '/data/ws/out/kept' }),
      wish('/home/ada/.tool/auth', { link: '../.login/auth' }),
    ],
    ['/data/ws'],
    disk,
  )
  expect(wishes.map(({ path, access }) => [path, access])).toEqual([
    ['/data/ws', 'read-write'],
    ['/data/ws/out', 'hidden'],
    ['/home/ada/.tool/auth', 'read-write'],
  ])
  expect(refused).toEqual(['/data/ws/out', '/data/ws/out/kept'])
})

test('whatever links are made in a folder, no path in it that is believed leads out of it', () => {
  const names = array(constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }).map((parts) =>
    parts.join('/'),
  )
  const targets = constantFrom('/secret', '/secret/a', '/ws/a', '/ws/b', '..', '../a', '../../secret')
  const links = array(
    names.chain((name) => targets.map((link): [string, FakeEntry] => [`/ws/${name}`, { link }])),
    {
      maxLength: 5,
    },
  )
  assert(
    property(links, names, (made, path) => {
      const facts = fakeDisk({
        '/secret/a/b': file,
        '/ws/a/b/c': file,
        '/ws/b/a': file,
        ...Object.fromEntries(made),
      })
      const asked = `/ws/${path}`
      return isMisled(asked, ['/ws'], facts) || isInside(facts.realPath(asked), '/ws')
    }),
    { numRuns: 2_000 },
  )
})
