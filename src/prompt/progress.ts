// Owns the question whether runs get anywhere: the fingerprint of the world, and when fruitless work is tried again.
import { digest } from '../base/digest.ts'
import { later, type Moment } from '../base/moment.ts'
import type { Cause } from '../observability/events.ts'
import { compareText } from './layers.ts'

/** What a run can be seen to have changed. */
export interface World {
  readonly tasks: readonly { readonly file: string; readonly fingerprint: string }[]
  /** Undefined when work_dir is no git repository; without a `head` before the first commit. */
  readonly git: { readonly head: string | undefined; readonly status: string } | undefined
  /** What the agent wrote for others. */
  readonly handoffs: readonly { readonly path: string; readonly fingerprint: string }[]
}

/** Equal only for worlds with the same tasks, the same git HEAD and status, and the same handoffs. */
export function worldFingerprint({ tasks, git, handoffs }: World): string {
  return digest(
    JSON.stringify([
      pairs(tasks.map(({ file, fingerprint }) => [file, fingerprint])),
      git === undefined ? null : [git.head ?? null, git.status],
      pairs(handoffs.map(({ path, fingerprint }) => [path, fingerprint])),
    ]),
  )
}

function pairs(list: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return list.toSorted((a, b) => compareText(a[0], b[0]) || compareText(a[1], b[1]))
}

/** Runs in a row that changed nothing although work was open. */
export interface Progress {
  /** At least 1. */
  readonly attempts: number
  readonly retryAt: Moment
  /** The world that they left as it was. */
  readonly fingerprint: string
}

const INTERVALS_MAX = 64
/** No work is left alone for longer than a day. */
export const RETRY_MS_MAX = 24 * 3_600_000

/**
 * What to remember after a run, given the world's fingerprint before and after it: nothing when it changed something,
 * otherwise that its work is tried again at the 2nd, 4th, 8th … slot after it ended.
 */
export function nextProgress(
  previous: Progress | undefined,
  before: string,
  after: string,
  endedAt: Moment,
  intervalMs: number,
): Progress | undefined {
  if (before !== after) return undefined
  const attempts = (previous?.fingerprint === before ? previous.attempts : 0) + 1
  const intervals = Math.min(2 ** attempts, INTERVALS_MAX)
  // The first slot comes less than one interval after the end, so the nth lies between n - 1 and n intervals.
  const delayMs = Math.min((intervals - 1) * intervalMs, RETRY_MS_MAX)
  return { attempts, retryAt: later(endedAt, delayMs), fingerprint: after }
}

/** A question is answered without changing anything, which says nothing of the tasks that wait. */
export function wasOnlyAsked(causes: readonly Cause[]): boolean {
  return causes.every((cause) => cause === 'operator')
}
