import { migrations, READABLE_FROM } from '../../src/daemon/migrations.ts'
import { migrate, openDatabase, type Database } from '../../src/platform/sqlite.ts'

/** An empty store of the newest schema, in memory. */
export function memoryStore(): Database {
  const database = openDatabase(':memory:', { readOnly: false })
  migrate(database.raw, migrations, READABLE_FROM)
  return database
}
