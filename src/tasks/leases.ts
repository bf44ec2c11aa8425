/** Owns how long a claim holds: what signs of life renew it, and when a task goes back to the others. */
import { formatDuration } from '../base/duration.ts'
import { later, msUntil, type Moment } from '../base/moment.ts'
import type { Holder } from './task.ts'

/** A task that somebody holds. */
export interface HeldTask {
  readonly id: string
  readonly holder: Holder
}

/** What is known of the run that holds one; undefined: it is on record no more. */
export type HolderLife =
  | {
      readonly state: 'going'
      /** Its last output, or the last that it asked of marrow. */
      readonly lastSign: Moment
    }
  | { readonly state: 'over'; readonly reason: string }

export type LeaseAction =
  | { readonly kind: 'renew'; readonly id: string; readonly lease: Moment }
  | { readonly kind: 'lose'; readonly id: string; readonly reason: string }

/** What is to be done now, and in how many ms the next lease runs out; Infinity: none does. */
export interface LeasePlan {
  readonly actions: readonly LeaseAction[]
  readonly nextMs: number
}

interface LeaseRequest {
  readonly held: readonly HeldTask[]
  readonly lifeOf: (run: string) => HolderLife | undefined
  readonly leaseMs: number
  readonly now: Moment
}

/** Only claims with a lease: what a person or a file holds is held until they let go of it. */
export function planLeases({ held, lifeOf, leaseMs, now }: LeaseRequest): LeasePlan {
  const actions: LeaseAction[] = []
  let nextMs = Number.POSITIVE_INFINITY
  for (const { id, holder } of held) {
    if (holder.by.kind !== 'run' || holder.lease === undefined) continue
    const life = lifeOf(holder.by.run)
    if (life?.state !== 'going') {
      const reason = life === undefined ? 'its run is not on record any more' : life.reason
      actions.push({ kind: 'lose', id, reason })
      continue
    }
    const lease = later(life.lastSign, leaseMs)
    const leftMs = Math.max(msUntil(lease, now), msUntil(holder.lease, now))
    if (leftMs <= 0) {
      const reason = `its run gave no sign of life for ${formatDuration(leaseMs)}`
      actions.push({ kind: 'lose', id, reason })
      continue
    }
    nextMs = Math.min(nextMs, leftMs)
    // A run that prints all the time is not written down all the time.
    if (isLater(lease, holder.lease, leaseMs * RENEWED_PART)) actions.push({ kind: 'renew', id, lease })
  }
  return { actions, nextMs }
}

const RENEWED_PART = 0.25

/** A lease of before a reboot is always the older one. */
function isLater(one: Moment, other: Moment, byMs: number): boolean {
  return one.boot !== other.boot || one.mono - other.mono >= byMs
}
