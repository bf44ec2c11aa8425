/** How much of its plan Claude Code says is used. A run with an API key has no plan and says nothing. */
import type { PlanWindow } from '../adapter.ts'
import { boundedTime } from '../failures.ts'
import type { ClaudeEvent, RateLimit } from './events.ts'

const WINDOWS_MAX = 20 // A plan has a handful.

/** The last word of a run on each window; undefined: it told of none. */
export function planOf(events: readonly ClaudeEvent[], endedAt: number): PlanWindow[] | undefined {
  const told = events.flatMap((event) => (event.type === 'rate_limit_event' ? windowsIn(event) : []))
  const windows = new Map<string, PlanWindow>()
  for (const { name, utilization, resetsAt } of told) {
    // What is used beyond the plan is paid for, and no part of it.
    if (name.includes('overage') || (windows.size >= WINDOWS_MAX && !windows.has(name))) continue
    const usedPercent = Math.min(100, 100 * utilization)
    windows.set(name, { window: name, usedPercent, resetsAt: boundedTime(resetsAt * 1_000, endedAt) })
  }
  return windows.size === 0 ? undefined : [...windows.values()]
}

interface Told {
  readonly name: string
  /** 0 to 1. */
  readonly utilization: number
  /** Seconds. */
  readonly resetsAt: number
}

/** Newer versions name every window; older ones only the one that comes first to its end, and not always how full it is. */
function windowsIn({ rate_limit_info: info }: RateLimit): Told[] {
  const { status, rateLimitType: name, resetsAt, unifiedWindows } = info
  const utilization = info.utilization ?? (status === 'rejected' ? 1 : undefined)
  const first =
    name === undefined || utilization === undefined || resetsAt === undefined
      ? []
      : [{ name, utilization, resetsAt }]
  return [...first, ...unifiedWindows]
}
