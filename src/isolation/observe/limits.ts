// What this machine offers to hold runs to their limits.
import { join } from 'node:path'
import { findCgroups } from '../../platform/cgroup-place.ts'
import { isExecutable } from '../../platform/paths.ts'
import type { LimitFacts } from '../limits.ts'

// Not by PATH: what is found there may lie in a home, which no run behind the wall sees.
const systemFolders = ['/usr/bin', '/bin', '/run/current-system/sw/bin']

/** Tried out with the program `enter` (its path), in some ms: ask once. */
export function observeLimits(enter: string): LimitFacts {
  const prlimit = systemFolders.map((folder) => join(folder, 'prlimit')).find((path) => isExecutable(path))
  return { cgroups: findCgroups(enter), prlimit }
}
