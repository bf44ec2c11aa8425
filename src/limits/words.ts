/** Owns the names of the limits on spending, and how one is told. */
import { dollars, shortCount } from '../base/numbers.ts'

/** The limits of `[limits]`, by their keys. */
export const limitNames = ['runs_per_day', 'tokens_per_day', 'usd_per_day', 'keep_plan_percent'] as const

export type LimitName = (typeof limitNames)[number]

/** `$4.10 of $5.00 a day`; a limit of another version of marrow shows by its name. */
export function describeLimit(limit: string, used: number, of: number): string {
  switch (limit) {
    case 'runs_per_day':
      return `${used} of ${of} runs a day`
    case 'tokens_per_day':
      return `${shortCount(used)} of ${shortCount(of)} tokens a day`
    case 'usd_per_day':
      return `${dollars(used)} of ${dollars(of)} a day`
    case 'keep_plan_percent':
      return `${Math.round(used)} % of the plan used, at most ${Math.round(of)} % are to be`
    default:
      return `${limit} ${used} of ${of}`
  }
}

/** `$0.30` or `40k tokens`: what one run takes of a limit. */
export function describeShare(limit: LimitName, share: number): string {
  return limit === 'usd_per_day' ? dollars(share) : `${shortCount(share)} tokens`
}
