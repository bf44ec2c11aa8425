import { once } from 'node:events'
import { counted } from '../../base/numbers.ts'
import { MarrowError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { RequestOf, ResultOf } from '../../ipc/protocol/table.ts'
import { connect, isNobody, type CommonOptions, type Connection } from '../connection.ts'
import { print } from '../output.ts'
import { isoTime } from '../../base/time.ts'
import { sinceTime } from '../since.ts'
import { writeWhole } from '../whole-output.ts'

/** Flags of `marrow export`. */
export interface ExportOptions extends CommonOptions {
  /** A duration back from now, or a time. */
  readonly since?: string
  /** `runs`, `events`, `tasks`, several with commas; undefined: all. */
  readonly only?: string
  /** Undefined: stdout. */
  readonly to?: string
  readonly json?: boolean
}

const kinds = ['runs', 'events', 'tasks'] as const
type Kind = (typeof kinds)[number]

const PAGE_ROWS = 1_000

/** `marrow export`: one JSON object a line, oldest first: the runs, then the events, then the tasks that wait. */
export async function exportAll(options: ExportOptions): Promise<number> {
  if (options.json === false) {
    throw new MarrowError('USAGE', 'Cannot export as text: an export is one JSON object a line.', {
      fix: 'For people there are: marrow runs, marrow events, marrow task list',
    })
  }
  if (options.to?.trim() === '') {
    throw new MarrowError('USAGE', 'Cannot export: --to names no file.', {
      fix: 'Name a file. Without --to everything goes to stdout.',
    })
  }
  // Nothing is older than 1970, where the places in the list of runs begin.
  const since =
    options.since === undefined ? undefined : isoTime(Math.max(0, sinceTime(options.since, Date.now())))
  const chosen = kindsOf(options.only)
  const records = recordsOf(connect(options), chosen, since)
  if (options.to === undefined) {
    for await (const { text } of records) if (!process.stdout.write(text)) await once(process.stdout, 'drain')
    return 0
  }
  const counts = new Map(chosen.map((kind) => [kind, 0]))
  const path = await writeWhole(options.to, textsOf(records, counts))
  if (options.json !== true) print(`✓ ${told(counts)} written to ${path}`)
  return 0
}

/** Some lines of one kind. */
interface Lines {
  readonly kind: Kind
  readonly count: number
  readonly text: string
}

async function* recordsOf(
  connection: Connection,
  chosen: readonly Kind[],
  since: string | undefined,
): AsyncGenerator<Lines> {
  for (const kind of kinds.filter((one) => chosen.includes(one))) {
    for await (const rows of pages[kind](connection, since)) {
      yield { kind, count: rows.length, text: rows.map((row) => `${JSON.stringify(row)}\n`).join('') }
    }
  }
}

type Rows = readonly { readonly type: string }[]

/** Whoever answers a page, daemon or store, the place behind it is the same: one may stop or start in between. */
const pages: Readonly<
  Record<Kind, (connection: Connection, since: string | undefined) => AsyncGenerator<Rows>>
> = {
  runs: async function* runs(connection, since) {
    let after = since === undefined ? '0' : String(Date.parse(since))
    for (;;) {
      const page = await runsBehind(connection, after)
      yield page.runs.map((run) => ({ type: 'run', ...run }))
      if (page.runs.length < PAGE_ROWS || page.next_after === undefined) return
      after = page.next_after
    }
  },
  events: async function* events(connection, since) {
    let after = 0
    for (;;) {
      const page = await eventsBehind(connection, { after, since, limit: PAGE_ROWS })
      yield page.events.map((event) => ({ type: 'event', ...event }))
      if (page.events.length < PAGE_ROWS) return
      after = page.next_after
    }
  },
  tasks: async function* tasks(connection, since) {
    const from = since === undefined ? 0 : Date.parse(since) / 1_000
    const waiting = (await queued(connection)).tasks.filter(({ created }) => created >= from)
    yield waiting
      .toSorted((one, other) => one.created - other.created)
      .map((task) => ({ type: 'task', ...task }))
  },
}

function runsBehind(connection: Connection, after: string): Promise<ResultOf<'runs'>> {
  const asked = { after, limit: PAGE_ROWS }
  return orWithout(connection.ask('runs', asked), async () =>
    (await import('../../daemon/local/read-store.ts')).readRuns(connection.configPath, asked),
  )
}

function eventsBehind(connection: Connection, asked: RequestOf<'journal'>): Promise<ResultOf<'journal'>> {
  return orWithout(connection.ask('journal', asked), async () =>
    (await import('../../daemon/local/read-store.ts')).readJournal(connection.configPath, asked),
  )
}

function queued(connection: Connection): Promise<ResultOf<'tasks'>> {
  return orWithout(connection.ask('tasks', {}), async () =>
    (await import('../../daemon/local/list-tasks.ts')).listTasksLocally(connection),
  )
}

async function orWithout<T>(asked: Promise<T>, local: () => Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (!isNobody(error)) throw error
    return await local()
  }
}

async function* textsOf(records: AsyncIterable<Lines>, counts: Map<Kind, number>): AsyncGenerator<string> {
  for await (const { kind, count, text } of records) {
    counts.set(kind, (counts.get(kind) ?? 0) + count)
    yield text
  }
}

function told(counts: ReadonlyMap<Kind, number>): string {
  return [...counts].map(([kind, count]) => counted(count, kind.slice(0, -1))).join(', ')
}

function kindsOf(only: string | undefined): readonly Kind[] {
  if (only === undefined) return kinds
  const given = only.split(',').map((word) => word.trim())
  const wrong = given.filter((word) => !isKind(word))
  if (wrong.length === 0) return kinds.filter((kind) => given.includes(kind))
  throw new MarrowError('USAGE', `Cannot export ${wrong.join(', ') || 'nothing'}: there is no such kind.`, {
    fix: `${didYouMean(wrong[0] ?? '', [...kinds])}Choose from: ${kinds.join(', ')}`,
  })
}

function isKind(text: string): text is Kind {
  return kinds.some((kind) => kind === text)
}
