/** Owns when the report of the day is due. */
import { parseTime } from '../base/time.ts'

/** Which report was sent last: the time of day for which it was due, and up to when it tells. Epoch ms. */
export interface LastDigest {
  readonly slot: number
  readonly to: number
}

/** What is to be done about the report now. */
export type DigestStep =
  /** Undefined: it is as if there had never been one. */
  | { readonly kind: 'wait'; readonly last: LastDigest | undefined }
  /** It tells what happened in between. */
  | { readonly kind: 'send'; readonly from: number; readonly next: LastDigest }

const DAY_MS_MAX = 25 * 3_600_000 // With the hour that a day in autumn has more.
const UNWANTED_MS_MAX = 2 * DAY_MS_MAX

/**
 * `digestAt` is `08:00` in the machine's time. Sleep and downtime over it give one report, late; a clock that is set
 * back gives none twice. Where none was ever sent, the first one is due at the next such time. Undefined: none is wanted,
 * and after two days so the next one begins anew instead of telling of months.
 */
export function digestStep(
  digestAt: string | undefined,
  last: LastDigest | undefined,
  now: number,
): DigestStep {
  if (digestAt === undefined) {
    const isForgotten = last !== undefined && now - last.to > UNWANTED_MS_MAX
    return { kind: 'wait', last: isForgotten ? undefined : last }
  }
  const slot = parseTime(digestAt, now) ?? now
  const isWrong = last !== undefined && last.slot > now + DAY_MS_MAX // Of a clock that stood in some other year.
  if (last === undefined || isWrong) return { kind: 'wait', last: { slot, to: now } }
  if (slot <= last.slot) return { kind: 'wait', last }
  return { kind: 'send', from: Math.min(last.to, now), next: { slot, to: now } }
}
