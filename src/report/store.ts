/** Reads what a report is made of. Each function is a part of a transaction of its caller. */
import type { JournalRow } from '../observability/events.ts'
import { journalRow, textOrNull } from '../observability/journal-row.ts'
import { mustReadJson, readJson, type Row, type Tx } from '../platform/sqlite.ts'
import type { RunChanges } from '../runner/changes.ts'
import type { Outcome } from '../runner/outcome.ts'
import { noActivity, type Activity, type Ending, type Journal, type Others, type Reason } from './facts.ts'
import type { Asked, Period } from './period.ts'
import { readDowntime } from './store/downtime.ts'

const TASKS_MAX = 100
const CHANGES_MAX = 50
const ROWS_MAX = 100
const GROUPS_MAX = 1_000 // Of agents and ways to end. What a worse night has besides is counted, and not told apart.

/** What is told one by one: seldom things. What happens at every tick is summed up where it lies. */
const toldKinds = [
  'daemon.started',
  'breaker.opened',
  'breaker.closed',
  'agent.held',
  'config.loaded',
  'config.rejected',
  'clock.jumped',
  'work.paused',
  'notice.failed',
]

// All by the index of times: a period is a small part of the journal.
const DURING = 'from events indexed by event_at where at >= ? and at < ?'

/** Everything of the period; `isUp` says whether a daemon runs now. */
export function readJournal(tx: Tx, { from, to }: Period, isUp: boolean): Journal {
  const marks = toldKinds.map(() => '?').join(', ')
  const told = `${DURING} and kind in (${marks}) order by id desc limit ?`
  const rows = tx.all(`select * ${told}`, from, to, ...toldKinds, ROWS_MAX)
  const tasks = tx.all(
    `select * ${DURING} and kind = 'task.finished' order by id desc limit ?`,
    from,
    to,
    TASKS_MAX,
  )
  const finished = tx.get(`select count(*) as count ${DURING} and kind = 'task.finished'`, from, to)
  const first = tx.get('select min(at) as at from events')?.['at']
  return {
    from: typeof first === 'number' ? first : undefined,
    activity: readActivity(tx, { from, to }),
    rows: rows.map(parseRow).toReversed(),
    tasks: tasks.map(parseRow).toReversed(),
    tasksFinished: Number(finished?.['count'] ?? 0),
    ...readChanges(tx, { from, to }),
    downtime: readDowntime(tx, { from, to }, isUp),
  }
}

function readActivity(tx: Tx, { from, to }: Period): Map<string, Activity> {
  const ticks = tx.all(
    `select agent, count(*) as ticks, total(json_extract(data, '$.missed') > 0 or coalesce(json_extract(data, '$.caughtUp'), 0)) as caught,
      total(json_extract(data, '$.missed')) as missed ${DURING} and kind = 'tick.begun' group by agent`,
    from,
    to,
  )
  const quiet = tx.all(
    `select agent, count(*) as quiet, total(json_extract(data, '$.savedTokens')) as saved
      ${DURING} and kind = 'tick.quiet' group by agent`,
    from,
    to,
  )
  const started = tx.all(
    `select agent, count(*) as count ${DURING} and kind = 'run.started' group by agent`,
    from,
    to,
  )
  const endings = readEndings(tx, { from, to })
  const failed = readReasons(tx, { from, to }, 'tick.failed')
  const held = readReasons(tx, { from, to }, 'tick.held')
  const [ticksOf, quietOf, startedOf] = [ticks, quiet, started].map(byAgent)
  const names = new Set(
    [ticksOf, quietOf, startedOf, endings, failed, held].flatMap((one) => [...(one?.keys() ?? [])]),
  )
  return new Map(
    [...names].map((name) => {
      const [begun, calm, launched] = [ticksOf, quietOf, startedOf].map((rows) => rows?.get(name))
      const activity: Activity = {
        ...noActivity,
        ticks: Number(begun?.['ticks'] ?? 0),
        caughtUp: Number(begun?.['caught'] ?? 0),
        missedSlots: Number(begun?.['missed'] ?? 0),
        quiet: Number(calm?.['quiet'] ?? 0),
        savedTokens: Number(calm?.['saved'] ?? 0),
        started: Number(launched?.['count'] ?? 0),
        endings: endings.get(name) ?? [],
        failedTicks: failed.get(name) ?? [],
        heldTicks: held.get(name) ?? [],
      }
      return [name, activity]
    }),
  )
}

function byAgent(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [String(row['agent']), row]))
}

/** How the runs of each agent ended in a period, and what they spent. */
export function readEndings(tx: Tx, { from, to }: Period): Map<string, Ending[]> {
  // `run` is the one of the row with the greatest id: so SQLite takes it beside max(). Tokens as reals: Node refuses to
  // read an integer that no number holds, and a run may tell any.
  const rows = tx.all(
    `with alike as (
      select agent, json_extract(data, '$.outcome') as outcome, count(*) as count, max(id) as last, run,
        sum(cast(json_extract(data, '$.tokens') as real)) as tokens,
        sum(case when json_extract(data, '$.tokens') is null then json_extract(data, '$.aboutTokens') end) as about,
        sum(json_extract(data, '$.costUsd')) as usd
        ${DURING} and kind = 'run.ended' group by agent, outcome),
    placed as (select *, row_number() over (order by count desc) as place from alike)
    select agent, iif(place <= ?, outcome,
        json_object('kind', 'others', 'ended', outcome ->> '$.kind', 'by', outcome ->> '$.by')) as told,
      sum(count) as count, max(last), run, sum(tokens) as tokens, sum(about) as about, sum(usd) as usd
      from placed group by agent, told order by min(place)`,
    from,
    to,
    GROUPS_MAX,
  )
  return grouped(rows, (row) => ({
    outcome: mustReadJson<Outcome | Others>(row['told']),
    count: Number(row['count']),
    run: textOrNull(row['run']),
    tokens: numberOrNull(row['tokens']),
    aboutTokens: numberOrNull(row['about']),
    costUsd: numberOrNull(row['usd']),
  }))
}

function readReasons(tx: Tx, { from, to }: Period, kind: 'tick.failed' | 'tick.held'): Map<string, Reason[]> {
  const rows = tx.all(
    `with alike as (
      select agent, json_extract(data, '$.reason') as reason, count(*) as count
        ${DURING} and kind = ? group by agent, reason),
    placed as (select *, row_number() over (order by count desc) as place from alike)
    select agent, iif(place <= ?, reason, null) as told, sum(count) as count
      from placed group by agent, told order by min(place)`,
    from,
    to,
    kind,
    GROUPS_MAX,
  )
  return grouped(rows, (row) => ({ reason: textOrNull(row['told']), count: Number(row['count']) }))
}

function grouped<T>(rows: readonly Row[], parse: (row: Row) => T): Map<string, T[]> {
  const groups = Map.groupBy(rows, (row) => String(row['agent']))
  return new Map([...groups].map(([agent, own]) => [agent, own.map(parse)]))
}

/** Every column: a store that no daemon of this version has opened yet has none for changes. */
function readChanges(tx: Tx, { from, to }: Period): Pick<Journal, 'changes' | 'changedRuns' | 'commits'> {
  const sql =
    "select * from runs where state = 'ended' and ended_at >= ? and ended_at < ? order by ended_at, id"
  const changed = tx.all(sql, from, to).flatMap((row) => {
    const changes = readJson<RunChanges>(row['changes'])
    return changes === undefined ? [] : [{ row, changes }]
  })
  return {
    changes: changed.slice(-CHANGES_MAX).map(({ row, changes }) => ({
      run: String(row['id']),
      agent: String(row['agent']),
      endedAt: Number(row['ended_at']),
      workDir: String(row['work_dir']),
      changes,
    })),
    changedRuns: changed.length,
    commits: countCommits(changed),
  }
}

/** Each once: what a run commits came between beginning and end of the run that waits for it, too. */
function countCommits(changed: readonly { readonly row: Row; readonly changes: RunChanges }[]): number {
  const ids = new Set(changed.flatMap(({ changes }) => changes.commits.map(({ id }) => id)))
  const own = changed.filter(({ row }) => row['lineage'] === '[]')
  return own.reduce((sum, { changes }) => sum + changes.moreCommits, ids.size)
}

/** When the newest row of a kind was written, of one agent or of none. */
export function lastEvent(tx: Tx, kind: string, agent?: string): JournalRow | undefined {
  const row =
    agent === undefined
      ? tx.get('select * from events where kind = ? order by id desc limit 1', kind)
      : tx.get('select * from events where agent = ? and kind = ? order by id desc limit 1', agent, kind)
  return row && parseRow(row)
}

/** Why a step of the loop failed last. */
export function lastStepFailure(tx: Tx, step: string): { error: string; at: number } | undefined {
  const sql = `select at, json_extract(data, '$.error') as error from events
    where kind = 'step.failed' and json_extract(data, '$.step') = ? order by id desc limit 1`
  const row = tx.get(sql, step)
  return row && { error: String(row['error']), at: Number(row['at']) }
}

const LIMIT_ROWS_MAX = 200

/** Limits that were reached since `since`, newest first. */
export function limitRows(tx: Tx, since: number): JournalRow[] {
  const sql = "select * from events where kind = 'limit.reached' and at >= ? order by id desc limit ?"
  return tx.all(sql, since, LIMIT_ROWS_MAX).map(parseRow)
}

/** When the operator asked last. */
export function readAsked(tx: Tx): Asked | undefined {
  return readJson<Asked>(tx.get("select value from meta where key = 'report_asked'")?.['value'])
}

/** Keeps over restarts. */
export function storeAsked(tx: Tx, asked: Asked): void {
  tx.run("insert or replace into meta (key, value) values ('report_asked', ?)", JSON.stringify(asked))
}

function parseRow(row: Row): JournalRow {
  return journalRow(row, mustReadJson(row['data']))
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
