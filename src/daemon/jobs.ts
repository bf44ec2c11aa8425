import { delayMs, type Backoff } from '../base/backoff.ts'
import { reasonOf } from '../base/errors.ts'

/** What the daemon does on the side: assembling, settling, reloading. A pass starts it; its end wakes the loop. */
export interface Jobs {
  /**
   * Starts `work` unless a job of this key is under way, or failed so recently that it must wait. An error ends the
   * job and is told to `failed`; whoever wants it done asks again at each pass.
   */
  start(key: string, work: (signal: AbortSignal) => Promise<void>): void
  has(key: string): boolean
  readonly size: number
  /** In how many ms the next job that failed may be tried again; Infinity when none waits. */
  readonly retryMs: number
  /** Resolves when every job of this moment has ended. */
  idle(): Promise<void>
  /** Tells the jobs whose key starts with `prefix` that nobody waits for them. */
  abort(prefix: string): void
}

export interface JobsDeps {
  /** Monotonic ms. */
  readonly now: () => number
  readonly ended: () => void
  readonly failed: (key: string, reason: string) => void
}

const RETRY: Backoff = { delayMsMin: 1_000, delayMsMax: 60_000, attemptsMax: Number.POSITIVE_INFINITY }

export function createJobs(deps: JobsDeps): Jobs {
  const failures = new Map<string, { readonly count: number; readonly retryAt: number }>()
  const running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>()
  const run = async (key: string, work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal) => {
    try {
      await work(signal)
      failures.delete(key)
    } catch (error) {
      if (signal.aborted) return
      const count = (failures.get(key)?.count ?? 0) + 1
      failures.set(key, { count, retryAt: deps.now() + (delayMs(count - 1, RETRY) ?? 0) })
      deps.failed(key, reasonOf(error))
    } finally {
      running.delete(key)
      deps.ended()
    }
  }
  return {
    start: (key, work) => {
      if (running.has(key) || (failures.get(key)?.retryAt ?? 0) > deps.now()) return
      const abort = new AbortController()
      // The entry must be there before the work can end.
      const done = Promise.resolve().then(() => run(key, work, abort.signal))
      running.set(key, { abort, done })
    },
    has: (key) => running.has(key),
    get size() {
      return running.size
    },
    get retryMs() {
      const waits = [...failures.values()].map(({ retryAt }) => retryAt - deps.now()).filter((ms) => ms > 0)
      return Math.min(Number.POSITIVE_INFINITY, ...waits)
    },
    idle: async () => {
      await Promise.all([...running.values()].map(({ done }) => done))
    },
    abort: (prefix) => {
      for (const [key, job] of running) if (key.startsWith(prefix)) job.abort.abort()
    },
  }
}
