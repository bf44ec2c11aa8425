/** A delegation as it is told of: to the run that asked for it, and to the operator. */
import { tokensOf } from '../../agents/reading.ts'
import { plainStart } from '../../base/plain.ts'
import { isoTime } from '../../base/time.ts'
import type { Delegation } from '../../delegation/store.ts'
import type { DelegationView } from '../../ipc/protocol/delegations.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { describeOutcome } from '../../runner/outcome.ts'
import { readRun } from '../../runner/store.ts'

const TASK_CHARS_SHOWN = 120

/** The outcome of a run whose record was removed. */
export const GONE = 'no longer on record'

/** With its run as that stands now. */
export function delegationView(tx: Tx, one: Delegation): DelegationView {
  const run = readRun(tx, one.run)
  const { failure, endedAt } = one
  const outcome = run?.outcome && describeOutcome(run.outcome)
  // Nobody knows any more how it ended.
  const isGone = one.state === 'ended' && run === undefined && failure === undefined
  return {
    run: one.run,
    parent: one.parent,
    agent: one.agent,
    role: one.role,
    task: plainStart(one.task.trim().split('\n', 1)[0] ?? '', TASK_CHARS_SHOWN),
    detached: one.detached,
    state: one.state,
    asked_at: isoTime(one.askedAt),
    started_at: run?.startedAt === undefined ? null : isoTime(run.startedAt),
    deadline: isoTime(one.deadline.wall),
    ended_at: endedAt === undefined ? null : isoTime(endedAt),
    outcome:
      (failure === undefined ? (outcome ?? (isGone ? GONE : undefined)) : `not started: ${failure}`) ?? null,
    ok: one.state === 'ended' && !isGone ? run?.outcome?.kind === 'succeeded' : null,
    result: run?.reading?.result ?? null,
    tokens: tokensOf(run?.reading) ?? null,
    cost_usd: run?.reading?.costUsd ?? null,
  }
}
