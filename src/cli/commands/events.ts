import { isoTime } from '../../base/time.ts'
import type { EventView } from '../../ipc/protocol/status.ts'
import { connect, type CommonOptions, type Connection } from '../connection.ts'
import { followJournal, type Choice } from '../event-reader.ts'
import { print, screenFor } from '../output.ts'
import { eventLines, gapLine } from '../render/events.ts'
import { sinceTime } from '../since.ts'

/** Flags of `marrow events`. */
export interface EventsOptions extends CommonOptions {
  readonly follow?: boolean
  /** Undefined: 50, or with `since` all of them. */
  readonly count?: number | undefined
  /** A duration back from now, or a time. */
  readonly since?: string | undefined
  /** One kind or several with commas. */
  readonly kind?: string | undefined
  readonly agent?: string | undefined
  readonly json?: boolean
}

const COUNT_USUAL = 50
const PAGE_ROWS = 1_000

/** `marrow events`: the journal's last rows, oldest first; with `follow` every new one. JSON is one row a line. */
export async function events(options: EventsOptions): Promise<number> {
  const { kind, agent, follow = false, json = false } = options
  const choice = { kind, agent }
  const since = options.since === undefined ? undefined : isoTime(sinceTime(options.since, Date.now()))
  const connection = connect(options)
  const all = since !== undefined && options.count === undefined
  const after = all
    ? await showAll(connection, { ...choice, since }, json)
    : await showLast(connection, { ...choice, since, limit: options.count ?? COUNT_USUAL }, json)
  if (after.shown === 0 && !follow && !json) print('(no events)')
  if (follow) await goOn(connection, choice, after.id, json)
  return 0
}

/** Where the journal was left, and how many rows of it were shown. */
interface Left {
  readonly id: number
  readonly shown: number
}

async function showLast(
  connection: Connection,
  asked: Choice & { since: string | undefined; limit: number },
  json: boolean,
): Promise<Left> {
  const page = await connection.ask('journal', asked)
  await show(page.events, json)
  return { id: page.next_after, shown: page.events.length }
}

async function showAll(
  connection: Connection,
  asked: Choice & { since: string },
  json: boolean,
): Promise<Left> {
  let left: Left = { id: 0, shown: 0 }
  for (;;) {
    const page = await connection.ask('journal', { ...asked, after: left.id, limit: PAGE_ROWS })
    await show(page.events, json)
    left = { id: page.next_after, shown: left.shown + page.events.length }
    if (page.events.length < PAGE_ROWS) return left
  }
}

async function goOn(connection: Connection, choice: Choice, after: number, json: boolean): Promise<never> {
  return followJournal(connection, choice, after, async (data) => {
    if ('gone' in data) process.stderr.write(`${gapLine(data)}\n`)
    else await show([data], json)
  })
}

async function show(rows: readonly EventView[], json: boolean): Promise<void> {
  print(...(json ? rows.map((row) => JSON.stringify(row)) : eventLines(rows, await screenFor(rows))))
}
