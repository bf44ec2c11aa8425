import { test } from 'vitest'
import type { Failure } from './adapter.ts'
import { explainWithheld, type EnvironmentKnown } from './withheld.ts'

const failure: Failure = { reason: 'authentication', detail: 'Not logged in' }
const known: EnvironmentKnown = {
  variables: ['A_KEY', 'B_KEY'],
  inherited: { A_KEY: 'one', HOME: '/h' },
  passed: [],
}
const both = { A_KEY: 'one', B_KEY: 'two' }

test.for([
  {
    about: 'a key that is withheld',
    changes: {},
    detail:
      'Not logged in; A_KEY of your environment is withheld from runs: allow with env = { pass = ["A_KEY"] }',
  },
  {
    about: 'two keys that are withheld',
    changes: { inherited: both },
    detail:
      'Not logged in; A_KEY, B_KEY of your environment are withheld from runs: allow with env = { pass = ["A_KEY", "B_KEY"] }',
  },
  { about: 'a key that is passed on or set', changes: { passed: ['A_KEY'] }, detail: 'Not logged in' },
  {
    about: 'one that is passed on and one that is not',
    changes: { inherited: both, passed: ['B_KEY'] },
    detail:
      'Not logged in; A_KEY of your environment is withheld from runs: allow with env = { pass = ["A_KEY"] }',
  },
  { about: 'no key at all', changes: { inherited: {} }, detail: 'Not logged in' },
  { about: 'an empty key', changes: { inherited: { A_KEY: '' } }, detail: 'Not logged in' },
  { about: 'a CLI without variables of its own', changes: { variables: [] }, detail: 'Not logged in' },
  { about: 'an agent that is gone', changes: { passed: undefined }, detail: 'Not logged in' },
])('$about', ({ changes, detail }, { expect }) => {
  expect(explainWithheld(failure, { ...known, ...changes })).toEqual({ reason: 'authentication', detail })
})

test('only a failure of the login is explained by it', ({ expect }) => {
  const other: Failure = { reason: 'rate-limit', detail: 'later', until: 1 }
  expect(explainWithheld(other, known)).toBe(other)
})
