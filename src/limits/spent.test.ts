import { test } from 'vitest'
import { addSpent, spentOf, type SpentFacts } from './spent.ts'

const expected = { tokens: 5_000, usd: 0.4 }

function facts(changes: Partial<SpentFacts>): SpentFacts {
  return { tokens: undefined, usd: undefined, aboutTokens: 300, expected, end: 'succeeded', ...changes }
}

test.for<[string, Partial<SpentFacts>, object]>([
  [
    'told everything',
    { tokens: 900, usd: 0.1 },
    { tokens: 900, usd: 0.1, tokensAbout: false, usdAbout: false },
  ],
  ['told nothing', {}, { tokens: 300, usd: undefined, tokensAbout: true, usdAbout: false }],
  [
    'was cut short before it told anything',
    { end: 'cut-short' },
    { tokens: 5_000, usd: 0.4, tokensAbout: true, usdAbout: true },
  ],
  [
    'was cut short after it said more than usual',
    { end: 'cut-short', aboutTokens: 9_000 },
    { tokens: 9_000, tokensAbout: true },
  ],
  [
    'was cut short, of an agent that never told a cost',
    { end: 'cut-short', expected: { tokens: 1, usd: undefined } },
    { tokens: 300, usd: undefined, usdAbout: false },
  ],
  [
    'failed at work without its cost',
    { end: 'failed', tokens: 700 },
    { tokens: 700, usd: 0.4, usdAbout: true },
  ],
  ['failed before it began to work', { end: 'failed' }, { tokens: 300, usd: undefined, usdAbout: false }],
  [
    'cost nothing, and said so',
    { end: 'cut-short', tokens: 0, usd: 0 },
    { tokens: 0, usd: 0, usdAbout: false },
  ],
])('a run that %s', ([, changes, wanted], { expect }) => {
  expect(spentOf(facts(changes))).toMatchObject({ runs: 1, ...wanted })
})

test('cents add up to cents, and what nobody told stays unknown', ({ expect }) => {
  const runs = [0.1, 0.2, undefined].map((usd) => spentOf(facts({ tokens: 1, usd })))
  expect(addSpent(...runs)).toMatchObject({ runs: 3, tokens: 3, usd: 0.3 })
  expect(addSpent(...runs.slice(2)).usd).toBeUndefined()
})
