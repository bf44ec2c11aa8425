import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe } from 'vitest'
import { test } from '../../test/helpers/temp-dir.ts'
import { readPart } from './read-part.ts'

describe('readPart', () => {
  test('of a file that is not there is empty', ({ dir, expect }) => {
    expect(readPart(join(dir, 'none'), 5, 10, false)).toEqual({ text: '', nextOffset: 5, size: 0 })
  })

  test('counts a negative offset from the end', async ({ dir, expect }) => {
    const path = join(dir, 'log')
    await writeFile(path, 'one two three')
    expect(readPart(path, -5, 100, false)).toEqual({ text: 'three', nextOffset: 13, size: 13 })
    expect(readPart(path, -500, 3, false).text).toBe('one')
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
            let part = readPart(path, 0, limit, false);
            offset < part.size;
            part = readPart(path, offset, limit, false)
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

  test('leaves a character that is not whole at the end of a growing file for the next part', async ({
    dir,
    expect,
  }) => {
    const path = join(dir, 'file')
    await writeFile(path, Buffer.from('owl 🦉').subarray(0, 6))
    expect(readPart(path, 0, 100, true)).toEqual({ text: 'owl ', nextOffset: 4, size: 6 })
    expect(readPart(path, 0, 100, false)).toMatchObject({ text: 'owl \uFFFD', nextOffset: 6 })
  })
})
