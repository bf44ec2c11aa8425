/** Owns reading a run's output in parts: the daemon hands out no more than 1 MiB at a time. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { patiently } from './patience.ts'

type Stream = 'stdout' | 'stderr' | 'prompt'

/** A part that was read, and from where to read on. */
export interface LogPart {
  readonly run: string
  readonly text: string
  readonly next_offset: number
  readonly size: number
  readonly ended: boolean
}

/** As much as the daemon hands out at a time. */
export const PART_BYTES_MAX = 1_048_576

const LOOK_EVERY_MS = 300 // Fast enough to read along, slow enough to cost the daemon nothing.

/** The last `lines` lines (0: everything that one part holds) of the last MiB. */
export async function readLast(
  connection: Connection,
  id: string,
  stream: Stream,
  lines: number,
): Promise<LogPart> {
  const part = await connection.ask('readLog', { id, stream, offset: -PART_BYTES_MAX, limit: PART_BYTES_MAX })
  return lines === 0 ? part : { ...part, text: lastLines(part.text, lines) }
}

/** Everything from `from` (bytes; the first one, unless it is said) to what is there now. */
export async function* readForward(
  connection: Connection,
  target: string,
  stream: Stream,
  from = 0,
): AsyncGenerator<LogPart> {
  let [id, offset] = [target, from]
  for (;;) {
    const part = await connection.ask('readLog', { id, stream, offset, limit: PART_BYTES_MAX })
    yield part
    if (part.next_offset >= part.size || part.next_offset <= offset) return
    id = part.run // Not the agent's name, which would mean its next run once that has begun.
    offset = part.next_offset
  }
}

/** What comes after `from`, until the run has ended and everything was read. Outlives a restart of the daemon. */
export async function* readOn(connection: Connection, from: LogPart, stream: Stream): AsyncGenerator<string> {
  let part = from
  while (!part.ended || part.next_offset < part.size) {
    const offset = part.next_offset
    const id = from.run // Not the agent's name, which would mean its next run once that began.
    part = await patiently(() => connection.ask('readLog', { id, stream, offset, limit: PART_BYTES_MAX }))
    if (part.text !== '') yield part.text
    else if (!part.ended) await sleep(LOOK_EVERY_MS)
    else return
  }
}

function lastLines(text: string, count: number): string {
  const lines = text.split('\n')
  const open = lines.at(-1) === '' ? 1 : 0 // A final newline ends the last line, it begins no other.
  return lines.slice(-(count + open)).join('\n')
}
