import { describe, test } from 'vitest'
import { memoryStore } from '../../../test/helpers/store.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { later, msUntil, type Moment } from '../../base/moment.ts'
import { insertAgent, readAgents, updateAgent } from './agents.ts'
import { forgetSeen, markSeen, readSeen } from './seen.ts'
import { endTick, insertTick, openTicks, pruneTicks, tickHistory } from './ticks.ts'
import {
  deliverTriggers,
  dropTriggersOf,
  findTrigger,
  insertTrigger,
  pendingTriggers,
  pendingWakes,
  rememberDelivery,
  returnTriggers,
  runGiven,
  takeTriggers,
} from './triggers.ts'

const now: Moment = { wall: Date.UTC(2026, 0, 5), mono: 1_000, boot: 'one' }
const scouts = (tx: Tx) => pendingTriggers(tx, 'scout')
const tick = { agent: 'scout', causes: ['schedule'], forced: false, dueAt: 1, begunAt: 2, missed: 0 } as const
const wake = {
  agent: 'scout',
  cause: 'operator',
  byAgent: false,
  wakes: true,
  path: null,
  reason: 'r',
  prompt: null,
  at: 1,
} as const
// A run with no more than the store insists on.
const RECORD = `insert into runs (id, agent, tick, tick_name, lineage, adapter, words, work_dir, workspace, state, recorded_at,
  deadline, causes, layers, digests, prompt_bytes, core_digest, operator_digest)
  values (?, 'scout', 7, 'scout#7', '[]', 'generic', '[]', '/', '/', 'ended', 1, '{}', '[]', '[]', '{}', 0, '', '')`
const noDigests = { core: null, operator: null }

describe('ticks', () => {
  test('are numbered per agent, and a second open one of an agent is refused by the store itself', async ({
    expect,
  }) => {
    const db = memoryStore()
    const first = await db.write((tx) => insertTick(tx, tick))
    await expect(db.write((tx) => insertTick(tx, tick))).rejects.toThrow(/UNIQUE/)
    await db.write((tx) =>
      endTick(tx, first.id, 3, { kind: 'ran', ok: true, detail: 'succeeded' }, noDigests),
    )
    const second = await db.write((tx) => insertTick(tx, tick))
    expect([first.number, second.number]).toEqual([1, 2])
    expect(await db.read(openTicks)).toMatchObject([{ number: 2, state: 'assembling' }])
  })

  test('that ended are kept up to a number per agent; numbers go on all the same', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => {
      for (let count = 0; count < 5; count += 1) {
        const { id } = insertTick(tx, tick)
        endTick(tx, id, 3, { kind: 'quiet', detail: 'q', savedTokens: 1 }, noDigests)
      }
      pruneTicks(tx, 2)
    })
    expect(
      (await db.read((tx) => tx.all('select number from ticks order by number'))).map((row) => row['number']),
    ).toEqual([4, 5])
    expect((await db.write((tx) => insertTick(tx, tick))).number).toBe(6)
  })
})

describe('the history of ticks', () => {
  test('knows since when an agent is quiet, and what it did before', async ({ expect }) => {
    const db = memoryStore()
    const ends = ['quiet', 'ran', 'held', 'quiet', 'quiet'] as const
    await db.write((tx) => {
      for (const [index, kind] of ends.entries()) {
        const { id } = insertTick(tx, { ...tick, begunAt: index * 10 })
        const end = { kind, detail: `${kind} ${index}`, savedTokens: 1, ok: true } as const
        endTick(tx, id, index * 10 + 1, end, noDigests)
      }
    })
    const history = await db.read((tx) => tickHistory(tx, 'scout'))
    expect(history.lastActive?.end.detail).toBe('ran 1')
    expect(history.last?.end.detail).toBe('quiet 4')
    expect(history.quietSince).toBe(30)
    expect(await db.read((tx) => tickHistory(tx, 'refit'))).toEqual({})
  })
})

describe('agents', () => {
  test('are remembered once, and a change leaves everything else as it was', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => {
      insertAgent(tx, 'scout', 'key', now)
      insertAgent(tx, 'scout', 'other', later(now, 5))
      updateAgent(tx, 'scout', { addTicks: 2, addMissed: 3, paused: { since: 1, reason: 'x' } })
      updateAgent(tx, 'scout', { dueAt: undefined, addTicks: 1 })
    })
    const scout = (await db.read(readAgents)).get('scout')
    expect(scout).toMatchObject({ scheduleKey: 'key', firstAt: now.wall, tickCount: 3, missedCount: 3 })
    expect(scout?.dueAt).toBeUndefined()
    expect(scout?.paused).toEqual({ since: 1, reason: 'x' })
    expect(scout?.breaker).toEqual({ state: 'closed', failures: 0 })
  })
})

describe('wakes', () => {
  test('are taken by a tick, and gone only when it delivered them', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => insertTrigger(tx, wake))
    const [pending] = await db.read(scouts)
    await db.write((tx) => takeTriggers(tx, [pending?.id ?? 0], 7))
    expect(await db.read(scouts)).toEqual([])
    await db.write((tx) => returnTriggers(tx, 7, now, 'at-once'))
    expect(await db.read(scouts)).toMatchObject([{ reason: 'r', attempts: 0, notBefore: undefined }])
    await db.write((tx) => {
      takeTriggers(tx, [pending?.id ?? 0], 8)
      deliverTriggers(tx, 8)
    })
    expect(await db.read(scouts)).toEqual([])
  })

  test('are remembered with the last run that was given them, for as long as that run is on record', async ({
    expect,
  }) => {
    const db = memoryStore()
    const id = await db.write((tx) => insertTrigger(tx, wake))
    expect(await db.read((tx) => findTrigger(tx, id))).toMatchObject({ id, reason: 'r', taken: false })
    await db.write((tx) => {
      for (const run of ['one', 'two']) tx.run(RECORD, run)
      takeTriggers(tx, [id], 7)
      rememberDelivery(tx, [id], 'one')
    })
    expect(await db.read((tx) => findTrigger(tx, id))).toMatchObject({ taken: true })
    await db.write((tx) => {
      rememberDelivery(tx, [id], 'two')
      deliverTriggers(tx, 7)
    })
    expect(await db.read((tx) => findTrigger(tx, id))).toBeUndefined()
    expect(await db.read((tx) => runGiven(tx, id))).toBe('two')
    await db.write((tx) => tx.run("delete from runs where id = 'two'"))
    expect(await db.read((tx) => runGiven(tx, id))).toBeUndefined()
  })

  test('that a run failed on come again after 1, 2, 4 … minutes, at most an hour', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => insertTrigger(tx, wake))
    const waits: number[] = []
    for (let round = 0; round < 8; round += 1) {
      await db.write((tx) => {
        takeTriggers(tx, [1], 7)
        returnTriggers(tx, 7, now, 'retry')
      })
      const [pending] = await db.read(scouts)
      waits.push(pending?.notBefore ? msUntil(pending.notBefore, now) / 60_000 : 0)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  })

  test('that a run failed on are dropped when their file came again meanwhile', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => {
      insertTrigger(tx, { ...wake, path: '/h/a.md' })
      takeTriggers(tx, [1], 7)
      insertTrigger(tx, { ...wake, path: '/h/a.md', reason: 'again' })
      returnTriggers(tx, 7, now, 'retry')
    })
    expect(await db.read(scouts)).toMatchObject([{ reason: 'again' }])
  })

  test('of one file stay one, and go when the file goes first', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => {
      insertTrigger(tx, { ...wake, path: '/q/a.md', byAgent: true })
      insertTrigger(tx, { ...wake, path: '/q/a.md' })
    })
    expect(await db.read(scouts)).toMatchObject([{ path: '/q/a.md', byAgent: false }])
    await db.write((tx) => dropTriggersOf(tx, '/q/a.md'))
    expect(await db.read(scouts)).toEqual([])
  })
})

test('a thousand wakes that are alike are one in short, with the time of the oldest', async ({ expect }) => {
  const db = memoryStore()
  await db.write((tx) => {
    for (let index = 0; index < 1_000; index += 1) insertTrigger(tx, { ...wake, at: 5_000 - index })
    insertTrigger(tx, { ...wake, cause: 'handoff', byAgent: true, wakes: false })
    insertTrigger(tx, { ...wake, agent: 'refit' })
    insertTrigger(tx, { ...wake, agent: 'gone' })
    takeTriggers(
      tx,
      pendingTriggers(tx, 'gone').map(({ id }) => id),
      7,
    )
  })
  const wakes = await db.read(pendingWakes)
  expect([...wakes.keys()].toSorted()).toEqual(['refit', 'scout'])
  expect(wakes.get('scout')?.map(({ cause, at, count, wakes: due }) => [cause, at, count, due])).toEqual(
    expect.arrayContaining([
      [wake.cause, 4_001, 1_000, true],
      ['handoff', wake.at, 1, false],
    ]),
  )
})

test('a file that was seen is known by its fingerprint until it is gone', async ({ expect }) => {
  const db = memoryStore()
  await db.write((tx) => {
    markSeen(tx, '/q/a.md', 'one', 1)
    markSeen(tx, '/q/a.md', 'two', 2)
  })
  expect([...(await db.read(readSeen))]).toEqual([['/q/a.md', 'two']])
  await db.write((tx) => forgetSeen(tx, '/q/a.md'))
  expect((await db.read(readSeen)).size).toBe(0)
})
