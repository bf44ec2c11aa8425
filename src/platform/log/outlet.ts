/** Owns how the lines of the log reach stderr: at once, later when nobody reads for a while, or never. */
import { constants, openSync } from 'node:fs'
import { isatty } from 'node:tty'
import { pino } from 'pino'

/** Where the lines go. */
export interface Outlet {
  readonly write: (line: string) => void
  /** Gives the reader one last moment for what it left unread; blocks that long. For the end of a process only. */
  readonly drain: () => void
}

const UNREAD_BYTES_MAX = 1_048_576 // Some thousand lines. What comes when so much is unread is dropped.
const RETRY_MS = 100
const DRAIN_MS_MAX = 400 // So long an end waits for a reader that takes nothing. One that reads takes all in less.
const DRAIN_RETRY_MS = 10

/**
 * Lines on stderr. A reader that stops reading, such as a pager or a terminal after Ctrl-S, never makes the process
 * wait: what it leaves is kept up to a maximum, and `onDropped` is told how many lines were dropped once it reads again.
 */
export function openOutlet(onDropped: (lines: number) => void): Outlet {
  let stuck = false
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let drainUntil: number | undefined
  const destination = pino.destination({
    fd: stderrThatNeverWaits(),
    sync: true, // A line is written before anything else happens, so that a crash loses none.
    maxLength: UNREAD_BYTES_MAX,
    retryEAGAIN: () => false, // Its own way to try again is to sleep.
  })
  destination.on('error', ({ code }: NodeJS.ErrnoException) => {
    // A terminal that went away (EIO, EPIPE) is not an error: the daemon goes on without its reader.
    stuck = code === 'EAGAIN' || code === 'EBUSY'
    if (stuck) timer ??= setTimeout(tryAgain, RETRY_MS).unref()
  })
  destination.on('drop', () => (dropped += 1))
  const isWritten = () => {
    stuck = false
    destination.write('') // Writes what is left from before.
    return !stuck
  }
  const tellDropped = () => {
    if (stuck || dropped === 0) return
    const lines = dropped
    dropped = 0
    onDropped(lines)
  }
  const tryAgain = () => {
    timer = undefined
    if (isWritten()) tellDropped()
  }
  return {
    write: (line) => destination.write(line),
    drain: () => {
      drainUntil ??= performance.now() + DRAIN_MS_MAX
      while (!isWritten() && performance.now() < drainUntil) sleep(DRAIN_RETRY_MS)
      tellDropped()
    },
  }
}

/**
 * A descriptor of stderr on which a write fails instead of waiting. Node makes that of a pipe or a socket when
 * `process.stderr` is first used. A terminal is opened a second time for it, so that others who have it are not changed;
 * where the system only copies the descriptor (macOS), Ctrl-S still makes the process wait.
 */
function stderrThatNeverWaits(): number {
  const { fd } = process.stderr
  if (!isatty(fd)) return fd
  try {
    return openSync(`/dev/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    return fd // It belongs to another user.
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
