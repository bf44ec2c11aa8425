// Owns a process outside the wall, with a secret in its environment, for others to attack.
import { spawn } from 'node:child_process'
import { SECRET_VARIABLE } from '../attempts.ts'

export interface Victim extends Disposable {
  readonly pid: number
}

const LIFE_SECONDS = 60 // Longer than any test; it ends by itself should nobody be left to end it.

/** Throws when the machine has no room for a process. */
export function startVictim(secret: string): Victim {
  const child = spawn('sleep', [String(LIFE_SECONDS)], {
    env: { PATH: '/usr/bin:/bin', [SECRET_VARIABLE]: secret },
    stdio: 'ignore',
  })
  child.on('error', () => {}) // The missing pid says it already.
  child.unref()
  const { pid } = child
  if (pid === undefined) throw new Error('the program sleep cannot be started')
  return { pid, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}
