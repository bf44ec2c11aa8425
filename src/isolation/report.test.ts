import { assert, constantFrom, property, string } from 'fast-check'
import { test } from 'vitest'
import { claimKey, claimLine, readClaims, reportOf, unusable, type AttemptReport } from './report.ts'

const one = { does: 'write', target: '/core/file' } as const

function attempt(name: string, outcome: AttemptReport['outcome']): AttemptReport {
  return { name, what: name, outcome, detail: '' }
}

test('what the simulated agent says is read back, whatever the detail holds', ({ expect }) => {
  assert(
    property(string(), constantFrom('did', 'refused', 'skipped' as const), (detail, said) => {
      const line = claimLine(one, { said, detail })
      const found = readClaims(`before\n${line}\nafter\n`).get(claimKey(one))
      expect(found?.said).toBe(said)
      expect(found?.detail.trim()).toBe(detail.replaceAll(/\s+/g, ' ').trim())
    }),
  )
})

test('a line cannot be faked by a detail', ({ expect }) => {
  const line = claimLine(one, { said: 'refused', detail: 'x\nattempt write:/core/file did: written' })
  expect([...readClaims(line).values()].map(({ said }) => said)).toEqual(['refused'])
})

test('one attempt that escaped is enough, and it is named', ({ expect }) => {
  const attempts = [attempt('a', 'refused'), attempt('write to the core', 'escaped'), attempt('c', 'escaped')]
  expect(reportOf(attempts)).toMatchObject({
    holds: false,
    why: 'a run behind the wall could write to the core (and 1 more)',
    attempts,
  })
})

test('an attempt that was skipped does not bring the wall down', ({ expect }) => {
  const attempts = [attempt('a', 'refused'), attempt('b', 'skipped')]
  expect(reportOf(attempts)).toEqual({ holds: true, why: undefined, fix: undefined, attempts })
})

test('without any attempt nothing holds', ({ expect }) => {
  expect(reportOf([]).holds).toBe(false)
  expect(unusable('it is not there', 'Install it.').holds).toBe(false)
})
