/** The process of `marrow run`: signals, log, exit code. */
import { redactText } from '../agents/redact.ts'
import { formatDuration } from '../base/duration.ts'
import { MarrowError } from '../base/errors.ts'
import { withoutWritten } from '../config/report.ts'
import { changeStampOf } from '../platform/files.ts'
import { openLog, type Log } from '../platform/log.ts'
import { isForPrograms } from '../platform/log/reader.ts'
import { onSignals } from '../platform/signals.ts'
import { configAt, startHere } from './here.ts'
import { toggleDebug } from './log-level.ts'
import { redactorFor, valuesLeftOut } from './redaction.ts'
import type { RunningDaemon } from './start.ts'

export interface RunOptions {
  readonly configPath: string
  /** False: JSON where a service manager reads the log, lines for people elsewhere. */
  readonly jsonLogs: boolean
  /** Undefined: what the configuration says. */
  readonly ipc: boolean | undefined
  readonly verbose: boolean
}

/** Runs until it is stopped or hands over; resolves with the exit code. */
export async function runDaemon({ configPath, jsonLogs, ipc, verbose }: RunOptions): Promise<number> {
  const early = new AbortController()
  let daemon: RunningDaemon | undefined
  let log: Log | undefined
  const release = onSignals({
    stop: () => {
      if (!daemon) return early.abort()
      stopPatiently(daemon)
    },
    // Runs go on without us, and the next daemon adopts them.
    stopAtOnce: () => process.exit(1),
    handover: () => (daemon ? daemon.handOver() : early.abort()),
    reload: () => daemon?.reload(),
    toggleDebug: () => log && toggleDebug(log),
  })
  try {
    const configStamp = changeStampOf(configPath)
    const config = await configAt(configPath).catch(withoutSource)
    const known = { env: process.env, config }
    // Asked for each line: a configuration that is taken up later may set other values.
    const redact = (text: string) => redactorFor(daemon?.core ?? known)(text)
    log = await openLog({ json: jsonLogs || isForPrograms(startedBy()), verbose, redact })
    daemon = await startHere(config, log, { ipc: ipc ?? config.ipc.enabled, scheduled: true, configStamp })
    const look = (ipc ?? config.ipc.enabled) ? ', marrow status shows what it does' : ''
    warnOfValues(log, valuesLeftOut(known))
    log.info(`works with ${config.path}; Ctrl-C stops it${look}`)
    if (early.signal.aborted) daemon.stop()
    await daemon.done
    return 0
  } finally {
    log?.flush()
    release()
  }
}

function startedBy() {
  return { isTerminal: process.stderr.isTTY, pid: process.pid, env: process.env }
}

function warnOfValues(log: Log, leftOut: number): void {
  if (leftOut === 0) return
  const say = 'too many values are set in the environment and the configuration: some may be told in the log'
  log.warn(say, { leftOut })
}

/** What stands in the file may be a secret in the wrong place: only a person at the terminal is shown it. */
function withoutSource(error: unknown): never {
  if (process.stderr.isTTY || !(error instanceof MarrowError) || error.code !== 'CONFIG_INVALID') throw error
  const [title = '', ...lines] = error.message.split('\n')
  const file = title.replace(/^Cannot use |: it has .*$/g, '')
  const problems = lines.filter((line) => line.startsWith(`${file}:`)) // The others show what stands there.
  const told = [title, ...problems.map((line) => redactText(withoutWritten(line)))]
  throw new MarrowError(error.code, told.join('\n'), { fix: error.fix })
}

/** Says why it may take a while, and how to be faster, to whoever sits at the terminal. */
export function stopPatiently(daemon: RunningDaemon): void {
  const { log, config } = daemon.core
  const grace = formatDuration(config.stopGraceMs)
  if (config.stopGraceMs > 0)
    log.info(`stopping: runs get ${grace} to end by themselves; once more leaves them to the next daemon`)
  daemon.stop()
}
