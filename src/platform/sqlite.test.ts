import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { test } from '../../test/helpers/temp-dir.ts'
import { migrate, openDatabase, readJson, schemaVersion, type Migration, type SqlValue } from './sqlite.ts'

const steps: readonly Migration[] = [
  { number: 1, sql: 'create table notes (id integer primary key, text text)' },
  { number: 2, sql: 'alter table notes add column at integer' },
]

describe('a transaction', () => {
  test('that throws changes nothing', async ({ dir, expect }) => {
    const db = openDatabase(join(dir, 'a.db'), { readOnly: false })
    migrate(db.raw, steps, 1)
    const failing = db.write((tx) => {
      tx.run('insert into notes (text) values (?)', 'lost')
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await db.write((tx) => tx.run('insert into notes (text) values (?)', 'kept'))
    expect(await db.read((tx) => tx.all('select text from notes').map((row) => row['text']))).toEqual([
      'kept',
    ])
    db.close()
  })

  test('refuses values that the engine would change without a word', async ({ dir, expect }) => {
    const db = openDatabase(join(dir, 'a.db'), { readOnly: false })
    migrate(db.raw, steps, 1)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What a caller without types could hand in.
    for (const value of [new Date(), undefined, true, {}] as unknown as SqlValue[]) {
      await expect(db.write((tx) => tx.run('insert into notes (text) values (?)', value))).rejects.toThrow(
        /^Cannot store a/,
      )
    }
    db.close()
  })
})

describe('migrate', () => {
  test('goes on from where the store is, and leaves one that is newer as it is', ({ dir, expect }) => {
    const path = join(dir, 'a.db')
    const first = openDatabase(path, { readOnly: false })
    migrate(first.raw, steps.slice(0, 1), 1)
    expect(schemaVersion(first.raw)).toEqual({ number: 1, readableFrom: 1 })
    migrate(first.raw, steps, 1)
    expect(schemaVersion(first.raw)).toEqual({ number: 2, readableFrom: 1 })
    migrate(first.raw, steps.slice(0, 1), 1)
    expect(schemaVersion(first.raw)).toEqual({ number: 2, readableFrom: 1 })
    first.close()
  })

  test('refuses a store that says that it needs a newer program', ({ dir, expect }) => {
    const db = openDatabase(join(dir, 'a.db'), { readOnly: false })
    migrate(db.raw, steps, 2)
    expect(() => migrate(db.raw, steps.slice(0, 1), 1)).toThrow('it needs schema 2, this marrow knows 1')
    db.close()
  })

  test('that fails in the middle leaves the store as it was', ({ dir, expect }) => {
    const db = openDatabase(join(dir, 'a.db'), { readOnly: false })
    migrate(db.raw, steps, 1)
    const broken = [...steps, { number: 3, sql: 'create table more (id integer); create nonsense' }]
    expect(() => migrate(db.raw, broken, 1)).toThrow(/syntax error/)
    expect(schemaVersion(db.raw)).toEqual({ number: 2, readableFrom: 1 })
    expect(db.raw.prepare("select name from sqlite_master where name = 'more'").get()).toBeUndefined()
    db.close()
  })
})

describe('reading only', () => {
  test('leaves nothing beside a store that was closed, and sees what a live one holds', async ({
    dir,
    expect,
  }) => {
    const path = join(dir, 'a.db')
    const live = openDatabase(path, { readOnly: false })
    migrate(live.raw, steps, 1)
    await live.write((tx) => tx.run('insert into notes (text) values (?)', 'one'))
    const texts = async () => {
      const reader = openDatabase(path, { readOnly: true })
      const rows = await reader.read((tx) => tx.all('select text from notes'))
      reader.close()
      return rows.map((row) => row['text'])
    }
    expect(await texts()).toEqual(['one'])
    live.close()
    const before = await readdir(dir)
    expect(await texts()).toEqual(['one'])
    expect(await readdir(dir)).toEqual(before)
  })
})

test('a JSON column that is NULL is undefined', ({ expect }) => {
  expect(readJson(null)).toBeUndefined()
  expect(readJson<number[]>('[1]')).toEqual([1])
})
