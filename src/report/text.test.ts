import { afterEach, beforeEach, test, vi } from 'vitest'
import { did, ending, failure, idleAgent, midnight, noon, quietNight } from '../../test/helpers/nights.ts'
import { plainScreen } from '../../test/helpers/plain-screen.ts'
import { reportLines } from '../cli/render/report.ts'
import { makeReport } from './report.ts'
import { reportMarkdown, reportText } from './text.ts'

// The reader's zone, in which the times are shown.
beforeEach(() => void vi.stubEnv('TZ', 'UTC'))
afterEach(() => void vi.unstubAllEnvs())

const hour = 3_600_000
const row = (id: number, at: number, kind: string, data: object, agent: string | null = null) => ({
  id,
  at,
  kind,
  agent,
  run: null,
  data: { ...data },
})

const goodNight = quietNight({
  situation: {
    agents: [idleAgent(), idleAgent({ name: 'conductor', open: { run: 'conductor-7', since: noon - hour } })],
  },
  journal: {
    activity: did({
      ticks: 12,
      caughtUp: 1,
      missedSlots: 9,
      quiet: 10,
      savedTokens: 30_500,
      started: 2,
      endings: [ending({ count: 2, tokens: 12_400, costUsd: 0.42 })],
    }),
    tasks: [row(5, midnight + hour, 'task.finished', { file: 'a.md', title: 'Mend the roof' }, 'scout')],
    tasksFinished: 4,
    changes: [
      {
        run: 'scout-2',
        agent: 'scout',
        endedAt: midnight + 2 * hour,
        workDir: '/srv/site',
        changes: {
          commits: [
            { id: 'b'.repeat(40), subject: 'Mend the roof' },
            { id: 'a'.repeat(40), subject: 'Take off the old tiles' },
          ],
          moreCommits: 0,
          rewritten: false,
          diff: { files: 3, insertions: 12, deletions: 4 },
          dirtyBefore: true,
        },
      },
    ],
    changedRuns: 1,
    commits: 2,
    rows: [
      row(1, midnight + hour, 'daemon.started', {
        pid: 7,
        version: '0.1.0',
        adopted: 1,
        finished: 0,
        lost: 0,
        unstarted: 0,
      }),
      row(2, midnight + 2 * hour, 'clock.jumped', { ms: 3 * hour }),
      row(3, midnight + 6 * hour, 'breaker.closed', {}, 'scout'),
    ],
    downtime: [{ from: midnight + hour - 60_000, to: midnight + hour, stopped: false }],
  },
  before: new Map([['scout', [ending({ count: 3, tokens: 20_000, aboutTokens: 1_000, costUsd: 0.61 })]]]),
})

const badNight = quietNight({
  situation: {
    agents: [
      idleAgent({
        breaker: { state: 'held', reason: 'not logged in: the key was refused' },
        heldSince: midnight + 2 * hour,
      }),
    ],
    pause: { since: midnight + 3 * hour, reason: '', lift: 'marrow resume' },
  },
  journal: {
    from: midnight + hour,
    activity: did({
      ticks: 3,
      started: 3,
      endings: [
        failure('the key was refused', { count: 2, run: 'scout-3' }),
        failure('no disk', { run: 'scout-1' }),
      ],
      failedTicks: [{ reason: 'the role l1/scout is missing', count: 1 }],
      heldTicks: [{ reason: 'limit, until 2026-01-06T00:00:00.000Z', count: 2 }],
    }),
  },
})

test('a good night reads from the verdict down to what marrow did by itself', ({ expect }) => {
  expect(reportText(makeReport(goodNight))).toMatchInlineSnapshot(`
    "All well: 2 runs, 4 tasks finished, 2 commits, $0.42.
    From 00:00 to 12:00, 12h.

    AGENTS
    - scout: 12 ticks, 2 runs, 10 quiet (about 31k tokens saved), 12k tokens, $0.42 (the day before: about 21k tokens, $0.61)
    - conductor: nothing
        conductor-7 goes on since 11:00

    TASKS FINISHED
    - and 3 before these
    - 01:00 scout: Mend the roof

    CHANGES
    - 02:00 scout in /srv/site: 2 commits, 3 files +12 -4 (some lines may be older: not all was committed before)
        bbbbbbbbb Mend the roof
        aaaaaaaaa Take off the old tiles
        marrow show scout-2

    BY ITSELF
    - no daemon ran from 00:59 to 01:00, 1m (the last one left no word)
    - the machine slept for 3h
    - 1 tick caught up after sleep, downtime or a long run; 9 slots passed without one
    - 01:00 marrow 0.1.0 started as pid 7; runs: 1 taken over
    - 06:00 scout: works again after its failures
    "
  `)
})

test('a night that failed says so first, and what to do about it', ({ expect }) => {
  expect(reportText(makeReport(badNight))).toMatchInlineSnapshot(`
    "2 things need you. 3 runs, none succeeded.
    From 00:00 to 12:00, 12h; the journal begins at 01:00.

    WAITS FOR YOU
    - everything is paused (since 03:00)
        > marrow resume
    - scout is held: not logged in: the key was refused (since 02:00)
        > log in, then marrow resume scout

    AGENTS
    - scout: 3 ticks, 3 runs, 4 failed, 2 held
        failed: the key was refused (2 times, last: scout-3)
        failed: no disk (scout-1)
        the role l1/scout is missing
        held: limit, until 00:00
    "
  `)
})

test('a quiet night is short', ({ expect }) => {
  const night = quietNight({ journal: { activity: did({ ticks: 96, quiet: 96, savedTokens: 300_000 }) } })
  expect(reportText(makeReport(night))).toMatchInlineSnapshot(`
    "No run was started: nothing was new in 96 quiet ticks. All well.
    From 00:00 to 12:00, 12h.

    AGENTS
    - scout: 96 ticks, 0 runs, 96 quiet (about 300k tokens saved)
    "
  `)
})

test('of many reasons to fail the rest is counted', ({ expect }) => {
  const others = ending({ outcome: { kind: 'others', ended: 'failed', by: null }, count: 40 })
  const told = Array.from({ length: 12 }, (_, place) => failure(`way ${place}`))
  const stopped = ending({ outcome: { kind: 'others', ended: 'ended', by: 'stop' }, count: 3 })
  const night = quietNight({ journal: { activity: did({ endings: [...told, others, stopped] }) } })
  const text = reportText(makeReport(night))
  expect(text).toContain('- scout: 0 ticks, 55 runs, 52 failed, 3 stopped\n')
  expect(text).toContain('failed: way 9 (scout-1)\n    and 42 for other reasons\n')
})

test('as Markdown it is a list under each heading', ({ expect }) => {
  expect(reportMarkdown(makeReport(goodNight))).toMatchInlineSnapshot(`
    "**All well: 2 runs, 4 tasks finished, 2 commits, $0.42.**

    From 00:00 to 12:00, 12h.

    ## Agents

    - scout: 12 ticks, 2 runs, 10 quiet (about 31k tokens saved), 12k tokens, $0.42 (the day before: about 21k tokens, $0.61)
    - conductor: nothing
      - conductor-7 goes on since 11:00

    ## Tasks finished

    - and 3 before these
    - 01:00 scout: Mend the roof

    ## Changes

    - 02:00 scout in /srv/site: 2 commits, 3 files +12 -4 (some lines may be older: not all was committed before)
      - bbbbbbbbb Mend the roof
      - aaaaaaaaa Take off the old tiles
      - marrow show scout-2

    ## By itself

    - no daemon ran from 00:59 to 01:00, 1m (the last one left no word)
    - the machine slept for 3h
    - 1 tick caught up after sleep, downtime or a long run; 9 slots passed without one
    - 01:00 marrow 0.1.0 started as pid 7; runs: 1 taken over
    - 06:00 scout: works again after its failures
    "
  `)
})

test('on a terminal what to do stands below what waits', ({ expect }) => {
  expect(reportLines(makeReport(badNight), plainScreen()).join('\n')).toMatchInlineSnapshot(`
    "2 things need you. 3 runs, none succeeded.
    From 00:00 to 12:00, 12h; the journal begins at 01:00.

    WAITS FOR YOU
      everything is paused (since 03:00)
        marrow resume
      scout is held: not logged in: the key was refused (since 02:00)
        log in, then marrow resume scout

    AGENTS
      scout: 3 ticks, 3 runs, 4 failed, 2 held
        failed: the key was refused (2 times, last: scout-3)
        failed: no disk (scout-1)
        the role l1/scout is missing
        held: limit, until 00:00"
  `)
})

test('what an agent wrote can be neither a heading nor a link, and moves no cursor', ({ expect }) => {
  const title = '\u001b[2J# <b>x</b> [y](http://z) `q` *w* \n## v'
  const handoffs = [{ from: 'scout', path: '/ws/a`b', title, since: midnight }]
  const markdown = reportMarkdown(makeReport(quietNight({ situation: { handoffs } })))
  expect(markdown).toContain(
    String.raw`left something for you: \# \<b\>x\</b\> ${'`[y](http://z)`'} \`q\` \*w\* \#\# v (since 00:00): `,
  )
  expect(markdown).toContain("`` read and remove '/ws/a`b' ``")
  expect(reportText(makeReport(quietNight({ situation: { handoffs } })))).not.toContain('\u001b')
})

test.for([
  ['see https://evil.example/x?y=_z_ now', 'see `https://evil.example/x?y=_z_` now'],
  ['WWW.evil.example', '`WWW.evil.example`'],
  ['mail ada@site.example', 'mail `ada@site.example`'],
  ['ask @ada, (@bob) and #12', 'ask `@ada,` `(@bob)` and `#12`'],
  ['a `b://c` d', 'a `` `b://c` `` d'],
  ['&lt;b&gt; __x__ | ~~y~~ ![z]', String.raw`\&lt;b\&gt; \_\_x\_\_ \| \~\~y\~\~ \!\[z\]`],
  ['lead@site said so', 'lead@site said so'],
])('the words %j are shown in Markdown, and mean nothing in it', ([title, shown], { expect }) => {
  const tasks = [row(5, midnight, 'task.finished', { file: 'a.md', title }, 'scout')]
  const night = quietNight({ journal: { tasks, tasksFinished: 1 } })
  expect(reportMarkdown(makeReport(night))).toContain(`- 00:00 scout: ${shown}\n`)
})
