import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe } from 'vitest'
import { test } from '../../test/helpers/temp-dir.ts'
import { readPart } from './read-part.ts'

describe('readPart', () => {
  test('of a file that is not there is empty', ({ dir, expect }) => {
    expect(readPart(join(dir, 'none'), 5, 10)).toEqual({ text: '', nextOffset: 5, size: 0 })
  })

  test('counts a negative offset from the end', async ({ dir, expect }) => {
    const path = join(dir, 'log')
    await writeFile(path, 'one two three')
    expect(readPart(path, -5, 100)).toEqual({ text: 'three', nextOffset: 13, size: 13 })
    expect(readPart(path, -500, 3).text).toBe('one')
  })

  test('read on and on gives the whole text, and never half a character', async ({ dir, expect }) => {
    const path = join(dir, 'log')
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.integer({ min: 4, max: 9 }),
        async (text, limit) => {
          await writeFile(path, text)
          let [offset, read] = [0, '']
          for (
            let part = readPart(path, 0, limit);
            offset < part.size;
            part = readPart(path, offset, limit)
          ) {
            expect(part.nextOffset).toBeGreaterThan(offset)
            read += part.text
            offset = part.nextOffset
          }
          expect(read).toBe(text)
        },
      ),
      { numRuns: 100 },
    )
  })
})
