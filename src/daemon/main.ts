/** The process of `marrow run`: signals, log, exit code. */
import { formatDuration } from '../base/duration.ts'
import { openLog } from '../platform/log.ts'
import { onSignals } from '../platform/signals.ts'
import { configAt, startHere } from './here.ts'
import type { RunningDaemon } from './start.ts'

export interface RunOptions {
  readonly configPath: string
  readonly jsonLogs: boolean
  /** Undefined: what the configuration says. */
  readonly ipc: boolean | undefined
  readonly verbose: boolean
}

/** Runs until it is stopped or hands over; resolves with the exit code. */
export async function runDaemon({ configPath, jsonLogs, ipc, verbose }: RunOptions): Promise<number> {
  const early = new AbortController()
  let daemon: RunningDaemon | undefined
  const release = onSignals({
    stop: () => {
      if (!daemon) return early.abort()
      const { stopGraceMs } = daemon.core.config
      if (stopGraceMs > 0) daemon.core.log.info(`stopping: ${patience(stopGraceMs)}`)
      daemon.stop()
    },
    // Runs go on without us, and the next daemon adopts them.
    stopAtOnce: () => process.exit(1),
    handover: () => (daemon ? daemon.handOver() : early.abort()),
    reload: () => daemon?.reload(),
  })
  try {
    const config = await configAt(configPath)
    const log = await openLog({ json: jsonLogs, verbose })
    daemon = await startHere(config, log, { ipc: ipc ?? config.ipc.enabled, scheduled: true })
    const look = (ipc ?? config.ipc.enabled) ? ', marrow status shows what it does' : ''
    log.info(`works with ${config.path}; Ctrl-C stops it${look}`)
    if (early.signal.aborted) daemon.stop()
    await daemon.done
    log.flush()
    return 0
  } finally {
    release()
  }
}

/** Why a stop may take a while, and how to be faster, for whoever sits at the terminal. */
function patience(graceMs: number): string {
  return `runs get ${formatDuration(graceMs)} to end by themselves; once more leaves them to the next daemon`
}
