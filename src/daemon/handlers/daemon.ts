import type { Handlers } from '../../ipc/protocol/table.ts'
import type { Log } from '../../platform/log.ts'
import { setLogLevel } from '../log-level.ts'

/** The daemon's own end, and how much it says, as the operator asks for it. */
export function daemonHandlers(
  ask: {
    stop: () => void
    handOver: () => void
  },
  log: Log,
): Pick<Handlers, 'stop' | 'restart' | 'logLevel'> {
  return {
    stop: async () => {
      ask.stop()
      return { ok: true, pid: process.pid }
    },
    restart: async () => {
      ask.handOver()
      return { ok: true, pid: process.pid }
    },
    logLevel: async ({ level }) => {
      if (level !== undefined) setLogLevel(log, level)
      return { ok: true, level: log.level }
    },
  }
}
