import { MarrowError } from '../../base/errors.ts'
import type { Core } from '../core.ts'
import type { TickView } from '../../ipc/protocol/agents.ts'
import { openLog } from '../../platform/log.ts'
import { onSignals } from '../../platform/signals.ts'
import { configAt, startHere } from '../here.ts'
import { toggleDebug } from '../log-level.ts'
import { redactorFor } from '../redaction.ts'

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
  const config = await configAt(configPath)
  const known = { config, env: process.env }
  let core: Core | undefined // Its configuration may become another one.
  const redact = (text: string) => redactorFor(core ?? known)(text)
  const log = await openLog({ json: jsonLogs, verbose, redact })
  const daemon = await startHere(config, log, { ipc: config.ipc.enabled, scheduled: false })
  core = daemon.core
  const release = onSignals({
    stop: () => daemon.stop(),
    stopAtOnce: () => process.exit(1),
    handover: () => daemon.handOver(),
    reload: () => daemon.reload(),
    toggleDebug: () => toggleDebug(log),
  })
  try {
    const stopped = daemon.done.then(() => undefined)
    const ended = await Promise.race([daemon.handlers.runOnce({ agents }), stopped])
    if (ended) return ended.ticks
    throw new MarrowError('STOPPING', 'Cannot finish the ticks: marrow was stopped.', {
      fix: 'See what was begun with: marrow runs, once a daemon runs.',
    })
  } finally {
    daemon.stop()
    await daemon.done
    release()
    log.flush()
  }
}
