// What a signal to the daemon means.

/** What the daemon does on a signal. None of them may throw. */
export interface SignalHandlers {
  /** SIGINT, SIGTERM: no new work, end the runs, leave. Called once. */
  stop(signal: 'SIGINT' | 'SIGTERM'): void
  /** A second SIGINT or SIGTERM: whoever sends it does not want to wait. */
  stopAtOnce(): void
  /** SIGUSR1: leave, and let the runs go on for the next daemon. */
  handover(): void
  /** SIGHUP: read the configuration again. */
  reload(): void
  /** SIGUSR2: say more in the log, or as much as before; without one it is ignored. */
  toggleDebug?(): void
}

// The terminal or the reader of a pipe went away. The work goes on without one.
const vanished = new Set(['EIO', 'EPIPE', 'ENXIO', 'ENOTCONN'])

/**
 * Listens until the returned function is called. SIGUSR1 is taken from Node, which would open its debugger on it, so
 * this is called before anything slow.
 */
export function onSignals(handlers: SignalHandlers): () => void {
  let stopping = false
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return handlers.stopAtOnce()
    stopping = true
    handlers.stop(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
  }
  const handover = () => handlers.handover()
  const reload = () => handlers.reload()
  const toggle = () => handlers.toggleDebug?.()
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGUSR1', handover).on('SIGHUP', reload)
  process.on('SIGUSR2', toggle)
  process.stdout.on('error', unlessVanished)
  process.stderr.on('error', unlessVanished)
  return () => {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGUSR1', handover).off('SIGHUP', reload)
    process.off('SIGUSR2', toggle)
    process.stdout.off('error', unlessVanished)
    process.stderr.off('error', unlessVanished)
  }
}

function unlessVanished(error: NodeJS.ErrnoException): void {
  if (error.code === undefined || !vanished.has(error.code)) throw error
}
