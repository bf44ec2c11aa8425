/**
 * The one answer to "may this run hand work to that role now?". Pure: a function of the roles, the caller's lineage and
 * what is on record. Everything that could start a child asks here, and nowhere else.
 */
import type { Catalogue } from '../roles/catalogue.ts'

/** The run that asks, as the core knows it (never as it says itself). */
export interface Caller {
  readonly run: string
  readonly agent: string
  /** The id of its role; undefined: it has none, and may not delegate. */
  readonly role: string | undefined
  /** The role ids of the runs above it, from the first of the chain down to its parent. */
  readonly ancestors: readonly string[]
  /** What is left until its deadline, in ms. */
  readonly leftMs: number
}

/** How many children there are now, and may be. */
export interface FanOut {
  readonly ofRun: number
  readonly ofAgent: number
  readonly ofAll: number
  readonly runMax: number
  readonly agentMax: number
  readonly allMax: number
}

export interface DelegationRequest {
  readonly catalogue: Catalogue
  readonly caller: Caller
  /** As it was asked for: an id or a name. */
  readonly callee: string
  /** At most this many hops from the first run of a lineage; never above DEPTH_MAX. */
  readonly depthMax: number
  readonly fanOut: FanOut
  /** How long the child wants, in ms. */
  readonly wantedMs: number
  /** The sentence of a limit on spending that is reached; undefined: none is. */
  readonly limit: string | undefined
}

/** Allowed, with the callee's id and the time that it may have; or the reason in one sentence that an agent can act on. */
export type Decision =
  | { readonly kind: 'allowed'; readonly role: string; readonly timeMs: number }
  | { readonly kind: 'refused'; readonly rule: Rule; readonly reason: string }

/** Which rule refused, for events and counters. */
export type Rule =
  | 'unknown-role'
  | 'no-role'
  | 'leaf'
  | 'edge'
  | 'not-callable'
  | 'upward'
  | 'sideways'
  | 'cycle'
  | 'depth'
  | 'fan-out'
  | 'time'
  | 'limit'
