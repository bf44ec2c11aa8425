import { setTimeout as sleep } from 'node:timers/promises'
import { parseDuration } from '../../base/duration.ts'
import { MarrowError } from '../../base/errors.ts'
import { isoTime, parseTime } from '../../base/time.ts'
import type { EventView } from '../../ipc/protocol/status.ts'
import { connect, type CommonOptions, type Connection } from '../connection.ts'
import { print, screenFor } from '../output.ts'
import { isPassing, patiently } from '../patience.ts'
import { eventLines, gapLine } from '../render/events.ts'

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
const PAUSE_MS = 200 // Between the end of a stream and the next attempt: a daemon that is leaving ends it again.

/** `marrow events`: the journal's last rows, oldest first; with `follow` every new one. JSON is one row a line. */
export async function events(options: EventsOptions): Promise<number> {
  const { kind, agent, follow = false, json = false } = options
  const choice = { kind, agent }
  const since = options.since === undefined ? undefined : sinceTime(options.since, Date.now())
  const connection = connect(options)
  const all = since !== undefined && options.count === undefined
  const after = all
    ? await showAll(connection, { ...choice, since }, json)
    : await showLast(connection, { ...choice, since, limit: options.count ?? COUNT_USUAL }, json)
  if (after.shown === 0 && !follow && !json) print('(no events)')
  if (follow) await goOn(connection, choice, after.id, json)
  return 0
}

interface Choice {
  readonly kind: string | undefined
  readonly agent: string | undefined
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

/** Goes on for ever, over restarts of the daemon: the id of the last row seen is where the next stream begins. */
async function goOn(connection: Connection, choice: Choice, from: number, json: boolean): Promise<void> {
  let after = from
  const readOn = async () => {
    let heard = false
    try {
      for await (const { id, data } of connection.follow({ ...choice, after })) {
        heard = true
        if (data !== undefined && 'gone' in data) process.stderr.write(`${gapLine(data)}\n`)
        else if (data !== undefined) await show([data], json)
        after = id ?? after
      }
    } catch (error) {
      // Its patience begins anew with every daemon that answered.
      if (!heard || !isPassing(error)) throw error
    }
  }
  for (;;) {
    await patiently(readOn)
    await sleep(PAUSE_MS)
  }
}

async function show(rows: readonly EventView[], json: boolean): Promise<void> {
  print(...(json ? rows.map((row) => JSON.stringify(row)) : eventLines(rows, await screenFor(rows))))
}

function sinceTime(text: string, now: number): string {
  const ago = parseDuration(text)
  const at = ago === undefined ? parseTime(text, now) : Math.max(0, now - ago)
  if (at !== undefined && at <= now) return isoTime(at)
  const why = at === undefined ? 'it is neither a duration nor a time' : 'that is still to come'
  throw new MarrowError('USAGE', `Cannot read --since ${JSON.stringify(text)}: ${why}.`, {
    fix: 'Write how long ago (2h, 30m, 1d12h), or when: 14:05, 2026-11-20, 2026-11-20T14:05.',
  })
}
