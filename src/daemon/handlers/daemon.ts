import type { Handlers } from '../../ipc/protocol/table.ts'

/** The daemon's own end, as the operator asks for it. */
export function daemonHandlers(ask: {
  stop: () => void
  handOver: () => void
}): Pick<Handlers, 'stop' | 'restart'> {
  return {
    stop: async () => {
      ask.stop()
      return { ok: true, pid: process.pid }
    },
    restart: async () => {
      ask.handOver()
      return { ok: true, pid: process.pid }
    },
  }
}
