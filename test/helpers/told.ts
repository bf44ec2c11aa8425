/** Owns what tests of notices share: their section of the file, what a server was told, and time that goes by. */
import { write } from '../../src/daemon/core.ts'
import type { LiveDaemon } from './daemon.ts'
import { eventually } from './eventually.ts'
import type { FakeClock } from './fake-clock.ts'
import type { WebServer } from './web-server.ts'

/** `[notify]` with these lines. */
export function notify(...lines: readonly string[]): string {
  return ['[notify]', ...lines].join('\n')
}

/** What a webhook got. */
export function told(server: WebServer): Record<string, unknown>[] {
  return server.received.map(({ body }) => JSON.parse(body))
}

/** Lets time go by in small steps until so many notices came. */
export async function untilTold(clock: FakeClock, server: WebServer, count: number): Promise<void> {
  await eventually(`${count} notices`, async () => {
    await clock.advance(1_000)
    return server.received.length >= count ? true : undefined
  })
}

/** Lets so much time go by, with passes in between and time for what they start. */
export async function pass(clock: FakeClock, ms: number, stepMs = 10_000): Promise<void> {
  for (let gone = 0; gone < ms; gone += stepMs) {
    await clock.advance(stepMs)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** As when an agent is found not to be logged in. */
export async function hold(daemon: LiveDaemon, agent: string, reason = 'not logged in'): Promise<void> {
  await write(daemon.core, (_, emit) => emit('agent.held', { agent }, { reason, until: null }))
  daemon.core.waker.wake()
}

/** Waits until all that was to be delivered is, and is written down. */
export async function settled(daemon: LiveDaemon): Promise<void> {
  await eventually('nothing to be under way', async () => {
    const open = await daemon.core.db.read((tx) => tx.get("select 1 from deliveries where state = 'waiting'"))
    return open === undefined ? true : undefined
  })
}

/** Ends a daemon without ending what it runs. */
export async function leave(daemon: LiveDaemon): Promise<void> {
  daemon.handOver()
  await daemon.gone()
}
