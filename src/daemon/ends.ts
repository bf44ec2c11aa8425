import { later } from '../base/moment.ts'
import type { Core } from './core.ts'

/** The ways in which this daemon comes to its end. */
export interface Ends {
  readonly signal: AbortSignal
  readonly stop: () => void
  readonly handOver: () => void
  readonly finish: () => void
}

export function createEnds(core: Core): Ends {
  const ended = new AbortController()
  const { life, jobs, waker, clock } = core
  return {
    signal: ended.signal,
    stop: () => {
      if (life.stopping !== 'no') return
      life.stopping = 'stop'
      life.stopAt = later(clock.now(), core.config.stopGraceMs)
      jobs.abort('tick:')
      waker.wake()
    },
    handOver: () => {
      life.stopping = 'hand-over'
      jobs.abort('')
      ended.abort()
    },
    finish: () => ended.abort(),
  }
}
