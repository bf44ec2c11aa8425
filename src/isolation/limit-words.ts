// The words that are put in front of a command so that it starts within its limits.
import { processCeiling, type LimitFacts, type LimitPlan } from './limits.ts'

const BLOCK_BYTES = 512 // The unit of `ulimit -f` in POSIX, and in bash once it is told to be that.

// Fixed text: the command comes in as arguments, which no shell reads as more than words.
const limitFileSize = 'POSIXLY_CORRECT=1; ulimit -f "$1" && shift && exec "$@"'

/**
 * In front of everything, the wall included: `enter` puts the process into the run's cgroup before it becomes the rest. Empty
 * without a cgroup. `enter` is the path of `bin/enter`.
 */
export function entryWords(plan: LimitPlan | null, enter: string): string[] {
  if (plan?.cgroup === undefined) return []
  const { memory, processes } = plan.cgroup
  const folders = [...new Set([memory, processes])].filter((folder) => folder !== undefined)
  return [enter, ...folders, '--']
}

/**
 * Right in front of the agent CLI, behind the wall: limits of the process itself, which all that it starts inherit. Both the
 * soft and the hard one, so that only root could raise them again. Empty when there is nothing to set.
 */
export function rlimitWords(plan: LimitPlan | null, { prlimit }: LimitFacts): string[] {
  if (plan === null) return []
  const { fileBytesMax } = plan.limits
  if (prlimit === undefined)
    return fileBytesMax === undefined
      ? []
      : ['/bin/sh', '-c', limitFileSize, 'limit', String(Math.ceil(fileBytesMax / BLOCK_BYTES))]
  const ceiling = plan.means.processes === 'namespace' ? processCeiling(plan) : undefined
  const options = [
    ...(fileBytesMax === undefined ? [] : [`--fsize=${fileBytesMax}`]),
    ...(ceiling === undefined ? [] : [`--nproc=${ceiling}`]),
  ]
  return options.length === 0 ? [] : [prlimit, ...options, '--']
}
