import { test } from 'vitest'
import { z } from 'zod'
import { jsonPage } from './json-page.ts'

test('the page tells type and meaning of every key, however deep', ({ expect }) => {
  const Part = z
    .object({ size: z.int().describe('In bytes.') })
    .meta({ id: 'JsonPageTestPart', description: 'A part.' })
  const schema = z.object({
    parts: z.array(Part),
    by_name: z.record(z.string(), Part),
    from: z.object({ at: z.number().describe('When (seconds)').nullable() }),
    rows: z.array(z.object({ kind: z.enum(['a', 'b']) })).optional(),
  })
  const text = jsonPage([{ name: 'look', schema, perLine: false, example: {} }])
  const part = '[JsonPageTestPart](#jsonpagetestpart)'
  for (const row of [
    `| \`parts\` | list of ${part} |  |`,
    `| \`by_name\` | object of ${part}, by name |  |`,
    '| `from.at` | number or null | When (seconds) |',
    '| `rows` | list of object, may be missing |  |',
    '| `rows[].kind` | `a`, `b` |  |',
    '### JsonPageTestPart\n\nA part.',
    '| `size` | integer | In bytes. |',
  ]) {
    expect(text).toContain(row)
  }
})
