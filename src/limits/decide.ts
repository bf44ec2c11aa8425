/** Decides whether a run may be started: what is spent on the day, what is reserved, and the plans of the agent CLIs. */
import type { PlanWindow } from '../agents/adapter.ts'
import { isoTime } from '../base/time.ts'
import type { SpendingLimits } from '../config/config.ts'
import type { LimitFact } from '../observability/events.ts'
import type { Spent } from './spent.ts'
import { describeLimit, describeShare, limitNames, type LimitName } from './words.ts'

const NEAR = 0.8
const ROUNDING_USD = 1e-9 // Sums of cents in binary are off by less.

/** How one limit stands. `until`, epoch ms: when nothing of it is used any more. */
export interface LimitState extends LimitFact {
  readonly until: number
}

/** The limits of one scope, and what counts for them: what is spent and what is reserved. */
export interface Account {
  readonly limits: SpendingLimits
  readonly spent: Spent
}

/** What the limits of one scope depend on beside its account. */
export interface Around {
  /** What the login of the agent CLI is known to have used of its plan. */
  readonly plan: readonly PlanWindow[]
  /** Epoch ms. */
  readonly now: number
  /** The next local midnight, epoch ms. */
  readonly dayEnd: number
}

export interface Question extends Around {
  readonly all: Account
  readonly agent: Account
  /** What the start would reserve. */
  readonly next: Pick<Spent, 'tokens' | 'usd'>
}

/** Whether an agent may start. `near` are limits of which four fifths are used, those that hold it among them. */
export interface Judgement {
  readonly reached: readonly LimitState[]
  readonly near: readonly LimitState[]
  /** Why nothing is started, and until when (epoch ms); undefined: a run may be. */
  readonly hold: { readonly detail: string; readonly until: number } | undefined
}

/** The judgement where no limit is written. */
export const UNLIMITED: Judgement = { reached: [], near: [], hold: undefined }

/** Judges one more start of an agent. */
export function judgeStart(question: Question): Judgement {
  const { all, agent, next } = question
  const states = [...limitStates('all', all, question), ...limitStates('agent', agent, question)]
  const reached = states.filter((state) => isReached(state, next))
  const near = states.filter(isNear)
  // All of them have to be lifted: the last one says until when.
  const [last] = reached.toSorted((one, other) => other.until - one.until)
  return { reached, near, hold: last && { detail: detailOf(last, next), until: last.until } }
}

/** Every limit that is written in one scope, as it stands. One of a plan of which nothing is known is left out. */
export function limitStates(scope: LimitFact['scope'], account: Account, around: Around): LimitState[] {
  return limitNames.flatMap((limit) => {
    const of = account.limits[limit]
    if (of === undefined) return []
    if (limit === 'keep_plan_percent') return planState(scope, 100 - of, around)
    return [{ limit, scope, used: usedOf(limit, account.spent), of, until: around.dayEnd }]
  })
}

/** Whether four fifths of it are used. */
export function isNear({ used, of }: LimitFact): boolean {
  return used > 0 && used >= NEAR * of
}

function isReached(state: LimitState, next: Question['next']): boolean {
  const { limit, used, of } = state
  if (limit === 'keep_plan_percent') return used > of
  return used >= of || used + nextOf(limit, next) > of + ROUNDING_USD
}

function usedOf(limit: Exclude<LimitName, 'keep_plan_percent'>, { runs, tokens, usd }: Spent): number {
  return limit === 'runs_per_day' ? runs : limit === 'tokens_per_day' ? tokens : (usd ?? 0)
}

function nextOf(limit: LimitName, { tokens, usd }: Question['next']): number {
  return limit === 'runs_per_day' ? 1 : limit === 'tokens_per_day' ? tokens : (usd ?? 0)
}

/** Of several windows the one that holds the longest, else the one of which most is used. A window that was reset says nothing. */
function planState(scope: LimitFact['scope'], of: number, { plan, now }: Around): LimitState[] {
  const open = plan.filter(({ resetsAt }) => resetsAt > now)
  const over = open.filter(({ usedPercent }) => usedPercent > of)
  const [last] = over.toSorted((one, other) => other.resetsAt - one.resetsAt)
  const [fullest] = open.toSorted((one, other) => other.usedPercent - one.usedPercent)
  const window = last ?? fullest
  return window === undefined
    ? []
    : [{ limit: 'keep_plan_percent', scope, used: window.usedPercent, of, until: window.resetsAt }]
}

function detailOf({ limit, scope, used, of, until }: LimitState, next: Question['next']): string {
  const whose = scope === 'all' ? ', all agents' : ''
  const share = used < of ? `; the next run takes about ${describeShare(limit, nextOf(limit, next))}` : ''
  // When it ends comes first: a narrow screen cuts off what follows.
  return `limit, until ${isoTime(until)} (${describeLimit(limit, used, of)}${whose}${share})`
}
