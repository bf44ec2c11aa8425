import { backup } from 'node:sqlite'
import { join } from 'node:path'
import { fileStamp } from '../base/time.ts'
import { entryOf, listFolder, makePrivateFolder, remove } from '../platform/files.ts'
import {
  checkReadable,
  migrate,
  openDatabase,
  schemaVersion,
  type Database,
  type Tx,
} from '../platform/sqlite.ts'
import { migrations, READABLE_FROM } from './migrations.ts'

const BACKUPS_KEPT = 3
const OWN_SCHEMA = migrations.at(-1)?.number ?? 0

/** Opens the store of a state_dir, brought up to this program's schema; a copy is kept before each step up. */
export async function openStore(stateDir: string, now: number): Promise<Database> {
  const path = storePath(stateDir)
  const database = openDatabase(path, { readOnly: false })
  try {
    const { number } = schemaVersion(database.raw)
    if (number > 0 && number < OWN_SCHEMA) {
      const folder = join(stateDir, 'backups')
      makePrivateFolder(folder)
      await backup(database.raw, join(folder, `marrow-${fileStamp(now)}-schema-${number}.db`))
      for (const copy of storeCopies(stateDir).slice(0, -BACKUPS_KEPT)) remove(copy)
    }
    migrate(database.raw, migrations, READABLE_FROM)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** The store for whoever only reads, as it is; undefined where no daemon has ever opened one. Throws STORE_UNREADABLE. */
export function openToRead(stateDir: string): Database | undefined {
  const path = storePath(stateDir)
  // An empty file is a store that no daemon has ever opened.
  if ((entryOf(path)?.bytes ?? 0) === 0) return undefined
  const database = openDatabase(path, { readOnly: true })
  try {
    checkReadable(database.raw, OWN_SCHEMA)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** The copies that were kept of a store, oldest first: their names begin with the time. */
export function storeCopies(stateDir: string): string[] {
  const folder = join(stateDir, 'backups')
  return listFolder(folder).flatMap(({ kind, name }) =>
    kind === 'file' && /^marrow-.*\.db$/.test(name) ? [join(folder, name)] : [],
  )
}

/** A store in which nothing was ever written. */
export const noStore: Tx = {
  run: () => ({ changes: 0, id: 0 }),
  get: () => undefined,
  all: () => [],
}

export function storePath(stateDir: string): string {
  return join(stateDir, 'marrow.db')
}
