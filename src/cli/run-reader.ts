/** Owns reading what a run said, step by step: the daemon only hands out bytes, what they mean is worked out here. */
import { adapterFor, isAdapterName } from '../agents/adapters.ts'
import type { Step } from '../agents/telling.ts'
import { createTranscript, type Transcript } from '../agents/transcript.ts'
import type { RunView } from '../ipc/protocol/runs.ts'
import type { Connection } from './connection.ts'
import { PART_BYTES_MAX, readForward, readOn, type LogPart } from './log-reader.ts'

/** How a step is shown, on as many lines as it takes. */
export type Show = (step: Step, run: RunView) => readonly string[]

/** One line that is shown. */
export interface ShownLine {
  /** Epoch ms, of this or the last step that told one; at first of the run's start. */
  readonly at: number
  readonly text: string
}

/** What is needed to read on. */
export interface Place {
  readonly transcript: Transcript
  /** Where it was left. */
  readonly part: LogPart
}

/** The last lines of a run, and what is needed to read on. */
export interface Tail extends Place {
  readonly lines: readonly ShownLine[]
}

/** The last `count` lines (0: all). Reads no more of a long output than they need, as far as that can be guessed. */
export async function readTail(
  connection: Connection,
  run: RunView,
  { count, show }: { readonly count: number; readonly show: Show },
): Promise<Tail> {
  const { size } = await connection.ask('readLog', { id: run.id, stream: 'stdout', offset: -1, limit: 1 })
  for (let span = count === 0 ? size : PART_BYTES_MAX; ; span *= 4) {
    const from = Math.max(0, size - span)
    const tail = await readLines(connection, run, { from, count, show })
    if (from === 0 || tail.lines.length >= count) return tail
  }
}

/** Hands over the last `count` lines; all of them (0) part by part, for nobody can hold what a run may have printed. */
export async function tellTail(
  connection: Connection,
  run: RunView,
  {
    count,
    show,
    take,
  }: { readonly count: number; readonly show: Show; readonly take: (lines: readonly string[]) => void },
): Promise<Place> {
  if (count === 0)
    return readFrom(connection, run, 0, (steps) => take(steps.flatMap((step) => show(step, run))))
  const tail = await readTail(connection, run, { count, show })
  take(tail.lines.map(({ text }) => text))
  return tail
}

/** What comes after the tail, as lines, until the run has ended. Outlives a restart of the daemon. */
export async function* readOnLines(
  connection: Connection,
  run: RunView,
  { transcript, part, show }: Place & { readonly show: Show },
): AsyncGenerator<readonly string[]> {
  for await (const text of readOn(connection, part, 'stdout'))
    yield transcript.push(text, Date.now()).flatMap((step) => show(step, run))
  yield transcript.end(Date.now()).flatMap((step) => show(step, run))
}

async function readLines(
  connection: Connection,
  run: RunView,
  { from, count, show }: { readonly from: number; readonly count: number; readonly show: Show },
): Promise<Tail> {
  let at = run.started_at === null ? Date.now() : Date.parse(run.started_at)
  let lines: ShownLine[] = []
  const place = await readFrom(connection, run, from, (steps) => {
    for (const step of steps) {
      at = step.at ?? at
      for (const text of show(step, run)) lines.push({ at, text })
    }
    if (count > 0) lines = lines.slice(-count)
  })
  return { ...place, lines }
}

async function readFrom(
  connection: Connection,
  run: RunView,
  from: number,
  take: (steps: readonly Step[]) => void,
): Promise<Place> {
  const adapter = adapterFor(isAdapterName(run.adapter) ? run.adapter : 'generic')
  const transcript = createTranscript(adapter, from > 0)
  const endedAt = run.ended_at === null ? undefined : Date.parse(run.ended_at)
  let last: LogPart | undefined
  for await (const part of readForward(connection, run.id, 'stdout', from)) {
    take(transcript.push(part.text, endedAt ?? Date.now()))
    last = part
  }
  const part = last ?? { run: run.id, text: '', next_offset: from, size: from, ended: run.state === 'ended' }
  // What a run had left open when it ended says something too; of one that goes on, the rest is waited for.
  if (part.ended && part.next_offset >= part.size) take(transcript.end(endedAt ?? Date.now()))
  return { transcript, part }
}
