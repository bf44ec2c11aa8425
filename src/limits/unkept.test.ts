import { test } from 'vitest'
import { adapterFor } from '../agents/adapters.ts'
import type { AdapterName, SpendingLimits } from '../config/config.ts'
import { unkeptLimits } from './unkept.ts'

test.for<[AdapterName, SpendingLimits, SpendingLimits, RegExp[]]>([
  ['codex', {}, { usd_per_day: 5 }, [/^usd_per_day .* codex tells no cost$/]],
  ['gemini', { usd_per_day: 5 }, {}, [/^usd_per_day .* gemini tells no cost$/]],
  ['codex', { usd_per_day: 5 }, { tokens_per_day: 1_000 }, []],
  ['codex', { usd_per_day: 5, tokens_per_day: 1_000 }, {}, []],
  ['codex', { runs_per_day: 5, keep_plan_percent: 20 }, {}, []],
  ['opencode', { usd_per_day: 5 }, { keep_plan_percent: 20 }, [/^keep_plan_percent .* opencode /]],
  ['claude', { usd_per_day: 5 }, { keep_plan_percent: 20 }, []],
  ['generic', { usd_per_day: 5 }, {}, []],
])('of %s with %j for all and %j for it: %s', ([name, all, agent, wanted], { expect }) => {
  const told = unkeptLimits({ all, agent }, adapterFor(name)).map(({ problem }) => problem)
  expect(told).toEqual(wanted.map((pattern) => expect.stringMatching(pattern)))
})
