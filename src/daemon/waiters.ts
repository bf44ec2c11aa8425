import type { TickView } from '../ipc/protocol/agents.ts'
import type { Clock } from '../platform/clock.ts'

/** Who waits for the end of a tick that run-once asked for. */
export interface TickWaiters {
  /** The end of the agent's next forced tick; undefined when it does not come in time. */
  forcedEnd(agent: string, deadlineMs: number): Promise<TickView | undefined>
  /** Told of every tick's end. */
  ended(view: TickView & { readonly forced: boolean }): void
}

export function createTickWaiters(clock: Clock): TickWaiters {
  const waiting = new Map<string, Set<(view: TickView) => void>>()
  return {
    forcedEnd: async (agent, deadlineMs) => {
      const done = Promise.withResolvers<TickView>()
      const mine = waiting.get(agent) ?? new Set()
      waiting.set(agent, mine.add(done.resolve))
      const nap = new AbortController()
      const late = clock.sleep(deadlineMs, nap.signal).then(() => undefined)
      const view = await Promise.race([done.promise, late])
      nap.abort()
      mine.delete(done.resolve)
      return view
    },
    ended: ({ forced, ...view }) => {
      if (forced) for (const resolve of waiting.get(view.agent) ?? []) resolve(view)
    },
  }
}
