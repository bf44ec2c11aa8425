// What a run's folder and the process table say of a run, now. The same for runs that this daemon started and for
// those it adopted.
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { entryOf, readIfExists } from '../platform/files.ts'
import type { ProcessIdentity, Processes } from '../platform/processes.ts'
import { CLAIMED, parseExitCode, parsePids, runPaths } from './folder.ts'

/** Where a run stands. */
export type Sighting =
  /** No launcher has begun, or a daemon has claimed the run so that none will. */
  | { readonly kind: 'unstarted' }
  | { readonly kind: 'alive'; readonly identity: ProcessIdentity }
  /** `at` is the epoch ms at which the command ended. Its launcher and its output may need some ms more. */
  | { readonly kind: 'exited'; readonly exitCode: number; readonly at: number }
  /** The launcher is gone and left no exit code. */
  | { readonly kind: 'gone' }

/** Looks at one run. `recorded` is the launcher's identity, if a daemon has seen it before. */
export function sightRun(
  folder: string,
  recorded: ProcessIdentity | undefined,
  processes: Processes,
): Sighting {
  const before = readExit(folder)
  if (before !== undefined) return before
  const started = readIfExists(runPaths(folder).started)
  if (started === undefined && recorded !== undefined && wasRemoved(folder)) {
    // Somebody removed the file, or the whole folder, of a run that had begun: a second one must not begin beside it.
    return processes.isAlive(recorded) ? { kind: 'alive', identity: recorded } : { kind: 'gone' }
  }
  if (started === undefined || started === CLAIMED) return { kind: 'unstarted' }
  const identity = identifyLauncher(folder, started, recorded, processes)
  if (identity !== undefined) return { kind: 'alive', identity }
  return readExit(folder) ?? { kind: 'gone' } // It may have ended between the two looks.
}

/** Whether somebody removed the whole folder, or the file alone: its writers had begun. */
function wasRemoved(folder: string): boolean {
  return entryOf(runPaths(folder).writers) !== undefined || entryOf(folder) === undefined
}

/** Epoch ms of the run's last output; undefined when it has printed nothing. */
export function lastOutputAt(folder: string): number | undefined {
  const { stdout, stderr } = runPaths(folder)
  const times = [stdout, stderr].flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false })
    return found === undefined || found.size === 0 ? [] : [Math.floor(found.mtimeMs)]
  })
  return times.length === 0 ? undefined : Math.max(...times)
}

/** What a run printed, as far as it is kept and asked for. */
export interface KeptOutput {
  readonly stdout: string
  readonly stderr: string
  /** Epoch ms at which something was last written to stderr; undefined: nothing was. */
  readonly stderrAt: number | undefined
  /** The middle of one of them was left out. */
  readonly truncated: boolean
}

/** At most `maxBytes` of stdout and of stderr each: of a longer one the first and the last half, on lines of their own. */
export function readOutput(folder: string, maxBytes: number): KeptOutput {
  const paths = runPaths(folder)
  const stdout = readEnds(paths.stdout, maxBytes)
  const stderr = readEnds(paths.stderr, maxBytes)
  const found = statSync(paths.stderr, { throwIfNoEntry: false })
  const stderrAt = found === undefined || found.size === 0 ? undefined : found.mtimeMs
  return { stdout: stdout.text, stderr: stderr.text, stderrAt, truncated: stdout.cut || stderr.cut }
}

/** The first `maxBytes` of a file, and whether that is not all of it; of one that is not there nothing. */
export function readHead(path: string, maxBytes: number): { readonly text: string; readonly cut: boolean } {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) return { text: '', cut: false }
  const file = openSync(path, 'r')
  try {
    return { text: readAt(file, 0, Math.min(size, maxBytes)), cut: size > maxBytes }
  } finally {
    closeSync(file)
  }
}

function readExit(folder: string): Sighting | undefined {
  const { exit } = runPaths(folder)
  const text = readIfExists(exit)
  const exitCode = text === undefined ? undefined : parseExitCode(text)
  const found = exitCode === undefined ? undefined : statSync(exit, { throwIfNoEntry: false })
  if (exitCode === undefined || found === undefined) return undefined
  return { kind: 'exited', exitCode, at: Math.floor(found.mtimeMs) }
}

function identifyLauncher(
  folder: string,
  started: string,
  recorded: ProcessIdentity | undefined,
  processes: Processes,
): ProcessIdentity | undefined {
  const isOurs = (pid: number) => processes.commandLine(pid)?.includes(folder) ?? false
  const [pid] = parsePids(started)
  if (pid === undefined) {
    // The file is there before the pid in it. Whether this is that instant or a launcher that died in it, the process
    // table knows. The launcher leads its group; what it has started does not.
    const found = processes.list().find((row) => row.group === row.pid && !row.zombie && isOurs(row.pid))
    return found === undefined ? undefined : processes.identify(found.pid)
  }
  // Two launchers may have been started for one run, and the recorded one be that which left.
  if (recorded?.pid === pid) return processes.isAlive(recorded) ? recorded : undefined
  return isOurs(pid) ? processes.identify(pid) : undefined
}

function readEnds(path: string, maxBytes: number): { readonly text: string; readonly cut: boolean } {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) return { text: '', cut: false }
  const file = openSync(path, 'r')
  try {
    if (size <= maxBytes) return { text: readAt(file, 0, size), cut: false }
    const half = Math.floor(maxBytes / 2)
    return { text: `${readAt(file, 0, half)}\n${readAt(file, size - half, half)}`, cut: true }
  } finally {
    closeSync(file)
  }
}

function readAt(file: number, position: number, length: number): string {
  const buffer = Buffer.alloc(length)
  const count = readSync(file, buffer, 0, length, position)
  return buffer.toString('utf8', 0, count)
}
