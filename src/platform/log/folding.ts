/** Owns the folding of repeated lines: said once, then counted, and the count said once. */
import type { LogRecord } from './record.ts'

/** What folding needs of the world. */
export interface FoldingPorts {
  /** Writes a record; one with `repeated` stands for so many more like the one that was said before. */
  readonly say: (record: LogRecord) => void
  /** Ms that only grow. */
  readonly now: () => number
  /** Calls `act` once in `ms`, unless the returned function is called before. */
  readonly after: (ms: number, act: () => void) => () => void
}

/** The way of every record to the log. */
export interface Folding {
  readonly take: (record: LogRecord) => void
  /** Says every count that is held back, and forgets what was said: whatever comes next is news. */
  readonly flush: () => void
}

interface Line {
  readonly record: LogRecord
  /** How often it was said, each time with another line between. */
  readonly said: number
  repeated: number
  seenAt: number
}

const COUNT_MS_MAX = 60_000 // A count is held back no longer, and a line that comes later than this is news again.
const ALTERNATE_MS_MAX = 5_000 // Lines that take turns this quickly are one storm; slower ones tell an order of things.
const TURNS_SAID = 2 // Once and once again is a change and its undoing; only the third time is it a storm.
const LINES_MAX = 8 // How many may take turns, and all that is remembered.

// Of states that somebody switches, the last line of the log must tell the present one.
const switched = /^(?:work|config|breaker)\./

/**
 * A line that was not just said is said at once, never delayed. The same one in a row, or for the third time within
 * seconds while a few take turns, is only counted; the count is said when another line comes, or after a minute.
 */
export function createFolding({ say, now, after }: FoldingPorts): Folding {
  const lines = new Map<string, Line>()
  let lastKey: string | undefined
  let cancel: (() => void) | undefined
  const sayCounts = () => {
    cancel?.()
    cancel = undefined
    for (const line of lines.values()) {
      if (line.repeated > 0) say(withoutData(line.record, line.repeated))
      line.repeated = 0
    }
  }
  return {
    take: (record) => {
      const [key, at] = [keyOf(record), now()]
      const known = lines.get(key)
      const isNext = key === lastKey
      const isRecent = known !== undefined && at - known.seenAt < (isNext ? COUNT_MS_MAX : ALTERNATE_MS_MAX)
      lastKey = key
      if (isRecent && (isNext || (known.said >= TURNS_SAID && !isSwitch(record)))) {
        known.repeated += 1
        known.seenAt = at
        cancel ??= after(COUNT_MS_MAX, sayCounts)
        return
      }
      sayCounts()
      lines.delete(key)
      lines.set(key, { record, said: isRecent ? known.said + 1 : 1, repeated: 0, seenAt: at })
      for (const oldest of lines.keys()) if (lines.size > LINES_MAX) lines.delete(oldest)
      say(record)
    },
    flush: () => {
      sayCounts()
      lines.clear()
    },
  }
}

function isSwitch({ kind }: LogRecord): boolean {
  return typeof kind === 'string' && switched.test(kind)
}

/** Everything that tells two lines apart. The data of an event is not among it: its sentence says what it means. */
function keyOf(record: LogRecord): string {
  return JSON.stringify({ ...record, data: undefined })
}

function withoutData(record: LogRecord, repeated: number): LogRecord {
  return { ...record, data: undefined, repeated }
}
