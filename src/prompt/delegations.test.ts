import { test } from 'vitest'
import { delegationsLayer, type HandedOn } from './delegations.ts'

const one: HandedOn = {
  run: 'chief-20260105-130001-000-bcde',
  role: 'l3/coder',
  task: 'Mend the build.\nAnd nothing else.',
  depth: 1,
  deadline: Date.UTC(2026, 0, 5, 13, 30),
  outcome: undefined,
  result: undefined,
}

test('an agent that handed nothing on is told nothing', ({ expect }) => {
  expect(delegationsLayer([])).toBeUndefined()
})

test('what goes on comes first, then what ended with its last words', ({ expect }) => {
  const ended = { ...one, role: 'l2/lead', outcome: 'succeeded', result: 'All is\u001b[2J well.' }
  const below = { ...one, depth: 2, outcome: 'ended with its parent' }
  const layer = delegationsLayer([ended, below, one])
  expect(layer).toMatchObject({ kind: 'context', volatile: true })
  expect(layer?.text.split('\n').slice(1)).toEqual([
    '- l3/coder: Mend the build. And nothing else.',
    '  chief-20260105-130001-000-bcde: goes on until 2026-01-05T13:30:00.000Z at the latest',
    '- l2/lead: Mend the build. And nothing else.',
    '  chief-20260105-130001-000-bcde: succeeded',
    '  Its last words: All is well.',
    '- l3/coder (by a run below yours): Mend the build. And nothing else.',
    '  chief-20260105-130001-000-bcde: ended with its parent',
  ])
})

test('of very many the open ones are told of, and how many are left out', ({ expect }) => {
  const ended = Array.from({ length: 40 }, () => ({ ...one, outcome: 'succeeded' }))
  const text = delegationsLayer([...ended, one])?.text ?? ''
  expect(text).toContain('goes on until')
  expect(text).toMatch(/and 11 more: marrow runs tree$/)
})
