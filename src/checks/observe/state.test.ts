import { chmod, mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe } from 'vitest'
import { configOf, furnish, look, placeOf } from '../../../test/helpers/furnished-machine.ts'
import { test } from '../../../test/helpers/temp-dir.ts'

/** A state as the daemon leaves it: a store of schema 1, closed to others. */
async function stateOf(dir: string) {
  await furnish(dir)
  const { stateDir } = placeOf(dir)
  await mkdir(stateDir, { recursive: true })
  const store = join(stateDir, 'marrow.db')
  const database = new DatabaseSync(store)
  database.exec(`create table meta (key text primary key, value text not null);
    insert into meta values ('schema', '1'), ('readable_from', '1');
    create table much (text text); with recursive n(i) as (select 1 union all select i + 1 from n where i < 200)
    insert into much select hex(zeroblob(500)) from n`)
  database.close()
  await chmod(store, 0o600)
  return { stateDir, store }
}

describe('the state', () => {
  test('is right as the daemon leaves it, and looking leaves nothing beside it', async ({ dir, expect }) => {
    const { stateDir } = await stateOf(dir)
    expect(await look(dir, configOf(dir))).toEqual([])
    expect(await readdir(stateDir)).toEqual(['marrow.db'])
  })

  test('is a finding when others may read or write in it', async ({ dir, expect }) => {
    const { stateDir, store } = await stateOf(dir)
    await chmod(store, 0o644)
    await chmod(stateDir, 0o777)
    const found = await look(dir, configOf(dir))
    expect(found.map(({ problem }) => problem)).toEqual([
      expect.stringContaining(`other users may write ${stateDir}:`),
      expect.stringContaining(`other users may read ${store}:`),
    ])
  })

  test('is a finding when its store is damaged, or of a newer marrow', async ({ dir, expect }) => {
    const { store } = await stateOf(dir)
    expect(await look(dir, configOf(dir), { schema: 0 })).toMatchObject([
      { level: 'issue', problem: expect.stringContaining('schema 1, this one knows 0') },
    ])
    const damage = async (value: number, start: number, end: number) => {
      await writeFile(store, Buffer.from(await readFile(store)).fill(value, start, end))
      return look(dir, configOf(dir))
    }
    // The count of free pages, which SQLite tells of; then a page, on which it gives up.
    expect(await damage(7, 39, 40)).toMatchObject([
      { level: 'issue', problem: expect.stringMatching(/^the store is damaged: .*[Ff]reelist/) },
    ])
    expect(await damage(0x5a, 8_192, 12_000)).toMatchObject([
      { level: 'issue', problem: expect.stringMatching(/^the store is damaged: /) },
    ])
  })

  test('is a finding when it was written in the future, or a file stands for the socket', async ({
    dir,
    expect,
  }) => {
    const { stateDir, store } = await stateOf(dir)
    const later = new Date(Date.now() + 3_600_000)
    await utimes(store, later, later)
    await writeFile(join(stateDir, 'marrow.sock'), '')
    const found = await look(dir, configOf(dir))
    expect(found.map(({ subject, problem }) => [subject, problem])).toEqual([
      ['machine', expect.stringMatching(/^the clock stands at least (?:1h|59m\d\ds|59m|1h0m) behind /)],
      ['state', expect.stringContaining('marrow.sock is not a socket')],
    ])
  })
})
