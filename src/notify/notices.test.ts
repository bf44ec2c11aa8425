import { test } from 'vitest'
import type { JournalRow } from '../observability/events.ts'
import { noticeOf } from './notices.ts'

const until = '2026-01-05T14:00:00.000Z'
const limit = { limit: 'runs_per_day', used: 3, of: 3, until }
const left = { from: 'scout', file: 'q.md', title: 'which of both?' }

function row(kind: string, agent: string | null, data: JournalRow['data']): JournalRow {
  return { id: 1, at: 1_000, kind, agent, run: null, data }
}

const cliOf = (agent: string) => ({ scout: 'claude', critic: 'generic' } as const)[agent]

test.for<[JournalRow, key: string, what: string]>([
  [
    row('agent.held', 'scout', { reason: 'not logged in: Run /login', until: null }),
    'agent.held claude',
    'held until resumed: not logged in: Run /login',
  ],
  [
    row('agent.held', 'gone', { reason: 'no key (request 71af)', until: null }),
    'agent.held no key (request #',
    'held until resumed: no key (request 71af)',
  ],
  [
    row('agent.held', 'critic', { reason: 'no key', until: null }),
    'agent.held no key',
    'held until resumed: no key',
  ],
  [
    row('limit.reached', null, { ...limit, scope: 'all' }),
    'limit.reached runs_per_day ',
    `limit reached: 3 of 3 runs a day, all agents together; until ${until}`,
  ],
  [
    row('limit.reached', 'scout', { ...limit, scope: 'agent' }),
    'limit.reached runs_per_day scout',
    `limit reached: 3 of 3 runs a day; until ${until}`,
  ],
  [
    row('agent.no-progress', 'scout', { attempts: 3, retryAt: until }),
    'agent.no-progress scout',
    `no progress in 3 attempts; tries again at ${until}`,
  ],
  [
    row('breaker.opened', 'scout', { reason: 'exited with code 7', reopensAt: until }),
    'breaker.opened exited with code #',
    'cools down: exited with code 7',
  ],
  [
    row('work.paused', null, { reason: 'the file PAUSED is there', by: 'file' }),
    'work.paused ',
    'paused by file: the file PAUSED is there',
  ],
  [row('handoff.left', 'scout', left), 'handoff.left scout', 'waits for you: which of both?'],
])('the operator is told at once of %o', ([event, key, what], { expect }) => {
  expect(noticeOf(event, cliOf)).toMatchObject({ key, what, at: 1_000, agent: event.agent })
})

test.for<[JournalRow]>([
  [row('agent.held', 'scout', { reason: 'rate limit', until })],
  [row('agent.no-progress', 'scout', { attempts: 2, retryAt: until })],
  [row('agent.no-progress', 'scout', { attempts: 4, retryAt: until })],
  [row('work.paused', null, { reason: 'lunch', by: 'operator' })],
  [row('limit.near', null, { ...limit, scope: 'all' })],
  [row('notice.failed', null, { to: 'ntfy', reason: 'HTTP 500' })],
  [row('run.ended', 'scout', { outcome: { kind: 'lost' } })],
  [row('toString', 'scout', {})],
])('the operator is not told at once of %o', ([event], { expect }) => {
  expect(noticeOf(event, cliOf)).toBeUndefined()
})

test('a handoff of somebody who is no agent is told with the name in its folder', ({ expect }) => {
  expect(noticeOf(row('handoff.left', null, { ...left, from: 'nobody' }), cliOf)).toMatchObject({
    key: 'handoff.left nobody',
    agent: 'nobody',
    line: 'left q.md: which of both?',
  })
})

test('what an agent wrote is cut, and cannot draw on a terminal', ({ expect }) => {
  const reason = `\u001b[2Jnot logged in ${'x'.repeat(10_000)}`
  const notice = noticeOf(row('agent.held', 'scout', { reason, until: null }), cliOf)
  expect(notice?.what).toHaveLength(300)
  expect(`${notice?.what}${notice?.line}${notice?.todo}`).not.toContain('\u001b')
})
