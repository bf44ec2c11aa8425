// The order in which a run is ended: it is asked, it gets time, it is made to.
import { later, msUntil, type Moment } from '../base/moment.ts'
import type { Ending } from './record.ts'

/** What to do next with a run that has to end. */
export type EndingStep =
  | { readonly kind: 'term' }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'kill' }

/**
 * Decides the next step from what is on record, so that the next daemon goes on where this one stopped. `graceMs` is
 * the time between the signal and the end. Once it is over the answer stays `kill`, until the run is seen to be gone.
 */
export function nextEnding(ending: Pick<Ending, 'termAt'>, graceMs: number, now: Moment): EndingStep {
  if (ending.termAt === undefined) return { kind: 'term' }
  const waitMs = msUntil(later(ending.termAt, graceMs), now)
  return waitMs > 0 ? { kind: 'wait', waitMs } : { kind: 'kill' }
}
