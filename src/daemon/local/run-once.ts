import type { TickView } from '../../ipc/protocol/agents.ts'
import { withDaemonHere, type DaemonHereOptions } from './daemon-here.ts'

export interface RunOnceOptions extends DaemonHereOptions {
  readonly agents: string[]
}

/** One tick per agent where no daemon runs. */
export async function runOnceLocally({ agents, ...options }: RunOnceOptions): Promise<TickView[]> {
  return withDaemonHere(options, async (handlers) => (await handlers.runOnce({ agents })).ticks)
}
