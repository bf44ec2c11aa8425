import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { handoffDir } from '../handoffs/folders.ts'
import { isFolder, listFolder } from '../platform/files.ts'
import { openRuns } from '../runner/store.ts'
import { queueFolders } from '../tasks/folders.ts'
import { folderOf, type Core } from './core.ts'
import { PAUSE_FILE } from './pause.ts'

/** Watches that only wake the loop: what they miss is seen by the next pass. */
export interface Watches {
  /** Watches what is there now: queues and handoffs of the configuration, folders of open runs. The brake always. */
  sync(): Promise<void>
  close(): void
}

/** Watches folders, never single files: a queue of a thousand tasks is one watch, and a new task costs nothing but a wake. */
export function createWatches(core: Core): Watches {
  const watchers = new Map<string, FSWatcher>()
  const brake = watchFor(core, core.config.stateDir, [PAUSE_FILE])
  return {
    sync: async () => {
      const runs = (await core.db.read(openRuns)).map(({ id }) => folderOf(core.config, id))
      const wanted = new Map(
        [
          ...runs.map((folder): Watched => ({ folder, names: ['exit', 'started'] })),
          ...inboxes(core).map(watchedFor),
        ].map((one) => [JSON.stringify(one), one]),
      )
      for (const [key, watcher] of watchers) {
        if (wanted.has(key)) continue
        watcher.close()
        watchers.delete(key)
      }
      for (const [key, { folder, names }] of wanted) {
        if (watchers.has(key)) continue
        // Tried again at every pass: a folder that went may be there anew.
        const watcher = watchFor(core, folder, names, () => watchers.delete(key))
        if (watcher) watchers.set(key, watcher)
      }
    },
    close: () => {
      for (const watcher of watchers.values()) watcher.close()
      brake?.close()
    },
  }
}

/** A folder, and what in it is of interest; undefined: anything. */
interface Watched {
  readonly folder: string
  readonly names: readonly string[] | undefined
}

/** Of a folder that is not there yet, its coming: in the nearest one above it that is. */
function watchedFor(folder: string): Watched {
  let [place, names]: [string, readonly string[] | undefined] = [folder, undefined]
  while (!isFolder(place) && dirname(place) !== place) [place, names] = [dirname(place), [basename(place)]]
  return { folder: place, names }
}

/** Where work comes in: the queues, and the handoff folders with those in them, one for each pair of agents. */
function inboxes(core: Core): string[] {
  const handoffs = [...new Set(core.config.agents.map(({ workspace }) => handoffDir(workspace)))]
  return [
    ...core.config.agents.flatMap((agent) => queueFolders(agent, core.config)),
    ...handoffs.flatMap((folder) => [folder, ...foldersIn(folder)]),
  ]
}

function foldersIn(folder: string): string[] {
  try {
    return listFolder(folder).flatMap(({ name, kind }) => (kind === 'folder' ? [join(folder, name)] : []))
  } catch {
    return [] // Somebody broke it; the step that reads it says so.
  }
}

/** By the system's own watch. With `names` only those wake: much else happens in the folder of the store, and of a run. */
function watchFor(
  core: Core,
  folder: string,
  names: readonly string[] | undefined,
  ended: () => void = () => {},
): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (kind, name) => {
      if (names === undefined || (name !== null && names.includes(name))) core.waker.wake()
      // The folder itself went: the watch follows what is gone.
      if (names === undefined && kind === 'rename' && name !== null && folder.endsWith(`/${name}`)) {
        watcher.close()
        ended()
      }
    })
    watcher.on('error', () => {
      watcher.close()
      ended()
    })
    return watcher
  } catch {
    return undefined // Not there, or the system has no more watches: the passes look anyway.
  }
}
