/**
 * Looks at every open run: what ended is settled, what is over its deadline is ended, what never began is taken back.
 * Runs of this daemon and runs that it took over go the same way.
 */
import { later, msUntil, type Moment } from '../../base/moment.ts'
import { setDelegationState } from '../../delegation/store.ts'
import { setTickRun } from '../../heartbeat/store/ticks.ts'
import { returnTriggers } from '../../heartbeat/store/triggers.ts'
import { deleteSpending } from '../../limits/store.ts'
import { killCgroup, removeCgroup } from '../../platform/cgroup.ts'
import { remove } from '../../platform/files.ts'
import type { ProcessRow } from '../../platform/processes.ts'
import { nextEnding } from '../../runner/ending.ts'
import { isEndCause, type EndReason } from '../../runner/outcome.ts'
import { asChild, type RunRecord } from '../../runner/record.ts'
import { sightRun, type Sighting } from '../../runner/observe.ts'
import { killEverything, killRemains, sendTerm, type RunProcesses } from '../../runner/apply/end.ts'
import { claimUnstarted } from '../../runner/apply/launch.ts'
import { deleteRun, markRunning, openRuns, setEnding } from '../../runner/store.ts'
import { folderOf, write, type Core } from '../core.ts'
import { guardLookMs, mustBeGuarded, watchGuard } from '../guards.ts'
import { killUnheld, maySayGoodbye, seeLimits } from '../limits.ts'
import { lineUp, recordedOf } from '../lineup.ts'
import { carryLogins } from '../logins.ts'
import { settle } from '../settle.ts'
import { WALL_JOB } from './wall.ts'

const LAUNCH_MS_MAX = 10_000 // A launcher that was spawned creates `started` within milliseconds.
const TERM_MS_GRACE = 5_000 // Between TERM and KILL: enough for a CLI to write its session down.
const ALIVE_LOOK_MS = 1_000 // Ends are seen by a watch; this is for the watch that was lost.

/** Does one part of a step on its own, so that what fails there stops nothing else. */
export type Each = (name: string, work: () => Promise<number>) => Promise<number>

/** All processes, at the passes at which they were looked at. */
type Rows = readonly ProcessRow[] | undefined

/** Returns in how many ms to look again. */
export async function reapRuns(core: Core, now: Moment, each: Each): Promise<number> {
  let lookMs = Number.POSITIVE_INFINITY
  const runs = await core.db.read(openRuns)
  const rows = lineUp(core, runs, now)
  carryLogins(core, runs)
  for (const run of runs) {
    if (core.jobs.has(settleKey(run.id)) || core.life.launches.has(run.id)) continue
    lookMs = Math.min(lookMs, await each(`reap:${run.id}`, () => reapRun(core, run, now, rows)))
  }
  return lookMs
}

/** Asks for the end of a run; the passes carry it out. The first to ask is the reason on record. */
export async function askForEnd(core: Core, run: RunRecord, by: EndReason): Promise<void> {
  if (run.ending !== undefined) return
  await write(core, (tx, emit) => {
    setEnding(tx, run.id, { by, termAt: undefined, killed: false, descendants: [] })
    emit('run.ending', { agent: run.agent, run: run.id }, { by, child: asChild(run) })
  })
  core.waker.wake()
}

async function reapRun(core: Core, run: RunRecord, now: Moment, rows: Rows): Promise<number> {
  const folder = folderOf(core.config, run.id)
  const sighting = sightRun(folder, run.identity, core.processes)
  switch (sighting.kind) {
    case 'exited':
    case 'gone':
      // Its git is asked behind the wall, which is still being tested when a daemon starts; the end of that wakes the loop.
      if (core.jobs.has(WALL_JOB)) return Number.POSITIVE_INFINITY
      core.jobs.start(settleKey(run.id), (signal) => settle(core, run, sighting, signal))
      return Number.POSITIVE_INFINITY
    case 'unstarted':
      return waitOrTakeBack(core, run, now)
    case 'alive':
      if (run.identity === undefined) {
        await core.db.write((tx) => markRunning(tx, run.id, sighting.identity, now.wall))
      }
      return watchAlive(core, run, sighting, now, rows)
  }
}

async function watchAlive(
  core: Core,
  run: RunRecord,
  sighting: Extract<Sighting, { kind: 'alive' }>,
  now: Moment,
  rows: Rows,
): Promise<number> {
  if (run.ending === undefined) {
    const leftMs = msUntil(run.deadline, now)
    const guard = await watchGuard(core, run)
    const unguarded = guard === 'missing' && mustBeGuarded(core.config, run) ? 'guard' : undefined
    const over = leftMs > 0 ? (unguarded ?? seeLimits(core, run, rows)?.by) : 'deadline'
    if (over === undefined) return Math.min(leftMs, ALIVE_LOOK_MS, guardLookMs(guard, run, now.wall))
    await askForEnd(core, run, over)
    if (!isEndCause(over)) killUnheld(core, run, over, rows)
    return 0
  }
  const step = nextEnding(run.ending, maySayGoodbye(run) ? TERM_MS_GRACE : 0, now)
  switch (step.kind) {
    case 'term': {
      const descendants = sendTerm(processesOf(core, run, sighting.identity), core.processes)
      await core.db.write((tx) => setEnding(tx, run.id, { ...endingOf(run), termAt: now, descendants }))
      return 50
    }
    case 'kill': {
      // A launcher that was stopped (SIGSTOP) writes no code and would be alive for ever: it gets the grace once more.
      const { termAt } = endingOf(run)
      const stuck = termAt !== undefined && msUntil(later(termAt, 2 * TERM_MS_GRACE), now) <= 0
      const kill = stuck ? killEverything : killRemains
      if (run.limits?.cgroup) killCgroup(run.limits.cgroup)
      kill(processesOf(core, run, sighting.identity), core.processes)
      await core.db.write((tx) => setEnding(tx, run.id, { ...endingOf(run), killed: true }))
      return 50
    }
    case 'wait':
      return step.waitMs
  }
}

function endingOf(run: RunRecord): NonNullable<RunRecord['ending']> {
  if (run.ending === undefined) throw new Error(`Cannot end ${run.id}: nobody asked for it.`)
  return run.ending
}

/** No `started` yet: either the launcher is on its way, or it never was. Who creates `started` first decides. */
async function waitOrTakeBack(core: Core, run: RunRecord, now: Moment): Promise<number> {
  const since = run.startedAt ?? 0
  if (run.state === 'running' && since >= core.life.startedAt.wall && now.wall - since < LAUNCH_MS_MAX)
    return 20
  await takeBack(core, run, 'its launcher never began')
  return 0
}

/** Makes a run that never began impossible to begin, and its tick one that is still to be assembled. */
export async function takeBack(core: Core, run: RunRecord, reason: string): Promise<boolean> {
  const folder = folderOf(core.config, run.id)
  if (!claimUnstarted(folder)) return false
  const now = core.clock.now()
  await write(core, (tx, emit) => {
    deleteRun(tx, run.id)
    deleteSpending(tx, run.id)
    setDelegationState(tx, run.id, 'waiting')
    setTickRun(tx, run.tick, 'assembling', null)
    returnTriggers(tx, run.tick, now, 'at-once')
    emit('run.unstarted', { agent: run.agent, run: run.id }, { reason, child: asChild(run) })
  })
  if (run.limits?.cgroup) removeCgroup(run.limits.cgroup)
  remove(folder)
  return true
}

/** How the processes of a run are found. */
function processesOf(core: Core, run: RunRecord, launcher: RunRecord['identity']): RunProcesses {
  return {
    run: run.id,
    folder: folderOf(core.config, run.id),
    launcher,
    recorded: recordedOf(core, run),
  }
}

export function settleKey(run: string): string {
  return `settle:${run}`
}
