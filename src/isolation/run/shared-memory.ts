// Owns what another program could keep in System V's memory and queues, which all of a machine may list.
import { spawnSync } from 'node:child_process'
import { ipcAttempt, type Attempt } from '../attempts.ts'
import type { AttemptReport } from '../report.ts'

export interface SharedMemory extends Disposable {
  readonly attempts: readonly Attempt[]
  readonly untried: readonly AttemptReport[]
}

const kinds = [
  { does: 'shared-memory', make: ['--shmem', '4096'], remove: '--shmem-id' },
  { does: 'message-queue', make: ['--queue'], remove: '--queue-id' },
] as const

const [MAKE, REMOVE] = ['ipcmk', 'ipcrm']

/** Makes one of each kind, by util-linux's `ipcmk`. Where that is missing they are not attacked. */
export function shareMemory(): SharedMemory {
  const made = kinds.flatMap(({ does, make, remove }) => {
    const id = /\d+\s*$/.exec(said(MAKE, ['--mode', '0600', ...make]))?.[0].trim()
    return id === undefined ? [] : [{ does, id, remove }]
  })
  const missing = kinds.filter(({ does }) => made.every((one) => one.does !== does))
  return {
    attempts: made.map(({ does, id }) => ipcAttempt(does, id)),
    untried: missing.map(({ does }) => {
      const { name, what } = ipcAttempt(does, '0')
      return { name, what, outcome: 'skipped', detail: `there is no program ${MAKE} that can make one` }
    }),
    [Symbol.dispose]: () => {
      for (const { id, remove } of made) said(REMOVE, [remove, id])
    },
  }
}

/** What a program printed; nothing where it is missing. */
function said(program: string, words: readonly string[]): string {
  const { stdout, error } = spawnSync(program, words, { encoding: 'utf8' })
  return error === undefined ? stdout : ''
}
