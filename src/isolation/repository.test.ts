import { describe, test } from 'vitest'
import { fakeDisk, file, type FakeEntry } from '../../test/helpers/fake-disk.ts'
import { ruleOf, rulesFor, type Wish } from './policy.ts'
import { repositoryWishes } from './repository.ts'

const gitFolder = (folder: string): Record<string, FakeEntry> => ({
  [`${folder}/objects/info`]: 'folder',
  [`${folder}/refs/heads`]: 'folder',
  [`${folder}/config`]: file,
  [`${folder}/hooks`]: 'folder',
})

const machine: readonly Wish[] = [
  { path: '/', access: 'read-only', why: '' },
  { path: '/home', access: 'hidden', why: '' },
]

/** What a run in `workDir` may do at a path. */
function accessIn(workDir: string, entries: Record<string, FakeEntry>, others: readonly string[] = []) {
  const facts = fakeDisk({ [`${workDir}/file`]: file, ...entries })
  const wishes = repositoryWishes({ workDir, home: '/home/ada', others, stateDir: '/state' }, facts)
  const hidden = others.map((path): Wish => ({ path, access: 'hidden', why: '' }))
  const own: Wish = { path: workDir, access: 'read-write', why: '' }
  const rules = rulesFor([...machine, ...wishes, ...hidden, own], facts)
  return (path: string) => ruleOf(path, rules)?.access
}

test('a repository that is all in the work_dir needs nothing', ({ expect }) => {
  const facts = fakeDisk(gitFolder('/home/ada/repo/.git'))
  expect(
    repositoryWishes({ workDir: '/home/ada/repo', home: '/home/ada', others: [], stateDir: '/state' }, facts),
  ).toEqual([])
})

describe('a linked worktree', () => {
  const main = '/home/ada/main/.git'
  const entries = {
    ...gitFolder(main),
    [`${main}/worktrees/side/gitdir`]: { text: '/home/ada/side/.git\n' },
    [`${main}/worktrees/side/HEAD`]: file,
    [`${main}/worktrees/other/gitdir`]: { text: '/home/ada/other/.git\n' },
    '/home/ada/side/.git': { text: `gitdir: ${main}/worktrees/side\n` },
    '/home/ada/main/README.md': file,
  }

  test('writes what commits write, and of the repository nothing that others obey', ({ expect }) => {
    const access = accessIn('/home/ada/side', entries)
    for (const name of ['objects/aa', 'refs/heads/x', 'worktrees/side/index'])
      expect(access(`${main}/${name}`), name).toBe('read-write')
    for (const name of [
      'config',
      'hooks/pre-commit',
      'commondir',
      'modules/x/config',
      'worktrees/other/HEAD',
    ])
      expect(access(`${main}/${name}`), name).toBe('read-only')
    expect(access('/home/ada/main/README.md')).toBe('hidden')
  })

  test('may also be a part of the tree', ({ expect }) => {
    const access = accessIn('/home/ada/side/packages/one', {
      ...entries,
      '/home/ada/side/packages/two': 'folder',
    })
    expect(access(`${main}/objects/aa`)).toBe('read-write')
    expect(access('/home/ada/side/packages/two')).toBe('read-only')
  })

  test.for([
    ['the worktree of another', `${main}/worktrees/other`],
    ['a folder that is no worktree', '/home/ada/.ssh'],
    ['the repository itself', main],
    ['nothing', '/home/ada/nowhere'],
  ])('is not believed when its file was changed to point to %s', ([, target], { expect }) => {
    const changed = {
      ...entries,
      '/home/ada/side/.git': { text: `gitdir: ${target}\n` },
      '/home/ada/.ssh/id': file,
    }
    const access = accessIn('/home/ada/side', changed)
    expect(access(`${main}/objects/aa`)).toBe('hidden')
    expect(access('/home/ada/.ssh/id')).toBe('hidden')
  })

  test('is not believed when its file is a link', ({ expect }) => {
    const changed = { ...entries, '/home/ada/side/.git': { link: '/home/ada/other/.git' } }
    expect(accessIn('/home/ada/side', changed)(`${main}/objects/aa`)).toBe('hidden')
  })
})

describe('a submodule', () => {
  const own = '/home/ada/main/.git/modules/sub'
  const entries = {
    ...gitFolder('/home/ada/main/.git'),
    ...gitFolder(own),
    [`${own}/config`]: { text: '[core]\n\tworktree = ../../../sub\n' },
    '/home/ada/main/sub/.git': { text: 'gitdir: ../.git/modules/sub\n' },
  }

  test('writes its own part of the repository around it, but not what others obey there', ({ expect }) => {
    const access = accessIn('/home/ada/main/sub', entries)
    expect(access(`${own}/objects/aa`)).toBe('read-write')
    expect(access(`${own}/config`)).toBe('read-only')
    expect(access(`${own}/hooks/pre-commit`)).toBe('read-only')
    expect(access('/home/ada/main/.git/objects')).toBe('hidden')
  })

  test('is not believed when its config names another tree', ({ expect }) => {
    const changed = { ...entries, [`${own}/config`]: { text: '[core]\n\tworktree = ../../../other\n' } }
    expect(accessIn('/home/ada/main/sub', changed)(`${own}/objects/aa`)).toBe('hidden')
  })
})

describe('a work_dir that is a part of a repository', () => {
  const entries = { ...gitFolder('/home/ada/mono/.git'), '/home/ada/mono/two/file': file }

  test('sees the rest, which a commit would delete otherwise, and can commit', ({ expect }) => {
    const access = accessIn('/home/ada/mono/one', entries)
    expect(access('/home/ada/mono/two/file')).toBe('read-only')
    expect(access('/home/ada/mono/.git/index')).toBe('read-write')
    expect(access('/home/ada/mono/.git/config')).toBe('read-only')
    expect(access('/home/ada/mono/.git/hooks/pre-commit')).toBe('read-only')
  })

  test('can make no hooks where there are none', ({ expect }) => {
    const without = Object.fromEntries(Object.entries(entries).filter(([path]) => !path.endsWith('/hooks')))
    expect(accessIn('/home/ada/mono/one', without)('/home/ada/mono/.git/hooks/pre-commit')).toBe('hidden')
  })

  test('sees nothing of a home that is itself a repository', ({ expect }) => {
    const access = accessIn('/home/ada/one', { ...gitFolder('/home/ada/.git'), '/home/ada/secret': file })
    expect(access('/home/ada/secret')).toBe('hidden')
    expect(access('/home/ada/.git/index')).toBe('hidden')
  })

  test('sees nothing of that home by its other name', ({ expect }) => {
    const other = { ...gitFolder('/data/ada/.git'), '/home/ada': { link: '/data/ada' } } as const
    const facts = fakeDisk({ '/data/ada/one/file': file, ...other })
    expect(
      repositoryWishes(
        { workDir: '/data/ada/one', home: '/home/ada', others: [], stateDir: '/state' },
        facts,
      ),
    ).toEqual([])
  })

  test("sees nothing of a repository that is another agent's", ({ expect }) => {
    const access = accessIn('/home/ada/mono/one', entries, ['/home/ada/mono'])
    expect(access('/home/ada/mono/two/file')).toBe('hidden')
    expect(access('/home/ada/mono/.git/index')).toBe('hidden')
  })
})
