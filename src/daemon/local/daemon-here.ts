/** A daemon in this process for as long as one command needs it: it starts only what it is asked for. */
import { MarrowError } from '../../base/errors.ts'
import type { Handlers } from '../../ipc/protocol/table.ts'
import { openLog } from '../../platform/log.ts'
import { onSignals } from '../../platform/signals.ts'
import { openRuns } from '../../runner/store.ts'
import type { Core } from '../core.ts'
import { configAt, startHere } from '../here.ts'
import { toggleDebug } from '../log-level.ts'
import { stopPatiently } from '../main.ts'
import { redactorFor } from '../redaction.ts'

/** Which configuration, and how it logs on stderr. */
export interface DaemonHereOptions {
  readonly configPath: string
  readonly jsonLogs: boolean
  readonly verbose: boolean
}

/** Does `work` with it and stops it, Ctrl-C like any other daemon. Throws STOPPING when it is stopped meanwhile, and what `startDaemon` throws. */
export async function withDaemonHere<Result>(
  { configPath, jsonLogs, verbose }: DaemonHereOptions,
  work: (handlers: Handlers) => Promise<Result>,
): Promise<Result> {
  const config = await configAt(configPath)
  const known = { config, env: process.env }
  let core: Core | undefined // Its configuration may become another one.
  const redact = (text: string) => redactorFor(core ?? known)(text)
  const log = await openLog({ json: jsonLogs, verbose, redact })
  const daemon = await startHere(config, log, { ipc: config.ipc.enabled, scheduled: false })
  core = daemon.core
  const release = onSignals({
    stop: () => stopPatiently(daemon),
    stopAtOnce: () => process.exit(1),
    handover: () => daemon.handOver(),
    reload: () => daemon.reload(),
    toggleDebug: () => toggleDebug(log),
  })
  try {
    const stopped = daemon.done.then(() => undefined)
    const ended = await Promise.race([work(daemon.handlers).then((result) => ({ result })), stopped])
    if (ended) {
      // Those of a daemon that was killed: they were not ours to end.
      if ((await daemon.core.db.read(openRuns)).length > 0) daemon.handOver()
      return ended.result
    }
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
