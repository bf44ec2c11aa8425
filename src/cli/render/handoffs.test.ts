import { test } from 'vitest'
import { plainScreen } from '../../../test/helpers/plain-screen.ts'
import { sampleHandoffs, sampleShown } from '../../../test/helpers/sample-handoff.ts'
import { clockTime } from '../../base/time.ts'
import { handoffDetailLines, handoffLines } from './handoffs.ts'

const now = Date.parse('2026-01-05T15:07:30.000Z')
const screen = { ...plainScreen(140), now }

test('handoffs are a table with their age; who is not proven is called so', ({ expect }) => {
  const lines = handoffLines({ ...sampleHandoffs, more: 3, notes: ['runtime is a link\u001b[2J'] }, screen)
  expect(lines).toEqual([
    ' AGE  FROM                       TO         STATE    TITLE               FILE',
    '2h5m  conductor as l1/conductor  scout      waiting  Look at the build   20260105-130200-conductor-Look-at-the-build.md',
    '2h5m  scout (unproven)           conductor  done     The build is green  note.md',
    'and 3 more handoffs waiting',
    'not looked at: runtime is a link',
  ])
})

test('where nothing waits that is said', ({ expect }) => {
  expect(handoffLines({ waiting: [], more: 0, done: [], notes: [] }, screen)).toEqual(['(no handoffs)'])
})

test('one is shown with who sent it, and all that it says', ({ expect }) => {
  const text = '# Look at the build\n\n\u001b[2JIt fails.\n'
  expect(handoffDetailLines({ ...sampleShown, text, cut: true, bytes: 70_000 }, screen)).toEqual([
    'from     conductor as l1/conductor',
    'to       scout',
    'run      conductor-20260105-130000-000-abcd',
    `written  ${clockTime(Date.parse(sampleShown.at), now)}, 2h5m ago`,
    'state    waiting',
    `file     ${sampleShown.path}`,
    '',
    '# Look at the build\n\nIt fails.',
    '(the start of 68 KiB)',
  ])
})
