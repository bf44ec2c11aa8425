import { CronExpressionParser } from 'cron-parser'
import * as fc from 'fast-check'
import { test } from 'vitest'
import { configText, readText } from '../../test/helpers/config-text.ts'

/** The cron line that an agent of this name gets for what is written. */
function lineOf(written: string, name = 'scout'): string {
  const agent = `name = "${name}"\nschedule = ${JSON.stringify(written)}`
  const { config, problems } = readText(configText({ agent }))
  const schedule = config?.agents[0]?.schedule
  if (schedule?.kind !== 'cron') throw new Error(problems.join('\n'))
  return schedule.expression
}

test('H is the same value at every reading', ({ expect }) => {
  expect(lineOf('H H * * *')).toMatch(/^\d+ \d+ \* \* \*$/)
  expect(new Set(Array.from({ length: 20 }, () => lineOf('H H * * *')))).toHaveProperty('size', 1)
})

test('H spreads agents of one line', ({ expect }) => {
  const lines = Array.from({ length: 50 }, (_, index) => lineOf('H H * * *', `agent ${index}`))
  expect(new Set(lines).size).toBeGreaterThan(40)
})

test('H keeps the other fields, a step and the second', ({ expect }) => {
  expect(lineOf('7 H 9 1,15 * 1-5')).toMatch(/^7 \d+ 9 1,15 \* 1-5$/)
  expect(lineOf('H/15 9 * * *')).toMatch(/^[\d,/*-]+ 9 \* \* \*$/)
})

test('a line without H stays as it is written, also with an H in a name', ({ expect }) => {
  for (const line of ['0 9 * MAR THU', '@daily', '30 * * * * *']) expect(lineOf(line)).toBe(line)
})

test('slots are at least a minute apart, whatever second and minutes are named', ({ expect }) => {
  const second = fc.integer({ min: 0, max: 59 }).map(String)
  const minutes = fc.constantFrom('*', '*/2', '0-5', '59', 'H')
  fc.assert(
    fc.property(second, minutes, fc.integer({ min: 0, max: 4e12 }), (at, minute, currentDate) => {
      const slots = CronExpressionParser.parse(lineOf(`${at} ${minute} * * * *`), { currentDate, tz: 'UTC' })
      const first = slots.next().getTime()
      expect(slots.next().getTime() - first).toBeGreaterThanOrEqual(60_000)
    }),
    { numRuns: 50 },
  )
})
