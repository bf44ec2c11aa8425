/** Whether an agent may start, after how its runs ended. Pure. */
import { later, msUntil, type Moment } from '../base/moment.ts'
import { describeOutcome, type Outcome } from '../runner/outcome.ts'

const FAILURES_MAX = 3
const HOLD_MS_MAX = 9 * 86_400_000 // Longer than a limit is ever believed; what is further away comes from a wrong clock.
const COOL_DOWN_MS_CAP = 6 * 3_600_000
const LIMIT_MS_UNKNOWN = 10 * 60_000 // A rate limit without a reset time: asked again this often, doubling to the cap.

/** An agent's breaker; a state carries its own data. */
export type Breaker =
  | { readonly state: 'closed'; readonly failures: number }
  /** Cooling down. Once `reopensAt` has passed one try is allowed; its end decides. */
  | { readonly state: 'open'; readonly opens: number; readonly reopensAt: Moment; readonly reason: string }
  /** A rate limit: held until its reset time (epoch ms). */
  | { readonly state: 'limited'; readonly times: number; readonly until: number; readonly reason: string }
  /** Not logged in: trying again costs and cannot help. Only the operator lifts it. */
  | { readonly state: 'held'; readonly reason: string }

export const closedBreaker: Breaker = { state: 'closed', failures: 0 }

export type Permission =
  | { readonly allowed: true }
  /** `until` is epoch ms; undefined: until the operator resumes it. */
  | { readonly allowed: false; readonly until: number | undefined; readonly reason: string }

export function mayStart(breaker: Breaker, now: Moment): Permission {
  switch (breaker.state) {
    case 'closed':
      return { allowed: true }
    case 'open': {
      const waitMs = msUntil(breaker.reopensAt, now)
      // Longer than any cool-down: the clock was set back over a reboot.
      const wrong = breaker.reopensAt.boot !== now.boot && waitMs > HOLD_MS_MAX
      if (waitMs <= 0 || wrong) return { allowed: true }
      return { allowed: false, until: now.wall + waitMs, reason: `cooling down after: ${breaker.reason}` }
    }
    case 'limited':
      if (breaker.until <= now.wall || breaker.until > now.wall + HOLD_MS_MAX) return { allowed: true }
      return { allowed: false, until: breaker.until, reason: breaker.reason }
    case 'held':
      return { allowed: false, until: undefined, reason: breaker.reason }
  }
}

/** What the end of a run means for the breaker. */
export interface RunEnd {
  readonly outcome: Outcome
  readonly now: Moment
  /** The distance of slots, the unit of cool-downs. */
  readonly intervalMs: number
  /** True in the first minutes after the machine woke up: the network is not back yet. */
  readonly wokeRecently: boolean
  /** True when the run was lost because the machine started anew. */
  readonly rebooted: boolean
}

export function afterRun(breaker: Breaker, end: RunEnd): Breaker {
  const { outcome, now } = end
  switch (outcome.kind) {
    case 'succeeded':
      return closedBreaker
    case 'lost':
      return end.rebooted ? breaker : failed(breaker, 'the run was lost', end)
    case 'unspawnable':
      return failed(breaker, outcome.detail, end)
    case 'ended':
      if (outcome.by === 'operator' || outcome.by === 'stop') return breaker
      return failed(breaker, reasonOfEnd(outcome), end)
    case 'failed':
      if (outcome.reason === 'authentication')
        return { state: 'held', reason: `not logged in: ${outcome.detail}` }
      if (outcome.reason === 'rate-limit') return limited(breaker, outcome.until, outcome.detail, now)
      if (outcome.reason === 'connection' && end.wokeRecently) return breaker
      return failed(breaker, outcome.detail, end)
  }
}

function reasonOfEnd(outcome: Extract<Outcome, { kind: 'ended' }>): string {
  if (outcome.by === 'deadline') return 'deadline passed'
  return outcome.by === 'signal' ? `signal ${outcome.exitCode - 128}` : describeOutcome(outcome)
}

/** A tick that failed before a run was there (a role that is missing, a prompt that cannot be built). */
export function afterFailedTick(
  breaker: Breaker,
  reason: string,
  end: Omit<RunEnd, 'outcome' | 'rebooted'>,
): Breaker {
  return failed(breaker, reason, end)
}

function limited(breaker: Breaker, until: number | undefined, detail: string, now: Moment): Breaker {
  const times = breaker.state === 'limited' ? breaker.times + 1 : 1
  const guess = now.wall + Math.min(LIMIT_MS_UNKNOWN * 2 ** (times - 1), COOL_DOWN_MS_CAP)
  // A reset time that has passed already says nothing: asking again at once would only be refused again.
  const believed = until !== undefined && until > now.wall ? until : guess
  return { state: 'limited', times, until: believed, reason: `rate limit: ${detail}` }
}

/** The first cool-down is one interval, so that exactly one slot is skipped; then it doubles. */
function failed(
  breaker: Breaker,
  reason: string,
  { now, intervalMs }: { readonly now: Moment; readonly intervalMs: number },
): Breaker {
  const failures = breaker.state === 'closed' ? breaker.failures + 1 : 1
  if (breaker.state !== 'open' && failures < FAILURES_MAX) return { state: 'closed', failures }
  const opens = breaker.state === 'open' ? breaker.opens + 1 : 1
  const delayMs = Math.min(intervalMs * 2 ** Math.min(opens - 1, 30), Math.max(intervalMs, COOL_DOWN_MS_CAP))
  return { state: 'open', opens, reopensAt: later(now, delayMs), reason }
}
