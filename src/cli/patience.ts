/** Owns what follows a daemon over its restart: whoever watches wants to see on, not an error at each update. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MarrowError } from '../base/errors.ts'

const ATTEMPTS_MAX = 60
const PAUSE_MS = 500
const QUIET_ATTEMPTS = 5

/** Asks again for up to half a minute while nobody answers. */
export async function patiently<T>(asking: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await asking()
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isPassing(error)) throw error
      // Soon enough to be no riddle, late enough to say nothing at a quick restart.
      if (attempt === QUIET_ATTEMPTS)
        process.stderr.write('(the daemon does not answer: waiting up to 30 s for the next one)\n')
      await sleep(PAUSE_MS)
    }
  }
}

/** Whether the daemon is only away for now: it starts, stops or hangs. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof MarrowError)) return false
  return error.code === 'DAEMON_NOT_RUNNING' || error.code === 'DAEMON_SILENT' || error.code === 'STOPPING'
}
