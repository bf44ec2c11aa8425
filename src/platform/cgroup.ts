// The life of one cgroup: made with its limits before anything enters it, asked what the kernel did, emptied, removed.
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MarrowError, reasonOf } from '../base/errors.ts'
import { cgroupIn, foldersOf, type CgroupFolders } from './cgroup-place.ts'
import { codeOf } from './files.ts'

/** What the kernel holds a cgroup to; undefined: no limit. */
export interface CgroupLimits {
  readonly memoryBytes: number | undefined
  /** Processes and threads. */
  readonly processesMax: number | undefined
}

/** What the kernel did to hold a cgroup to its limits, since it was made. */
export interface CgroupEvents {
  /** Processes that it killed because memory was used up. */
  readonly memoryKills: number
  /** Processes and threads that it did not let begin. */
  readonly refusedForks: number
}

const REACHED = 0.9 // Of a limit: what does not fit any more may be some megabytes in one piece.
const ROUNDS_MAX = 10 // Each sees what was forked before it; a killed process forks no more.

/** Makes it, empty; one that is there already gets these limits. Throws CANNOT_WRITE, and leaves nothing of it then. */
export function makeCgroup(cgroup: CgroupFolders, limits: CgroupLimits): void {
  try {
    for (const folder of foldersOf(cgroup)) makeFolder(folder)
    for (const [path, value] of settingsOf(cgroup, limits)) writeFileSync(path, String(value))
    for (const [path, value] of refinementsOf(cgroup, limits)) writeIfThere(path, value)
  } catch (error) {
    removeCgroup(cgroup)
    throw new MarrowError('CANNOT_WRITE', `Cannot make a cgroup: ${reasonOf(error)}.`, {
      fix: 'Start the daemon anew, so that it sees what it may do here: without cgroups it looks at the processes itself.',
      cause: error,
    })
  }
}

/** Nothing at all when it is gone, as after a reboot. */
export function readCgroupEvents({ version, memory, processes }: CgroupFolders): CgroupEvents {
  return {
    memoryKills: memory === undefined ? 0 : memoryKills(version, memory),
    refusedForks: processes === undefined ? 0 : figureIn(join(processes, 'pids.events'), 'max'),
  }
}

/** Kills all that is in it, whoever it has become. Returns how many it could not see die: the dying need some ms. */
export function killCgroup(cgroup: CgroupFolders): number {
  const { version, memory, processes } = cgroup
  const unified = version === 2 ? (memory ?? processes) : undefined
  if (unified !== undefined) writeIfThere(join(unified, 'cgroup.kill'), 1)
  const left = killMembers(cgroup)
  if (left === 0 || processes === undefined) return left
  // They fork faster than we kill: from now on nothing can be forked. Not earlier, because it shows in what is counted.
  writeIfThere(join(processes, 'pids.max'), 0)
  return killMembers(cgroup)
}

/** The pids in it, also in cgroups that were made within it: a run that is root and behind no wall can make them. */
export function membersOf(cgroup: CgroupFolders): number[] {
  const pids = new Set(foldersOf(cgroup).flatMap(membersBelow))
  return [...pids].filter((pid) => pid > 0 && pid !== process.pid)
}

/** False while something is still in it. True also when there was none. */
export function removeCgroup(cgroup: CgroupFolders): boolean {
  // Not one after the other until the first fails: a folder that stays must not keep the other.
  return foldersOf(cgroup)
    .map(removeFolder)
    .every((removed) => removed)
}

/** The cgroups in a place whose name begins with `prefix`, by name. */
export function cgroupsIn(place: CgroupFolders, prefix: string): Map<string, CgroupFolders> {
  const names = foldersOf(place).flatMap((folder) => namesQuietly(folder))
  const own = names.filter((name) => name.startsWith(prefix))
  return new Map(own.map((name) => [name, cgroupIn(place, name)]))
}

function killMembers(cgroup: CgroupFolders): number {
  let left: readonly number[] = []
  for (let round = 0; round < ROUNDS_MAX; round++) {
    left = membersOf(cgroup)
    if (left.length === 0) return 0
    for (const pid of left) killQuietly(pid)
  }
  return left.length
}

type Setting = readonly [path: string, value: number]

/** Without these the cgroup does not limit what it is made for. */
function settingsOf({ version, memory, processes }: CgroupFolders, limits: CgroupLimits): Setting[] {
  const { memoryBytes, processesMax } = limits
  const limit = version === 2 ? 'memory.max' : 'memory.limit_in_bytes'
  return [
    ...(memoryBytes === undefined ? [] : [[inFolder(memory, limit), memoryBytes] as const]),
    ...(processesMax === undefined ? [] : [[inFolder(processes, 'pids.max'), processesMax] as const]),
  ]
}

/** Swap counts as memory, and in version 2 a run dies whole instead of losing a part; kernels without swap lack the files. */
function refinementsOf({ version, memory }: CgroupFolders, { memoryBytes }: CgroupLimits): Setting[] {
  if (memory === undefined || memoryBytes === undefined) return []
  if (version === 1) return [[join(memory, 'memory.memsw.limit_in_bytes'), memoryBytes]]
  return [
    [join(memory, 'memory.swap.max'), 0],
    [join(memory, 'memory.oom.group'), 1],
  ]
}

function inFolder(folder: string | undefined, name: string): string {
  if (folder === undefined) throw new Error(`there is no controller for ${name}`)
  return join(folder, name)
}

function writeIfThere(path: string, value: number): void {
  try {
    writeFileSync(path, String(value), { flag: 'r+' })
  } catch {
    // This kernel has no such file, or the whole cgroup is gone.
  }
}

/** Only those of its own limit: where the whole machine has no memory left, the kernel kills whom it likes, and counts that too. */
function memoryKills(version: 1 | 2, folder: string): number {
  if (version === 2) {
    const events = join(folder, 'memory.events')
    return figureIn(events, 'oom') > 0 ? figureIn(events, 'oom_kill') : 0
  }
  // Version 1 does not say why. Newer kernels do not count its refusals (failcnt) either, but all know the highest use.
  const [most, limit] = ['memory.max_usage_in_bytes', 'memory.limit_in_bytes'].map((name) =>
    Number(readQuietly(join(folder, name))),
  )
  const reached = most !== undefined && limit !== undefined && most >= REACHED * limit
  return reached ? figureIn(join(folder, 'memory.oom_control'), 'oom_kill') : 0
}

/** The number behind `name` in lines such as `oom_kill 3`; 0 when there is none. */
function figureIn(path: string, name: string): number {
  const line = readQuietly(path)
    .split('\n')
    .find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? 0)
}

/** Not those above it: in a file system of the kernel's own Node would try that for ever where nothing can be made. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

function membersBelow(folder: string): number[] {
  const own = readQuietly(join(folder, 'cgroup.procs')).split('\n').map(Number)
  return [...own, ...namesQuietly(folder).flatMap((inner) => membersBelow(join(folder, inner)))]
}

/** With the cgroups within it. */
function removeFolder(folder: string): boolean {
  for (const inner of namesQuietly(folder)) removeFolder(join(folder, inner))
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    return codeOf(error) === 'ENOENT'
  }
}

function namesQuietly(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch {
    return []
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
