import { formatProblem, type Problem } from '../base/errors.ts'
import type { Config } from '../config/config.ts'
import { readConfig } from '../config/load.ts'
import { withoutWritten } from '../config/report.ts'
import { changeStampOf } from '../platform/files.ts'
import { write, type Core } from './core.ts'

/** Reads the file again. A valid one is in force from the next pass on; an invalid one changes nothing but is shown. */
export function reload(core: Core): void {
  core.life.reloadWanted = true
  core.jobs.start('reload', async () => {
    while (core.life.reloadWanted) {
      // Before reading, so that a change meanwhile is read too.
      core.life.reloadWanted = false
      core.life.configStamp = changeStampOf(core.config.path)
      await readAgain(core)
    }
  })
}

const SETTLED_MS = 250 // Whoever looks while a file is being written would tell of a mistake in the first half of it.

/** Reads a file again that changed while nobody watched, or when the watch missed it. Returns in how many ms to look again. */
export function lookAtConfig(core: Core): number {
  const { life, jobs } = core
  const stamp = changeStampOf(core.config.path)
  if (stamp === life.configStamp || jobs.has('reload')) return Number.POSITIVE_INFINITY
  if (stamp !== life.configSeen) {
    life.configSeen = stamp
    return SETTLED_MS
  }
  reload(core)
  return Number.POSITIVE_INFINITY
}

async function readAgain(core: Core): Promise<void> {
  const { path } = core.config
  const { config, problems } = await readConfig(path)
  const next = config && moved(core.config, config)
  const lines = next ? [next] : problems.map(withoutSource).map(formatProblem)
  core.life.configProblems = lines
  if (config && lines.length === 0) core.life.nextConfig = config
  else await tellOf(core, lines)
  core.waker.wake()
}

/** Without what stands in the file: the journal keeps it, and it may be a secret in the wrong place. */
async function tellOf(core: Core, lines: readonly string[]): Promise<void> {
  const problems = lines.map(withoutWritten)
  await write(core, (_, emit) => emit('config.rejected', {}, { path: core.config.path, problems }))
}

/** What the file says at that place is for whoever asks on a terminal: the log and the journal may not hold it. */
function withoutSource(problem: Problem): Problem {
  return { ...problem, reason: problem.reason.split('\n')[0] ?? '' }
}

/** What a running daemon cannot move under its own feet. */
function moved(now: Config, next: Config): string | undefined {
  const [key, from, to] =
    next.stateDir === now.stateDir
      ? ['ipc.socket_path', now.ipc.socketPath, next.ipc.socketPath]
      : ['state_dir', now.stateDir, next.stateDir]
  if (from === to) return undefined
  return `${next.path}: ${key}: changed from ${from} to ${to} while the daemon runs. Fix: marrow restart takes it up.`
}
