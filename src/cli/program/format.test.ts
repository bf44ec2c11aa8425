import { test } from 'vitest'
import { MarrowError } from '../../base/errors.ts'
import { formatOf } from './format.ts'

test.for([
  [false, undefined, undefined],
  [true, undefined, 'json'],
  [false, 'json', 'json'],
  [true, 'json', 'json'],
  [false, 'text', 'text'],
] as const)('--json %j with -o %j means %j', ([json, output, format], { expect }) => {
  expect(formatOf(json, output)).toBe(format)
})

test('--json -o text is refused', ({ expect }) => {
  expect(() => formatOf(true, 'text')).toThrow(MarrowError)
})
