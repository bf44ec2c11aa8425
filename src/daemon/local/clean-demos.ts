/** The folders that `marrow demo` left among the temporary files: kept ones, and those of a demo that was killed. */
import { join } from 'node:path'
import type { CleanItem } from '../../ipc/protocol/clean.ts'
import { systemClock } from '../../platform/clock.ts'
import { bytesBelow } from '../../platform/disk-use.ts'
import { entryOf, namesIn, remove } from '../../platform/files.ts'
import { openInside } from '../../platform/inside.ts'
import { acquireLock, type Lock } from '../../platform/lock.ts'
import { demoName, demoPlaces, isDemoConfig } from '../../scaffold/demo.ts'
import { demoParent } from './demo-place.ts'

const CONFIG_BYTES_MAX = 65_536
const YOUNG_MS = 60_000 // A demo that was begun just now has not locked its state yet.

/** Those that are proven to be a demo's, and in which no daemon works. */
export async function findDemos(): Promise<CleanItem[]> {
  const parent = await demoParent()
  const paths = namesIn(parent).flatMap((name) => (demoName.test(name) ? [join(parent, name)] : []))
  const left = paths.filter((path) => whileLeft(path, () => true) ?? false)
  return await Promise.all(
    left.map(async (path) => ({
      kind: 'demo' as const,
      what: 'the folder of a demo',
      why: 'no daemon works in it',
      path,
      count: 1,
      bytes: await bytesBelow(path),
    })),
  )
}

/** Removes those of them that are still left alone; returns what went. Throws CANNOT_WRITE. */
export function removeDemos(found: readonly CleanItem[]): CleanItem[] {
  return found.filter(({ path }) => path !== null && whileLeft(path, () => removed(path)) === true)
}

function removed(path: string): true {
  remove(path)
  return true
}

/** Does `work` while no daemon can begin there; undefined where it is no demo's folder, or not left alone. */
function whileLeft<T>(folder: string, work: () => T): T | undefined {
  const lock = isDemo(folder) ? lockIn(folder) : undefined
  if (lock === undefined) return undefined
  try {
    return work()
  } finally {
    lock.release()
  }
}

/** Undefined where a daemon works, or where nobody can tell: one such folder is in the way of no other. */
function lockIn(folder: string): Pick<Lock, 'release'> | undefined {
  const { state } = demoPlaces(folder)
  try {
    if (hasLock({ root: folder, path: state })) return acquireLock(join(state, 'lock.db'))
    return { release: () => {} } // No daemon has ever begun there.
  } catch {
    return undefined // A link in the place of the state, or no lock of ours: no demo made that.
  }
}

/** Its name says nothing yet: it must be this user's own folder, with the configuration of a demo for that very place. */
function isDemo(folder: string): boolean {
  const found = entryOf(folder)
  if (found?.kind !== 'folder' || found.modifiedAt > systemClock.now().wall - YOUNG_MS) return false
  try {
    using inside = openInside({ root: folder, path: join(folder, 'config') })
    if (inside === undefined || inside.stats.uid !== process.getuid?.()) return false
    const text = inside.read('marrow.toml', CONFIG_BYTES_MAX)?.start.toString() ?? ''
    return isDemoConfig(text, demoPlaces(folder))
  } catch {
    return false // A link in its place, or a folder that we may not read: no demo made that.
  }
}

function hasLock(place: { readonly root: string; readonly path: string }): boolean {
  using state = openInside(place)
  return state?.entry('lock.db')?.kind === 'file'
}
