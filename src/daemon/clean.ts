/** What the operator may have removed before its time: found first, told, and removed when that is asked for. */
import { basename } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { MarrowError, reasonOf } from '../base/errors.ts'
import { formatDuration } from '../base/duration.ts'
import { counted } from '../base/numbers.ts'
import type { CleanItem } from '../ipc/protocol/clean.ts'
import { bytesBelow } from '../platform/disk-use.ts'
import { remove } from '../platform/files.ts'
import { removeRun } from '../runner/apply/logs.ts'
import { expiredRuns, type RetentionLimits } from '../runner/retention.ts'
import { deleteRun } from '../runner/store.ts'
import { folderOf, type Core } from './core.ts'
import { keptRuns } from './kept-runs.ts'
import { storeCopies } from './open-store.ts'
import { keptByNobody, logsOf, slugsOf } from './prune.ts'

/** What is looked at: a daemon's own, or the state of one that does not run. */
export type Ground = Pick<Core, 'config' | 'program' | 'env' | 'db'>

/** What is asked for. */
export interface Asked {
  /** Undefined: all but the last 20 of each agent. */
  readonly olderMs: number | undefined
  /** Epoch ms: what came later does not count. */
  readonly asOf: number
  /** Logins that runs began with; undefined: who asks has another environment than the daemon, and cannot tell. */
  readonly loginsInUse: readonly string[] | undefined
}

/** Something that can go, and how. */
export interface Cleanable {
  readonly item: CleanItem
  readonly runs: readonly EndedRun[]
  readonly paths: readonly string[]
}

interface EndedRun {
  readonly id: string
  readonly agent: string
  readonly workspace: string
}

const RUNS_KEPT = 20
const DAY_MS = 86_400_000

/** Looks at everything, in the order in which it is shown and removed. */
export async function findCleanable(ground: Ground, asked: Asked): Promise<Cleanable[]> {
  const { ended, open, slugs } = await ground.db.read((tx) => ({
    ...keptRuns(tx),
    slugs: slugsOf(tx),
  }))
  const known = ended.filter(({ endedAt }) => endedAt <= asked.asOf)
  const expired = new Set(expiredRuns(known, () => limitsOf(asked), asked.asOf))
  const gone = ended.filter(({ id }) => expired.has(id))
  const left = ended.filter(({ id }) => !expired.has(id))
  const withRuns = new Set([...left, ...open].map(({ agent }) => agent))
  const { logins, homes } = keptByNobody(ground, { slugs, withRuns }, asked.loginsInUse ?? [])
  const found: Cleanable[] = []
  for (const [agent, runs] of Map.groupBy(gone, (run) => run.agent)) {
    const bytes = await sumOf(runs.map(({ id }) => folderOf(ground.config, id)))
    const item = {
      kind: 'runs',
      what: `${counted(runs.length, 'run')} of ${agent}`,
      why: whyOf(asked),
    } as const
    found.push({ item: { ...item, path: null, count: runs.length, bytes }, runs, paths: [] })
  }
  const kept = 'its agent has left the configuration'
  for (const path of asked.loginsInUse === undefined ? [] : logins)
    found.push(await onePath('login', path, `the shared login ${basename(path)}`, kept))
  for (const path of homes)
    found.push(await onePath('home', path, `what ${basename(path)} kept between runs`, kept))
  for (const path of storeCopies(ground.config.stateDir).slice(0, -1))
    found.push(
      await onePath('backup', path, `the copy ${basename(path)} of the store`, 'there is a newer one'),
    )
  return found
}

/**
 * Removes it. What is removed stays removed, however this ends, and the rest can be removed later. Throws STOPPING, and
 * CANNOT_WRITE at the end for what could not be removed.
 */
export async function removeCleanable(
  ground: Ground,
  found: readonly Cleanable[],
  signal: AbortSignal,
): Promise<void> {
  const stuck: unknown[] = []
  const removes = (removing: () => void): boolean => {
    refuseAborted(signal)
    try {
      removing()
      return true
    } catch (error) {
      stuck.push(error)
      return false
    }
  }
  for (const { runs, paths } of found) {
    for (const { id, workspace } of runs) {
      // The row last: while it is there the next cleaning finds what is left.
      const isGone = removes(() => removeRun(logsOf(ground, workspace), id, folderOf(ground.config, id)))
      if (isGone) await ground.db.write((tx) => deleteRun(tx, id))
      await breathe()
    }
    for (const path of paths) removes(() => remove(path))
  }
  refuseStuck(stuck)
}

/** What an agent made unremovable keeps nothing else from its end. */
function refuseStuck([first, ...more]: readonly unknown[]): void {
  if (first === undefined) return
  const others = more.length === 0 ? '' : ` So it is with ${more.length} more.`
  throw new MarrowError('CANNOT_WRITE', `Cannot remove everything. ${reasonOf(first)}${others}`, {
    fix: 'The rest is gone. Make it yours and writable (chmod -R u+rwX), and clean again.',
    cause: first,
  })
}

function refuseAborted(signal: AbortSignal): void {
  if (!signal.aborted) return
  throw new MarrowError('STOPPING', 'Cannot finish cleaning: the daemon stops, or it took too long.', {
    fix: 'What is removed is gone for good; remove the rest with: marrow clean',
  })
}

function limitsOf({ olderMs }: Asked): RetentionLimits {
  if (olderMs === undefined) return { days: 0, count: RUNS_KEPT }
  return { days: Math.max(1, olderMs) / DAY_MS, count: 0 } // 0 would mean: no limit.
}

function whyOf({ olderMs }: Asked): string {
  const kept = 'the last 20 failed ones stay, and those that belong to a run that goes on'
  if (olderMs === undefined) return `they ended, and ${RUNS_KEPT} newer ones stay; ${kept}`
  return `they ended longer ago than ${formatDuration(olderMs)}; ${kept}`
}

async function onePath(
  kind: 'login' | 'home' | 'backup',
  path: string,
  what: string,
  why: string,
): Promise<Cleanable> {
  return { item: { kind, what, why, path, count: 1, bytes: await bytesBelow(path) }, runs: [], paths: [path] }
}

async function sumOf(paths: readonly string[]): Promise<number> {
  let bytes = 0
  for (const path of paths) bytes += await bytesBelow(path)
  return bytes
}
