/** Owns how runs are told of: a page of them, by the daemon or from the store of one that does not run. */
import { tokensOf } from '../agents/reading.ts'
import { isoTime } from '../base/time.ts'
import type { Config } from '../config/config.ts'
import type { RunPlace, RunView } from '../ipc/protocol/runs.ts'
import type { ParamsOf, ResultOf } from '../ipc/protocol/table.ts'
import type { Tx } from '../platform/sqlite.ts'
import { describeOutcome } from '../runner/outcome.ts'
import type { RunRecord } from '../runner/record.ts'
import { lastRuns, runsAfter } from '../runner/store.ts'
import { nameInRows } from './handlers/named.ts'

/** The verb `runs`; `stateOf` is what only a daemon knows. Throws NOT_FOUND for a mistyped agent. */
export function listRuns(
  tx: Tx,
  { config }: { readonly config: Pick<Config, 'agents'> },
  { agent, limit, after }: ParamsOf<'runs'>,
  stateOf: (run: RunRecord) => RunView['state'],
): ResultOf<'runs'> {
  const name = nameInRows(config, agent, (one) => lastRuns(tx, one, 1).length > 0)
  const view = (run: RunRecord) => runView(run, stateOf(run))
  if (after === undefined) return { runs: lastRuns(tx, name, limit).map(view) }
  const page = runsAfter(tx, after, { agent: name, limit })
  const last = page.at(-1)
  return { runs: page.map(view), next_after: last ? `${last.recordedAt}.${last.id}` : textOf(after) }
}

function textOf({ at, id }: RunPlace): string {
  return id === '' ? String(at) : `${at}.${id}`
}

/** One run of a list. */
export function runView(run: RunRecord, state: RunView['state']): RunView {
  const { outcome, reading, startedAt, endedAt } = run
  return {
    id: run.id,
    agent: run.agent,
    role: run.role,
    parent: run.lineage.at(-1) ?? null,
    tick: run.tickName,
    state,
    adapter: run.adapter,
    started_at: startedAt === undefined ? null : isoTime(startedAt),
    ended_at: endedAt === undefined ? null : isoTime(endedAt),
    duration_ms: startedAt === undefined || endedAt === undefined ? null : Math.max(0, endedAt - startedAt),
    outcome: outcome ? describeOutcome(outcome) : null,
    ok: outcome ? outcome.kind === 'succeeded' : null,
    tokens: tokensOf(reading) ?? null,
    about_tokens: run.aboutTokens ?? null,
    cost_usd: reading?.costUsd ?? null,
  }
}
