/** Decides which limits the operator is still to be told of: each once for as long as it stands. */
import type { LimitState } from './decide.ts'

/** What was said of one limit, and how long it holds (epoch ms). */
interface Saying {
  readonly what: 'near' | 'reached'
  readonly of: number
  readonly at: number
  readonly until: number
}

/** What was said, by scope, agent and limit. Kept in the store: a restart repeats nothing. */
export type Told = Readonly<Record<string, Saying>>

export interface News {
  /** Those that are to be told now. */
  readonly fresh: readonly LimitState[]
  /** What is told then, without what no longer holds. */
  readonly told: Told
}

/** What of these limits is new. A limit that was changed in the file is another one; whoever knows that it is reached knows that it is near. */
export function newsOf(
  what: Saying['what'],
  states: readonly LimitState[],
  { agent, told, now }: { readonly agent: string; readonly told: Told; readonly now: number },
): News {
  // A saying of the future comes from a clock that was set back: it is no saying of today.
  const standing = Object.entries(told).filter(([, { at, until }]) => at <= now && until > now)
  const known = new Map(standing)
  const fresh = states.filter((state) => {
    const before = known.get(keyOf(state, agent))
    return before?.of !== state.of || (what === 'reached' && before.what === 'near')
  })
  for (const state of fresh)
    known.set(keyOf(state, agent), { what, of: state.of, at: now, until: state.until })
  return { fresh, told: Object.fromEntries(known) }
}

function keyOf({ scope, limit }: LimitState, agent: string): string {
  return scope === 'all' ? `all ${limit}` : `${limit} ${agent}`
}
