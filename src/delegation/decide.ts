/**
 * The one answer to "may this run hand work to that role now?". Pure: a function of the roles, the caller's lineage and
 * what is on record. Everything that could start a child asks here, and nowhere else.
 */
import type { Catalogue } from '../roles/catalogue.ts'
import { findRole } from '../roles/references.ts'
import {
  calleesOf,
  DEPTH_MAX,
  depthBound,
  isLeaf,
  ruleAgainst,
  standingOf,
  type CalleeRule,
  type Standing,
} from './lineage.ts'
import { reasons, NAMED_MAX } from './reasons.ts'

/** The run that asks, as the core knows it (never as it says itself). */
export interface Caller {
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

/** Everything that a decision is made of. */
export interface DelegationRequest {
  readonly catalogue: Catalogue
  readonly caller: Caller
  /** As it was asked for: an id or a name. */
  readonly callee: string
  /** At most this many hops from the start of a lineage; above DEPTH_MAX it means that. */
  readonly depthMax: number
  readonly fanOut: FanOut
  /** How long the child wants, in ms. */
  readonly wantedMs: number
  /** How a limit on spending that is reached stands, such as `limit, until …`; undefined: none is. */
  readonly limit: string | undefined
}

/** Allowed, with what the child is; or the reason in one sentence that an agent can act on. */
export type Decision =
  | {
      readonly kind: 'allowed'
      /** The callee's id. */
      readonly role: string
      /** Hops below the start of its lineage. */
      readonly depth: number
      /** How long it may take: what it wants, but it ends before its caller has to. */
      readonly timeMs: number
    }
  | Refused

interface Refused {
  readonly kind: 'refused'
  readonly rule: Rule
  readonly reason: string
}

/** Which rule refused, for events and counters. `held`: nothing may start for the caller now, whoever it calls. */
export type Rule =
  | CalleeRule
  | 'no-role'
  | 'leaf'
  | 'depth'
  | 'unknown-role'
  | 'time'
  | 'limit'
  | 'fan-out'
  | 'held'

const GRACE_MS = 10_000 // For the caller to read what came back, and to say it.
const LEFT_MS_MIN = 30_000 // In less no agent CLI has started and done anything.

/** What nothing can change comes first, then who is called, then what only time or others can change. */
export function decide(request: DelegationRequest): Decision {
  const { catalogue, caller, wantedMs } = request
  if (caller.role === undefined) return refused('no-role', reasons.noRole())
  const standing = standingOf(catalogue, { role: caller.role, ancestors: caller.ancestors })
  if (standing === undefined) return refused('no-role', reasons.roleGone(caller))
  const callee = whereItStands(request, standing) ?? whomItCalls(request, standing)
  if (callee.kind === 'refused') return callee
  return (
    whatIsLeft(request) ?? {
      kind: 'allowed',
      role: callee.id,
      depth: standing.depth + 1,
      timeMs: Math.min(wantedMs, caller.leftMs - GRACE_MS),
    }
  )
}

/** What keeps the caller from calling anybody. */
function whereItStands({ catalogue, depthMax }: DelegationRequest, standing: Standing): Refused | undefined {
  const { role, chain, depth } = standing
  if (isLeaf(catalogue, role)) return refused('leaf', reasons.leaf(role.id))
  const most = Math.min(depthMax, DEPTH_MAX)
  if (!(depth < most)) return refused('depth', reasons.depth(depth, most))
  const bound = depthBound(chain)
  return bound && refused('depth', reasons.depthBound(bound, role.id))
}

function whomItCalls(
  { catalogue, callee, depthMax }: DelegationRequest,
  standing: Standing,
): Refused | { readonly kind: 'callee'; readonly id: string } {
  const choices = () => calleesOf(catalogue, standing, depthMax, NAMED_MAX + 1)
  const found = findRole(catalogue, callee)
  if (found.kind === 'ambiguous') {
    const callable = found.ids.filter((id) => {
      const one = catalogue.roles.get(id)
      return one !== undefined && ruleAgainst(catalogue, standing, one) === undefined
    })
    return refused('unknown-role', reasons.ambiguous(callee, callable.length > 0 ? callable : found.ids))
  }
  const role = found.kind === 'found' ? catalogue.roles.get(found.id) : undefined
  if (role === undefined) {
    const isBroken = catalogue.broken.has(callee.trim())
    return refused('unknown-role', reasons[isBroken ? 'broken' : 'unknown'](callee, choices()))
  }
  const rule = ruleAgainst(catalogue, standing, role)
  if (rule === undefined) return { kind: 'callee', id: role.id }
  return refused(rule, reasons[rule](role.id, standing.role.id, choices()))
}

/** Time is never given back, a limit is lifted tomorrow, a place is free when a child ends. */
function whatIsLeft({ caller, wantedMs, limit, fanOut }: DelegationRequest): Refused | undefined {
  // Said this way around, so that what is no number is refused.
  if (!(caller.leftMs >= LEFT_MS_MIN)) return refused('time', reasons.time(caller.leftMs, LEFT_MS_MIN))
  if (!(wantedMs > 0)) return refused('time', reasons.noTime())
  if (limit !== undefined) return refused('limit', reasons.limit(limit))
  const { ofRun, ofAgent, ofAll, runMax, agentMax, allMax } = fanOut
  if (!(ofRun < runMax)) return refused('fan-out', reasons.fanOutOfRun(ofRun, runMax))
  if (!(ofAgent < agentMax)) return refused('fan-out', reasons.fanOutOfAgent(ofAgent, agentMax))
  if (!(ofAll < allMax)) return refused('fan-out', reasons.fanOutOfAll(ofAll, allMax))
  return undefined
}

function refused(rule: Rule, reason: string): Refused {
  return { kind: 'refused', rule, reason }
}
