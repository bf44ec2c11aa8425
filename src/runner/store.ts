/** Runs as rows. Each function is a part of a transaction of its caller. */
import type { Reading } from '../agents/adapter.ts'
import type { ProcessIdentity } from '../platform/processes.ts'
import type { Row, Tx } from '../platform/sqlite.ts'
import type { Outcome } from './outcome.ts'
import type { Ending, GitState, RunPlan, RunRecord, RunState } from './record.ts'

/** Written before the run is started: a crash in between can neither lose nor double it. */
export function insertRun(tx: Tx, run: RunPlan): void {
  tx.run(
    `insert into runs (id, agent, tick, tick_name, role, lineage, adapter, words, work_dir, workspace, state,
      recorded_at, deadline, causes, layers, digests, prompt_bytes, core_digest, operator_digest, git_before, world_before)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'recorded', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[run.id, run.agent, run.tick, run.tickName, run.role, JSON.stringify(run.lineage), run.adapter],
    ...[JSON.stringify(run.words), run.workDir, run.workspace, run.recordedAt, JSON.stringify(run.deadline)],
    ...[JSON.stringify(run.causes), JSON.stringify(run.layers), JSON.stringify(run.digests), run.promptBytes],
    ...[run.coreDigest, run.operatorDigest, run.gitBefore && JSON.stringify(run.gitBefore), run.worldBefore],
  )
}

export function openRuns(tx: Tx): RunRecord[] {
  return tx.all("select * from runs where state <> 'ended' order by recorded_at, id").map(parseRun)
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

export function endRun(
  tx: Tx,
  id: string,
  end: { endedAt: number; outcome: Outcome; reading: Reading | undefined; gitAfter: GitState | undefined },
): void {
  const sql = `update runs set state = 'ended', ended_at = ?, outcome = ?, reading = ?, git_after = ? where id = ?`
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))
  tx.run(sql, end.endedAt, JSON.stringify(end.outcome), json(end.reading), json(end.gitAfter), id)
}

/** It never began: the tick is assembled again under a new run id. */
export function deleteRun(tx: Tx, id: string): void {
  tx.run('delete from runs where id = ?', id)
}

/** What retention looks at: every ended run. */
export function endedRuns(
  tx: Tx,
): { id: string; agent: string; endedAt: number; failed: boolean; workspace: string }[] {
  const sql =
    "select id, agent, ended_at, outcome, workspace from runs where state = 'ended' order by ended_at desc"
  return tx.all(sql).map((row) => ({
    id: String(row['id']),
    agent: String(row['agent']),
    endedAt: Number(row['ended_at']),
    failed: (JSON.parse(String(row['outcome'])) as Outcome).kind !== 'succeeded',
    workspace: String(row['workspace']),
  }))
}

function parseRun(row: Row): RunRecord {
  const text = (column: string) => (typeof row[column] === 'string' ? row[column] : undefined)
  const number = (column: string) => (typeof row[column] === 'number' ? row[column] : undefined)
  const json = <T>(column: string): T | undefined => {
    const value = text(column)
    return value === undefined ? undefined : (JSON.parse(value) as T)
  }
  const must = <T>(column: string): T => JSON.parse(String(row[column])) as T
  const pid = number('pid')
  return {
    id: String(row['id']),
    agent: String(row['agent']),
    tick: Number(row['tick']),
    tickName: String(row['tick_name']),
    role: text('role') ?? null,
    lineage: must('lineage'),
    adapter: String(row['adapter']) as RunRecord['adapter'],
    words: must('words'),
    workDir: String(row['work_dir']),
    workspace: String(row['workspace']),
    state: String(row['state']) as RunState,
    identity:
      pid === undefined
        ? undefined
        : { pid, startTime: String(row['pid_start']), boot: String(row['pid_boot']) },
    recordedAt: Number(row['recorded_at']),
    startedAt: number('started_at'),
    deadline: must('deadline'),
    ending: json<Ending>('ending'),
    endedAt: number('ended_at'),
    outcome: json<Outcome>('outcome'),
    reading: json<Reading>('reading'),
    causes: must('causes'),
    layers: must('layers'),
    digests: must('digests'),
    promptBytes: Number(row['prompt_bytes']),
    coreDigest: String(row['core_digest']),
    operatorDigest: String(row['operator_digest']),
    gitBefore: json<GitState>('git_before') ?? null,
    gitAfter: json<GitState>('git_after'),
    worldBefore: text('world_before') ?? null,
  }
}
