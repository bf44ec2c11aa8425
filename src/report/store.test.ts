import { describe, test as base } from 'vitest'
import { insertRunRow } from '../../test/helpers/run-row.ts'
import { memoryStore } from '../../test/helpers/store.ts'
import type { EventKind, EventMap } from '../observability/events.ts'
import { appendEvent } from '../observability/store.ts'
import type { Database, Tx } from '../platform/sqlite.ts'
import type { Downtime } from './facts.ts'
import { limitRows, lastStepFailure, readAsked, readEndings, readJournal, storeAsked } from './store.ts'

interface Store {
  add<Kind extends EventKind>(
    at: number,
    kind: Kind,
    data: EventMap[Kind],
    agent?: string,
    run?: string,
  ): Promise<void>
  start(at: number): Promise<void>
  read<T>(body: (tx: Tx) => T): Promise<T>
  readonly db: Database
}

const test = base.extend<{ store: Store }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads which fixtures a fixture needs from this pattern.
  store: async ({}, use) => {
    const db = memoryStore()
    const add: Store['add'] = async (at, kind, data, agent, run) => {
      await db.write((tx) => appendEvent(tx, at, kind, { agent, run }, data))
    }
    await use({
      db,
      add,
      read: (body) => db.read(body),
      start: (at) =>
        add(at, 'daemon.started', { pid: 1, version: '1', adopted: 0, finished: 0, lost: 0, unstarted: 0 }),
    })
    db.close()
  },
})

const period = { from: 100_000, to: 200_000 }
const ended = (tokens: number | null, aboutTokens: number | null, costUsd: number | null) => ({
  outcome: { kind: 'succeeded' as const },
  durationMs: 1,
  usage: null,
  tokens,
  aboutTokens,
  child: null,
  costUsd,
})

const failed = (detail: string) => ({
  ...ended(10, null, 0.5),
  outcome: { kind: 'failed' as const, exitCode: 1, reason: 'error' as const, detail },
})

test('ticks and runs are summed up by agent, from the first moment of the period and before its last', async ({
  store,
  expect,
}) => {
  for (const at of [99_999, 100_000, 100_000, 150_000, 200_000])
    await store.add(
      at,
      'tick.begun',
      { tick: 't', causes: [], missed: at === 150_000 ? 4 : 0, caughtUp: false, latenessMs: 0 },
      'scout',
    )
  await store.add(150_000, 'tick.quiet', { tick: 't', reason: 'r', savedTokens: 30, durationMs: 1 }, 'scout')
  await store.add(150_000, 'tick.held', { tick: 't', reason: 'limit' }, 'refit')
  await store.add(150_000, 'tick.failed', { tick: 't', reason: 'no role' }, 'refit')
  await store.add(
    150_000,
    'run.started',
    { tick: 't', pid: 1, promptBytes: 1, latenessMs: 0, child: null },
    'scout',
    'r1',
  )
  const { activity, from } = await store.read((tx) => readJournal(tx, period, true))
  expect(from).toBe(99_999)
  expect(activity.get('scout')).toEqual({
    ticks: 3,
    caughtUp: 1,
    missedSlots: 4,
    quiet: 1,
    savedTokens: 30,
    started: 1,
    endings: [],
    failedTicks: [],
    heldTicks: [],
  })
  expect(activity.get('refit')).toMatchObject({
    ticks: 0,
    failedTicks: [{ reason: 'no role', count: 1 }],
    heldTicks: [{ reason: 'limit', count: 1 }],
  })
})

test('runs that ended alike are one, with the last of them and what all spent', async ({ store, expect }) => {
  await store.add(110_000, 'run.ended', ended(10, 99, 0.5), 'scout', 'r1')
  await store.add(120_000, 'run.ended', ended(null, 7, null), 'scout', 'r2')
  await store.add(
    130_000,
    'run.ended',
    { ...ended(null, null, null), outcome: { kind: 'lost' } },
    'scout',
    'r3',
  )
  expect((await store.read((tx) => readEndings(tx, period))).get('scout')).toEqual([
    { outcome: { kind: 'succeeded' }, count: 2, run: 'r2', tokens: 10, aboutTokens: 7, costUsd: 0.5 },
    { outcome: { kind: 'lost' }, count: 1, run: 'r3', tokens: null, aboutTokens: null, costUsd: null },
  ])
})

test('a run that told of more tokens than any number holds leaves the report readable', async ({
  store,
  expect,
}) => {
  await store.add(110_000, 'run.ended', ended(2 * Number.MAX_SAFE_INTEGER, null, null), 'scout', 'r1')
  expect((await store.read((tx) => readEndings(tx, period))).get('scout')).toMatchObject([
    { tokens: 2 * Number.MAX_SAFE_INTEGER },
  ])
})

test('more ways to end than are told apart are counted all the same, with what they spent', async ({
  store,
  expect,
}) => {
  for (const again of [1, 2]) await store.add(110_000, 'run.ended', failed('often'), 'scout', `o${again}`)
  for (let way = 1; way <= 1_005; way += 1) {
    await store.add(120_000, 'run.ended', failed(`way ${way}`), 'scout', `r${way}`)
    await store.add(120_000, 'tick.failed', { tick: 't', reason: `reason ${way}` }, 'scout')
  }
  const { activity } = await store.read((tx) => readJournal(tx, period, true))
  const { endings = [], failedTicks = [] } = activity.get('scout') ?? {}
  const others = { kind: 'others', ended: 'failed', by: null }
  expect(endings[0]).toMatchObject({ count: 2, tokens: 20, run: 'o2' })
  expect(endings.at(-1)).toMatchObject({ outcome: others, count: 6, tokens: 60, costUsd: 3 })
  expect(endings).toHaveLength(1_001)
  expect(failedTicks.at(-1)).toEqual({ reason: null, count: 5 })
  const spent = endings.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0)
  expect(spent).toBe(10_070)
})

test('of many finished tasks the newest hundred are told and all are counted', async ({ store, expect }) => {
  for (let number = 1; number <= 103; number += 1)
    await store.add(100_000 + number, 'task.finished', { file: `${number}.md`, title: 't' }, 'scout', 'r1')
  const { tasks, tasksFinished } = await store.read((tx) => readJournal(tx, period, true))
  expect([tasks.length, tasks[0]?.data['file'], tasksFinished]).toEqual([100, '4.md', 103])
})

function downtime(store: Store, isUp: boolean): Promise<readonly Downtime[]> {
  return store.read((tx) => readJournal(tx, period, isUp).downtime)
}

describe('no daemon ran', () => {
  test('from its word that it stopped, or its last sign of life, to the next start', async ({
    store,
    expect,
  }) => {
    await store.start(10_000)
    await store.add(110_000, 'daemon.stopped', { how: 'stop' })
    await store.start(145_000)
    await store.add(150_000, 'work.resumed', {})
    // A daemon that comes up takes runs over before it says that it has started.
    await store.add(181_000, 'run.adopted', { pid: 2, child: null }, 'scout', 'r1')
    await store.start(181_500)
    expect(await downtime(store, true)).toEqual([
      { from: 110_000, to: 145_000, stopped: true },
      { from: 150_000, to: 181_500, stopped: false },
    ])
  })

  test('not between the two daemons of a restart, and not before the first one of all', async ({
    store,
    expect,
  }) => {
    await store.start(150_000)
    await store.add(160_000, 'daemon.stopped', { how: 'hand-over' })
    await store.start(161_000)
    expect(await downtime(store, true)).toEqual([])
  })

  test('over the whole period, when one began before it and ended after it', async ({ store, expect }) => {
    await store.add(50_000, 'daemon.stopped', { how: 'stop' })
    await store.start(300_000)
    expect(await downtime(store, true)).toEqual([{ from: 50_000, to: 300_000, stopped: true }])
  })

  test('without an end while none runs', async ({ store, expect }) => {
    await store.start(110_000)
    expect(await downtime(store, false)).toEqual([{ from: 110_000, to: undefined, stopped: false }])
    expect(await downtime(store, true)).toEqual([])
  })

  test('in another period', async ({ store, expect }) => {
    await store.add(10_000, 'daemon.stopped', { how: 'stop' })
    await store.start(90_000)
    await store.add(250_000, 'daemon.stopped', { how: 'stop' })
    await store.start(300_000)
    expect(await downtime(store, true)).toEqual([])
  })
})

test('a notice that could not be delivered is told one by one, what comes at every tick is not', async ({
  store,
  expect,
}) => {
  await store.add(110_000, 'notice.failed', { to: 'webhook', reason: 'HTTP 500' })
  await store.add(
    120_000,
    'tick.begun',
    { tick: 't', causes: [], missed: 0, caughtUp: false, latenessMs: 0 },
    'scout',
  )
  const { rows } = await store.read((tx) => readJournal(tx, period, true))
  expect(rows.map(({ kind, data }) => [kind, data['to']])).toEqual([['notice.failed', 'webhook']])
})

const changes = (ids: readonly string[], moreCommits: number) =>
  JSON.stringify({
    commits: ids.map((id) => ({ id, subject: id })),
    moreCommits,
    rewritten: false,
    diff: null,
    dirtyBefore: false,
  })

test('a commit counts once, though the run that waited for it changed the same', async ({
  store,
  expect,
}) => {
  const row = { state: 'ended', agent: 'scout' }
  await store.db.write((tx) => {
    insertRunRow(tx, {
      ...row,
      id: 'child',
      lineage: '["own"]',
      ended_at: 150_000,
      changes: changes(['a', 'b'], 3),
    })
    insertRunRow(tx, {
      ...row,
      id: 'own',
      lineage: '[]',
      ended_at: 160_000,
      changes: changes(['a', 'b', 'c'], 4),
    })
  })
  const journal = await store.read((tx) => readJournal(tx, period, false))
  expect([journal.commits, journal.changedRuns]).toEqual([7, 2])
})

test('an empty journal tells nothing', async ({ store, expect }) => {
  const journal = await store.read((tx) => readJournal(tx, period, false))
  expect(journal).toMatchObject({ from: undefined, rows: [], tasks: [], changes: [], downtime: [] })
  expect(journal.activity.size).toBe(0)
})

test('when it was asked is kept', async ({ store, expect }) => {
  expect(await store.read(readAsked)).toBeUndefined()
  await store.db.write((tx) => storeAsked(tx, { from: 1, at: 2 }))
  await store.db.write((tx) => storeAsked(tx, { from: 2, at: 3 }))
  expect(await store.read(readAsked)).toEqual({ from: 2, at: 3 })
})

test('why a step failed last is found among the failures of others', async ({ store, expect }) => {
  await store.add(1, 'step.failed', { step: 'reap', error: 'first' })
  await store.add(2, 'step.failed', { step: 'reap', error: 'second' })
  await store.add(3, 'step.failed', { step: 'start', error: 'third' })
  expect(await store.read((tx) => lastStepFailure(tx, 'reap'))).toEqual({ error: 'second', at: 2 })
  expect(await store.read((tx) => lastStepFailure(tx, 'wall'))).toBeUndefined()
})

test('limits that were reached are found newest first', async ({ store, expect }) => {
  const limit = { limit: 'runs_per_day', used: 5, of: 5, until: '2026-01-06T00:00:00.000Z' } as const
  await store.add(1, 'limit.reached', { ...limit, scope: 'all' })
  await store.add(2, 'limit.reached', { ...limit, scope: 'agent' }, 'scout')
  expect((await store.read((tx) => limitRows(tx, 0))).map(({ agent }) => agent)).toEqual(['scout', null])
  expect(await store.read((tx) => limitRows(tx, 3))).toEqual([])
})
