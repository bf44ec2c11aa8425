import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import type { PlanWindow } from '../agents/adapter.ts'
import type { SpendingLimits } from '../config/config.ts'
import { judgeStart, type Question } from './decide.ts'
import { addSpent, type Spent } from './spent.ts'
import { limitNames } from './words.ts'

const now = Date.UTC(2026, 0, 5, 12)
const dayEnd = Date.UTC(2026, 0, 6)
const HOUR = 3_600_000

function spent(runs: number, tokens = 0, usd?: number): Spent {
  return addSpent({ runs, tokens, usd, tokensAbout: false, usdAbout: false })
}

function question(changes: {
  all?: [SpendingLimits, Spent]
  agent?: [SpendingLimits, Spent]
  next?: Question['next']
  plan?: readonly PlanWindow[]
}): Question {
  const [limits, total] = changes.all ?? [{}, spent(0)]
  const [ownLimits, own] = changes.agent ?? [{}, spent(0)]
  return {
    all: { limits, spent: total },
    agent: { limits: ownLimits, spent: own },
    next: changes.next ?? { tokens: 0, usd: undefined },
    plan: changes.plan ?? [],
    now,
    dayEnd,
  }
}

const midnight = 'limit, until 2026-01-06T00:00:00.000Z'

describe('a start', () => {
  test.for<[string, Parameters<typeof question>[0], string | undefined]>([
    ['without limits', { agent: [{}, spent(9_999, 1e12, 1e6)] }, undefined],
    ['under its limit of runs', { agent: [{ runs_per_day: 5 }, spent(4)] }, undefined],
    ['at its limit of runs', { agent: [{ runs_per_day: 5 }, spent(5)] }, `${midnight} (5 of 5 runs a day)`],
    [
      'at the limit of runs of all agents',
      { all: [{ runs_per_day: 5 }, spent(5)], agent: [{ runs_per_day: 9 }, spent(1)] },
      `${midnight} (5 of 5 runs a day, all agents)`,
    ],
    ['with a limit of 0', { agent: [{ runs_per_day: 0 }, spent(0)] }, `${midnight} (0 of 0 runs a day)`],
    [
      'with a limit of no dollars',
      { agent: [{ usd_per_day: 0 }, spent(0)] },
      `${midnight} ($0.00 of $0.00 a day)`,
    ],
    [
      'whose tokens just fit',
      { agent: [{ tokens_per_day: 1_000 }, spent(3, 600)], next: { tokens: 400, usd: 9 } },
      undefined,
    ],
    [
      'that would itself go over',
      { agent: [{ tokens_per_day: 1_000 }, spent(3, 601)], next: { tokens: 400, usd: 9 } },
      `${midnight} (601 of 1k tokens a day; the next run takes about 400 tokens)`,
    ],
    [
      'that would cost too much',
      { all: [{ usd_per_day: 5 }, spent(3, 0, 4.8)], next: { tokens: 1, usd: 0.3 } },
      `${midnight} ($4.80 of $5.00 a day, all agents; the next run takes about $0.30)`,
    ],
    [
      'whose cents add up in binary',
      { agent: [{ usd_per_day: 0.3 }, spent(2, 0, 0.1 + 0.1)], next: { tokens: 0, usd: 0.1 } },
      undefined,
    ],
    ['of which no cost is known', { agent: [{ usd_per_day: 5 }, spent(3, 900)] }, undefined],
  ])('%s: %s', ([, changes, wanted], { expect }) => {
    expect(judgeStart(question(changes)).hold?.detail).toBe(wanted)
  })
})

describe('a plan', () => {
  const window = (usedPercent: number, resetsAt = now + 2 * HOUR, name = 'five_hour'): PlanWindow => ({
    window: name,
    usedPercent,
    resetsAt,
  })
  const until = 'limit, until 2026-01-05T14:00:00.000Z'

  test.for<[string, readonly PlanWindow[], string | undefined]>([
    ['of which nothing is known', [], undefined],
    ['of which as much is left as is to be kept', [window(80)], undefined],
    ['of which less is left', [window(81)], `${until} (81 % of the plan used, at most 80 % are to be)`],
    ['whose window was reset', [window(99, now)], undefined],
    [
      'of two windows that are both over, until the later reset',
      [window(99), window(85, now + 48 * HOUR, 'seven_day')],
      'limit, until 2026-01-07T12:00:00.000Z (85 % of the plan used, at most 80 % are to be)',
    ],
  ])('%s', ([, plan, wanted], { expect }) => {
    const judged = judgeStart(question({ agent: [{ keep_plan_percent: 20 }, spent(0)], plan }))
    expect(judged.hold?.detail).toBe(wanted)
  })

  test('is near where four fifths of what may be used is used', ({ expect }) => {
    const [below, from] = [63, 64].map(
      (used) =>
        judgeStart(question({ agent: [{ keep_plan_percent: 20 }, spent(0)], plan: [window(used)] })).near,
    )
    expect(below).toEqual([])
    expect(from).toEqual([
      { limit: 'keep_plan_percent', scope: 'agent', used: 64, of: 80, until: now + 2 * HOUR },
    ])
  })
})

test('a limit is near from four fifths on, and still when it is reached', ({ expect }) => {
  const near = [3, 4, 5].map(
    (runs) => judgeStart(question({ agent: [{ runs_per_day: 5 }, spent(runs)] })).near.length,
  )
  expect(near).toEqual([0, 1, 1])
})

test('of several limits the one that is lifted last says until when', ({ expect }) => {
  const plan = [{ window: 'seven_day', usedPercent: 90, resetsAt: now + 48 * HOUR }]
  const judged = judgeStart(question({ agent: [{ runs_per_day: 1, keep_plan_percent: 50 }, spent(1)], plan }))
  expect(judged.reached.map(({ limit }) => limit)).toEqual(['runs_per_day', 'keep_plan_percent'])
  expect(judged.hold?.until).toBe(now + 48 * HOUR)
})

const amount = fc.record({
  runs: fc.nat(20),
  tokens: fc.nat(2_000),
  usd: fc.option(
    fc.nat(500).map((cents) => cents / 100),
    { nil: undefined },
  ),
})
const someLimits = fc.record(
  {
    runs_per_day: fc.nat(20),
    tokens_per_day: fc.nat(2_000),
    usd_per_day: fc.nat(500).map((cents) => cents / 100),
  },
  { requiredKeys: [] },
)

test('what is allowed never goes over a limit by what it reserved', ({ expect }) => {
  fc.assert(
    fc.property(someLimits, amount, amount, (limits, before, next) => {
      const own = spent(before.runs, before.tokens, before.usd)
      const judged = judgeStart(question({ agent: [limits, own], next }))
      if (judged.hold !== undefined) return
      const after = addSpent(own, spent(1, next.tokens, next.usd))
      expect(after.runs).toBeLessThanOrEqual(limits.runs_per_day ?? Infinity)
      expect(after.tokens).toBeLessThanOrEqual(limits.tokens_per_day ?? Infinity)
      expect(after.usd ?? 0).toBeLessThanOrEqual((limits.usd_per_day ?? Infinity) + 1e-6)
    }),
  )
})

test('more that is spent never lets start what less would have held', ({ expect }) => {
  fc.assert(
    fc.property(someLimits, amount, amount, amount, (limits, before, more, next) => {
      const [own, extra] = [before, more].map(({ runs, tokens, usd }) => spent(runs, tokens, usd))
      const at = (total: Spent) => judgeStart(question({ all: [limits, total], next })).hold !== undefined
      if (own === undefined || extra === undefined || !at(own)) return
      expect(at(addSpent(own, extra))).toBe(true)
    }),
  )
})

test('every limit of the file is one that is judged', ({ expect }) => {
  const all = Object.fromEntries(limitNames.map((name) => [name, name === 'keep_plan_percent' ? 100 : 0]))
  const plan = [{ window: 'w', usedPercent: 1, resetsAt: now + 1 }]
  const judged = judgeStart(question({ agent: [all, spent(1, 1, 1)], plan }))
  expect(judged.reached.map(({ limit }) => limit)).toEqual([...limitNames])
})
