import type { Moment } from '../../src/base/moment.ts'
import type { Clock } from '../../src/platform/clock.ts'

/** Time that moves only when told to: together, or the wall clock alone (a jump, or a machine that slept). */
export class FakeClock implements Clock {
  #wall: number
  #mono: number
  #boot = 'boot-1'
  readonly #sleepers = new Set<{ at: number; wake: () => void }>()

  constructor(wall = Date.UTC(2026, 0, 5, 12), mono = 1_000_000) {
    this.#wall = wall
    this.#mono = mono
  }

  now(): Moment {
    return { wall: this.#wall, mono: this.#mono, boot: this.#boot }
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0 || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const sleeper = {
        at: this.#mono + ms,
        wake: () => {
          this.#sleepers.delete(sleeper)
          resolve()
        },
      }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', sleeper.wake, { once: true })
    })
  }

  /** Moves both clocks on and lets everything due run. */
  async advance(ms: number): Promise<void> {
    this.#wall += ms
    this.#mono += ms
    const due = [...this.#sleepers].filter((sleeper) => sleeper.at <= this.#mono)
    for (const sleeper of due) sleeper.wake()
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** The wall clock moves, the monotonic one does not: somebody set the clock, or the machine slept. */
  jump(ms: number): void {
    this.#wall += ms
  }

  /** A new boot: the monotonic clock starts again. */
  reboot(downMs: number): void {
    this.#wall += downMs
    this.#mono = 5_000
    this.#boot = `boot-${Number(this.#boot.slice(5)) + 1}`
  }
}
