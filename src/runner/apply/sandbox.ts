// What is left of the sandbox of a run. Once its first process is gone, the system has ended all the others.
import { readIfExists } from '../../platform/files.ts'
import type { ProcessIdentity, Processes } from '../../platform/processes.ts'
import { parseSandbox, sightFirst } from '../../platform/sandbox.ts'
import { runPaths } from '../folder.ts'

/** How one look found it. */
export type SandboxSight =
  /** The run has none, or nobody can tell which it is. */
  | { readonly kind: 'none' }
  /** `first` is its first process: whoever kills that has killed all. */
  | { readonly kind: 'alive'; readonly first: number }
  | { readonly kind: 'gone' }

/** What the look is about. */
export interface SandboxedRun {
  readonly folder: string
  readonly launcher: ProcessIdentity | undefined
  /** Processes that were seen to belong to the run. */
  readonly recorded: readonly ProcessIdentity[]
}

/** Looks at one process only, whatever else runs on the machine. */
export function sightSandbox(
  { folder, launcher, recorded }: SandboxedRun,
  processes: Processes,
): SandboxSight {
  const first = parseSandbox(readIfExists(runPaths(folder).sandbox) ?? '')
  if (first === undefined) return { kind: 'none' }
  // It began right after the launcher did; and what was seen under its number before was it.
  const sights = [launcher, recorded.find(({ pid }) => pid === first)].map((maker) =>
    sightFirst(first, maker, processes),
  )
  if (sights.includes('alive')) return { kind: 'alive', first }
  return sights.includes('gone') ? { kind: 'gone' } : { kind: 'none' }
}
