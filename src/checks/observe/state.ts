/** Owns how doctor looks at marrow's state: the folder, its disk, the socket, the store. Changes nothing in it. */
import { statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { getuid, platform } from 'node:process'
import { reasonOf } from '../../base/errors.ts'
import { openDatabase, schemaVersion } from '../../platform/sqlite.ts'
import {
  diskKind,
  type DiskFacts,
  type RightsFacts,
  type SocketFacts,
  type StateFacts,
  type StoreFacts,
} from '../observed.ts'
import { folderFacts, nearestFolder, statOf } from './files.ts'

/** Where a configuration keeps its state, as far as it can be told. */
export interface StatePlace {
  readonly stateDir: string
  readonly socketPath: string
  /** Whether the daemon opens the socket. */
  readonly enabled: boolean
}

const STORE_BYTES_CHECKED = 1024 * 1024 * 1024 // A check reads all of it: some seconds for as much, and it cannot be cut off.

/** `schema`: the number of the schema that this program writes. */
export async function observeState(place: StatePlace, schema: number): Promise<StateFacts> {
  const { stateDir } = place
  const [folder, disk, rights, socket] = await Promise.all([
    folderFacts(stateDir),
    diskFacts(stateDir),
    rightsFacts(place),
    socketFacts(place),
  ])
  return { ...folder, disk, rights, socket, store: await storeFacts(join(stateDir, 'marrow.db')), schema }
}

/** The newest of the files that the daemon writes all the time, if its time is to come; `now` is epoch ms. */
export async function fileOfTheFuture(
  stateDir: string,
  now: number,
): Promise<{ path: string; ms: number } | undefined> {
  const paths = ['marrow.db', 'marrow.db-wal', 'daemon.json'].map((name) => join(stateDir, name))
  const found = await Promise.all(
    paths.map(async (path) => ({ path, ms: ((await statOf(path))?.mtimeMs ?? 0) - now })),
  )
  return found.toSorted((one, other) => other.ms - one.ms).find(({ ms }) => ms > CLOCK_MS_MAX)
}

const CLOCK_MS_MAX = 120_000 // Clocks are corrected by seconds; a file two minutes ahead is a clock that was wrong.

async function rightsFacts({ stateDir, socketPath }: StatePlace): Promise<RightsFacts[]> {
  const inside = ['marrow.db', 'runs', 'backups'].map((name) => ({
    path: join(stateDir, name),
    read: 0o044,
    write: 0o022,
  }))
  // Names in the folder may be seen by others, and a group may be given the socket.
  const paths = [
    { path: stateDir, read: 0, write: 0o022 },
    ...inside,
    { path: socketPath, read: 0, write: 0o002 },
  ]
  const found = await Promise.all(
    paths.map(async ({ path, read, write }) => {
      const stats = await statOf(path)
      if (stats === undefined) return []
      const foreign = getuid !== undefined && stats.uid !== getuid()
      return [
        { path, foreign, othersRead: (stats.mode & read) !== 0, othersWrite: (stats.mode & write) !== 0 },
      ]
    }),
  )
  return found.flat()
}

async function socketFacts({ socketPath: path, enabled }: StatePlace): Promise<SocketFacts> {
  const [stats, folder] = await Promise.all([statOf(path), folderFacts(dirname(path))])
  const kind = stats === undefined ? 'nothing' : stats.isSocket() ? 'socket' : 'other'
  return { enabled, path, bytes: Buffer.byteLength(path), kind, folder }
}

async function storeFacts(path: string): Promise<StoreFacts> {
  const stats = await statOf(path)
  if (stats === undefined || stats.size === 0) return { kind: 'none' }
  try {
    const database = openDatabase(path, { readOnly: true })
    try {
      const { number, readableFrom } = schemaVersion(database.raw)
      const damage = stats.size > STORE_BYTES_CHECKED ? undefined : damageOf(database.raw)
      return damage === undefined
        ? { kind: 'whole', schema: number, readableFrom }
        : { kind: 'damaged', reason: damage }
    } finally {
      database.close()
    }
  } catch (error) {
    const damaged =
      error instanceof Error && 'errcode' in error && DAMAGED.includes(Number(error.errcode) & 0xff)
    return { kind: damaged ? 'damaged' : 'unreadable', reason: reasonOf(error).replace(/\.$/, '') }
  }
}

const DAMAGED = [11, 26] // SQLITE_CORRUPT and SQLITE_NOTADB.

/** The first thing that SQLite finds wrong. */
function damageOf(raw: ReturnType<typeof openDatabase>['raw']): string | undefined {
  const said = String(Object.values(raw.prepare('pragma quick_check(1)').get() ?? {})[0] ?? 'ok')
  if (said === 'ok') return undefined
  return said.split('\n').find((line) => !line.startsWith('***')) ?? said
}

async function diskFacts(path: string): Promise<DiskFacts | undefined> {
  try {
    const { type, bsize, bavail, blocks } = await statfs(await nearestFolder(path))
    return { kind: diskKind(type, platform), freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch {
    return undefined
  }
}
