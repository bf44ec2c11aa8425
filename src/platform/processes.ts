import { readdirSync, readFileSync } from 'node:fs'
import { systemClock } from './clock.ts'
import { psCommandLine, psHasEnvironment, psRows } from './ps.ts'

/** A process that cannot be confused with another one that got the same pid later. */
export interface ProcessIdentity {
  readonly pid: number
  /** Opaque; equal only for the same process of the same boot. */
  readonly startTime: string
  readonly boot: string
}

/** One process as the machine shows it now. */
export interface ProcessRow {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
  readonly startTime: string
  readonly zombie: boolean
}

/** The door to the machine's processes: /proc on Linux, `ps` elsewhere. */
export interface Processes {
  readonly boot: string
  list(): ProcessRow[]
  /** Undefined when there is no such process, or only what is left of one (a zombie). */
  identify(pid: number): ProcessIdentity | undefined
  /** False for zombies, for other processes with the same pid, and after a reboot. */
  isAlive(identity: ProcessIdentity): boolean
  /** Whether the process was started with this `NAME=value` in its environment; false when it may not be read. */
  hasEnvironment(pid: number, assignment: string): boolean
  /** The words of a process, joined by spaces; undefined when it is gone or may not be read. */
  commandLine(pid: number): string | undefined
  /** Its pid in the pid namespace that it lives in: 1 for the first process of a sandbox. Undefined when it cannot be told. */
  innerPid(pid: number): number | undefined
  /** A negative pid names a group. False when there was nothing to signal. */
  signal(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT' | 'SIGCONT' | 'SIGSTOP'): boolean
}

type Reader = Pick<Processes, 'list' | 'hasEnvironment' | 'commandLine' | 'innerPid'> & {
  row(pid: number): ProcessRow | undefined
}

const procReader: Reader = {
  list: () =>
    readdirSync('/proc').flatMap((name) => {
      const pid = Number(name)
      const row = Number.isInteger(pid) ? procReader.row(pid) : undefined
      return row === undefined ? [] : [row]
    }),
  row: (pid) => {
    const text = readProc(pid, 'stat')
    return text === undefined ? undefined : parseStat(text)
  },
  hasEnvironment: (pid, assignment) => readProc(pid, 'environ')?.split('\0').includes(assignment) ?? false,
  commandLine: (pid) => readProc(pid, 'cmdline')?.replace(/\0$/, '').replaceAll('\0', ' '),
  innerPid: (pid) => {
    // Outermost first. Unlike the links in `ns`, everybody may read it, whatever the process did to hide itself.
    const pids = /^NSpid:\s+(?:\d+\s+)*?(\d+)$/m.exec(readProc(pid, 'status') ?? '')
    return pids === null ? undefined : Number(pids[1])
  },
}

/** One `ps` per question: slower, and start times are whole seconds, but it is there on every Unix. */
const psReader: Reader = {
  list: () => psRows(undefined),
  row: (pid) => psRows(pid).find((row) => row.pid === pid),
  hasEnvironment: psHasEnvironment,
  commandLine: psCommandLine,
  innerPid: () => undefined, // No system without /proc has pid namespaces.
}

const reader = process.platform === 'linux' ? procReader : psReader

/** The processes of this machine. */
export const systemProcesses: Processes = {
  // The clock's own, so that an identity and a moment of one boot agree.
  boot: systemClock.now().boot,
  list: reader.list,
  identify: (pid) => {
    const row = reader.row(pid)
    if (row === undefined || row.zombie) return undefined
    return { pid, startTime: row.startTime, boot: systemProcesses.boot }
  },
  isAlive: ({ pid, startTime, boot }) =>
    boot === systemProcesses.boot && systemProcesses.identify(pid)?.startTime === startTime,
  hasEnvironment: reader.hasEnvironment,
  commandLine: reader.commandLine,
  innerPid: reader.innerPid,
  signal: (pid, signal) => {
    try {
      return process.kill(pid, signal)
    } catch {
      return false // Gone (ESRCH), or not ours to signal (EPERM): in both cases nothing was signalled.
    }
  },
}

/** Reads `/proc/<pid>/stat`. The program's name stands in parentheses and may hold spaces and parentheses itself. */
function parseStat(text: string): ProcessRow | undefined {
  const [state, parent, group, session, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const startTime = rest[15] // Field 22 of the line, in clock ticks since the boot.
  if (startTime === undefined) return undefined
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime,
    zombie: state === 'Z' || state === 'X',
  }
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8') // The one encoding that Node reads in one call; looks at all processes are many.
  } catch {
    return undefined // It ended while we looked, or belongs to somebody else.
  }
}
