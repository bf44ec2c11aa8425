import { test } from 'vitest'
import { isolationConfig } from '../../test/helpers/agents.ts'
import { standingOf, type StandingRequest, type WallState } from './wall.ts'

const wall = { kind: 'bubblewrap', program: '/usr/bin/bwrap' } as const
const holds: WallState = { state: 'holds', wall }
const fails: WallState = { state: 'fails', reason: 'bubblewrap is not installed', fix: 'Install it.' }
const leaky: WallState = { ...fails, reason: 'a run could read x', leaky: wall }
const unfinished: WallState = { ...fails, reason: 'the test was not finished', unfinished: true }

const request = (more: Partial<StandingRequest>): StandingRequest => ({
  isolation: isolationConfig({ mode: 'preferred' }),
  state: holds,
  bypass: undefined,
  userProblem: undefined,
  refusal: undefined,
  hole: undefined,
  gaps: [],
  ...more,
})
const required = isolationConfig({ mode: 'required' })

test.for<[string, Partial<StandingRequest>, object]>([
  ['a wall that holds is used', {}, { kind: 'walled', missing: [] }],
  ['what is not in force is told', { gaps: ['x'] }, { kind: 'walled', missing: ['x'] }],
  ['nothing starts before the test', { state: { state: 'untested' } }, { kind: 'held', testing: true }],
  ['off is off, and told', { isolation: isolationConfig(), state: fails }, { kind: 'open' }],
  [
    'without a wall it starts where one is only preferred',
    { state: fails },
    { kind: 'open', fix: 'Install it.' },
  ],
  [
    'without a wall it does not start where one is required',
    { state: fails, isolation: required },
    { kind: 'held' },
  ],
  ['a wall with a hole is better than none', { state: leaky }, { kind: 'walled' }],
  ['and not enough where one is required', { state: leaky, isolation: required }, { kind: 'held' }],
  ['a test that was not finished opens nothing', { state: unfinished }, { kind: 'held', testing: false }],
  ['nobody works unasked without a wall', { state: fails, bypass: '--yolo' }, { kind: 'held' }],
  [
    'unless the file says so',
    {
      state: fails,
      bypass: '--yolo',
      isolation: isolationConfig({ mode: 'preferred', bypassWithoutIsolation: true }),
    },
    { kind: 'open' },
  ],
  ['behind it anybody may', { bypass: '--yolo' }, { kind: 'walled' }],
  ['a layer that it can change is told', { hole: 'h' }, { kind: 'walled', missing: ['h'] }],
  ['and holds it where a wall is required', { hole: 'h', isolation: required }, { kind: 'held' }],
  ['a command that cannot work there is not started', { refusal: 'r' }, { kind: 'held', reason: 'r' }],
  ['a user that cannot be taken is not replaced', { userProblem: 'u' }, { kind: 'held', reason: 'u' }],
])('%s', ([, more, expected], { expect }) => {
  expect(standingOf(request(more))).toMatchObject(expected)
})
