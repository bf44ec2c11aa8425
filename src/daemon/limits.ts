/** Holds runs to their limits: the cgroup of each is made before it starts, looked at while it goes on, and gone after it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { digest } from '../base/digest.ts'
import { reasonOf } from '../base/errors.ts'
import type { AgentConfig } from '../config/config.ts'
import { hitInWords, hitNow, hitOf, type FailedEnd, type LimitHit } from '../isolation/limit-hits.ts'
import {
  cgroupLimits,
  cgroupName,
  cgroupPrefix,
  isHeld,
  planLimits,
  type LimitedRun,
  type LimitPlan,
} from '../isolation/limits.ts'
import { cgroupsIn, killCgroup, makeCgroup, readCgroupEvents, removeCgroup } from '../platform/cgroup.ts'
import type { CgroupFolders } from '../platform/cgroup-place.ts'
import { readIfExists } from '../platform/files.ts'
import { descendants } from '../platform/process-tree.ts'
import type { ProcessRow } from '../platform/processes.ts'
import { usageOf } from '../platform/usage.ts'
import { launchRun, type LaunchRequest, type LaunchResult } from '../runner/apply/launch.ts'
import { parsePids, runPaths } from '../runner/folder.ts'
import { isEndCause, type EndCause } from '../runner/outcome.ts'
import type { RunRecord } from '../runner/record.ts'
import { openRuns } from '../runner/store.ts'
import { folderOf, type Core } from './core.ts'

const STOP_ROUNDS_MAX = 5 // What is stopped forks no more, so that the second finds what was forked during the first.
const LOOK_MS = 10
const LOOKS_MAX = 50 // Killed processes are gone after some ms; one that waits for a dead disk is not waited for.

/** Where the processes of runs are found. */
interface Around {
  readonly processes: Pick<Core['processes'], 'list' | 'signal'>
  readonly life: Pick<Core['life'], 'lineups'>
  readonly config: Pick<Core['config'], 'stateDir'>
}

/** How a run of this agent is limited; null when the configuration sets no limit. */
export function limitsOf(
  core: Pick<Core, 'config' | 'limitFacts'>,
  { isolation }: Pick<AgentConfig, 'isolation'>,
  run: Pick<LimitedRun, 'wall' | 'root'> & { readonly id: string },
): LimitPlan | null {
  const name = cgroupName(digest(core.config.stateDir), run.id)
  return planLimits(isolation.limits, core.limitFacts, { ...run, cgroupName: name }) ?? null
}

/** Launches a run within its limits. What cannot be limited as planned is not started. */
export function launchLimited(request: LaunchRequest & { readonly limits: LimitPlan | null }): LaunchResult {
  const { limits } = request
  if (limits?.cgroup === undefined) return launchRun(request)
  try {
    makeCgroup(limits.cgroup, cgroupLimits(limits))
  } catch (error) {
    return { kind: 'unspawnable', detail: reasonOf(error) }
  }
  const result = launchRun(request)
  if (result.kind !== 'launched') removeCgroup(limits.cgroup)
  return result
}

/**
 * The limit that a run which goes on is over. `rows` are all processes, at the looks at which they are asked for; without them only
 * the kernel's counts are read.
 */
export function seeLimits(
  core: Core,
  run: RunRecord,
  rows: readonly ProcessRow[] | undefined,
): LimitHit | undefined {
  const { limits } = run
  if (limits === null) return undefined
  const { memory, processes } = limits.means
  const samples = memory === 'sampling' || processes === 'sampling' || processes === 'namespace'
  const usage = samples && rows !== undefined ? usageOf(pidsOf(core, run, rows)) : undefined
  return hitNow(limits, { events: limits.cgroup && readCgroupEvents(limits.cgroup), usage })
}

/** The limit that a run turns out to have been over when it has ended by itself. Asked before anything of it is killed. */
export function lastHit({ limits }: RunRecord): LimitHit | undefined {
  if (limits?.cgroup === undefined) return undefined
  return hitNow(limits, { events: readCgroupEvents(limits.cgroup), usage: undefined })
}

/** The limit of which a run that ended by itself speaks. */
export function toldHit({ limits }: RunRecord, end: FailedEnd): LimitHit | undefined {
  return limits === null ? undefined : hitInWords(limits, end)
}

/** On whose order, or over which limit, marrow ended the run; undefined: it did not. */
export function endedBy({
  ending,
  limits,
}: Pick<RunRecord, 'ending' | 'limits'>): EndCause | LimitHit | undefined {
  const by = ending?.by
  if (by === undefined || isEndCause(by)) return by
  return (limits === null ? undefined : hitOf(limits.limits, by)) ?? { by, limit: 0 }
}

/** Whether a run that is being ended may have time for it: one that nothing holds takes more of the machine meanwhile. */
export function maySayGoodbye({ ending, limits }: Pick<RunRecord, 'ending' | 'limits'>): boolean {
  const by = ending?.by
  return limits === null || (by !== 'memory' && by !== 'processes') || isHeld(limits, by)
}

/**
 * Kills a run that is over a limit at once, if nothing else holds it. First it is stopped: what forks between a look and a kill
 * loses its parent and may never be found again. The passes end what is left.
 */
export function killUnheld(
  core: Around,
  run: Pick<RunRecord, 'id' | 'limits'>,
  by: LimitHit['by'],
  rows: readonly ProcessRow[] | undefined,
): void {
  if (run.limits === null || rows === undefined || by === 'file-size' || isHeld(run.limits, by)) return
  const { processes } = core
  const known = new Set<number>()
  let found = pidsOf(core, run, rows)
  for (let round = 0; round < STOP_ROUNDS_MAX && found.length > 0; round++) {
    for (const pid of found) {
      processes.signal(pid, 'SIGSTOP')
      known.add(pid)
    }
    const below = descendants(processes.list(), [...known])
    found = below.map(({ pid }) => pid).filter((pid) => !known.has(pid))
  }
  for (const pid of [...known, ...found]) processes.signal(pid, 'SIGKILL')
}

/** Kills what is in the run's cgroup. Returns how many processes it could not see die. */
export async function emptyCgroup(cgroup: CgroupFolders | undefined): Promise<number> {
  if (cgroup === undefined) return 0
  let left = killCgroup(cgroup)
  for (let look = 0; look < LOOKS_MAX && left > 0; look++) {
    await sleep(LOOK_MS)
    left = killCgroup(cgroup)
  }
  return left
}

/** Ends what dead daemons left in cgroups of runs that are on record no more, and removes these. */
export async function sweepCgroups(core: Core): Promise<void> {
  const place = core.limitFacts.cgroups
  if (place === undefined) return
  const owner = digest(core.config.stateDir)
  const open = new Set((await core.db.read(openRuns)).map(({ id }) => cgroupName(owner, id)))
  for (const [name, cgroup] of cgroupsIn(place, cgroupPrefix(owner))) {
    if (open.has(name)) continue
    const left = await emptyCgroup(cgroup)
    if (!removeCgroup(cgroup)) core.log.warn('a cgroup could not be removed', { cgroup: name, left })
  }
}

/** Everything that the run consists of, without what keeps its output. */
function pidsOf(core: Around, run: Pick<RunRecord, 'id'>, rows: readonly ProcessRow[]): number[] {
  const writers = parsePids(readIfExists(runPaths(folderOf(core.config, run.id)).writers) ?? '')
  const keepers = new Set([...writers, ...descendants(rows, writers).map(({ pid }) => pid)])
  return [...(core.life.lineups.get(run.id)?.keys() ?? [])].filter((pid) => !keepers.has(pid))
}
