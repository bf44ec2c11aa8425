import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Moment } from '../base/moment.ts'

/** The only door through which time enters. Pure code takes a plain `Moment` or `now` instead. */
export interface Clock {
  now(): Moment
  /** Resolves after `ms` of awake time, or as soon as `signal` aborts. Never rejects: the caller looks at its own signal. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

const TIMER_MS_MAX = 2 ** 31 - 1 // Node fires longer timers at once. Waking early is harmless: whoever waits looks again.

const boot = readBootId()

export const systemClock: Clock = {
  // hrtime is CLOCK_MONOTONIC: ms since boot, the same in every process, standing still in suspend.
  now: () => ({ wall: Date.now(), mono: Number(process.hrtime.bigint() / 1_000_000n), boot }),
  sleep: async (ms, signal) => {
    await sleep(Math.min(Math.max(0, ms), TIMER_MS_MAX), undefined, { signal }).catch(() => {})
  },
}

/** Linux gives every boot an id. Elsewhere the minute in which the machine started has to do. */
function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    const startedAt = Date.now() - Number(process.hrtime.bigint() / 1_000_000n)
    return `started-${Math.round(startedAt / 60_000)}`
  }
}
