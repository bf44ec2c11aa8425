/** Owns what runs spent: figures that add up, and what a run that ended goes on record with. */

/** What some runs spent. */
export interface Spent {
  readonly runs: number
  readonly tokens: number
  /** Undefined: no agent CLI told a cost. */
  readonly usd: number | undefined
  /** Whether a part of the tokens, and of the dollars, is an estimate. */
  readonly tokensAbout: boolean
  readonly usdAbout: boolean
}

/** The runs that began on one day: those that ended, and those that go on with what they are expected to spend. */
export interface DaySpent {
  readonly ended: Spent
  readonly going: Spent
}

const NOTHING: Spent = { runs: 0, tokens: 0, usd: undefined, tokensAbout: false, usdAbout: false }

/** A day without a run. */
export const QUIET_DAY: DaySpent = { ended: NOTHING, going: NOTHING }

/** All of them together. */
export function addSpent(...all: readonly Spent[]): Spent {
  return all.reduce(
    (sum, one) => ({
      runs: sum.runs + one.runs,
      tokens: sum.tokens + one.tokens,
      usd: sumOf(sum.usd, one.usd),
      tokensAbout: sum.tokensAbout || one.tokensAbout,
      usdAbout: sum.usdAbout || one.usdAbout,
    }),
    NOTHING,
  )
}

/** To a millionth: what lies below is left over from binary fractions. */
function sumOf(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined && other === undefined) return undefined
  return Math.round(((one ?? 0) + (other ?? 0)) * 1e6) / 1e6
}

/** What is known of a run that ended. */
export interface SpentFacts {
  /** What its agent CLI told; undefined: nothing. */
  readonly tokens: number | undefined
  readonly usd: number | undefined
  /** Made from the length of what was sent and said. */
  readonly aboutTokens: number
  /** What was reserved for it: the mean of the runs before it. */
  readonly expected: Pick<Spent, 'tokens' | 'usd'>
  readonly end: 'succeeded' | 'failed' | 'cut-short'
}

/**
 * The figures of one run. Where its agent CLI told none, they are estimated: a CLI that was ended may have spent as much as
 * in the runs before without having told of it, and a limit must not be the easier to keep the more runs are cut short.
 */
export function spentOf({ tokens, usd, aboutTokens, expected, end }: SpentFacts): Spent {
  const cutTokens = end === 'cut-short' ? Math.max(aboutTokens, expected.tokens) : aboutTokens
  const worked = end === 'cut-short' || (end === 'failed' && (tokens ?? 0) > 0)
  const cutUsd = worked ? expected.usd : undefined
  return {
    runs: 1,
    tokens: tokens ?? cutTokens,
    usd: usd ?? cutUsd,
    tokensAbout: tokens === undefined,
    usdAbout: usd === undefined && cutUsd !== undefined,
  }
}
