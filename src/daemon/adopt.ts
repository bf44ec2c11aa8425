/** What a new daemon finds: runs that go on, ran out while nobody looked, or never began. */
import { reasonOf } from '../base/errors.ts'
import { entryOf } from '../platform/files.ts'
import { runPaths } from '../runner/folder.ts'
import { sightRun } from '../runner/observe.ts'
import { asChild, type RunRecord } from '../runner/record.ts'
import { markRunning, openRuns } from '../runner/store.ts'
import { folderOf, write, type Core, type Life } from './core.ts'
import { takeBack } from './steps/reap.ts'

/** Sorts every open run; the passes settle and end them as they do their own. Says what was found, for status. */
export async function adoptRuns(core: Core): Promise<Life['adopted']> {
  const found = { adopted: 0, finished: 0, lost: 0, unstarted: 0 }
  for (const run of await core.db.read(openRuns)) {
    try {
      found[await adoptRun(core, run)] += 1
    } catch (error) {
      core.log.error('cannot take a run over', { run: run.id, error: reasonOf(error) }) // The passes try again.
    }
  }
  return found
}

async function adoptRun(core: Core, run: RunRecord): Promise<keyof Life['adopted']> {
  const folder = folderOf(core.config, run.id)
  const sight = sightRun(folder, run.identity, core.processes)
  if (sight.kind === 'unstarted' && (await takeBack(core, run, 'the last daemon ended before it began'))) {
    return 'unstarted'
  }
  // A launcher that was faster than our claim is alive by now, or has ended.
  const again = sight.kind === 'unstarted' ? sightRun(folder, run.identity, core.processes) : sight
  // A daemon that died right after the launch could not note the start any more; the launcher's own file says it.
  const startedAt = run.startedAt ?? entryOf(runPaths(folder).started)?.modifiedAt ?? core.clock.now().wall
  if (again.kind !== 'alive') {
    await core.db.write((tx) => markRunning(tx, run.id, run.identity, startedAt))
    return again.kind === 'exited' ? 'finished' : 'lost'
  }
  await write(core, (tx, emit) => {
    markRunning(tx, run.id, again.identity, startedAt)
    emit('run.adopted', { agent: run.agent, run: run.id }, { pid: again.identity.pid, child: asChild(run) })
  })
  return 'adopted'
}
