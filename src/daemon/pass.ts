/** One pass of the loop: finish what ended before starting anything new. It awaits nothing slower than a local file. */
import { reasonOf } from '../base/errors.ts'
import { later, msUntil, type Moment } from '../base/moment.ts'
import { openRuns } from '../runner/store.ts'
import { retryMoment, write, type Core } from './core.ts'
import { prune } from './prune.ts'
import { keepCastFiles } from './steps/cast.ts'
import { lookAfterChildren } from './steps/children.ts'
import { lookAfterHandoffs } from './steps/handoffs.ts'
import { takeSwitches, takeWork } from './steps/intake.ts'
import { tellOperator } from './steps/notify.ts'
import { askForEnd, reapRuns, settleKey, takeBack } from './steps/reap.ts'
import { startDueTicks } from './steps/start.ts'
import { lookAtWall, WALL_JOB } from './steps/wall.ts'
import { tidyWorktrees } from './worktrees.ts'

const ASLEEP_MS_MIN = 30_000 // The wall clock ran on this much further than the loop was awake: the machine slept.
const SET_BACK_MS_MIN = 2_000
const PRUNE_MS_EVERY = 10 * 60_000
const STOP_MS_MAX = 5 * 60_000 // After the grace: a run is ended and recorded within seconds, and what fails is tried at least once a minute.

/** What a pass reaches beyond the shared parts. */
export interface PassDeps {
  /** Looks after the door and the watches; returns at once. */
  readonly lookAfter: () => void
  /** The stop is complete: nothing runs any more. */
  readonly stopped: () => void
}

/** Returns in how many ms the next pass is wanted. */
export async function pass(core: Core, deps: PassDeps): Promise<number> {
  const now = core.clock.now()
  await noticeClock(core, now)
  const wanted = [
    await step(core, 'reap', now, () => reapRuns(core, now, (name, work) => step(core, name, now, work))),
    await step(core, 'stop', now, () => stopRuns(core, now, deps)),
    await step(core, 'take in switches', now, () => takeSwitches(core)),
    await step(core, 'handoffs', now, () => lookAfterHandoffs(core)),
    await step(core, 'take in files', now, () => takeWork(core, now)),
    await step(core, 'wall', now, async () => lookAtWall(core, now)),
    await step(core, 'cast', now, async () => keepCastFiles(core, now)),
    await step(core, 'children', now, () => lookAfterChildren(core)),
    await step(core, 'start', now, () => startDueTicks(core, now)),
    await step(core, 'notify', now, () => tellOperator(core, now)),
  ]
  pruneSometimes(core, now)
  tidySometimes(core)
  deps.lookAfter()
  return Math.min(...wanted, core.jobs.retryMs)
}

/** A step that throws becomes an event and is tried again with backoff; it ends neither the pass nor the daemon. */
async function step(core: Core, name: string, now: Moment, work: () => Promise<number>): Promise<number> {
  const failed = core.life.steps.get(name)
  if (failed && msUntil(failed.retryAt, now) > 0) return msUntil(failed.retryAt, now)
  try {
    const wanted = await work()
    core.life.steps.delete(name)
    return wanted
  } catch (error) {
    const failures = (failed?.failures ?? 0) + 1
    core.life.steps.set(name, { failures, retryAt: retryMoment(failures, now) })
    await reportFailure(core, name, reasonOf(error))
    return msUntil(retryMoment(failures, now), now)
  }
}

/** To the journal if that still works: on a full disk the log is what is left. */
export async function reportFailure(core: Core, what: string, error: string): Promise<void> {
  core.log.error('step failed', { step: what, error })
  await write(core, (_, emit) => emit('step.failed', {}, { step: what, error })).catch(() => {})
}

async function noticeClock(core: Core, now: Moment): Promise<void> {
  const { lastLook } = core.life
  const ms = now.wall - lastLook.wall - (now.mono - lastLook.mono)
  core.life.lastLook = now
  if (ms >= ASLEEP_MS_MIN) {
    core.life.awakeSince = now
    core.life.wokeAt = now
  } else if (ms > -SET_BACK_MS_MIN) {
    return
  }
  await write(core, (_, emit) => emit('clock.jumped', {}, { ms })).catch(() => {})
}

/** Gives runs their grace once a stop was asked for, ends them after it, and says when nothing is left. */
async function stopRuns(core: Core, now: Moment, deps: PassDeps): Promise<number> {
  const { life } = core
  if (life.stopping !== 'stop' || life.stopAt === undefined) return Number.POSITIVE_INFINITY
  const runs = await core.db.read(openRuns)
  const leftMs = msUntil(life.stopAt, now)
  if (runs.length > 0 && msUntil(later(life.stopAt, STOP_MS_MAX), now) <= 0) {
    const left = runs.map(({ id }) => id).join(', ')
    core.log.error('some runs cannot be ended or recorded: the next daemon takes them over', { runs: left })
    deps.stopped()
    return Number.POSITIVE_INFINITY
  }
  for (const run of runs) {
    if (life.launches.delete(run.id)) await takeBack(core, run, 'the daemon stopped before it began')
    else if (leftMs <= 0 && !core.jobs.has(settleKey(run.id))) await askForEnd(core, run, 'stop')
  }
  if (runs.length === 0 && core.jobs.size === 0) deps.stopped()
  return leftMs > 0 ? leftMs : 100
}

function pruneSometimes(core: Core, now: Moment): void {
  const { lastPruneAt, stopping } = core.life
  if (stopping !== 'no' || (lastPruneAt && -msUntil(lastPruneAt, now) < PRUNE_MS_EVERY)) return
  core.life.lastPruneAt = now
  core.life.worktreesToTidy = true
  core.jobs.start('prune', (signal) => prune(core, signal))
}

/** Its git is asked behind the wall, which has to be known first. */
function tidySometimes(core: Core): void {
  const { life, jobs } = core
  if (!life.worktreesToTidy || life.stopping !== 'no' || jobs.has(WALL_JOB)) return
  life.worktreesToTidy = false
  tidyWorktrees(core)
}
