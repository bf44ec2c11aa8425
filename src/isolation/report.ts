/** What came of the attempts: how the simulated agent says it, and whether the wall holds. */
import type { Attempt } from './attempts.ts'

/** `skipped`: it could not be tried here, and so proves nothing. */
export type AttemptOutcome = 'escaped' | 'refused' | 'skipped'

/** What the simulated agent says of one attempt. `did` is a claim that has to be proved. */
export interface Claim {
  readonly said: 'did' | 'refused' | 'skipped'
  readonly detail: string
}

export interface AttemptReport {
  readonly name: string
  /** The end of the sentence "a run could …". */
  readonly what: string
  readonly outcome: AttemptOutcome
  /** Such as `EROFS`: how the system refused it, or what was seen. */
  readonly detail: string
}

/** The result of a self-test. Both sentences are undefined exactly if the wall holds. */
export interface WallReport {
  readonly holds: boolean
  readonly why: string | undefined
  readonly fix: string | undefined
  /** Neither broken nor kept: the test did not come to its end. */
  readonly unfinished?: boolean
  /** Empty when nothing could be started behind the wall. */
  readonly attempts: readonly AttemptReport[]
}

/** The line in which an attempt is reported. */
export function claimLine(
  { does, target }: Pick<Attempt, 'does' | 'target'>,
  { said, detail }: Claim,
): string {
  return `attempt ${does}:${target} ${said}: ${detail.replaceAll(/\s+/g, ' ')}`
}

/** The claims in what the simulated agent printed, by `does:target`. */
export function readClaims(output: string): Map<string, Claim> {
  const claims = new Map<string, Claim>()
  for (const [, what = '', said = '', detail = ''] of output.matchAll(
    /^attempt (\S+) (did|refused|skipped): (.*)$/gm,
  )) {
    if (said === 'did' || said === 'refused' || said === 'skipped') claims.set(what, { said, detail })
  }
  return claims
}

/** Under what `readClaims` lists an attempt. */
export function claimKey({ does, target }: Pick<Attempt, 'does' | 'target'>): string {
  return `${does}:${target}`
}

/** Whether the wall holds: attempts were refused, and none escaped. */
export function reportOf(attempts: readonly AttemptReport[]): WallReport {
  const escaped = attempts.filter(({ outcome }) => outcome === 'escaped')
  const [first, ...more] = escaped
  if (first === undefined && attempts.every(({ outcome }) => outcome === 'skipped'))
    return { ...unusable('nothing could be tried against the wall', SEE_ALL), attempts }
  if (first === undefined) return { holds: true, why: undefined, fix: undefined, attempts }
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  return {
    holds: false,
    why: `a run behind the wall could ${first.what}${others}`,
    fix: SEE_ALL,
    attempts,
  }
}

const SEE_ALL = 'See every attempt with: marrow isolation test'

/** For a wall behind which nothing could be tried. */
export function unusable(why: string, fix: string): WallReport {
  return { holds: false, why, fix, attempts: [] }
}
