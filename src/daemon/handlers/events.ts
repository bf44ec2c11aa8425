/** Owns how the journal is handed out: a page at once, or row by row as it grows. */
import { setImmediate as breathe } from 'node:timers/promises'
import type { Config } from '../../config/config.ts'
import type { EventMessage } from '../../ipc/protocol/events.ts'
import type { Handlers, ParamsOf } from '../../ipc/protocol/table.ts'
import {
  cursorBefore,
  journalBounds,
  readBatch,
  readEvents,
  type RowChoice,
} from '../../observability/store.ts'
import type { Tx } from '../../platform/sqlite.ts'
import type { Core } from '../core.ts'
import { eventView } from '../status.ts'
import { nameInRows } from './named.ts'

/** What of the daemon the journal's readers need. */
type Source = Pick<Core, 'db' | 'journal'> & { readonly config: Pick<Config, 'agents'> }

export function eventHandlers(core: Source): Pick<Handlers, 'journal' | 'events'> {
  const turn = takingTurns()
  return {
    journal: ({ after, limit, since, ...given }) =>
      core.db.read((tx) => {
        const events = readEvents(tx, { ...choiceOf(core, tx, given), after, limit, since }).map(eventView)
        const last = events.at(-1)
        const isPart = after !== undefined && events.length === limit
        return {
          events,
          next_after: isPart && last ? last.id : journalBounds(tx).newest,
        }
      }),
    events: (params, signal) => follow(core, turn, params, signal),
  }
}

const BATCH_ROWS = 100

/**
 * Reads the journal at a cursor of its own, in batches: however many listen and however slowly, nothing is queued for
 * them. Each batch is checked against what was pruned meanwhile, so that a slow reader hears of what it lost.
 */
async function* follow(
  core: Source,
  turn: () => Promise<void>,
  { after, last, ...given }: ParamsOf<'events'>,
  signal: AbortSignal,
): AsyncGenerator<EventMessage> {
  const choice = await core.db.read((tx) => choiceOf(core, tx, given))
  let cursor =
    after ?? (await core.db.read((tx) => (last ? cursorBefore(tx, last, choice) : journalBounds(tx).newest)))
  // First of all the place, so that a reader who is cut off before the first event comes back to it.
  yield { id: cursor }
  while (!signal.aborted) {
    await turn()
    const growth = core.journal.next()
    const { rows, lookedTo, atEnd, gone, from } = await core.db.read((tx) =>
      readBatch(tx, cursor, choice, BATCH_ROWS),
    )
    if (gone !== undefined) yield { event: 'journal.gap', data: { gone, from } }
    for (const row of rows) yield { id: row.id, event: row.kind, data: eventView(row) }
    if (lookedTo !== (rows.at(-1)?.id ?? cursor)) yield { id: lookedTo }
    cursor = lookedTo
    if (atEnd) await firstOf(growth, signal)
  }
}

function choiceOf(
  { config }: Source,
  tx: Tx,
  { kind, agent, run }: Pick<ParamsOf<'events'>, 'kind' | 'agent' | 'run'>,
): RowChoice {
  const of = { after: undefined, since: undefined, limit: 1, kinds: [], run: undefined }
  const name = nameInRows(config, agent, (one) => readEvents(tx, { ...of, agent: one }).length > 0)
  return { kinds: kind ?? [], agent: name, run }
}

/**
 * One batch of one reader in each turn of the event loop: however many read a long journal at the same time, a command
 * waits for one of their batches, not for one of each.
 */
function takingTurns(): () => Promise<void> {
  let last = Promise.resolve()
  return () => (last = last.then(() => breathe()))
}

/** Not Promise.race: what it waits for would remember every wait of a stream that goes on for weeks. */
function firstOf(growth: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
    void growth.then(done)
  })
}
