/**
 * Remembers what stands below each live run, so that a tool which leaves its session, its parent and even its environment
 * is still known when the run ends.
 */
import { msUntil, type Moment } from '../base/moment.ts'
import { descendants } from '../platform/process-tree.ts'
import type { ProcessIdentity, ProcessRow } from '../platform/processes.ts'
import type { RunRecord } from '../runner/record.ts'
import type { Core } from './core.ts'

const LOOK_MS_EVERY = 1_000 // One look at all processes costs about a millisecond per hundred of them.

/** Looks at most once a second, once for all runs; what it saw, or undefined when it did not look. */
export function lineUp(core: Core, runs: readonly RunRecord[], now: Moment): ProcessRow[] | undefined {
  const { lineups } = core.life
  const last = core.life.linedUpAt
  const live = runs.filter(({ identity, state }) => identity !== undefined && state === 'running')
  if (live.length === 0 || (last && -msUntil(last, now) < LOOK_MS_EVERY)) return undefined
  core.life.linedUpAt = now
  const { boot } = core.processes
  const rows = core.processes.list()
  const started = new Map(rows.map((row) => [row.pid, row.startTime]))
  for (const { id, identity } of live) {
    const known = lineups.get(id) ?? new Map<number, ProcessIdentity>()
    for (const [pid, { startTime }] of known) if (started.get(pid) !== startTime) known.delete(pid)
    const roots = [...known.keys(), identity?.pid ?? 0]
    for (const { pid, startTime } of descendants(rows, roots)) known.set(pid, { pid, startTime, boot })
    lineups.set(id, known)
  }
  return rows
}

/** Everything that was ever seen below the run and may still be there. */
export function recordedOf(core: Core, run: RunRecord): ProcessIdentity[] {
  return [...(run.ending?.descendants ?? []), ...(core.life.lineups.get(run.id)?.values() ?? [])]
}

/** The run is settled. */
export function forgetLineup(core: Core, run: string): void {
  core.life.lineups.delete(run)
}
