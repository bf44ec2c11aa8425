import { test } from 'vitest'
import type { ChangesView } from '../ipc/protocol/runs.ts'
import { commitLines, describeChanges } from './changes.ts'

const plain = {
  commits: [],
  more_commits: 0,
  rewritten: false,
  diff: { files: 1, insertions: 3, deletions: 0 },
  dirty_before: false,
}
const commit = { id: '0123456789abcdef', subject: 'Mend the roof' }

test.for<[given: Partial<ChangesView>, text: string]>([
  [{}, '1 file +3 -0'],
  [{ commits: [commit], more_commits: 2 }, '3 commits, 1 file +3 -0'],
  [
    { diff: null, rewritten: true },
    'files that could not be compared (the head before is no longer in the history)',
  ],
  [{ dirty_before: true }, '1 file +3 -0 (some lines may be older: not all was committed before)'],
])('changes with %j read %s', ([given, text], { expect }) => {
  expect(describeChanges({ ...plain, ...given })).toBe(text)
})

test('commits have a line each, and those without one are counted', ({ expect }) => {
  expect(commitLines({ ...plain, commits: [commit], more_commits: 7 })).toEqual([
    '012345678 Mend the roof',
    'and 7 more',
  ])
})
