import { test } from 'vitest'
import { boardTask } from '../../../test/helpers/board-tasks.ts'
import type { BoardTask } from '../../tasks/view.ts'
import { changeLines } from './changes.ts'

const todo = boardTask()
const held = (name: string, since = 1): BoardTask =>
  boardTask({ status: 'claimed', ready: false, holder: { name, since, last_sign: null } })
const attempt = { name: 'scout', since: 1, ended_at: 2, reason: 'its lease ran out' }
const failed = boardTask({ id: 't-ffffffff', status: 'failed', ready: false, reason: 'no key' })
const lost = boardTask({ ready: false, unreachable: true, waits_for: ['t-ffffffff'] })

test.for<[string, BoardTask[], BoardTask[], string[]]>([
  ['is nothing when nothing happened', [held('scout')], [held('scout')], []],
  ['is a new task', [], [todo], ['t-aaaaaaaa added: Mend the build']],
  [
    'is a new task that is at work already',
    [],
    [held('scout')],
    ['t-aaaaaaaa added: Mend the build', 't-aaaaaaaa claimed by scout'],
  ],
  ['is one that is gone', [todo], [], ['t-aaaaaaaa is gone: Mend the build']],
  ['is a claim', [todo], [held('scout')], ['t-aaaaaaaa claimed by scout']],
  ['is the next holder', [held('scout')], [held('painter', 2)], ['t-aaaaaaaa claimed by painter']],
  [
    'is a task given back',
    [held('scout')],
    [{ ...todo, attempts: [attempt] }],
    ['t-aaaaaaaa given back by scout: its lease ran out'],
  ],
  [
    'is a result',
    [held('scout')],
    [boardTask({ status: 'done', ready: false, by: 'scout' })],
    ['t-aaaaaaaa done by scout'],
  ],
  [
    'is a question',
    [held('scout')],
    [boardTask({ status: 'blocked', ready: false, by: 'scout', reason: 'which key?' })],
    ['t-aaaaaaaa blocked by scout: which key?'],
  ],
  [
    'is a look to take',
    [held('scout')],
    [boardTask({ status: 'review', ready: false, by: 'scout' })],
    ['t-aaaaaaaa put to review by scout'],
  ],
  [
    'is a task begun afresh',
    [failed],
    [{ ...failed, status: 'todo', ready: true, reason: null }],
    ['t-ffffffff is to do again'],
  ],
  ['is a dependency done', [boardTask({ ready: false })], [todo], ['t-aaaaaaaa is ready']],
  ['is a title', [todo], [{ ...todo, title: 'Mend\u001b[2J it\n' }], ['t-aaaaaaaa is now called: Mend it']],
  [
    'is a failure, and what it means for those behind it',
    [
      { ...failed, status: 'todo' },
      { ...lost, unreachable: false },
    ],
    [failed, lost],
    ['t-ffffffff failed: no key', 't-aaaaaaaa can never be done: it waits for t-ffffffff, which failed'],
  ],
  ['is a way opened again', [lost], [{ ...lost, unreachable: false }], ['t-aaaaaaaa can be done again']],
])('a change %s', ([, before, after, lines], { expect }) => {
  expect(changeLines(before, after)).toEqual(lines)
})
