// Owns the attempts on processes outside. A pid may be somebody else's inside, so what is read must be the secret itself.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { SECRET_VARIABLE } from '../../../isolation/attempts.ts'
import type { Try } from './try.ts'

const ENVIRONMENT_BYTES_MAX = 262_144

type ProcessTechnique = 'read-environment' | 'read-memory' | 'read-root' | 'signal'

export const tryProcess: Readonly<Record<ProcessTechnique, Try>> = {
  'read-environment': (pid) => secretIn(readFileSync(`/proc/${pid}/environ`, 'utf8')),
  'read-memory': (pid) => secretIn(environmentInMemory(pid)),
  'read-root': (target) => {
    const [pid = '', file = ''] = target.split(/:(.*)/s)
    return readFileSync(`/proc/${pid}/root${file}`, 'utf8')
  },
  signal: (target) => {
    const pid = Number(target)
    // Behind a wall these numbers are given out anew, from 1.
    if ([1, process.pid, process.ppid].includes(pid)) throw new Error('inside, this pid is its own')
    process.kill(pid, 'SIGKILL')
    return 'killed'
  },
}

/** The very bytes, past the file that shows them: /proc/PID/stat says where they lie. */
function environmentInMemory(pid: string): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [start, end] = [Number(fields[47]), Number(fields[48])] // Fields 50 and 51 of the line.
  if (!(start > 0 && end > start)) throw new Error('the place of its environment is not shown')
  const bytes = Buffer.alloc(Math.min(end - start, ENVIRONMENT_BYTES_MAX))
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    return bytes.toString('utf8', 0, readSync(memory, bytes, 0, bytes.length, start))
  } finally {
    closeSync(memory)
  }
}

function secretIn(environment: string): string {
  const prefix = `${SECRET_VARIABLE}=`
  const found = environment.split('\0').find((line) => line.startsWith(prefix))
  if (found === undefined) throw new Error('the process of this pid is another one')
  return found.slice(prefix.length)
}
