/** Cleans where no daemon runs; a daemon cannot start while something is removed. */
import { rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { MarrowError } from '../../base/errors.ts'
import { counted } from '../../base/numbers.ts'
import { isoTime } from '../../base/time.ts'
import type { Config } from '../../config/config.ts'
import type { CleanItem } from '../../ipc/protocol/clean.ts'
import type { RequestOf, ResultOf } from '../../ipc/protocol/table.ts'
import { protocol } from '../../ipc/protocol/table.ts'
import { checkedParams } from '../../ipc/params.ts'
import { systemClock } from '../../platform/clock.ts'
import { bytesBelow } from '../../platform/disk-use.ts'
import { entryOf, namesIn, remove } from '../../platform/files.ts'
import type { Database } from '../../platform/sqlite.ts'
import { removeRun } from '../../runner/apply/logs.ts'
import { endedRuns, openRuns } from '../../runner/store.ts'
import { findCleanable, removeCleanable, type Ground } from '../clean.ts'
import { folderOf } from '../core.ts'
import { configAt, installedProgram } from '../here.ts'
import { openStore, storePath } from '../open-store.ts'
import { logsOf, slugsOf } from '../prune.ts'
import { openStateDir, ownPaths, sharedFolders } from '../state-dir.ts'
import { withStore } from './read-store.ts'

/** The verb `clean` without its daemon. Throws what reading the store throws, and DAEMON_ALREADY_RUNNING. */
export async function cleanLocally(
  configPath: string,
  asked: RequestOf<'clean'>,
): Promise<ResultOf<'clean'>> {
  const { dry, older_ms, as_of } = checkedParams(protocol.clean.params, asked)
  const asOf = as_of ?? systemClock.now().wall
  const wanted = { olderMs: older_ms, asOf, loginsInUse: undefined }
  const items = dry
    ? await withStore(configPath, (db, config) => itemsIn(groundOf(config, db), wanted))
    : await withLock(configPath, async (config, db) => {
        const found = await findCleanable(groundOf(config, db), wanted)
        await removeCleanable(groundOf(config, db), found, new AbortController().signal)
        return found.map(({ item }) => item)
      })
  return { as_of: isoTime(asOf), items: items ?? [] }
}

async function itemsIn(ground: Ground, wanted: Parameters<typeof findCleanable>[1]): Promise<CleanItem[]> {
  return (await findCleanable(ground, wanted)).map(({ item }) => item)
}

/**
 * The whole state of a configuration: what marrow made in its state_dir, and the links to its runs. Only tells of it where
 * `dry`. Throws DAEMON_ALREADY_RUNNING, BAD_REQUEST while runs are open.
 */
export async function cleanState(
  configPath: string,
  { dry }: { readonly dry: boolean },
): Promise<{ readonly items: CleanItem[]; readonly left: string[] }> {
  const items = await withLock(configPath, async (config, db) => {
    const { ended, known } = await db.read((tx) => {
      refuseOpen(openRuns(tx).length)
      return { ended: endedRuns(tx), known: slugsOf(tx) }
    })
    const slugs = known.union(new Set(config.agents.map(({ slug }) => slug)))
    const found = await stateItems(config, slugs)
    if (dry) return found
    for (const { id, workspace } of ended) removeRun(logsOf({ config }, workspace), id, folderOf(config, id))
    // Closed it is one file, and with that everything that refers to the rest is gone at once.
    db.close()
    for (const path of ownPaths(config.stateDir, slugs)) remove(path)
    for (const path of sharedFolders(config.stateDir)) removeEmpty(path)
    remove(join(config.stateDir, 'lock.db'))
    return found
  })
  const { stateDir } = await configAt(configPath)
  if (dry || items === undefined) return { items: items ?? [], left: [] }
  const left = namesIn(stateDir).map((name) => join(stateDir, name))
  if (left.length === 0) removeEmpty(stateDir)
  return { items, left }
}

async function stateItems({ stateDir }: Config, slugs: ReadonlySet<string>): Promise<CleanItem[]> {
  let bytes = 0
  for (const path of ownPaths(stateDir, slugs)) bytes += await bytesBelow(path)
  const what =
    'all that marrow knows of this configuration: schedules, runs, spending, the journal, what agents keep between runs, shared logins'
  const why = 'you asked for it; the next daemon begins anew, and workspaces and marrow.toml stay'
  return [{ kind: 'state', what, why, path: stateDir, count: 1, bytes }]
}

function refuseOpen(count: number): void {
  if (count === 0) return
  throw new MarrowError(
    'BAD_REQUEST',
    `Cannot remove the state: ${counted(count, 'run')} of it may still go on.`,
    {
      fix: 'Start the daemon and stop it, which ends and records them: marrow run, then marrow stop',
    },
  )
}

/** A link to a folder stays, and so does a folder into which somebody has just put something. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It is gone, or it is not ours alone: both are no matter of a cleaning.
  }
}

/** Undefined where there is no state at all. */
async function withLock<T>(
  configPath: string,
  work: (config: Config, db: Database) => Promise<T>,
): Promise<T | undefined> {
  const config = await configAt(configPath)
  // The lock goes last: where only that is left, a cleaning was interrupted.
  const proofs = [storePath(config.stateDir), join(config.stateDir, 'lock.db')]
  if (proofs.every((path) => entryOf(path) === undefined)) return undefined
  const lock = openStateDir(config, 'clean')
  try {
    const db = await openStore(config.stateDir, systemClock.now().wall)
    try {
      return await work(config, db)
    } finally {
      db.close()
    }
  } finally {
    lock.release()
  }
}

function groundOf(config: Config, db: Database): Ground {
  return { config, db, program: installedProgram(), env: process.env }
}
