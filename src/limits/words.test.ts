import { test } from 'vitest'
import { describeLimit } from './words.ts'

test.for([
  ['runs_per_day', 3, 3, '3 of 3 runs a day'],
  ['tokens_per_day', 1_240_000, 2_000_000, '1.2M of 2M tokens a day'],
  ['usd_per_day', 4.1, 5, '$4.10 of $5.00 a day'],
  ['usd_per_day', 0.0042, 0.05, '$0.0042 of $0.05 a day'],
  ['keep_plan_percent', 83, 80, '83 % of the plan used, at most 80 % are to be'],
  ['of_another_version', 1, 2, 'of_another_version 1 of 2'],
] as const)('%s at %s of %s: %s', ([limit, used, of, told], { expect }) => {
  expect(describeLimit(limit, used, of)).toBe(told)
})
