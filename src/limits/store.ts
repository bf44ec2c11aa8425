/** What runs spent and what those that go on reserve, as rows. Each function is a part of a transaction of its caller. */
import type { PlanWindow } from '../agents/adapter.ts'
import { readJson, type Row, type Tx } from '../platform/sqlite.ts'
import { addSpent, QUIET_DAY, type DaySpent, type Spent } from './spent.ts'
import type { Told } from './told.ts'

const RUNS_LOOKED_AT = 10 // Enough for one that was unlike the others to count little, few enough to follow a changed prompt.

/** What a run of this agent is expected to spend: the mean of its last ones; nothing before the first. */
export function expectedSpending(tx: Tx, agent: string): Pick<Spent, 'tokens' | 'usd'> {
  const sql = `select coalesce(avg(tokens), 0) as tokens, avg(usd) as usd from
    (select tokens, usd from spending where agent = ? and ended = 1 order by at desc limit ?)`
  const row = tx.get(sql, agent, RUNS_LOOKED_AT)
  return { tokens: Math.round(Number(row?.['tokens'])), usd: usdOf(row) }
}

/** Reserves for a run that is being recorded what its agent's runs usually spend. */
export function reserveSpending(
  tx: Tx,
  { id, agent }: { readonly id: string; readonly agent: string },
  at: number,
): void {
  const { tokens, usd } = expectedSpending(tx, agent)
  const sql = `insert into spending (run, agent, at, tokens, tokens_about, usd, usd_about, ended)
    values (?, ?, ?, ?, 1, ?, 1, 0)`
  tx.run(sql, id, agent, at, tokens, usd ?? null)
}

/** What was reserved for a run; nothing for one that a marrow without limits recorded. */
export function reservedFor(tx: Tx, run: string): Pick<Spent, 'tokens' | 'usd'> {
  const row = tx.get('select cast(tokens as real) as tokens, usd from spending where run = ?', run)
  return { tokens: Number(row?.['tokens'] ?? 0), usd: usdOf(row) }
}

/** The run ended: what it spent takes the place of what was reserved. */
export function settleSpending(
  tx: Tx,
  { id, agent, recordedAt }: { readonly id: string; readonly agent: string; readonly recordedAt: number },
  { tokens, tokensAbout, usd, usdAbout }: Spent,
): void {
  const sql = `insert into spending (run, agent, at, tokens, tokens_about, usd, usd_about, ended)
    values (?, ?, ?, ?, ?, ?, ?, 1) on conflict (run) do update set tokens = excluded.tokens,
    tokens_about = excluded.tokens_about, usd = excluded.usd, usd_about = excluded.usd_about, ended = 1`
  tx.run(sql, id, agent, recordedAt, tokens, tokensAbout ? 1 : 0, usd ?? null, usdAbout ? 1 : 0)
}

/** The run never began: it counts for nothing. */
export function deleteSpending(tx: Tx, run: string): void {
  tx.run('delete from spending where run = ?', run)
}

/** What the runs spent that began between two moments (epoch ms, the second not included), by agent. */
export function spentBetween(tx: Tx, from: number, to: number): Map<string, DaySpent> {
  // As reals: whatever number a run told, the limits of all agents can still be read.
  const sql = `select agent, ended, count(*) as runs, sum(cast(tokens as real)) as tokens, sum(usd) as usd,
    max(tokens_about) as tokens_about, max(usd_about) as usd_about
    from spending where at >= ? and at < ? group by agent, ended`
  const days = new Map<string, DaySpent>()
  for (const row of tx.all(sql, from, to)) {
    const agent = String(row['agent'])
    const part = row['ended'] === 1 ? 'ended' : 'going'
    days.set(agent, { ...(days.get(agent) ?? QUIET_DAY), [part]: addSpent(parseSpent(row)) })
  }
  return days
}

/** Forgets runs that began long ago. One that goes on is kept. */
export function pruneSpending(tx: Tx, before: number): void {
  tx.run('delete from spending where at < ? and ended = 1', before)
}

/** Which limits the operator was told of. */
export function readTold(tx: Tx): Told {
  return readJson<Told>(valueOf(tx, TOLD)) ?? {}
}

export function writeTold(tx: Tx, told: Told): void {
  putValue(tx, TOLD, told)
}

/** What a login of an agent CLI is known to have used of its plan. */
export function readPlan(tx: Tx, login: string): readonly PlanWindow[] {
  return readJson<readonly PlanWindow[]>(valueOf(tx, `${PLAN}${login}`)) ?? []
}

export function writePlan(tx: Tx, login: string, windows: readonly PlanWindow[]): void {
  putValue(tx, `${PLAN}${login}`, windows)
}

const TOLD = 'limits.told'
const PLAN = 'limits.plan:'

function valueOf(tx: Tx, key: string): unknown {
  return tx.get('select value from meta where key = ?', key)?.['value']
}

function putValue(tx: Tx, key: string, value: unknown): void {
  tx.run('insert or replace into meta (key, value) values (?, ?)', key, JSON.stringify(value))
}

function parseSpent(row: Row): Spent {
  return {
    runs: Number(row['runs']),
    tokens: Number(row['tokens']),
    usd: usdOf(row),
    tokensAbout: row['tokens_about'] === 1,
    usdAbout: row['usd_about'] === 1 && row['usd'] !== null,
  }
}

function usdOf(row: Row | undefined): number | undefined {
  return typeof row?.['usd'] === 'number' ? row['usd'] : undefined
}
