// What `ps` says of processes, for systems without /proc. Best effort: start times are whole seconds, and environments
// of programs that the system protects cannot be read.
import { spawnSync } from 'node:child_process'

interface PsRow {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
  readonly startTime: string
  readonly zombie: boolean
}

const columns = 'pid=,ppid=,pgid=,sess=,stat=,lstart='

/** All processes, or the one with this pid. */
export function psRows(pid: number | undefined): PsRow[] {
  return parsePsRows(ask(pid === undefined ? ['-axo', columns] : ['-o', columns, '-p', String(pid)]))
}

/** The words of a process, joined by spaces; undefined when it is gone. */
export function psCommandLine(pid: number): string | undefined {
  const text = ask(['-ww', '-o', 'command=', '-p', String(pid)]).trimEnd()
  return text === '' ? undefined : text
}

/** Whether `-E` shows this `NAME=value` after the words of the process. */
export function psHasEnvironment(pid: number, assignment: string): boolean {
  return ` ${ask(['-E', '-ww', '-o', 'command=', '-p', String(pid)]).trimEnd()} `.includes(` ${assignment} `)
}

/** Lines of `ps -o pid=,ppid=,pgid=,sess=,stat=,lstart=`. A session that is not a number (macOS) counts as none. */
export function parsePsRows(text: string): PsRow[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line)
    if (match === null) return []
    const [, pid, parent, group, session, state, startTime = ''] = match
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        session: /^\d+$/.test(session ?? '') ? Number(session) : 0,
        startTime,
        zombie: state?.startsWith('Z') ?? false,
      },
    ]
  })
}

function ask(words: readonly string[]): string {
  // The locale is fixed because the start time is compared as text.
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' }
  return (
    spawnSync('ps', words, { encoding: 'utf8', env, timeout: 5_000, maxBuffer: 16 * 1024 * 1024 }).stdout ??
    ''
  )
}
