import { test } from 'vitest'
import { configText, readText } from '../../test/helpers/config-text.ts'

test('limits are read for all and for one agent, and what is not written is no limit', ({ expect }) => {
  const top = '[limits]\nruns_per_day = 200\nusd_per_day = 12.5'
  const agent = '[agents.limits]\ntokens_per_day = 0\nkeep_plan_percent = 20'
  const { config } = readText(configText({ top, agent }))
  expect(config?.limits).toEqual({ runs_per_day: 200, usd_per_day: 12.5 })
  expect(config?.agents[0]?.limits).toEqual({ tokens_per_day: 0, keep_plan_percent: 20 })
  expect(readText(configText()).config).toMatchObject({ limits: {}, agents: [{ limits: {} }] })
})

test.for([
  ['usd_per_day = "5"', 'agents[0].limits.usd_per_day: must be a number.'],
  ['usd_per_day = nan', 'agents[0].limits.usd_per_day: must be a number.'],
  ['runs_per_day = 2.5', 'agents[0].limits.runs_per_day: must be a whole number.'],
  ['runs_per_hour = 2', 'agents[0].limits.runs_per_hour: unknown key.'],
] as const)('%s is a mistake that is told', ([agent, told], { expect }) => {
  expect(readText(configText({ agent: `limits.${agent}` })).problems).toContain(told)
})

test('what is below nothing is nothing, with a warning', ({ expect }) => {
  const { config, warnings } = readText(configText({ top: 'limits.usd_per_day = -1' }))
  expect(config?.limits).toEqual({ usd_per_day: 0 })
  expect(warnings.join()).toContain('usd_per_day=-1 outside [0,1000000], clamped to 0')
})
