/** Owns several runs at once: their last lines in the order of time, and whatever they and later ones say. */
import { MarrowError } from '../base/errors.ts'
import type { RunView } from '../ipc/protocol/runs.ts'
import type { Connection } from './connection.ts'
import { followJournal } from './event-reader.ts'
import { print, printLines, screenFor } from './output.ts'
import { runHeading } from './render/transcript.ts'
import { readOnLines, readTail, tellTail, type Show } from './run-reader.ts'

const BEGUN_MAX = 200 // Runs of which is remembered that they were begun: many more than go on at once.

/** How much is shown, and how. */
export interface Showing {
  /** Lines of the past; 0: all. */
  readonly count: number
  readonly show: Show
}

/** The last lines of all these runs together, as far as their streams tell when something was said. */
export async function readTogether(
  connection: Connection,
  runs: readonly RunView[],
  { count, show }: Showing,
): Promise<string[]> {
  const lines = []
  for (const run of runs) lines.push((await readTail(connection, run, { count, show })).lines)
  const inOrder = lines
    .flat()
    .toSorted((one, other) => one.at - other.at)
    .map(({ text }) => text)
  return count === 0 ? inOrder : inOrder.slice(-count)
}

/** Goes on for ever, with these runs and with those that begin later. */
export async function followAll(
  connection: Connection,
  { runs, count, show, heading }: Showing & { readonly runs: readonly RunView[]; readonly heading: boolean },
): Promise<never> {
  const { next_after: from } = await connection.ask('journal', { limit: 1 })
  const screen = await screenFor('')
  const failed = Promise.withResolvers<never>()
  const follow = async (run: RunView) => {
    if (heading) print(runHeading(run, screen))
    const place = await tellTail(connection, run, { count, show, take: printLines })
    for await (const more of readOnLines(connection, run, { ...place, show })) printLines(more)
  }
  const begun: string[] = []
  const begin = (run: RunView) => {
    if (begun.includes(run.id)) return
    begun.push(run.id)
    if (begun.length > BEGUN_MAX) begun.shift()
    follow(run).catch((error: unknown) => {
      if (!isGone(error)) failed.reject(error)
    })
  }
  // Asked after the journal's last row, so that none can begin unseen in between.
  const newest = (await connection.ask('runs', { limit: BEGUN_MAX })).runs
  for (const run of [...runs, ...newest.filter(({ state }) => state !== 'ended')]) begin(run)
  const later = followJournal(connection, { kind: 'run.started', agent: undefined }, from, async (data) => {
    if ('gone' in data || data.run === null) return
    const run = await unlessGone(connection.ask('showRun', { id: data.run }))
    if (run !== undefined) begin(run)
  })
  return Promise.race([later, failed.promise])
}

/** A run that never began is taken back, and one that ended long ago is forgotten. */
function isGone(error: unknown): boolean {
  return error instanceof MarrowError && error.code === 'NOT_FOUND'
}

/** Undefined where there is no such run, or none any more. */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (!isGone(error)) throw error
    return undefined
  }
}
