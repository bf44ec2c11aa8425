/** Decides whether a run has been silent for longer than is usual. */

/** What is known of a run that goes on. Times in epoch ms. */
export interface Silence {
  /** The limit of its agent; 0: it may be silent for ever. */
  readonly staleAfterMs: number
  /** Whether its command prints while it works; undefined: nobody knows before it has printed something. */
  readonly streams: boolean | undefined
  readonly startedAt: number
  readonly outputAt: number | undefined
  /** While the machine slept nothing could be printed. */
  readonly wokeAt: number | undefined
  readonly now: number
}

/** What prints only when it is done is never stale: its silence says nothing. */
export function isStale({ staleAfterMs, streams, startedAt, outputAt, wokeAt, now }: Silence): boolean {
  const tells = streams ?? outputAt !== undefined
  if (staleAfterMs === 0 || !tells) return false
  return now - Math.max(startedAt, outputAt ?? 0, wokeAt ?? 0) > staleAfterMs
}
