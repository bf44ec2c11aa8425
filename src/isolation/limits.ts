// What a run may take of the machine, and by what it is held to that.
import { join } from 'node:path'
import type { CgroupFolders } from '../platform/cgroup-place.ts'

/** What a run may take of the machine; undefined: as much as there is. */
export interface Limits {
  /** All its processes together. */
  readonly memoryBytes: number | undefined
  /** Processes and threads at one time. */
  readonly processesMax: number | undefined
  /** The largest file that it may write. */
  readonly fileBytesMax: number | undefined
}

/** What this machine offers to hold a run to its limits. */
export interface LimitFacts {
  /** Where a cgroup for each run can be made; undefined: nowhere. */
  readonly cgroups: CgroupFolders | undefined
  /** The path of util-linux's `prlimit`; undefined: there is none, as on macOS. */
  readonly prlimit: string | undefined
}

/**
 * By what a run is held to each of its limits. `cgroup` and `namespace` (RLIMIT_NPROC, which counts by user and user namespace)
 * are the kernel's. `sampling` looks once a second, and so finds out only afterwards.
 */
export interface LimitMeans {
  readonly memory: 'cgroup' | 'sampling' | undefined
  readonly processes: 'cgroup' | 'namespace' | 'sampling' | undefined
  readonly fileSize: 'prlimit' | 'ulimit' | undefined
}

/** How one run is limited. It is on record with the run: a later daemon goes on by it, whatever it finds itself. */
export interface LimitPlan {
  readonly limits: Limits
  readonly means: LimitMeans
  /** The cgroup of the run, which is made right before its start. */
  readonly cgroup: CgroupFolders | undefined
  /** Processes of the wall's own among those of the run. */
  readonly wallProcesses: number
}

/** The run that is to be limited. */
export interface LimitedRun {
  /** The name of its cgroup. */
  readonly cgroupName: string
  /** The mechanism behind which it is started. */
  readonly wall: 'bubblewrap' | 'seatbelt' | undefined
  /** It is started as root, whom RLIMIT_NPROC does not hold even in a user namespace. */
  readonly root: boolean
}

const BUBBLEWRAP_PROCESSES = 2 // The one that was started, and the first process of the namespace.

/** Undefined when the configuration sets no limit: then nothing is made and nothing is looked at. */
export function planLimits(limits: Limits, facts: LimitFacts, run: LimitedRun): LimitPlan | undefined {
  const { memoryBytes, processesMax, fileBytesMax } = limits
  if (memoryBytes === undefined && processesMax === undefined && fileBytesMax === undefined) return undefined
  const means: LimitMeans = {
    memory: memoryBytes === undefined ? undefined : memoryMeans(facts),
    processes: processesMax === undefined ? undefined : processesMeans(facts, run),
    fileSize: fileBytesMax === undefined ? undefined : facts.prlimit === undefined ? 'ulimit' : 'prlimit',
  }
  const usesCgroup = means.memory === 'cgroup' || means.processes === 'cgroup'
  const { cgroups } = facts
  return {
    limits,
    means,
    cgroup: usesCgroup && cgroups !== undefined ? below(cgroups, run.cgroupName) : undefined,
    wallProcesses: run.wall === 'bubblewrap' ? BUBBLEWRAP_PROCESSES : 0,
  }
}

/**
 * What the kernel is told, when it counts processes: the wall's own come on top. A user namespace counts only one of them, and
 * one more is let through there, because nothing else tells that there was one too many.
 */
export function processCeiling({ limits, means, wallProcesses }: LimitPlan): number | undefined {
  const { processesMax } = limits
  if (processesMax === undefined || means.processes === undefined || means.processes === 'sampling')
    return undefined
  return means.processes === 'cgroup' ? processesMax + wallProcesses : processesMax + 2
}

/** What the cgroup of a run is told. */
export function cgroupLimits(plan: LimitPlan): {
  readonly memoryBytes: number | undefined
  readonly processesMax: number | undefined
} {
  return {
    memoryBytes: plan.means.memory === 'cgroup' ? plan.limits.memoryBytes : undefined,
    processesMax: plan.means.processes === 'cgroup' ? processCeiling(plan) : undefined,
  }
}

/** Whether the kernel keeps a run from taking still more while it is being ended for a limit. */
export function isHeld({ means }: LimitPlan, by: 'memory' | 'processes'): boolean {
  return means[by] !== 'sampling'
}

/** The name of a run's cgroup. `owner` is a digest of the state_dir: of several daemons each knows its own by it. */
export function cgroupName(owner: string, run: string): string {
  return `${cgroupPrefix(owner)}${run}`
}

/** What the names of all cgroups of one state_dir begin with. */
export function cgroupPrefix(owner: string): string {
  return `marrow-${owner}-`
}

/** What holds later than the configuration says, one sentence each; empty when the kernel enforces all of it. */
export function weakLimits({ means }: LimitPlan): string[] {
  const late = 'is looked at once a second, because no cgroup can be made here'
  const nameless = '; what it keeps in files without a name (memfd) is not counted'
  return [
    ...(means.memory === 'sampling' ? [`the memory ${late}${nameless}`] : []),
    ...(means.processes === 'sampling' ? [`the number of processes ${late}`] : []),
  ]
}

function memoryMeans({ cgroups }: LimitFacts): 'cgroup' | 'sampling' {
  return cgroups?.memory === undefined ? 'sampling' : 'cgroup'
}

function processesMeans({ cgroups, prlimit }: LimitFacts, { wall, root }: LimitedRun) {
  if (cgroups?.processes !== undefined) return 'cgroup'
  // Outside a namespace of the run's own all processes of the user would be counted, the daemon's too.
  const countsAlone = wall === 'bubblewrap' && !root && prlimit !== undefined
  return countsAlone ? 'namespace' : 'sampling'
}

/** With all controllers that there are: what is in them is also what is left of the run. */
function below({ version, memory, processes }: CgroupFolders, name: string): CgroupFolders {
  const within = (folder: string | undefined) => (folder === undefined ? undefined : join(folder, name))
  return { version, memory: within(memory), processes: within(processes) }
}
