/** Runs as rows. Each function is a part of a transaction of its caller. */
import type { Reading } from '../agents/adapter.ts'
import { isAdapterName } from '../agents/adapters.ts'
import type { AdapterName } from '../config/config.ts'
import type { GivenFile } from '../handoffs/store.ts'
import type { LimitPlan } from '../isolation/limits.ts'
import type { ProcessIdentity } from '../platform/processes.ts'
import { mustReadJson, readJson, type Row, type SqlValue, type Tx } from '../platform/sqlite.ts'
import type { RunChanges } from './changes.ts'
import { guardStates, type GuardState } from './guard.ts'
import type { Outcome } from './outcome.ts'
import type { Ending, GitState, RunPlan, RunRecord, RunState } from './record.ts'

/** Written before the run is started: a crash in between can neither lose nor double it. */
export function insertRun(tx: Tx, run: RunPlan): void {
  const columns: Record<string, SqlValue> = {
    id: run.id,
    agent: run.agent,
    tick: run.tick,
    tick_name: run.tickName,
    role: run.role,
    lineage: JSON.stringify(run.lineage),
    adapter: run.adapter,
    words: JSON.stringify(run.words),
    work_dir: run.workDir,
    workspace: run.workspace,
    state: 'recorded',
    recorded_at: run.recordedAt,
    deadline: JSON.stringify(run.deadline),
    causes: JSON.stringify(run.causes),
    layers: JSON.stringify(run.layers),
    digests: JSON.stringify(run.digests),
    prompt_bytes: run.promptBytes,
    core_digest: run.coreDigest,
    operator_digest: run.operatorDigest,
    git_before: run.gitBefore && JSON.stringify(run.gitBefore),
    world_before: run.worldBefore,
    wall: run.wall,
    limits: run.limits && JSON.stringify(run.limits),
    handoffs: run.handoffs.length === 0 ? null : JSON.stringify(run.handoffs),
    hops: run.hops,
    starts_lineage: run.startsLineage ? 1 : 0,
    unlooked: 1,
    guard: run.guard,
  }
  const marks = Object.keys(columns).map(() => '?')
  tx.run(
    `insert into runs (${Object.keys(columns).join(', ')}) values (${marks.join(', ')})`,
    ...Object.values(columns),
  )
}

export function openRuns(tx: Tx): RunRecord[] {
  return tx.all("select * from runs where state <> 'ended' order by recorded_at, id").map(parseRun)
}

/** The ids of runs that were recorded and not yet launched. */
export function recordedRuns(tx: Tx): Set<string> {
  return new Set(tx.all("select id from runs where state = 'recorded'").map((row) => String(row['id'])))
}

export function readRun(tx: Tx, id: string): RunRecord | undefined {
  const row = tx.get('select * from runs where id = ?', id)
  return row && parseRun(row)
}

/** Runs whose id is, or contains, `text`; at most `limit`, newest first. */
export function findRuns(tx: Tx, text: string, limit: number): RunRecord[] {
  const exact = readRun(tx, text)
  if (exact) return [exact]
  return tx
    .all('select * from runs where instr(id, ?) > 0 order by recorded_at desc, id desc limit ?', text, limit)
    .map(parseRun)
}

/** The newest runs, of one agent or of all. */
export function lastRuns(tx: Tx, agent: string | undefined, limit: number): RunRecord[] {
  return agent === undefined
    ? tx.all('select * from runs order by recorded_at desc, id desc limit ?', limit).map(parseRun)
    : tx
        .all('select * from runs where agent = ? order by recorded_at desc, id desc limit ?', agent, limit)
        .map(parseRun)
}

/** The newest run of an agent that a tick began. */
export function lastOwnRun(tx: Tx, agent: string): RunRecord | undefined {
  const sql =
    "select * from runs where agent = ? and lineage = '[]' order by recorded_at desc, id desc limit 1"
  const row = tx.get(sql, agent)
  return row && parseRun(row)
}

/** The first runs that were recorded behind a place, oldest first, of one agent or of all. */
export function runsAfter(
  tx: Tx,
  place: { readonly at: number; readonly id: string },
  { agent, limit }: { readonly agent: string | undefined; readonly limit: number },
): RunRecord[] {
  const sql = `select * from runs where (recorded_at, id) > (?, ?) and agent = coalesce(?, agent) order by recorded_at, id limit ?`
  return tx.all(sql, place.at, place.id, agent ?? null, limit).map(parseRun)
}

/** Its launcher was started, or was found by a later daemon. */
export function markRunning(
  tx: Tx,
  id: string,
  identity: ProcessIdentity | undefined,
  startedAt: number,
): void {
  const sql = `update runs set state = 'running', pid = ?, pid_start = ?, pid_boot = ?, started_at = coalesce(started_at, ?) where id = ?`
  tx.run(sql, identity?.pid ?? null, identity?.startTime ?? null, identity?.boot ?? null, startedAt, id)
}

export function setEnding(tx: Tx, id: string, ending: Ending): void {
  tx.run('update runs set ending = ? where id = ?', JSON.stringify(ending), id)
}

/** What was found out of its guards. */
export function setGuard(tx: Tx, id: string, guard: GuardState): void {
  tx.run('update runs set guard = ? where id = ?', guard, id)
}

/** How the guards of each agent's newest run stand, of its own or of a child; null: it has nothing to show, or there is none. */
export function lastGuards(tx: Tx, agents: readonly string[]): Map<string, GuardState | null> {
  const sql = `select value as agent,
    (select guard from runs where agent = value order by recorded_at desc, id desc limit 1) as guard from json_each(?)`
  const rows = tx.all(sql, JSON.stringify(agents))
  return new Map(rows.map((row) => [String(row['agent']), guardOf(row['guard'])]))
}

/** The newest run of an agent that had to show its guards, of its own or of a child; undefined: none had to. */
export function lastProof(tx: Tx, agent: string): { run: string; state: GuardState } | undefined {
  const sql =
    'select id, guard from runs where agent = ? and guard is not null order by recorded_at desc, id desc limit 1'
  const row = tx.get(sql, agent)
  const state = guardOf(row?.['guard'])
  return row === undefined || state === null ? undefined : { run: String(row['id']), state }
}

/** What is written when a run is settled. */
export type RunEnd = Pick<RunRecord, 'reading' | 'aboutTokens' | 'gitAfter' | 'changes'> & {
  readonly endedAt: number
  readonly outcome: Outcome
}

export function endRun(tx: Tx, id: string, end: RunEnd): void {
  const { endedAt, outcome, reading, aboutTokens, gitAfter, changes } = end
  const sql = `update runs set state = 'ended', ended_at = ?, outcome = ?, reading = ?, about_tokens = ?,
    git_after = ?, changes = ? where id = ?`
  const [read, after, changed] = [toJson(reading), toJson(gitAfter), toJson(changes)]
  tx.run(sql, endedAt, JSON.stringify(outcome), read, aboutTokens ?? null, after, changed, id)
}

/** It never began: the tick is assembled again under a new run id. */
export function deleteRun(tx: Tx, id: string): void {
  tx.run('delete from runs where id = ?', id)
}

/** An ended run, as far as its keeping is concerned. */
export interface EndedRun {
  readonly id: string
  readonly agent: string
  /** The first run of its lineage; itself where a tick began it. */
  readonly root: string
  readonly endedAt: number
  readonly failed: boolean
  readonly workspace: string
}

/** What retention looks at: every ended run. */
export function endedRuns(tx: Tx): EndedRun[] {
  const sql = `select id, agent, coalesce(json_extract(lineage, '$[0]'), id) as root, ended_at, outcome, workspace
    from runs where state = 'ended' order by ended_at desc`
  return tx.all(sql).map((row) => ({
    id: String(row['id']),
    agent: String(row['agent']),
    root: String(row['root']),
    endedAt: Number(row['ended_at']),
    failed: mustReadJson<Outcome>(row['outcome']).kind !== 'succeeded',
    workspace: String(row['workspace']),
  }))
}

/** A run that could have written what is found in handoff folders now. */
export type Suspect = Pick<RunRecord, 'id' | 'agent' | 'workspace' | 'workDir' | 'hops' | 'startsLineage'> & {
  readonly ended: boolean
}

/** Those that go on, and those that ended since the handoff folders were looked at last. */
export function suspectRuns(tx: Tx): Suspect[] {
  const sql = "select * from runs where state <> 'ended' union select * from runs where unlooked = 1"
  return tx.all(sql).map((row) => {
    const { id, agent, workspace, workDir, hops, startsLineage, state } = parseRun(row)
    return { id, agent, workspace, workDir, hops, startsLineage, ended: state === 'ended' }
  })
}

/** The folders were looked at after the end of these runs. */
export function markLooked(tx: Tx, runs: readonly string[]): void {
  for (const id of runs) tx.run('update runs set unlooked = null where id = ?', id)
}

function parseRun(row: Row): RunRecord {
  const text = (column: string) => (typeof row[column] === 'string' ? row[column] : undefined)
  const number = (column: string) => (typeof row[column] === 'number' ? row[column] : undefined)
  const pid = number('pid')
  return {
    id: String(row['id']),
    agent: String(row['agent']),
    tick: Number(row['tick']),
    tickName: String(row['tick_name']),
    role: text('role') ?? null,
    lineage: mustReadJson(row['lineage']),
    adapter: parseAdapter(String(row['adapter'])),
    words: mustReadJson(row['words']),
    workDir: String(row['work_dir']),
    workspace: String(row['workspace']),
    state: parseState(String(row['state'])),
    identity:
      pid === undefined
        ? undefined
        : { pid, startTime: String(row['pid_start']), boot: String(row['pid_boot']) },
    recordedAt: Number(row['recorded_at']),
    startedAt: number('started_at'),
    deadline: mustReadJson(row['deadline']),
    ending: readJson<Ending>(row['ending']),
    endedAt: number('ended_at'),
    outcome: readJson<Outcome>(row['outcome']),
    reading: readJson<Reading>(row['reading']),
    aboutTokens: number('about_tokens'),
    causes: mustReadJson(row['causes']),
    layers: mustReadJson(row['layers']),
    digests: mustReadJson(row['digests']),
    promptBytes: Number(row['prompt_bytes']),
    coreDigest: String(row['core_digest']),
    operatorDigest: String(row['operator_digest']),
    gitBefore: readJson<GitState>(row['git_before']) ?? null,
    gitAfter: readJson<GitState>(row['git_after']),
    changes: readJson<RunChanges>(row['changes']),
    worldBefore: text('world_before') ?? null,
    wall: wallOf(text('wall')),
    limits: readJson<LimitPlan>(row['limits']) ?? null,
    handoffs: readJson<GivenFile[]>(row['handoffs']) ?? [],
    hops: number('hops') ?? null,
    // Rows of older versions: whoever was no child could.
    startsLineage: row['starts_lineage'] === null ? row['lineage'] === '[]' : row['starts_lineage'] === 1,
    guard: guardOf(row['guard']),
  }
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

function parseState(text: string): RunState {
  return text === 'recorded' || text === 'running' ? text : 'ended'
}

/** A CLI that only another version of marrow knows is read like any command. */
function parseAdapter(text: string): AdapterName {
  return isAdapterName(text) ? text : 'generic'
}

function guardOf(written: unknown): GuardState | null {
  return guardStates.find((one) => one === written) ?? null
}

function wallOf(written: string | undefined): RunRecord['wall'] {
  return written === 'bubblewrap' || written === 'seatbelt' ? written : null
}
