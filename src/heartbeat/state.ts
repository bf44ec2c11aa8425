/** What the store knows of an agent, its ticks and its wakes. */
import type { Moment } from '../base/moment.ts'
import type { Cause } from '../observability/events.ts'
import type { Progress } from '../prompt/progress.ts'
import type { Breaker } from './breaker.ts'

/** One agent's memory over restarts. */
export interface AgentState {
  readonly name: string
  /** Identifies the schedule the slots belong to: a changed one in the file gets new slots. */
  readonly scheduleKey: string
  /** Epoch ms of the first tick; later slots are counted from it. */
  readonly firstAt: number
  /** The next slot. Both clocks, so that a wall clock that was set back is noticed. */
  readonly dueAt: Moment | undefined
  readonly tickCount: number
  readonly quietCount: number
  /** Tokens (about) that quiet ticks did not spend. */
  readonly savedTokens: number
  readonly missedCount: number
  readonly breaker: Breaker
  readonly progress: Progress | undefined
  /** When the last wake that an agent caused began a tick: such wakes keep a floor. */
  readonly agentWakeAt: Moment | undefined
  readonly paused: { readonly since: number; readonly reason: string } | undefined
}

export interface LastSuccess {
  readonly at: number
  /** Digest by layer name; volatile layers are left out. */
  readonly digests: Readonly<Record<string, string>>
}

/** Where a tick is. `assembling`: its prompt is being built. `running`: its run is recorded. */
export type TickState = 'assembling' | 'running' | 'ended'

export interface Tick {
  readonly id: number
  readonly agent: string
  readonly number: number
  readonly state: TickState
  readonly causes: readonly Cause[]
  /** Asked for by run-once: neither gate nor breaker holds it. */
  readonly forced: boolean
  readonly dueAt: number
  readonly begunAt: number
  readonly missed: number
  readonly run: string | null
}

/** How a tick ended. */
export type TickEnd =
  | { readonly kind: 'ran'; readonly ok: boolean; readonly detail: string }
  | { readonly kind: 'quiet'; readonly detail: string; readonly savedTokens: number }
  | { readonly kind: 'held'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string }

/** One wake that was not yet delivered. */
export interface Trigger {
  readonly id: number
  readonly agent: string
  readonly cause: Cause
  /** True when an agent may have caused it: such wakes keep the floor of 60 s. */
  readonly byAgent: boolean
  /** False: it does not make the agent due, but rides along with its next tick. */
  readonly wakes: boolean
  /** The task or handoff file that it tells of; it is dropped when that file goes before it was delivered. */
  readonly path: string | null
  readonly reason: string
  readonly prompt: string | null
  readonly at: number
  /** Failed deliveries so far; the next waits for `notBefore`. */
  readonly attempts: number
  readonly notBefore: Moment | undefined
}

/** The longest that a wake waits after failed deliveries; a longer wait comes from a clock that was wrong. */
export const REDELIVERY_MS_MAX = 3_600_000

/** What the plan needs to know of an agent's pending wakes: those that are alike are one, with the time of the oldest. */
export type Wake = Pick<Trigger, 'cause' | 'byAgent' | 'wakes' | 'notBefore' | 'at'>

/** `<agent>#<n>`, the name of a tick for people. */
export function tickName(tick: { readonly agent: string; readonly number: number }): string {
  return `${tick.agent}#${tick.number}`
}
