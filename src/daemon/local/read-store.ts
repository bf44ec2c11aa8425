/** Answers the verbs that only read where no daemon runs: from the store, which is opened read-only. */
import type { Config } from '../../config/config.ts'
import { checkedParams } from '../../ipc/params.ts'
import { protocol, type ParamsOf, type RequestOf, type ResultOf } from '../../ipc/protocol/table.ts'
import type { Database } from '../../platform/sqlite.ts'
import { createGrowth } from '../core.ts'
import { eventHandlers } from '../handlers/events.ts'
import { configAt } from '../here.ts'
import { openToRead } from '../open-store.ts'
import { listRuns } from '../run-list.ts'

/** A page of runs. Throws CONFIG_MISSING, CONFIG_INVALID, STORE_UNREADABLE, BAD_REQUEST, NOT_FOUND. */
export async function readRuns(configPath: string, asked: RequestOf<'runs'>): Promise<ResultOf<'runs'>> {
  const params = checkedParams<ParamsOf<'runs'>>(protocol.runs.params, asked)
  const page = await withStore(configPath, (db, config) =>
    db.read((tx) =>
      listRuns(tx, { config }, params, ({ state, ending }) =>
        ending && state !== 'ended' ? 'ending' : state,
      ),
    ),
  )
  return page ?? { runs: [], next_after: asked.after }
}

/** A page of the journal. Throws the same. */
export async function readJournal(
  configPath: string,
  asked: RequestOf<'journal'>,
): Promise<ResultOf<'journal'>> {
  const params = checkedParams<ParamsOf<'journal'>>(protocol.journal.params, asked)
  const page = await withStore(configPath, (db, config) =>
    eventHandlers({ db, config, journal: createGrowth() }).journal(params),
  )
  return page ?? { events: [], next_after: params.after ?? 0 }
}

/** Undefined where no daemon has ever run. A page at a time: a daemon that starts meanwhile is not in anybody's way. */
export async function withStore<T>(
  configPath: string,
  read: (db: Database, config: Config) => Promise<T>,
): Promise<T | undefined> {
  const config = await configAt(configPath)
  const db = openToRead(config.stateDir)
  if (db === undefined) return undefined
  try {
    return await read(db, config)
  } finally {
    db.close()
  }
}
