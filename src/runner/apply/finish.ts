// The last step of a run that ended, well or not: everything it printed is on disk, and none of its processes is left.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Processes } from '../../platform/processes.ts'
import { isWriting, killEverything, killRemains, type RunProcesses } from './end.ts'
import { removeStdin } from './launch.ts'

const LOOK_MS = 10
const WRITING_LOOKS_MAX = 200 // 2 s. Writers end in a few ms once nobody can print any more; a slow disk may hold them.
const KILL_LOOKS_MAX = 50

/**
 * Ends a run that has exited or is gone: `endRemains`, and what was there for its processes only. Returns how many
 * processes it could not see die.
 */
export async function finishRun(run: RunProcesses, processes: Processes): Promise<number> {
  const left = await endRemains(run, processes)
  removeStdin(run.folder)
  return left
}

/**
 * Kills what is left of a run that has exited or is gone, lets the launcher and its writers finish for at most 2 s, then
 * kills them too. Returns how many processes it could not see die, such as one that waits for a dead disk. A job: it
 * waits for real processes in real time.
 */
async function endRemains(run: RunProcesses, processes: Processes): Promise<number> {
  let left = killRemains(run, processes)
  let writing = isWriting(run, processes)
  for (let look = 0; look < WRITING_LOOKS_MAX && (writing || left > 0); look++) {
    await sleep(LOOK_MS)
    left = killRemains(run, processes)
    writing = isWriting(run, processes)
  }
  if (left === 0 && !writing) return 0 // The rule. A look at all processes is what settling a run costs most.
  left = killEverything(run, processes)
  for (let look = 0; look < KILL_LOOKS_MAX && left > 0; look++) {
    await sleep(LOOK_MS)
    left = killEverything(run, processes)
  }
  return left
}
