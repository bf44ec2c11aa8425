import { assert, constantFrom, integer, property } from 'fast-check'
import { test } from 'vitest'
import { formatSize, parseSize } from './size.ts'

test.for([
  ['500', 500],
  ['64KB', 64_000],
  ['2gib', 2_147_483_648],
  ['1TB', 1e12],
  ['', undefined],
  ['1.5GB', undefined],
  ['-1KB', undefined],
  ['9999999999999', undefined],
] as const)('%s is read as %s bytes', ([text, bytes], { expect }) => {
  expect(parseSize(text)).toBe(bytes)
})

test.for([
  [0, '0B'],
  [1_023, '1023B'],
  [1_024, '1KiB'],
  [1_610_612_736, '1.5GiB'],
  [2_147_483_648, '2GiB'],
] as const)('%s bytes are shown as %s', ([bytes, text], { expect }) => {
  expect(formatSize(bytes)).toBe(text)
})

test('what is shown of whole units is read back as the same size', ({ expect }) => {
  assert(
    property(integer({ min: 1, max: 1_023 }), constantFrom(1, 2, 3), (count, power) => {
      const bytes = count * 1_024 ** power
      expect(parseSize(formatSize(bytes))).toBe(bytes)
    }),
  )
})
