import * as fc from 'fast-check'
import { test } from 'vitest'
import { slugOf } from '../base/ids.ts'
import { handoffFile } from './file-name.ts'

const at = Date.UTC(2026, 10, 20, 10, 15, 3)
const scout = { slug: 'scout' }

test.for([
  ['Review the parser', 1, '20261120-101503-scout-Review-the-parser.md'],
  ['Review the parser', 3, '20261120-101503-scout-Review-the-parser-3.md'],
  ['../../etc/passwd', 1, '20261120-101503-scout-etcpasswd.md'],
  ['', 1, '20261120-101503-scout-handoff.md'],
  ['..', 1, '20261120-101503-scout-handoff.md'],
  ['Größe\n\u0000und mehr', 1, '20261120-101503-scout-Größe-und-mehr.md'],
] as const)('%j, copy %i, is called %s', ([title, copy, file], { expect }) => {
  expect(handoffFile(scout, title, at, copy)).toBe(file)
})

test('the longest sender and letters of four bytes still fit in a name', ({ expect }) => {
  const file = handoffFile({ slug: 's'.repeat(64) }, '\u{10400}'.repeat(200), at, 999)
  expect(Buffer.byteLength(file)).toBeGreaterThan(200)
  expect(Buffer.byteLength(file)).toBeLessThanOrEqual(255)
})

test('whatever title and sender, it is one visible, finished name that a file system takes', ({ expect }) => {
  const letters = fc.string({ unit: 'binary', maxLength: 100 })
  fc.assert(
    fc.property(
      letters,
      fc.string({ maxLength: 64 }),
      fc.integer({ min: 1, max: 99 }),
      (title, name, copy) => {
        const file = handoffFile({ slug: slugOf(name) }, title, at, copy)
        expect(file).toMatch(/^\d{8}-\d{6}-[a-z0-9][a-z0-9_-]*-[\p{L}\p{N}_-]+\.md$/u)
        expect(Buffer.byteLength(file)).toBeLessThanOrEqual(255)
      },
    ),
  )
})
