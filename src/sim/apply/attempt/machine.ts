// Owns the attempts on what a run could be handed down, or share with everybody on the machine.
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { isatty } from 'node:tty'
import type { Try } from './try.ts'

type MachineTechnique =
  | 'shared-memory'
  | 'message-queue'
  | 'terminal'
  | 'descriptor'
  | 'reopen-stdin'
  | 'variable'

const FIRST_OWN_DESCRIPTOR = 3

export const tryMachine: Readonly<Record<MachineTechnique, Try>> = {
  'shared-memory': (id) => listed('shm', id),
  'message-queue': (id) => listed('msg', id),
  // Whoever can open it can put keys into it, as if the operator had typed them.
  terminal: (path) => {
    const terminal = openSync(path, constants.O_RDWR | constants.O_NOCTTY)
    try {
      if (!isatty(terminal)) throw new Error('it is no terminal')
      return 'opened'
    } finally {
      closeSync(terminal)
    }
  },
  descriptor: (path) => {
    // Node keeps no file or folder open by itself, so any that is open was handed down.
    const found = descriptors().find(({ leadsTo, isOnDisk }) => leadsTo === path || isOnDisk)
    if (found === undefined) throw new Error('none is open')
    return `descriptor ${found.number} is ${found.leadsTo}`
  },
  'reopen-stdin': (path) => {
    if (!fstatSync(0).isFile()) throw new Error('stdin is no file')
    closeSync(openSync(path, constants.O_WRONLY))
    return 'opened for writing'
  },
  variable: (name) => {
    if (process.env[name] === undefined) throw new Error('it is not set')
    return 'it is set'
  },
}

/** Something of System V, as the tables of its namespace say. The number is in their second column. */
function listed(kind: 'shm' | 'msg', id: string): string {
  const [, ...rows] = readFileSync(`/proc/sysvipc/${kind}`, 'utf8').trim().split('\n')
  if (rows.some((row) => row.trim().split(/\s+/)[1] === id)) return 'it is listed'
  throw new Error('it is not listed')
}

function descriptors() {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((number) => number >= FIRST_OWN_DESCRIPTOR)
    .flatMap((number) => descriptorOf(number) ?? [])
}

function descriptorOf(number: number): { number: number; leadsTo: string; isOnDisk: boolean } | undefined {
  try {
    const stats = fstatSync(number)
    const isOnDisk = stats.isFile() || stats.isDirectory() || stats.isBlockDevice()
    return { number, leadsTo: readlinkSync(`/proc/self/fd/${number}`), isOnDisk }
  } catch {
    return undefined // The one with which the folder was read.
  }
}
