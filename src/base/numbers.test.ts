import { test } from 'vitest'
import { byteCount, counted, money, shortCount } from './numbers.ts'

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

test('bytes and counts carry their unit', ({ expect }) => {
  expect([900, 12_288, 1_258_291].map(byteCount)).toEqual(['900 B', '12 KiB', '1.2 MiB'])
  expect([counted(1, 'run'), counted(2, 'run')]).toEqual(['1 run', '2 runs'])
})
