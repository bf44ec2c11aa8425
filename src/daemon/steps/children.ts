/** Runs that other runs asked for: those whose parent is over are ended, those that wait are made ready. */
import { openDelegations } from '../../delegation/store.ts'
import { readRun } from '../../runner/store.ts'
import type { Core } from '../core.ts'
import { childKey, closeChild, failChild, isAbandoned, isOver, startChild } from '../delegation/child.ts'
import { askForEnd, settleKey } from './reap.ts'

/** Returns in how many ms to look again: what is awaited here wakes the loop by itself. */
export async function lookAfterChildren(core: Core): Promise<number> {
  const { db, jobs, life } = core
  const open = await db.read((tx) =>
    openDelegations(tx).map((child) => ({
      child,
      abandoned: isAbandoned(tx, child),
      run: readRun(tx, child.run),
    })),
  )
  for (const { child, abandoned, run } of open) {
    if (isOver(child, run)) {
      await closeChild(core, child, run)
    } else if (!abandoned) {
      // Of a run that has ended and is being settled nothing begins any more: in a moment it is over.
      const isLate = !child.detached && jobs.has(settleKey(child.parent))
      if (child.state === 'waiting' && life.stopping === 'no' && !isLate && !jobs.has(childKey(child)))
        jobs.start(childKey(child), (signal) => startChild(core, child.run, signal))
    } else if (run === undefined) {
      if (!jobs.has(childKey(child))) await failChild(core, child, 'the run that asked for it is over')
    } else if (!jobs.has(settleKey(run.id)) && !life.launches.has(run.id)) {
      await askForEnd(core, run, 'parent')
    }
  }
  return Number.POSITIVE_INFINITY
}
