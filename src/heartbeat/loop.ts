import type { Clock } from '../platform/clock.ts'

/** Turns any number of "something changed" calls into one more pass. */
export interface Waker {
  wake(): void
  clear(): void
  wait(signal: AbortSignal): Promise<void>
}

export function createWaker(): Waker {
  let woken = Promise.withResolvers<void>()
  return {
    wake: () => woken.resolve(),
    clear: () => {
      woken = Promise.withResolvers()
    },
    wait: (signal) => Promise.race([woken.promise, aborted(signal)]),
  }
}

export interface LoopDeps {
  readonly clock: Clock
  readonly waker: Waker
  readonly signal: AbortSignal
  /** One whole pass: observe, decide, act. Returns in how many ms it next wants to run. */
  readonly pass: () => Promise<number>
}

const PAUSE_MS_MIN = 5 // A pass that asks for the past must not spin.
const PAUSE_MS_MAX = 10_000 // The most that a lost wake-up can cost.
const WOKEN_PAUSE_MS_MAX = 50 // A woken pass comes after a pause as long as the last pass: wakes without end leave half of the time.

/** The only place the daemon waits. File changes, requests and exits do no work themselves: they wake this. */
export async function runLoop({ clock, waker, signal, pass }: LoopDeps): Promise<void> {
  while (!signal.aborted) {
    waker.clear() // Before looking, so that a change during the pass causes another one.
    const startedAt = clock.now().mono
    const napMs = Math.min(Math.max(await pass(), PAUSE_MS_MIN), PAUSE_MS_MAX)
    const pauseMs = Math.min(clock.now().mono - startedAt, WOKEN_PAUSE_MS_MAX)
    const nap = new AbortController()
    const idle = AbortSignal.any([signal, nap.signal])
    // A wake shortens the nap, but never below the pause between two passes.
    await Promise.race([clock.sleep(napMs, idle), paused({ clock, waker }, pauseMs, idle)])
    nap.abort()
  }
}

async function paused(
  { clock, waker }: Pick<LoopDeps, 'clock' | 'waker'>,
  pauseMs: number,
  idle: AbortSignal,
): Promise<void> {
  await clock.sleep(Math.max(pauseMs, PAUSE_MS_MIN), idle)
  await waker.wait(idle)
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
