import { watch as watchFolder, type FSWatcher } from 'node:fs'
import { watch, type FSWatcher as TreeWatcher } from 'chokidar'
import { handoffDir } from '../handoffs/folders.ts'
import { openRuns } from '../runner/store.ts'
import { queueFolders } from '../tasks/folders.ts'
import { folderOf, type Core } from './core.ts'
import { PAUSE_FILE } from './pause.ts'

/** Watches that only wake the loop: what they miss is seen by the next pass. */
export interface Watches {
  /** Watches what is there now: queues and handoffs of the configuration, folders of open runs. The brake always. */
  sync(): Promise<void>
  close(): Promise<void>
}

export function createWatches(core: Core): Watches {
  const tree: TreeWatcher = watch([], { ignoreInitial: true, depth: 1, followSymlinks: false })
  tree
    .on('all', () => core.waker.wake())
    .on('error', (error) => core.log.debug('watch failed', { error: String(error) }))
  const runs = new Map<string, FSWatcher | undefined>()
  const brake = watchFor(core, core.config.stateDir, [PAUSE_FILE])
  let watched = new Set<string>()
  return {
    sync: async () => {
      const wanted = new Set(wantedPaths(core))
      tree.unwatch([...watched].filter((path) => !wanted.has(path)))
      tree.add([...wanted].filter((path) => !watched.has(path)))
      watched = wanted
      const open = new Set((await core.db.read(openRuns)).map(({ id }) => id))
      for (const [id, watcher] of runs) {
        if (open.has(id)) continue
        watcher?.close()
        runs.delete(id)
      }
      for (const id of open)
        if (!runs.has(id)) runs.set(id, watchFor(core, folderOf(core.config, id), ['exit', 'started']))
    },
    close: async () => {
      for (const watcher of runs.values()) watcher?.close()
      brake?.close()
      await tree.close()
    },
  }
}

function wantedPaths(core: Core): string[] {
  return core.config.agents.flatMap((agent) => [
    ...queueFolders(agent, core.config),
    handoffDir(agent.workspace),
  ])
}

/** By the system's own watch, which tells the name: the store in this folder changes all the time. */
function watchFor(core: Core, folder: string, names: readonly string[]): FSWatcher | undefined {
  try {
    const watcher = watchFolder(folder, { persistent: false }, (_, name) => {
      if (name !== null && names.includes(name)) core.waker.wake()
    })
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined // The system has no more watches: the passes look anyway.
  }
}
