import { loadConfig } from '../../config/load.ts'
import type { TickView } from '../../ipc/protocol/agents.ts'
import { systemClock } from '../../platform/clock.ts'
import { openLog } from '../../platform/log.ts'
import { systemProcesses } from '../../platform/processes.ts'
import { onSignals } from '../../platform/signals.ts'
import { installedProgram } from '../main.ts'
import { startDaemon } from '../start.ts'

export interface RunOnceOptions {
  readonly configPath: string
  readonly agents: string[]
  readonly jsonLogs: boolean
  readonly verbose: boolean
}

/** One tick per agent where no daemon runs: a daemon that only does this, and is stopped by Ctrl-C like any other. */
export async function runOnceLocally({
  configPath,
  agents,
  jsonLogs,
  verbose,
}: RunOnceOptions): Promise<TickView[]> {
  const home = process.env['HOME'] ?? '/'
  const config = await loadConfig({ flag: configPath, env: process.env, cwd: process.cwd(), home })
  const log = await openLog({ json: jsonLogs, verbose })
  const daemon = await startDaemon({
    config,
    program: installedProgram(),
    clock: systemClock,
    processes: systemProcesses,
    log,
    env: process.env,
    random: Math.random,
    ipc: config.ipc.enabled,
    scheduled: false,
  })
  const release = onSignals({
    stop: () => daemon.stop(),
    stopAtOnce: () => process.exit(1),
    handover: () => daemon.handOver(),
    reload: () => daemon.reload(),
  })
  try {
    // A stop ends the wait: what was not begun by then is not going to be.
    const stopped = daemon.done.then((): { ticks: TickView[] } => ({ ticks: [] }))
    const { ticks } = await Promise.race([daemon.handlers.runOnce({ agents }), stopped])
    return ticks
  } finally {
    daemon.stop()
    await daemon.done
    release()
    log.flush()
  }
}
