// The files of one run's folder. The names are a contract with bin/launch.
import { join } from 'node:path'

/** The paths in the folder of one run. */
export interface RunPaths {
  /** The prompt, as the agent gets it. */
  readonly prompt: string
  /** A copy of it for a run that reads it from stdin: what a process has open it may open again, and write. */
  readonly stdin: string
  readonly stdout: string
  readonly stderr: string
  /** What the run shows at the agents' door; only a run that was given one has it. */
  readonly token: string
  /** A folder with what its agent CLI reads of its role; there only for a run that is given one so. */
  readonly role: string
  /** A folder for its temporary files, where `/tmp` is not private to it. */
  readonly temporary: string
  /** The pid of the launcher. Whoever creates it decides whether the run begins. */
  readonly started: string
  /** The exit code; it is there as soon as the command itself has ended. */
  readonly exit: string
  /** The code on its way to `exit`: blank until the command has ended. */
  readonly exitDraft: string
  /** The pids of the two processes that keep the output. */
  readonly writers: string
  /** There only for a run in a pid namespace of its own: what the sandbox says of itself before the command begins. */
  readonly sandbox: string
}

/** Where the run whose folder this is keeps its files. */
export function runPaths(folder: string): RunPaths {
  return {
    prompt: join(folder, 'prompt'),
    stdin: join(folder, 'stdin'),
    token: join(folder, 'token'),
    role: join(folder, 'role'),
    temporary: join(folder, 'tmp'),
    stdout: join(folder, 'stdout'),
    stderr: join(folder, 'stderr'),
    started: join(folder, 'started'),
    exit: join(folder, 'exit'),
    exitDraft: join(folder, 'exit.new'),
    writers: join(folder, 'writers'),
    sandbox: join(folder, 'sandbox'),
  }
}

/** What stands in `started` when a daemon created it, so that a late launcher leaves. Not a pid. */
export const CLAIMED = 'claimed\n'

/** The pids in `started` or `writers`; empty while the file is being written, and for a claimed run. */
export function parsePids(text: string): number[] {
  return text.split(/\s+/).flatMap((word) => (/^[1-9]\d*$/.test(word) ? [Number(word)] : []))
}

/** The file descriptor under which the launcher gives `sandbox` to the command; for `--info-fd` of bubblewrap. */
export const SANDBOX_FD = 9

/** Room for all that a sandbox says of itself, so that a disk that is full by then can still take it. */
export const SANDBOX_ROOM = `${' '.repeat(511)}\n`

/** The code in `exit`, or undefined when the file holds something else. */
export function parseExitCode(text: string): number | undefined {
  const code = text.trim()
  return /^\d{1,3}$/.test(code) ? Number(code) : undefined
}
