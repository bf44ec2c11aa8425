import { test } from 'vitest'
import { CLAIMED, parseExitCode, parsePids } from './folder.ts'

test.for<[string, number | undefined]>([
  ['0\n', 0],
  ['7\n\n\n', 7],
  ['143\n', 143],
  ['\n\n\n\n', undefined],
  ['', undefined],
  ['4711', undefined],
  ['-1', undefined],
])('the code in %j is %j', ([text, code], { expect }) => {
  expect(parseExitCode(text)).toBe(code)
})

test('pids are read as far as they are written', ({ expect }) => {
  expect(parsePids('12\n345\n')).toEqual([12, 345])
  expect(parsePids('')).toEqual([])
  expect(parsePids(CLAIMED)).toEqual([])
  expect(parsePids('0 -1 1x')).toEqual([])
})
