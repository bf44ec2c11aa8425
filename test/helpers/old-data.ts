/** Owns what older marrows left behind (`test/data`): a store as SQL and a configuration, whose made-up places are moved into a folder. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { storePath } from '../../src/daemon/open-store.ts'
import type { Row } from '../../src/platform/sqlite.ts'

/** The folder that holds a folder for each of them. */
const oldDataFolder = join(import.meta.dirname, '..', 'data')

/** Their names: the version, and behind it the schema where that changed without a new version. */
export const oldData = await readdir(oldDataFolder)

/** Where one was put. */
export interface OldPlace {
  readonly dir: string
  readonly stateDir: string
  readonly configPath: string
}

/** Puts the store and the configuration of one into a folder; every path in them lies in there then. */
export async function placeOld(name: string, dir: string): Promise<OldPlace> {
  const place = { dir, stateDir: join(dir, 'marrow-state'), configPath: join(dir, 'conf', 'marrow.toml') }
  const moved = async (file: string) =>
    (await readFile(join(oldDataFolder, name, file), 'utf8')).replaceAll('/srv/', `${dir}/`)
  await mkdir(place.stateDir, { mode: 0o700 })
  await mkdir(join(dir, 'conf'), { recursive: true })
  await writeFile(place.configPath, await moved('marrow.toml'))
  alter(place, await moved('store.sql'))
  return place
}

/** Changes a store that nobody has open. */
export function alter({ stateDir }: Pick<OldPlace, 'stateDir'>, sql: string): void {
  using store = openStoreFile(stateDir)
  store.database.exec(sql)
}

/** Rows of a store, whether a daemon has it open or not. */
export function rowsOf({ stateDir }: Pick<OldPlace, 'stateDir'>, sql: string): Row[] {
  using store = openStoreFile(stateDir)
  return store.database.prepare(sql).all()
}

/** A query for each table of a store: all its rows, in the columns that it has now. */
export function queriesOf(place: Pick<OldPlace, 'stateDir'>): Map<string, string> {
  const tables = rowsOf(
    place,
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'",
  )
  return new Map(
    tables.map(({ name }) => {
      const columns = rowsOf(place, `select name from pragma_table_info('${String(name)}')`)
      return [
        String(name),
        `select ${columns.map((column) => String(column['name'])).join(', ')} from ${String(name)} order by rowid`,
      ]
    }),
  )
}

/** What makes the tables and indexes of a store, however it is laid out. */
export function schemaOf(place: Pick<OldPlace, 'stateDir'>): string[] {
  return rowsOf(place, 'select sql from sqlite_schema where sql is not null order by name').map(({ sql }) =>
    String(sql)
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/ ?([(),]) ?/g, '$1')
      .replace(/^create/i, 'create'),
  )
}

function openStoreFile(stateDir: string): { readonly database: DatabaseSync } & Disposable {
  const database = new DatabaseSync(storePath(stateDir), { timeout: 10_000 })
  return { database, [Symbol.dispose]: () => database.close() }
}
