/** Owns the figures of `time`: how long the work took, and how much of that agents were at work. */
import { isEnded, type BoardTask } from './view.ts'

/** How the time of a board was spent; undefined where nothing was claimed yet. */
export interface TimeSpent {
  /** From the first claim to the last end, or to now while tasks are left. */
  readonly wallMs: number
  /** The time for which tasks were held, of those that failed, were given back or are held still as well. */
  readonly workMs: number
  /** How many agents could have worked: those there are, or as many as did at the same time. */
  readonly agents: number
  /** The share of their time in which agents worked, 0 to 1. */
  readonly utilization: number
  /** The rest: they waited for each other, or for work. */
  readonly tax: number
}

interface Span {
  readonly from: number
  readonly to: number
}

/** `agents` are those of the board, at work or not. */
export function timeSpent(
  tasks: readonly BoardTask[],
  { agents, now }: { readonly agents: number; readonly now: number },
): TimeSpent | undefined {
  const spans = tasks.flatMap((task) => spansOf(task, now)).filter(({ from, to }) => to >= from)
  const first = spans.reduce((least, { from }) => Math.min(least, from), Infinity)
  if (first === Infinity) return undefined
  const last = tasks.every(isEnded) ? spans.reduce((most, { to }) => Math.max(most, to), first) : now
  const wallMs = Math.max(0, last - first)
  const workMs = spans.reduce((sum, { from, to }) => sum + to - from, 0)
  const count = Math.max(1, agents, peakOf(spans))
  const utilization = wallMs === 0 ? 0 : Math.min(1, workMs / (count * wallMs))
  return { wallMs, workMs, agents: count, utilization, tax: 1 - utilization }
}

/** The times for which somebody held it. */
function spansOf(task: BoardTask, now: number): Span[] {
  const ended = task.attempts.map(({ since, ended_at }) => ({ from: since, to: ended_at }))
  const newest = ended.at(-1)
  const { claimed_at: from } = task
  // A task that was given back has its newest claim among the attempts already.
  if (from === null || task.status === 'todo' || newest?.from === from) return ended
  const to = task.status === 'claimed' ? now : (task.finished_at ?? task.updated_at)
  return [...ended, { from, to }]
}

/** The most that were held at the same time. */
function peakOf(spans: readonly Span[]): number {
  const changes = spans
    .filter(({ from, to }) => to > from)
    .flatMap(({ from, to }) => [
      { at: from, by: 1 },
      { at: to, by: -1 },
    ])
    .toSorted((one, other) => one.at - other.at || one.by - other.by)
  let [held, peak] = [0, 0]
  for (const { by } of changes) {
    held += by
    peak = Math.max(peak, held)
  }
  return peak
}
