import { describe, test } from 'vitest'
import { memoryStore } from '../../test/helpers/store.ts'
import type { Tx } from '../platform/sqlite.ts'
import type { Spent } from './spent.ts'
import {
  deleteSpending,
  expectedSpending,
  pruneSpending,
  readPlan,
  readTold,
  reservedFor,
  reserveSpending,
  settleSpending,
  spentBetween,
  writePlan,
  writeTold,
} from './store.ts'

const exact = (tokens: number, usd: number | undefined): Spent => ({
  runs: 1,
  tokens,
  usd,
  tokensAbout: false,
  usdAbout: false,
})

/** A run that began at `at` and ended. */
function ran(tx: Tx, id: string, at: number, spent: Spent, agent = 'scout'): void {
  reserveSpending(tx, { id, agent }, at)
  settleSpending(tx, { id, agent, recordedAt: at }, spent)
}

describe('a start', () => {
  test('reserves nothing before the first run ended', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => {
      reserveSpending(tx, { id: 'one', agent: 'scout' }, 1)
      reserveSpending(tx, { id: 'two', agent: 'scout' }, 2)
      expect(expectedSpending(tx, 'scout')).toEqual({ tokens: 0, usd: undefined })
    })
  })

  test('reserves the mean of the last ten runs of its own agent', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => {
      ran(tx, 'long ago', 0, exact(1_000_000, 99))
      reserveSpending(tx, { id: 'going', agent: 'scout' }, 11)
      for (let at = 1; at <= 10; at += 1)
        ran(tx, `run ${at}`, at, exact(at * 100, at % 2 === 0 ? 0.2 : undefined))
      ran(tx, 'other', 11, exact(7, 7), 'refit')
      reserveSpending(tx, { id: 'next', agent: 'scout' }, 12)
      expect(reservedFor(tx, 'next')).toEqual({ tokens: 550, usd: expect.closeTo(0.2, 9) })
    })
  })
})

describe('the sum of a day', () => {
  test('is read whatever a run told, and so is what is reserved after it', async ({ expect }) => {
    const db = memoryStore()
    const huge = 2 * Number.MAX_SAFE_INTEGER
    await db.write((tx) => {
      ran(tx, 'liar', 1, exact(huge, 1))
      reserveSpending(tx, { id: 'next', agent: 'scout' }, 2)
      expect(reservedFor(tx, 'next').tokens).toBe(huge)
      expect(spentBetween(tx, 0, 3).get('scout')?.ended.tokens).toBe(huge)
    })
  })

  test('has what ended apart from what is reserved, and nothing of other days', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => {
      ran(tx, 'before', 99, exact(1, 1))
      ran(tx, 'first', 100, exact(300, undefined))
      ran(tx, 'second', 150, { ...exact(500, 0.5), tokensAbout: true })
      reserveSpending(tx, { id: 'going', agent: 'scout' }, 199)
      ran(tx, 'after', 200, exact(1, 1))
    })
    const days = await db.read((tx) => spentBetween(tx, 100, 200))
    expect(Object.fromEntries(days)).toEqual({
      scout: {
        ended: { runs: 2, tokens: 800, usd: 0.5, tokensAbout: true, usdAbout: false },
        going: { runs: 1, tokens: 267, usd: 0.75, tokensAbout: true, usdAbout: true },
      },
    })
  })

  test('has nothing of a run that never began', async ({ expect }) => {
    const db = memoryStore()
    const days = await db.write((tx) => {
      reserveSpending(tx, { id: 'one', agent: 'scout' }, 1)
      deleteSpending(tx, 'one')
      return spentBetween(tx, 0, 9)
    })
    expect(days.size).toBe(0)
  })

  test('has a run that another marrow recorded without reserving', async ({ expect }) => {
    const db = memoryStore()
    const days = await db.write((tx) => {
      settleSpending(tx, { id: 'one', agent: 'scout', recordedAt: 5 }, exact(10, 1))
      return spentBetween(tx, 0, 9)
    })
    expect(days.get('scout')?.ended).toMatchObject({ runs: 1, tokens: 10 })
  })
})

test('what is pruned began long ago and ended', async ({ expect }) => {
  const db = memoryStore()
  const days = await db.write((tx) => {
    ran(tx, 'old', 1, exact(1, 1))
    reserveSpending(tx, { id: 'going', agent: 'scout' }, 2)
    ran(tx, 'new', 3, exact(1, 1))
    pruneSpending(tx, 3)
    return spentBetween(tx, 0, 9)
  })
  expect(days.get('scout')).toMatchObject({ ended: { runs: 1 }, going: { runs: 1 } })
})

test('what was told and what is known of plans is there after a restart', async ({ expect }) => {
  const db = memoryStore()
  const told = { 'runs_per_day scout': { what: 'near', of: 5, at: 1, until: 2 } } as const
  const windows = [{ window: 'five_hour', usedPercent: 12, resetsAt: 9 }]
  await db.write((tx) => {
    expect([readTold(tx), readPlan(tx, 'claude-1')]).toEqual([{}, []])
    writeTold(tx, told)
    writePlan(tx, 'claude-1', windows)
  })
  const found = await db.read((tx) => [readTold(tx), readPlan(tx, 'claude-1'), readPlan(tx, 'claude-2')])
  expect(found).toEqual([told, windows, []])
})
