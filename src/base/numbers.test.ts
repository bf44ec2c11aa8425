import { test } from 'vitest'
import { allFigures, byteCount, counted, dollars, money, shortCount, shortFigures } from './numbers.ts'

test.for([
  [0, '0'],
  [999, '999'],
  [1_000, '1k'],
  [1_250, '1.3k'],
  [9_949, '9.9k'],
  [9_950, '10k'],
  [999_499, '999k'],
  [999_500, '1M'],
  [1_240_000, '1.2M'],
] as const)('%i is shown as %s', ([count, wanted], { expect }) => {
  expect(shortCount(count)).toBe(wanted)
})

test('money is exact where it is little, and a dash where it is unknown', ({ expect }) => {
  expect([null, 0, 0.01234, 12.5].map(money)).toEqual(['-', '$0.00', '$0.0123', '$12.50'])
})

test('dollars have cents, and less than a cent is shown all the same', ({ expect }) => {
  expect([0, 0.004, 0.42, 12.345].map(dollars)).toEqual(['$0.00', '$0.0040', '$0.42', '$12.35'])
})

test.for<[number | null, number | null, number | null, string | undefined, string | undefined]>([
  [0.42, 1_240_000, null, '$0.42', '1.2M tokens, $0.4200'],
  [null, 12_000, null, '12k tokens', '12k tokens'],
  [null, null, 12_400, 'about 12k tokens', 'about 12k tokens'],
  [0.42, null, 900, '$0.42', 'about 900 tokens, $0.4200'],
  [0, 500, null, '500 tokens', '500 tokens'],
  [0, 0, null, '$0.00', undefined],
  [null, null, null, undefined, undefined],
])('%s dollars, %s tokens or about %s: %s', ([usd, tokens, about, short, all], { expect }) => {
  expect([shortFigures({ usd, tokens, about }), allFigures({ usd, tokens, about })]).toEqual([short, all])
})

test('bytes and counts carry their unit', ({ expect }) => {
  expect([900, 12_288, 1_258_291].map(byteCount)).toEqual(['900 B', '12 KiB', '1.2 MiB'])
  expect([counted(1, 'run'), counted(2, 'run')]).toEqual(['1 run', '2 runs'])
})
