// The first process of a sandbox (a pid namespace of its own): when it is gone, the system has ended all the others.
import { descendants } from './process-tree.ts'
import type { ProcessIdentity, Processes, ProcessRow } from './processes.ts'

const TICKS_PER_SECOND = 100 // Of start times; the same on every Linux that we know.
const SECONDS_MAX = 60 // From the start of who made it to its own: some ms, more on a machine that is very busy.
const COMMAND_PID = 2 // Inside. bubblewrap itself is 1, and what it starts comes next.

/** Whether the first process is still there. `unknown`: another pid namespace may have begun under its number. */
export type FirstSight = 'alive' | 'gone' | 'unknown'

/**
 * The pid of the first process, as seen from outside, in what bubblewrap writes to `--info-fd`. Undefined until all is
 * written: then nothing has begun in there.
 */
export function parseSandbox(text: string): number | undefined {
  const pid = /^\{\s*"child-pid": ([1-9]\d*)\b[^{}]*\}/.exec(text)?.[1]
  return pid === undefined ? undefined : Number(pid)
}

/**
 * Whether `first`, the first process of some pid namespace, is that of the sandbox which `maker` began at its own start:
 * its number alone may belong to another one by now. Nothing inside can put off its own beginning, so a time says enough.
 */
export function isSandboxOf(first: ProcessIdentity, maker: ProcessIdentity): boolean {
  const ticks = Number(first.startTime) - Number(maker.startTime)
  return first.boot === maker.boot && ticks >= 0 && ticks <= SECONDS_MAX * TICKS_PER_SECOND
}

/** Looks at one process only, whatever else runs on the machine. */
export function sightFirst(
  first: number,
  maker: ProcessIdentity | undefined,
  processes: Processes,
): FirstSight {
  const seen = processes.identify(first)
  if (seen === undefined) return 'gone'
  const innerPid = processes.innerPid(first)
  if (innerPid !== undefined && innerPid !== 1) return 'gone' // Another process has the number now.
  return innerPid === 1 && maker !== undefined && isSandboxOf(seen, maker) ? 'alive' : 'unknown'
}

/**
 * Whom to ask to end: the process group of the command and that of the sandbox's first process, which cannot be ended so from
 * outside. A negative number names a group. Where a group also holds somebody outside, such as bubblewrap's own outer
 * process, whose end takes everything with it at once, its members are named one by one.
 */
export function askedToEnd(
  rows: readonly ProcessRow[],
  first: number,
  innerPid: (pid: number) => number | undefined,
): number[] {
  const inside = descendants(rows, [first])
  const command = inside.find((row) => row.parent === first && innerPid(row.pid) === COMMAND_PID)
  const leader = rows.find((row) => row.pid === first)
  const groups = new Set([leader, command].flatMap((row) => (row === undefined ? [] : [row.group])))
  const pidsInside = new Set(inside.map((row) => row.pid))
  return [...groups].flatMap((group) => {
    const members = rows.filter((row) => row.group === group && !row.zombie)
    const outside = members.filter((row) => row.pid !== first && !pidsInside.has(row.pid))
    if (outside.length === 0 && group > 1) return [-group]
    return members.filter((row) => pidsInside.has(row.pid)).map((row) => row.pid)
  })
}
