import { watch as watchFolder, type FSWatcher } from 'node:fs'
import { watch, type FSWatcher as TreeWatcher } from 'chokidar'
import { handoffDir } from '../handoffs/folders.ts'
import { openRuns } from '../runner/store.ts'
import { queueFolders } from '../tasks/folders.ts'
import { folderOf, type Core } from './core.ts'

/** Watches that only wake the loop: what they miss is seen by the next pass. */
export interface Watches {
  /** Watches what is there now: queues and handoffs of the configuration, folders of open runs. */
  sync(): Promise<void>
  close(): Promise<void>
}

export function createWatches(core: Core): Watches {
  const tree: TreeWatcher = watch([], { ignoreInitial: true, depth: 1, followSymlinks: false })
  tree
    .on('all', () => core.waker.wake())
    .on('error', (error) => core.log.debug('watch failed', { error: String(error) }))
  const runs = new Map<string, FSWatcher | undefined>()
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
      for (const id of open) if (!runs.has(id)) runs.set(id, watchRun(core, id))
    },
    close: async () => {
      for (const watcher of runs.values()) watcher?.close()
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

/** Undefined when the system has no more watches: the passes look anyway. */
function watchRun(core: Core, id: string): FSWatcher | undefined {
  try {
    const watcher = watchFolder(folderOf(core.config, id), { persistent: false }, (_, name) => {
      if (name === 'exit' || name === 'started') core.waker.wake()
    })
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
