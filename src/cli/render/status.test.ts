import { test } from 'vitest'
import { sampleAgent, sampleStatus, sampleToday } from '../../../test/helpers/fake-daemon.ts'
import { plainScreen } from '../../../test/helpers/plain-screen.ts'
import type { StatusResult } from '../../ipc/protocol/status.ts'
import { clockTime } from '../../base/time.ts'
import { statusLines } from './status.ts'

const screen = plainScreen(100)
const noon = clockTime(Date.UTC(2026, 0, 5, 12), screen.now)
const later = clockTime(Date.UTC(2026, 0, 5, 13, 5), screen.now)

test('each agent has one line with what it does, how it went and when it is due', ({ expect }) => {
  const agents = {
    scout: sampleAgent(),
    builder: sampleAgent({
      name: 'builder',
      state: 'running',
      doing: 'running 12 s',
      last_outcome: null,
      tokens_saved: 0,
      today: sampleToday({ runs: 0, tokens: 0, cost_usd: null }),
    }),
    critic: sampleAgent({
      name: 'critic',
      state: 'held',
      doing: 'held: not logged in',
      next_tick_at: null,
      today: sampleToday({ cost_usd: null, about: true }),
    }),
  }
  const lines = statusLines(sampleStatus({ agents, events: [], runs_open: 1 }), screen)
  expect(lines.map((line) => line.replaceAll(later, 'SOON.'))).toEqual([
    'marrow 0.1.0, pid 4242, up 1h, 1 of 3 runs busy, /etc/marrow/marrow.toml',
    'today 7 runs, $0.42, 12k tokens',
    '',
    '   AGENT    DOING                            LAST       NEXT              TODAY  TICKS  QUIET  SAVED',
    '○  scout    quiet since 12:55: nothing cha…  succeeded  SOON.             $0.42      7      4   ~12k',
    '▶  builder  running 12 s                     -          SOON.                 -      7      4      -',
    '✖  critic   held: not logged in              succeeded  -      about 12k tokens      7      4   ~12k',
  ])
})

test('where there is more than one project each agent has its own beside its name', ({ expect }) => {
  const agents = {
    scout: sampleAgent(),
    'scout@site': sampleAgent({ name: 'scout@site', project: 'site' }),
  }
  const lines = statusLines(sampleStatus({ agents, events: [] }), screen)
  expect(lines.slice(-3).map((line) => line.slice(0, 24))).toEqual([
    '   AGENT       PROJECT  ',
    '○  scout       default  ',
    '○  scout@site  site     ',
  ])
})

test('a worktree that is kept has its reason, and the command that shows it', ({ expect }) => {
  const kept = { path: '/w/x', branch: 'marrow/scout', agent: 'scout', reason: '1 commit', look: 'git log' }
  const lines = statusLines(sampleStatus({ worktrees_kept: [kept] }), screen)
  expect(lines).toEqual(
    expect.arrayContaining([
      '! kept: the worktree /w/x of scout, marrow/scout: 1 commit',
      '  Look with: git log',
    ]),
  )
})

test('what holds everything is the first line, with how to lift it', ({ expect }) => {
  const since = Date.UTC(2026, 0, 5, 12) / 1_000
  const told = (by: 'operator' | 'file') =>
    statusLines(sampleStatus({ paused: { since, reason: 'lunch', by } }), screen)[0]
  expect(told('operator')).toBe(`PAUSED since ${noon} by operator: lunch. Lift it with: marrow resume`)
  expect(told('file')).toBe(
    `PAUSED since ${noon} by file: lunch. Lift it with: remove /var/lib/marrow/PAUSED`,
  )
})

test('a daemon that stops says so before anything else', ({ expect }) => {
  expect(statusLines(sampleStatus({ stopping: true }), screen)[0]).toMatch(/^STOPPING/)
})

test('mistakes in the file, warnings and what was found at the start come before the agents', ({
  expect,
}) => {
  const lines = statusLines(
    sampleStatus({
      config_problems: ['/m.toml:3: agents[0].name: is empty'],
      warnings: ['scout shares the user of marrow'],
      adopted: { adopted: 2, finished: 0, lost: 1, unstarted: 0 },
    }),
    screen,
  )
  expect(lines.slice(2, 6)).toEqual([
    '! /m.toml:3: agents[0].name: is empty',
    '  The last good configuration stays in force until that is mended.',
    '! scout shares the user of marrow',
    'Runs found at its start: 2 taken over, 1 lost.',
  ])
})

test('what an agent needs attention for stands under the table', ({ expect }) => {
  const scout = sampleAgent({
    no_progress: 'same task, tried 3 times',
    triggers_pending: 2,
    missed_count: 1,
    provider_failures: ['queue: code 1'],
  })
  expect(statusLines(sampleStatus({ agents: { scout }, events: [] }), screen).slice(-4)).toEqual([
    '  scout: no progress: same task, tried 3 times',
    '  scout: 2 wakes waiting for the next tick',
    '  scout: 1 slot missed',
    '  scout: context provider failed: queue: code 1',
  ])
})

test('what is not isolated is said loudly, and once for all agents of which it is true', ({ expect }) => {
  const open = { isolated_by: null, not_isolated: ['bubblewrap is not installed'] }
  const agents = {
    scout: sampleAgent({ ...open }),
    builder: sampleAgent({ name: 'builder', ...open }),
    critic: sampleAgent({ name: 'critic', not_isolated: ['its memory is looked at once a second'] }),
    tester: sampleAgent({ name: 'tester' }),
  }
  expect(statusLines(sampleStatus({ agents, events: [] }), screen).slice(2, 4)).toEqual([
    '! scout, builder not isolated: bubblewrap is not installed',
    '! critic isolated, but: its memory is looked at once a second',
  ])
})

test('a newest run without guards is said, and what guards show besides is not', ({ expect }) => {
  const agents = {
    scout: sampleAgent({ guard: 'missing' }),
    builder: sampleAgent({ name: 'builder', guard: 'proven' }),
    tester: sampleAgent({ name: 'tester', guard: 'asked' }),
  }
  const lines = statusLines(sampleStatus({ agents, events: [] }), screen)
  expect(lines.filter((line) => line.includes('guards'))).toEqual([
    '! scout worked without guards in the newest run. See why with: marrow doctor',
  ])
})

/** The second line of the view. */
function second(changes: Partial<StatusResult>): string | undefined {
  return statusLines(sampleStatus(changes), screen)[1]
}

test('what all agents spent stands against its limits', ({ expect }) => {
  const limit = { scope: 'all', until: 1_767_657_600 } as const
  const limits = [
    { ...limit, limit: 'runs_per_day', used: 160, of: 200, state: 'near' },
    { ...limit, limit: 'usd_per_day', used: 5.1, of: 5, state: 'reached' },
  ] as const
  expect(second({ limits: [...limits] })).toBe('today 160 of 200 runs, $5.10 of $5.00, 12k tokens')
  const quiet = sampleToday({ runs: 0, tokens: 0, cost_usd: null })
  expect(second({ today: quiet })).toBe('')
  expect(
    second({
      today: quiet,
      limits: [{ ...limit, limit: 'tokens_per_day', used: 0, of: 9_000, state: 'open' }],
    }),
  ).toBe('today 0 runs, 0 of 9k tokens')
  const guessed = sampleToday({ about: true, cost_about: true })
  expect(second({ today: guessed })).toBe('today 7 runs, about $0.42, about 12k tokens')
})

test('a limit that is near stands under the table; one that is reached is what the agent does', ({
  expect,
}) => {
  const limit = { limit: 'runs_per_day', scope: 'agent', used: 4, of: 5, until: 1_767_657_600 } as const
  const scout = sampleAgent({ limits: [{ ...limit, state: 'near' }] })
  const builder = sampleAgent({ name: 'builder', limits: [{ ...limit, used: 5, state: 'reached' }] })
  expect(statusLines(sampleStatus({ agents: { scout, builder }, events: [] }), screen).slice(-2)).toEqual([
    expect.stringContaining('builder'),
    '  scout: close to a limit: 4 of 5 runs a day',
  ])
})

test('a limit that cannot be kept is said loudly', ({ expect }) => {
  const limits_unkept = ['usd_per_day does not count what it spends. Write tokens_per_day.']
  const agents = {
    scout: sampleAgent({ limits_unkept }),
    builder: sampleAgent({ name: 'builder', limits_unkept }),
  }
  expect(statusLines(sampleStatus({ agents }), screen)[2]).toBe(
    '! scout, builder cannot be held by a limit: usd_per_day does not count what it spends. Write tokens_per_day.',
  )
})

test('it fits a narrow terminal', ({ expect }) => {
  const scout = sampleAgent({
    doing: 'held: the rate limit of the provider lasts until 14:00 of tomorrow',
    today: sampleToday({ cost_usd: null, about: true }),
  })
  const narrow = plainScreen(80)
  const lines = statusLines(sampleStatus({ agents: { scout }, events: [] }), narrow)
  expect(Math.max(...lines.map((line) => narrow.widthOf(line)))).toBeLessThanOrEqual(80)
})

test('no agents is said, not shown as an empty table', ({ expect }) => {
  expect(statusLines(sampleStatus({ agents: {}, events: [] }), screen).at(-1)).toBe('(no agents)')
})

test('what the operator was not told is said, with how to try again', ({ expect }) => {
  const undelivered = [
    { to: 'the webhook', waiting: 1, failed: 2, reason: 'HTTP \u001b[2J500' },
    { to: 'ntfy', waiting: 3, failed: 0, reason: 'nobody listens there' },
  ]
  const lines = statusLines(sampleStatus({ undelivered }), screen)
  expect(lines).toContain(
    '! 2 notices did not reach the webhook, 1 notice to the webhook is tried again: HTTP 500. Try it with: marrow notify test',
  )
  expect(lines).toContain(
    '! 3 notices to ntfy are tried again: nobody listens there. Try it with: marrow notify test',
  )
})
