/** Ticks as rows. Each function is a part of a transaction of its caller. */
import { mustReadJson, type Row, type Tx } from '../../platform/sqlite.ts'
import type { Cause } from '../../observability/events.ts'
import type { Tick, TickEnd, TickState } from '../state.ts'

/** Opens a tick; the unique index refuses a second open one of the same agent. */
export function insertTick(
  tx: Tx,
  tick: Pick<Tick, 'agent' | 'causes' | 'forced' | 'dueAt' | 'begunAt' | 'missed'>,
): Tick {
  const row = tx.get('select coalesce(max(number), 0) + 1 as number from ticks where agent = ?', tick.agent)
  const number = Number(row?.['number'])
  const sql = `insert into ticks (agent, number, state, causes, forced, due_at, begun_at, missed)
    values (?, ?, 'assembling', ?, ?, ?, ?, ?)`
  const causes = JSON.stringify(tick.causes)
  const { id } = tx.run(
    sql,
    tick.agent,
    number,
    causes,
    tick.forced ? 1 : 0,
    tick.dueAt,
    tick.begunAt,
    tick.missed,
  )
  return { ...tick, id, number, state: 'assembling', run: null }
}

export function openTicks(tx: Tx): Tick[] {
  return tx.all("select * from ticks where state <> 'ended' order by id").map(parseTick)
}

export function readTick(tx: Tx, id: number): Tick | undefined {
  const row = tx.get('select * from ticks where id = ?', id)
  return row && parseTick(row)
}

/** The tick's run is recorded (`running`), or taken back because it never began (`assembling`, run null). */
export function setTickRun(tx: Tx, id: number, state: TickState, run: string | null): void {
  tx.run('update ticks set state = ?, run = ? where id = ?', state, run, id)
}

export function endTick(
  tx: Tx,
  id: number,
  endedAt: number,
  end: TickEnd,
  digests: { readonly core: string | null; readonly operator: string | null },
): void {
  const sql = `update ticks set state = 'ended', ended_at = ?, outcome = ?, core_digest = ?, operator_digest = ? where id = ?`
  tx.run(sql, endedAt, JSON.stringify(end), digests.core, digests.operator, id)
}

/** An ended tick as status shows it. */
export interface EndedTick {
  readonly number: number
  readonly begunAt: number
  readonly endedAt: number
  readonly end: TickEnd
}

/** What status shows of an agent's past. */
export interface TickHistory {
  readonly last: EndedTick | undefined
  /** The last one that ran or failed: neither quiet nor held back. */
  readonly lastActive: EndedTick | undefined
  /** Epoch ms of the first quiet tick since then; undefined while the last one was not quiet. */
  readonly quietSince: number | undefined
}

// As endTick writes it: the kind stands first.
const ACTIVE = `(outcome like '{"kind":"ran"%' or outcome like '{"kind":"failed"%')`
const QUIET = `outcome like '{"kind":"quiet"%'`

export function tickHistory(tx: Tx, agent: string): TickHistory {
  const ended = "from ticks where agent = ? and state = 'ended'"
  const last = tx.get(`select * ${ended} order by number desc limit 1`, agent)
  const active = tx.get(`select * ${ended} and ${ACTIVE} order by number desc limit 1`, agent)
  const after = Number(active?.['number'] ?? 0)
  const quiet = tx.get(
    `select begun_at ${ended} and ${QUIET} and number > ? order by number limit 1`,
    agent,
    after,
  )
  return {
    last: last && parseEnded(last),
    lastActive: active && parseEnded(active),
    quietSince: quiet ? Number(quiet['begun_at']) : undefined,
  }
}

/** Keeps the newest `perAgent` ended ticks of every agent: a restart's counters live in `agents`. */
export function pruneTicks(tx: Tx, perAgent: number): void {
  tx.run(
    `delete from ticks where state = 'ended' and number <=
      (select max(number) from ticks as newest where newest.agent = ticks.agent) - ?`,
    perAgent,
  )
}

function parseEnded(row: Row): EndedTick {
  return {
    number: Number(row['number']),
    begunAt: Number(row['begun_at']),
    endedAt: Number(row['ended_at']),
    end: mustReadJson<TickEnd>(row['outcome']),
  }
}

function parseTick(row: Row): Tick {
  return {
    id: Number(row['id']),
    agent: String(row['agent']),
    number: Number(row['number']),
    state: parseState(String(row['state'])),
    causes: mustReadJson<Cause[]>(row['causes']),
    forced: row['forced'] === 1,
    dueAt: Number(row['due_at']),
    begunAt: Number(row['begun_at']),
    missed: Number(row['missed']),
    run: typeof row['run'] === 'string' ? row['run'] : null,
  }
}

function parseState(text: string): TickState {
  return text === 'assembling' || text === 'running' ? text : 'ended'
}
