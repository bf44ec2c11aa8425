/**
 * One reading of both clocks. Slots go by the wall clock; deadlines and backoff go by the monotonic one, which
 * stands still while the machine sleeps and never jumps.
 */
export interface Moment {
  /** Integer ms since 1970 UTC. */
  readonly wall: number
  /** Integer ms since some point in this boot; comparable only between moments with the same `boot`. */
  readonly mono: number
  /** Identifies the boot of the machine, so that a monotonic time from before a reboot is never believed. */
  readonly boot: string
}

/** The moment `ms` of awake time after `from`. */
export function later(from: Moment, ms: number): Moment {
  return { wall: from.wall + ms, mono: from.mono + ms, boot: from.boot }
}

/** Ms until `at`; negative when it has passed. By the monotonic clock, or by the wall clock after a reboot. */
export function msUntil(at: Moment, now: Moment): number {
  return at.boot === now.boot ? at.mono - now.mono : at.wall - now.wall
}
