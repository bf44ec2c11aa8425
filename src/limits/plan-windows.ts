import type { PlanWindow } from '../agents/adapter.ts'

/** What is known of a plan after a run told of it: the newest word on each window, without those that were reset. */
export function windowsKnown(
  before: readonly PlanWindow[],
  told: readonly PlanWindow[],
  now: number,
): PlanWindow[] {
  const newest = new Map([...before, ...told].map((window) => [window.window, window]))
  return [...newest.values()].filter(({ resetsAt }) => resetsAt > now)
}
