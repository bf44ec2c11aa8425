// Where this machine lets us make cgroups: found in two texts of /proc, believed only after one was made, entered and removed.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { readIfExists } from './files.ts'

/** The folders of one cgroup, or those in which cgroups are made. In version 2 both are the same folder. */
export interface CgroupFolders {
  readonly version: 1 | 2
  /** Undefined: memory cannot be limited there. */
  readonly memory: string | undefined
  /** Undefined: the number of processes cannot be limited there. */
  readonly processes: string | undefined
}

const PROBE_MS_MAX = 5_000

/**
 * Where a cgroup for each run can be made, tried out with the program `enter`; undefined where this user may not, or
 * where there are none (macOS). It leaves nothing behind, but may switch controllers on for the folder that it finds.
 */
export function findCgroups(enter: string): CgroupFolders | undefined {
  const own = readQuietly('/proc/self/cgroup')
  const mounts = readQuietly('/proc/self/mountinfo')
  const found = placesOf(own, mounts)
  return found.map((place) => usablePart(place, enter)).find((place) => place !== undefined)
}

/**
 * Where cgroups could be made, best first. Version 2 has no processes in a folder that limits others, so runs stand beside
 * the daemon's own folder: in the one above it, which a service manager hands over when the daemon has a subgroup of its
 * own (`Delegate=yes` with `DelegateSubgroup=`). In version 1 they stand below it, so that limits of the daemon hold for
 * them too.
 */
export function placesOf(ownCgroups: string, mountinfo: string): CgroupFolders[] {
  const own = new Map(ownCgroups.split('\n').flatMap(parseOwn))
  const mounts = mountinfo.split('\n').flatMap(parseMount)
  const folderOf = (controller: string) => {
    const path = own.get(controller)
    const mount = mounts.find(({ controllers }) => controllers.includes(controller))
    return path === undefined || mount === undefined ? undefined : ownFolder(mount, path)
  }
  const [memory, processes, unified] = ['memory', 'pids', ''].map(folderOf)
  const isTop = mounts.some(({ controllers, at }) => controllers.includes('') && at === unified)
  const beside = unified === undefined ? undefined : isTop ? unified : dirname(unified)
  return [
    ...(beside === undefined ? [] : [{ version: 2 as const, memory: beside, processes: beside }]),
    ...(memory === undefined && processes === undefined ? [] : [{ version: 1 as const, memory, processes }]),
  ]
}

/** The folders of a place, each once. */
export function foldersOf({ memory, processes }: CgroupFolders): string[] {
  return [...new Set([memory, processes])].filter((folder) => folder !== undefined)
}

/** The cgroup `name` in a place. */
export function cgroupIn({ version, memory, processes }: CgroupFolders, name: string): CgroupFolders {
  const below = (folder: string | undefined) => (folder === undefined ? undefined : join(folder, name))
  return { version, memory: below(memory), processes: below(processes) }
}

interface Mount {
  /** The empty name stands for version 2. */
  readonly controllers: readonly string[]
  /** Which folder of the hierarchy is seen at `at`. */
  readonly root: string
  readonly at: string
}

/** A line `4:memory:/path`; the one of version 2 has no controllers. */
function parseOwn(line: string): [string, string][] {
  const match = /^\d+:([^:]*):(\/.*)$/.exec(line)
  const path = match?.[2]
  return path === undefined ? [] : (match?.[1] ?? '').split(',').map((controller) => [controller, path])
}

/** A line of mountinfo: id, parent, device, root, mount point, options, optional fields, a dash, type, source, options. */
function parseMount(line: string): Mount[] {
  const [left = '', right = ''] = line.split(' - ')
  const [, , , root = '/', at = ''] = left.split(' ').map(unescaped)
  const [type, , options = ''] = right.split(' ')
  if (type === 'cgroup2') return [{ controllers: [''], root, at }]
  return type === 'cgroup' ? [{ controllers: options.split(','), root, at }] : []
}

/** Spaces and the like stand in mountinfo as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** Undefined for a folder that this mount does not show. */
function ownFolder({ root, at }: Mount, path: string): string | undefined {
  const inside = relative(root, path)
  return inside.startsWith('..') ? undefined : join(at, inside)
}

/** The controllers of a place with which a cgroup works, by making one; undefined when none does. */
function usablePart(place: CgroupFolders, enter: string): CgroupFolders | undefined {
  if (place.version === 2) switchOn(place.memory)
  const works = (part: CgroupFolders, limit: string) => tryOut(part, limit, enter)
  const { version } = place
  const memory = works({ version, memory: place.memory, processes: undefined }, limitFiles[version].memory)
  const processes = works(
    { version, memory: undefined, processes: place.processes },
    limitFiles[version].processes,
  )
  if (!memory && !processes) return undefined
  return {
    version,
    memory: memory ? place.memory : undefined,
    processes: processes ? place.processes : undefined,
  }
}

const limitFiles = {
  1: { memory: 'memory.limit_in_bytes', processes: 'pids.max' },
  2: { memory: 'memory.max', processes: 'pids.max' },
} as const

/** Version 2 gives the controllers to the folders below only when told to. Without the right to, they may be on already. */
function switchOn(folder: string | undefined): void {
  if (folder === undefined) return
  for (const controller of ['memory', 'pids']) {
    try {
      writeFileSync(join(folder, 'cgroup.subtree_control'), `+${controller}`)
    } catch {
      // What works without is found by trying.
    }
  }
}

function tryOut(part: CgroupFolders, limit: string, enter: string): boolean {
  const [folder] = foldersOf(cgroupIn(part, `marrow-probe-${process.pid}`))
  if (folder === undefined) return false
  try {
    mkdirSync(folder)
  } catch {
    return false
  }
  try {
    // Every cgroup begins without a limit, so this changes nothing and fails without the controller or the right.
    writeFileSync(join(folder, limit), readFileSync(join(folder, limit), 'utf8').trim())
    const options = { encoding: 'utf8', timeout: PROBE_MS_MAX, killSignal: 'SIGKILL' } as const
    // Where it says that it is counts, not that it came to a good end.
    const { stdout } = spawnSync(enter, [folder, '--', 'cat', '/proc/self/cgroup'], options)
    return stdout.includes(basename(folder))
  } catch {
    return false
  } finally {
    removeProbe(folder)
  }
}

function removeProbe(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Its process is dead and the folder is empty; the next sweep of a daemon does not know it, and it holds nothing.
  }
}

function readQuietly(path: string): string {
  try {
    return readIfExists(path) ?? ''
  } catch {
    return ''
  }
}
