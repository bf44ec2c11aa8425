// Whether a run went over one of its limits: from what the kernel counted, what was seen of its processes, what it printed.
import type { CgroupEvents } from '../platform/cgroup.ts'
import type { Usage } from '../platform/usage.ts'
import type { LimitPlan, Limits } from './limits.ts'

/** The limits by name, as outcomes have them. */
export type LimitName = 'memory' | 'processes' | 'file-size'

/** The limit that a run went over. `limit` is in bytes, or a number of processes and threads. */
export interface LimitHit {
  readonly by: LimitName
  readonly limit: number
}

/** What one look at a run showed. Undefined: not asked for, or not to be seen. */
export interface LimitSigns {
  readonly events: CgroupEvents | undefined
  readonly usage: Usage | undefined
}

/** The limit as a hit; undefined when it is not set. */
export function hitOf(limits: Limits, by: LimitName): LimitHit | undefined {
  const limit = limitNamed(limits, by)
  return limit === undefined ? undefined : { by, limit }
}

/** The first limit that a run which goes on is over. Memory first: what is killed for it may also fail to fork. */
export function hitNow(plan: LimitPlan, { events, usage }: LimitSigns): LimitHit | undefined {
  const { limits, means, wallProcesses } = plan
  const { memoryBytes, processesMax } = limits
  const overMemory =
    means.memory === 'cgroup'
      ? (events?.memoryKills ?? 0) > 0
      : memoryBytes !== undefined && (usage?.residentBytes ?? 0) > memoryBytes
  if (overMemory) return hitOf(limits, 'memory')
  const overProcesses =
    means.processes === 'cgroup'
      ? (events?.refusedForks ?? 0) > 0
      : processesMax !== undefined && (usage?.tasks ?? 0) - wallProcesses > processesMax
  return overProcesses ? hitOf(limits, 'processes') : undefined
}

/** How a run that did not succeed ended. */
export interface FailedEnd {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * The limit of which a run that failed speaks itself: of a file that may not grow, and in a user namespace of a fork that was
 * refused, nobody else keeps count.
 */
export function hitInWords({ limits, means }: LimitPlan, end: FailedEnd): LimitHit | undefined {
  const says = (words: RegExp) => words.test(end.stderr) || words.test(end.stdout)
  if (means.fileSize !== undefined && (end.exitCode === FILE_SIZE_SIGNAL_CODE || says(fileSizeWords)))
    return hitOf(limits, 'file-size')
  return means.processes === 'namespace' && says(forkWords) ? hitOf(limits, 'processes') : undefined
}

function limitNamed(limits: Limits, name: LimitName): number | undefined {
  switch (name) {
    case 'memory':
      return limits.memoryBytes
    case 'processes':
      return limits.processesMax
    case 'file-size':
      return limits.fileBytesMax
  }
}

const FILE_SIZE_SIGNAL_CODE = 128 + 25 // SIGXFSZ, on Linux and on macOS.
const fileSizeWords = /\bEFBIG\b|File too large|File size limit exceeded/i
// EAGAIN alone is told of reads and sockets too.
const forkWords =
  /(?:fork|spawn|clone|thread)[^\n]{0,80}(?:Resource temporarily unavailable|EAGAIN)|cannot fork/i
