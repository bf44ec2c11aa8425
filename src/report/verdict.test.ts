import { describe, test } from 'vitest'
import { did, ending, failure, idleAgent, midnight, noon, quietNight } from '../../test/helpers/nights.ts'
import { makeReport } from './report.ts'
import type { Facts } from './facts.ts'

const hour = 3_600_000
const verdict = (facts: Facts) => makeReport(facts).verdict
const pause = { since: midnight - hour, reason: 'holiday', lift: 'marrow resume' }
const ran = { activity: did({ ticks: 2, started: 2, endings: [ending({ count: 2, costUsd: 1.5 })] }) }

describe('the first line', () => {
  test.for<[what: string, facts: Facts, well: boolean, line: string]>([
    [
      'tells what was done when all is well',
      quietNight({ journal: { ...ran, tasksFinished: 1, commits: 3 } }),
      true,
      'All well: 2 runs, 1 task finished, 3 commits, $1.50.',
    ],
    [
      'counts what waits for the operator',
      quietNight({ journal: ran, situation: { configProblems: ['x'] } }),
      false,
      '1 thing needs you. 2 runs, $1.50.',
    ],
    [
      'counts several things',
      quietNight({ journal: ran, situation: { configProblems: ['x'], pause } }),
      false,
      '2 things need you. 2 runs, $1.50.',
    ],
    [
      'says first that no daemon runs',
      quietNight({ journal: ran, situation: { daemonRuns: false, pause } }),
      false,
      'No daemon runs: 2 things need you. 2 runs, $1.50.',
    ],
    [
      'does not call failures well, though nothing is left to do',
      quietNight({
        journal: { activity: did({ started: 3, endings: [ending({ count: 2 }), failure('no disk')] }) },
      }),
      false,
      'Nothing needs you, but not all went well: 3 runs, 1 failed.',
    ],
    [
      'says that none succeeded',
      quietNight({ journal: { activity: did({ started: 2, endings: [failure('no disk', { count: 2 })] }) } }),
      false,
      'Nothing needs you, but not all went well: 2 runs, none succeeded.',
    ],
    [
      'says for how long no daemon ran',
      quietNight({
        journal: { ...ran, downtime: [{ from: midnight + hour, to: noon - hour, stopped: false }] },
      }),
      false,
      'Nothing needs you, but not all went well: 2 runs, $1.50, no daemon for 10h.',
    ],
    [
      'passes over the minutes of an update',
      quietNight({
        journal: { ...ran, downtime: [{ from: midnight, to: midnight + 60_000, stopped: true }] },
      }),
      true,
      'All well: 2 runs, $1.50.',
    ],
    [
      'counts a run that was started and goes on',
      quietNight({ journal: { activity: did({ started: 1 }) } }),
      true,
      'All well: 1 run started.',
    ],
    [
      'does not count what the operator ended as a failure',
      quietNight({
        journal: {
          activity: did({
            started: 1,
            endings: [ending({ outcome: { kind: 'ended', by: 'operator', exitCode: 143 } })],
          }),
        },
      }),
      true,
      'All well: 1 run.',
    ],
  ])('%s', ([, facts, well, line], { expect }) => {
    expect(verdict(facts)).toEqual({ well, line })
  })
})

const down = (from: number, to: number | undefined) => ({ downtime: [{ from, to, stopped: true }] })

describe('of a night in which nothing ran the first line says so, because', () => {
  const row = { id: 1, at: midnight + hour, agent: null, run: null }
  test.for<[why: string, facts: Facts, line: string]>([
    [
      'nothing was new',
      quietNight({ journal: { activity: did({ ticks: 96, quiet: 96 }) } }),
      'nothing was new in 96 quiet ticks. All well.',
    ],
    ['no agent was due', quietNight(), 'no agent was due. All well.'],
    [
      'no daemon ran at all',
      quietNight({ situation: { daemonRuns: false }, journal: down(midnight - hour, undefined) }),
      'no daemon ran since before then. No daemon runs: 1 thing needs you.',
    ],
    [
      'no daemon ran until the end',
      quietNight({ situation: { daemonRuns: false }, journal: down(midnight + hour, undefined) }),
      'no daemon ran from 2026-01-05T01:00:00.000Z on. No daemon runs: 1 thing needs you.',
    ],
    [
      'no daemon ran for a while',
      quietNight({ journal: down(midnight + hour, noon - hour) }),
      'no daemon ran from 2026-01-05T01:00:00.000Z to 2026-01-05T11:00:00.000Z. Nothing needs you.',
    ],
    [
      'no daemon ran until shortly before the end',
      quietNight({ journal: down(midnight - hour, noon - hour) }),
      'no daemon ran until 2026-01-05T11:00:00.000Z. Nothing needs you.',
    ],
    [
      'daemons came and went',
      quietNight({
        journal: {
          downtime: [
            { from: midnight, to: midnight + hour, stopped: false },
            { from: midnight + 2 * hour, to: midnight + 4 * hour, stopped: false },
          ],
        },
      }),
      'no daemon ran for 3h. Nothing needs you.',
    ],
    [
      'no daemon has ever run',
      quietNight({ situation: { daemonRuns: false }, journal: { from: undefined } }),
      'no daemon has ever run here. No daemon runs: 1 thing needs you.',
    ],
    [
      'everything is paused',
      quietNight({ situation: { pause } }),
      'everything is paused since 2026-01-04T23:00:00.000Z. 1 thing needs you.',
    ],
    [
      'everything was paused, though it is no more',
      quietNight({
        journal: { rows: [{ ...row, kind: 'work.paused', data: { reason: '', by: 'operator' } }] },
      }),
      'everything was paused at 2026-01-05T01:00:00.000Z. All well.',
    ],
    [
      'every agent is held',
      quietNight({
        situation: { agents: [idleAgent({ breaker: { state: 'held', reason: 'not logged in' } })] },
      }),
      'every agent is paused or held. 1 thing needs you.',
    ],
    [
      'a rate limit holds the only agent, which nobody can help',
      quietNight({
        situation: {
          agents: [
            idleAgent({ breaker: { state: 'limited', times: 1, until: noon + hour, reason: 'quota' } }),
          ],
        },
      }),
      'every agent is paused or held. All well.',
    ],
    [
      'no agent is configured',
      quietNight({ situation: { agents: [] } }),
      'no agent is configured. All well.',
    ],
    [
      'a configuration cannot be used, and nothing else tells of agents',
      quietNight({ situation: { agents: [], configProblems: ['x'] } }),
      'its agents are not known. 1 thing needs you.',
    ],
    [
      'no prompt could be made',
      quietNight({
        journal: { activity: did({ ticks: 4, failedTicks: [{ reason: 'the role is missing', count: 4 }] }) },
      }),
      '4 ticks failed before a run, the role is missing. Nothing needs you.',
    ],
    [
      'a limit held them back',
      quietNight({
        journal: {
          activity: did({ ticks: 4, heldTicks: [{ reason: 'limit, 5 of 5 runs a day', count: 4 }] }),
        },
      }),
      '4 ticks held back, limit, 5 of 5 runs a day. All well.',
    ],
    [
      'an earlier run goes on',
      quietNight({
        situation: { agents: [idleAgent({ open: { run: 'scout-1', since: midnight - hour } })] },
      }),
      'scout is still at an earlier one. All well.',
    ],
    [
      'the last daemon was stopped, and before that nothing was new',
      quietNight({
        situation: { daemonRuns: false },
        journal: { ...down(noon - hour, undefined), activity: did({ ticks: 9, quiet: 9 }) },
      }),
      'no daemon ran from 2026-01-05T11:00:00.000Z on; nothing was new in 9 quiet ticks. No daemon runs: 1 thing needs you.',
    ],
  ])('%s', ([, facts, line], { expect }) => {
    expect(verdict(facts).line).toBe(`No run was started: ${line}`)
  })
})
