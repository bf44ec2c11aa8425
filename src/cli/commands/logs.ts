import { MarrowError } from '../../base/errors.ts'
import type { RunView } from '../../ipc/protocol/runs.ts'
import { connect, type CommonOptions, type Connection } from '../connection.ts'
import { print, printLines, screenFor } from '../output.ts'
import { readLast, readOn } from '../log-reader.ts'
import { followAll, readTogether, unlessGone } from '../run-follower.ts'
import { readOnLines, tellTail, type Show } from '../run-reader.ts'
import { runHeading, stepJson, transcriptLines } from '../render/transcript.ts'
import { whoseRun } from '../render/whose.ts'
import { sinceTime } from '../since.ts'

/** Flags of `marrow logs`. */
export interface LogsOptions extends CommonOptions {
  /** A run, or an agent for its last one; undefined: all agents. */
  readonly target: string | undefined
  readonly follow?: boolean
  readonly raw?: boolean
  readonly stderr?: boolean
  /** Undefined: 200, or with `since` all. */
  readonly lines?: number | undefined
  /** A duration back from now, or a time. */
  readonly since?: string | undefined
  readonly json?: boolean
}

const LINES_USUAL = 200
const RUNS_MAX = 1_000

/** `marrow logs`: what a run said and did, as text; of all agents their last runs; with `raw` the bytes that it printed. */
export async function logs(options: LogsOptions): Promise<number> {
  const connection = connect(options)
  const { target, since } = options
  if (options.raw || options.stderr) await showBytes(connection, options)
  else if (since !== undefined) await showSince(connection, options, sinceTime(since, Date.now()))
  else if (target === undefined) await showTogether(connection, options)
  else {
    const run = await connection.ask('showRun', { id: target })
    await showOne(connection, run, options, await showing(options, () => false))
  }
  return 0
}

/** Each step as JSON, or as lines, of some runs with whose they are in front. */
async function showing({ json }: LogsOptions, isNamed: (run: RunView) => boolean): Promise<Show> {
  if (json) return (step, run) => [JSON.stringify(stepJson(step, run))]
  const screen = await screenFor('')
  return (step, run) => {
    const start = isNamed(run) ? `${screen.paint('cyan', whoseRun(run))}  ` : ''
    return transcriptLines(step, run.id, screen).map((line) => start + line)
  }
}

async function showOne(
  connection: Connection,
  run: RunView,
  { follow, lines = LINES_USUAL, json }: Pick<LogsOptions, 'follow' | 'lines' | 'json'>,
  show: Show,
): Promise<void> {
  let isSilent = true
  const take = (told: readonly string[]) => {
    if (told.length > 0) isSilent = false
    printLines(told)
  }
  const place = await tellTail(connection, run, { count: lines, show, take })
  if (follow) for await (const more of readOnLines(connection, run, { ...place, show })) printLines(more)
  else if (isSilent && !json) process.stderr.write(nothing(run.id, place.part.size))
}

async function showSince(connection: Connection, options: LogsOptions, since: number): Promise<void> {
  const { target, json = false, follow = false, lines = 0 } = options
  const runs = (await runsOf(connection, target))
    .filter(({ ended_at: ended }) => ended === null || Date.parse(ended) >= since)
    .toReversed()
  // Read along with, a child speaks between the lines of the run that asked for it.
  const show = await showing(options, ({ parent }) => target === undefined || parent !== null)
  const screen = await screenFor('')
  if (runs.length === 0 && !json) process.stderr.write('(no runs since then)\n')
  if (runs.length === RUNS_MAX) process.stderr.write(`(only the last ${RUNS_MAX} runs)\n`)
  const ended = follow ? runs.filter(({ state }) => state === 'ended') : runs
  for (const run of ended) {
    if (!json) print(runHeading(run, screen))
    await showOne(connection, run, { lines, json }, show)
  }
  const open = runs.filter((run) => !ended.includes(run))
  if (!follow) return
  if (target === undefined) return followAll(connection, { runs: open, count: lines, show, heading: !json })
  const followed = open.map(async (run) => {
    if (!json) print(runHeading(run, screen))
    await showOne(connection, run, { lines, json, follow }, show)
  })
  await Promise.all(followed)
}

async function showTogether(connection: Connection, options: LogsOptions): Promise<void> {
  const { follow = false, json = false, lines: count = LINES_USUAL } = options
  const show = await showing(options, () => true)
  const names = Object.keys((await connection.ask('status', {})).agents)
  // By its name the last run of its ticks: its newest may be a child.
  const asked = names.map((agent) => unlessGone(connection.ask('showRun', { id: agent })))
  const runs = (await Promise.all(asked)).flatMap((run) => run ?? [])
  const ended = follow ? runs.filter(({ state }) => state === 'ended') : runs
  printLines(await readTogether(connection, ended, { count, show }))
  if (runs.length === 0 && !follow && !json) process.stderr.write('(no runs yet)\n')
  const open = runs.filter((run) => !ended.includes(run))
  if (follow) await followAll(connection, { runs: open, count, show, heading: !json })
}

/** Of an agent, of one run, or of everybody; newest first. */
async function runsOf(connection: Connection, target: string | undefined): Promise<readonly RunView[]> {
  const { runs } = await connection.ask('runs', { agent: target, limit: RUNS_MAX })
  if (runs.length > 0 || target === undefined) return runs
  return [await connection.ask('showRun', { id: target })]
}

/** The very bytes of one run. */
async function showBytes(connection: Connection, options: LogsOptions): Promise<void> {
  const { target, since, json, follow } = options
  const flag = options.stderr ? '--stderr' : '--raw'
  if (target === undefined || since !== undefined)
    throw new MarrowError('USAGE', `Cannot print the bytes of several runs: ${flag} is for one.`, {
      fix: `Name it, without --since: marrow logs RUN ${flag}`,
    })
  const stream = options.stderr ? 'stderr' : 'stdout'
  const last = await readLast(connection, target, stream, options.lines ?? LINES_USUAL)
  const show = (text: string) => {
    if (json) print(JSON.stringify({ run: last.run, stream, text }))
    else process.stdout.write(text)
  }
  show(last.text)
  if (follow) for await (const text of readOn(connection, last, stream)) show(text)
  else if (last.size === 0 && !json) process.stderr.write(nothing(last.run, 0, stream))
}

function nothing(run: string, size: number, stream: 'stdout' | 'stderr' = 'stdout'): string {
  if (size > 0) return `(${run} said nothing yet. Its bytes: marrow logs ${run} --raw)\n`
  const other = stream === 'stdout' ? ` Its error output: marrow logs ${run} --stderr` : ''
  return `(${run} printed nothing on ${stream}.${other})\n`
}
