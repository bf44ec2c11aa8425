/** Owns what a run may ask at the agents' door. Follows from its token alone, never from what it says. */
import type { Who } from '../ipc/protocol/entry.ts'
import type { Catalogue } from '../roles/catalogue.ts'
import { calleesOf, DEPTH_MAX, LEAF_LEVEL, standingOf, type Place } from './lineage.ts'

/** What a token says of its run, as far as rights follow from it. */
export interface Token {
  /** Undefined: the run has no role. */
  readonly role: string | undefined
  readonly level: number | undefined
  /** Hops below the start of its lineage. */
  readonly depth: number
  /** The ids of the roles that it may call at all. */
  readonly mayDelegate: readonly string[]
}

/** What a run must be to ask: any run; not at leaf level; not at leaf level, with somebody to call. */
type Needs = 'nothing' | 'rank' | 'callees'

interface Right {
  readonly who: Exclude<Who, 'operator'>
  readonly needs: Needs
}

/** Every verb that agents may ask. What does not stand here only the operator may. */
export const agentRights = {
  health: { who: 'both', needs: 'nothing' },
  me: { who: 'agent', needs: 'nothing' },
  mcp: { who: 'both', needs: 'nothing' },
  delegate: { who: 'agent', needs: 'callees' },
  // A role file may change while a child is at work: who called it may still wait for it.
  delegation: { who: 'agent', needs: 'rank' },
  delegations: { who: 'agent', needs: 'rank' },
  // Whoever works for an agent may say something in its name; what that sets going follows from where the run stands.
  sendHandoff: { who: 'both', needs: 'nothing' },
  handoffs: { who: 'both', needs: 'nothing' },
  showHandoff: { who: 'both', needs: 'nothing' },
} as const satisfies Record<string, Right>

/** A verb that some run may ask. */
export type AgentVerb = keyof typeof agentRights

/** Whether the run of a token may ask a verb, whatever it asks with it. A verb that nobody knows is refused. */
export function may(token: Token, verb: string): verb is AgentVerb {
  if (!isAgentVerb(verb)) return false
  const { needs } = agentRights[verb]
  switch (needs) {
    case 'nothing':
      return true
    case 'rank':
      return hasRank(token)
    case 'callees':
      return hasRank(token) && token.mayDelegate.length > 0
  }
}

/** The verbs that the run of a token may ask: what it is offered. */
export function rightsOf(token: Token): AgentVerb[] {
  return Object.keys(agentRights).filter((verb) => may(token, verb))
}

/** What the token of a run says that stands there; without a place, of a run without a role. */
export function tokenFor(catalogue: Catalogue, place: Place | undefined, depthMax: number): Token {
  const standing = place && standingOf(catalogue, place)
  if (standing === undefined) return { role: place?.role, level: undefined, depth: 0, mayDelegate: [] }
  const { role, level, depth } = standing
  return { role: role.id, level, depth, mayDelegate: calleesOf(catalogue, standing, depthMax) }
}

function isAgentVerb(verb: string): verb is AgentVerb {
  return Object.hasOwn(agentRights, verb)
}

/** Asked besides what it may call, so that a list that is wrong gives a leaf nothing. */
function hasRank({ role, level, depth }: Token): boolean {
  return role !== undefined && (level ?? 0) < LEAF_LEVEL && depth < DEPTH_MAX
}
