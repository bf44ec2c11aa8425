import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'vitest'
import type { Key } from './key.ts'
import { keys } from './keys.ts'
import { renderKeysTable } from './keys-page.ts'

const page = join(import.meta.dirname, '..', '..', 'docs', 'configuration.md')
const marked = /<!-- keys -->[^]*<!-- \/keys -->/

// When it is not: npx vitest run src/config/keys.test.ts -u
test('docs/configuration.md is current', async ({ expect }) => {
  const text = await readFile(page, 'utf8')
  expect(text).toMatch(marked)
  const current = text.replace(marked, () => `<!-- keys -->\n\n${renderKeysTable()}\n<!-- /keys -->`)
  await expect(current).toMatchFileSnapshot(page)
})

const rows = Object.entries(keys).flatMap(([section, table]) =>
  Object.entries<Key>(table).map(([name, key]) => ({ id: `${section}.${name}`, name, key })),
)

test.for(rows)('$id has one row, with its name and its meaning', ({ name, key }, { expect }) => {
  const own = renderKeysTable()
    .split('\n')
    .filter((line) => line.startsWith(`| \`${name}\` | ${key.type} |`) && line.includes(key.meaning))
  expect(own).toHaveLength(1)
  expect(key.meaning).toMatch(/\.$/)
})

test.for(rows.filter(({ key }) => key.range !== undefined && /^\d+$/.test(key.default)))(
  'the default of $id is in its range',
  ({ key }, { expect }) => {
    const [low, high] = key.range ?? []
    expect(Number(key.default)).toBeGreaterThanOrEqual(low ?? Number.NaN)
    expect(Number(key.default)).toBeLessThanOrEqual(high ?? Number.NaN)
  },
)

test('a key that is required shows how it is written, and no other does', ({ expect }) => {
  for (const { key } of rows) expect(key.example !== undefined).toBe(key.default === 'required')
})
