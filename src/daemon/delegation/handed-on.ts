/** What an agent is told of the work that its runs handed on: all that goes on, and what ended since it last heard of it. */
import { delegationsFor } from '../../delegation/store.ts'
import type { LastSuccess } from '../../heartbeat/state.ts'
import type { Tx } from '../../platform/sqlite.ts'
import type { HandedOn } from '../../prompt/delegations.ts'
import { delegationView } from './view.ts'

const ROWS_MAX = 200

/** `lastSuccess`: when a run of the agent last succeeded, which is then taken to have heard of everything before. */
export function handedOnBy(tx: Tx, agent: string, lastSuccess: LastSuccess | undefined): HandedOn[] {
  const since = lastSuccess?.at ?? 0
  return delegationsFor(tx, agent, { since, limit: ROWS_MAX }).map((one) => {
    const { outcome, result } = delegationView(tx, one)
    return {
      run: one.run,
      role: one.role,
      task: one.task,
      depth: one.lineage.length,
      deadline: one.deadline.wall,
      outcome: one.state === 'ended' ? (outcome ?? 'ended') : undefined,
      result: result ?? undefined,
    }
  })
}
