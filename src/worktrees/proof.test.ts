import { test } from 'vitest'
import { reasonsToKeep, type Found } from './proof.ts'

const clean: Found = {
  place: 'folder',
  tied: true,
  unsaved: { changed: [], unlooked: [], ignoredRepositories: [] },
  gitNames: ['HEAD', 'ORIG_HEAD', 'commondir', 'gitdir', 'index', 'logs', 'refs'],
  locked: undefined,
  unmerged: 0,
}

test('nothing speaks against a worktree in which all is committed and merged', ({ expect }) => {
  expect(reasonsToKeep(clean)).toEqual([])
  expect(reasonsToKeep({ ...clean, place: 'nothing', tied: false, unsaved: undefined })).toEqual([])
})

const cases: [string, Partial<Found>, string][] = [
  ['a link in its place', { place: 'other' }, 'something else than a folder stands in its place'],
  ['a folder of something else', { tied: false }, 'its folder is no longer tied to the repository'],
  ['no answer about files', { unsaved: undefined }, 'git does not say what in it is not committed'],
  [
    'changed files',
    { unsaved: { changed: ['a', 'b'], unlooked: [], ignoredRepositories: [] } },
    '2 files not committed: a, b',
  ],
  [
    'an overlooked file',
    { unsaved: { changed: [], unlooked: ['a'], ignoredRepositories: [] } },
    'git was told not to look at 1 file: a',
  ],
  ['a merge', { gitNames: ['MERGE_HEAD'] }, 'a merge is under way'],
  ['a rebase', { gitNames: ['rebase-merge', 'rebase-apply'] }, 'a rebase is under way'],
  ['a bisect', { gitNames: ['BISECT_LOG'] }, 'a bisect is under way'],
  ['a locked index', { gitNames: ['index.lock'] }, 'its index is locked: something is at work in it'],
  ['submodules', { gitNames: ['modules'] }, 'it has submodules, into which marrow does not look'],
  ['references of its own', { gitNames: ['refs/worktree'] }, 'it has references of its own'],
  ['a lock without a reason', { locked: '' }, 'it is locked'],
  ['a lock', { locked: 'mine' }, 'it is locked: mine'],
  ['commits', { unmerged: 2 }, '2 commits in no other branch'],
  [
    'no answer about commits',
    { unmerged: undefined },
    'git does not say whether its commits are in another branch',
  ],
]

test.for(cases)('%s: kept, and that is the reason', ([, change, reason], { expect }) => {
  expect(reasonsToKeep({ ...clean, ...change })).toEqual([reason])
})

test('commits are asked for also where the folder is gone', ({ expect }) => {
  const gone = { ...clean, place: 'nothing' as const, tied: false, unsaved: undefined, unmerged: 1 }
  expect(reasonsToKeep(gone)).toEqual(['1 commit in no other branch'])
})
