import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { innerPath } from '../config/inner.ts'
import { handoffDir, receiverOf, senderToPerson } from '../handoffs/folders.ts'
import { openInside, type InnerPath } from '../platform/inside.ts'
import type { InnerFolder } from '../platform/inside/folder.ts'
import { openRuns } from '../runner/store.ts'
import { queueFolders } from '../tasks/folders.ts'
import { folderOf, type Core } from './core.ts'
import { PAUSE_FILE } from './pause.ts'
import { castAnew } from './steps/cast.ts'

/** Watches that only wake the loop: what they miss is seen by the next pass. */
export interface Watches {
  /** Watches what is there now: queues and handoffs of the configuration, folders of open runs. The brake always. */
  sync(): Promise<void>
  close(): void
}

/** A folder, and what in it is of interest; undefined: anything. */
interface Watched {
  readonly folder: InnerPath
  readonly names: readonly string[] | undefined
  /** Whether it is about cast files: their step wants to be told. */
  readonly cast?: true
}

interface Open {
  readonly watcher: FSWatcher
  /** Which folder it was that stood at the path. */
  readonly place: string | undefined
}

/** Watches folders, never single files: a queue of a thousand tasks is one watch, and a new task costs nothing but a wake. */
export function createWatches(core: Core): Watches {
  const open = new Map<string, Open>()
  const brake = watchFor(core, { folder: ownFolder(core.config.stateDir), names: [PAUSE_FILE] })
  const places = restedInboxes(core)
  let closed = false
  return {
    sync: async () => {
      const runs = (await core.db.read(openRuns)).map(({ id }) => folderOf(core.config, id))
      if (closed) return
      const wanted = new Map(
        [
          ...runs.map((run): Watched => ({ folder: ownFolder(run), names: ['exit', 'started'] })),
          ...places.look().map(watchedFor),
          ...castFolders(core).map((folder): Watched => ({ ...watchedFor(folder), cast: true })),
        ].map((one) => [JSON.stringify(one), one]),
      )
      for (const [key, { watcher, place }] of open) {
        const one = wanted.get(key)
        // Another folder may stand there by now: the watch would follow the old one for ever.
        if (one !== undefined && (one.names !== undefined || placeOf(one.folder) === place)) continue
        watcher.close()
        open.delete(key)
      }
      for (const [key, one] of wanted) {
        if (open.has(key)) continue
        const watcher = watchFor(core, one, () => open.delete(key))
        if (watcher === undefined) continue
        open.set(key, { watcher, place: placeOf(one.folder) })
        // What came between this pass's look and the watch woke nobody.
        if (one.cast) castAnew(core)
        if (!runs.includes(one.folder.path)) core.waker.wake()
      }
    },
    close: () => {
      closed = true
      for (const { watcher } of open.values()) watcher.close()
      brake?.close()
      places.close()
    },
  }
}

const REST_FACTOR = 19 // As the look at the files in them: agents can make as many folders as they like.
const REST_MS_MAX = 2_000
const FOLDERS_MAX = 1_000 // The watches of a system are limited. What lies in more folders is seen by the passes.

/** The folders where work comes in. The list is used again for some time when it took long to make. */
function restedInboxes(core: Core): { look(): readonly InnerPath[]; close(): void } {
  let known: readonly InnerPath[] = []
  let rest: NodeJS.Timeout | undefined
  return {
    look: () => {
      if (rest !== undefined) return known
      const startedAt = performance.now()
      known = inboxes(core)
      const restMs = Math.min((performance.now() - startedAt) * REST_FACTOR, REST_MS_MAX)
      // Short rests are not worth a timer. After a long one a folder that came meanwhile must not wait for chance.
      if (restMs >= 100)
        rest = setTimeout(() => {
          rest = undefined
          core.waker.wake()
        }, restMs).unref()
      return known
    },
    close: () => clearTimeout(rest),
  }
}

/** The queues, and the handoff folders with those in them that are for an agent or for a person. */
function inboxes({ config }: Core): InnerPath[] {
  const handoffs = [...Map.groupBy(config.agents, ({ workspace }) => handoffDir(workspace))]
  const folders = [
    ...config.agents.flatMap((agent) => queueFolders(agent, config)),
    ...handoffs.flatMap(([path, agents]) => {
      const dir = innerPath(path, config.agents)
      const names = foldersIn(dir).filter(
        (name) => (receiverOf(name, agents)?.name ?? senderToPerson(name, agents)) !== undefined,
      )
      return [dir, ...names.map((name): InnerPath => ({ root: dir.root, path: join(path, name) }))]
    }),
  ]
  return [...new Map(folders.map((folder) => [folder.path, folder])).values()].slice(0, FOLDERS_MAX)
}

function foldersIn(dir: InnerPath): string[] {
  try {
    using folder = opened(dir)
    return folder?.names('folder') ?? []
  } catch {
    return [] // Whoever looks for work in it says that it cannot be read.
  }
}

/** What the last look at cast files wants to be told of. */
function castFolders({ life }: Core): InnerPath[] {
  const folders = life.cast.folders.map((folder) => [folder.path, folder] as const)
  return [...new Map(folders).values()].slice(0, FOLDERS_MAX)
}

/** Of a folder that is not there yet, its coming: in the nearest one above it that is. */
function watchedFor(folder: InnerPath): Watched {
  let [place, names]: [InnerPath, readonly string[] | undefined] = [folder, undefined]
  while (!isThere(place) && dirname(place.path) !== place.path) {
    const above = dirname(place.path)
    // Above the root nothing is an agent's.
    ;[place, names] = [
      { root: place.path === place.root ? above : place.root, path: above },
      [basename(place.path)],
    ]
  }
  return { folder: place, names }
}

/** A folder where only marrow and its operator write. */
function ownFolder(path: string): InnerPath {
  return { root: path, path }
}

function isThere(folder: InnerPath): boolean {
  return placeOf(folder) !== undefined
}

/** Undefined for what is missing, and for what a link leads to. */
function opened(folder: InnerPath): InnerFolder | undefined {
  try {
    return openInside(folder)
  } catch {
    return undefined
  }
}

function placeOf(inner: InnerPath): string | undefined {
  using folder = opened(inner)
  // A new folder may get the number of the one that has just been removed.
  return folder && `${folder.stats.dev}:${folder.stats.ino}:${folder.stats.birthtimeMs}`
}

/** By the system's own watch. With `names` only those wake: much else happens in the folder of the store, and of a run. */
function watchFor(
  core: Core,
  { folder, names, cast }: Watched,
  ended: () => void = () => {},
): FSWatcher | undefined {
  try {
    using held = openInside(folder)
    if (!held) return undefined
    const end = () => {
      watcher.close()
      ended()
    }
    const watcher = watch(held.place, { persistent: false }, (kind, name) => {
      if (names === undefined || (name !== null && names.includes(name))) {
        if (cast) castAnew(core)
        core.waker.wake()
      }
      // So the system says that the folder itself went: its watch sees nothing any more.
      if (kind === 'rename' && name === basename(held.place)) end()
    })
    watcher.on('error', end)
    return watcher
  } catch {
    return undefined // It has just gone, or the system has no more watches: the passes look anyway.
  }
}
