/** Owns which runs hang together, each below the run that asked for it. */
import { delegationsBelow, type Delegation } from '../delegation/store.ts'
import type { RunView, TreeRun } from '../ipc/protocol/runs.ts'
import type { Tx } from '../platform/sqlite.ts'
import type { RunRecord } from '../runner/record.ts'
import { readRun } from '../runner/store.ts'
import { delegationView, GONE } from './delegation/view.ts'
import { runView } from './run-list.ts'

/** The run of a tick and all below it, depth first, siblings in the order in which they were asked for. */
export function treeOf(tx: Tx, root: string, stateOf: (run: RunRecord) => RunView['state']): TreeRun[] {
  const all = delegationsBelow(tx, root)
  const byParent = Map.groupBy(all, ({ parent }) => parent)
  const below = (run: string): TreeRun[] =>
    (byParent.get(run) ?? []).flatMap((one) => [childRow(tx, one, stateOf), ...below(one.run)])
  const first = readRun(tx, root)
  const own = first === undefined ? all.slice(0, 1).map(goneRow) : [runRow(first, stateOf)]
  return [...own, ...below(root)]
}

/** The first run of a lineage, when only what was asked for below it tells of it. */
function goneRow({ lineage, parent, agent, roles }: Delegation): TreeRun {
  return {
    run: lineage[0] ?? parent,
    parent: null,
    depth: 0,
    agent,
    role: roles[0] ?? null,
    task: null,
    state: 'ended',
    outcome: GONE,
    ok: null,
    ...nothing,
  }
}

const nothing = { started_at: null, duration_ms: null, tokens: null, about_tokens: null, cost_usd: null }

function runRow(run: RunRecord, stateOf: (run: RunRecord) => RunView['state']): TreeRun {
  const { id, agent, role, parent, outcome, ok, state, ...rest } = runView(run, stateOf(run))
  const { started_at, duration_ms, tokens, about_tokens, cost_usd } = rest
  return {
    run: id,
    parent,
    depth: run.lineage.length,
    agent,
    role,
    task: null,
    state,
    outcome,
    ok,
    started_at,
    duration_ms,
    tokens,
    about_tokens,
    cost_usd,
  }
}

/** One that has no run yet, or never got one, has its place all the same. */
function childRow(tx: Tx, one: Delegation, stateOf: (run: RunRecord) => RunView['state']): TreeRun {
  const view = delegationView(tx, one)
  const { task } = view
  const run = readRun(tx, one.run)
  if (run !== undefined) return { ...runRow(run, stateOf), task }
  const { parent, agent, role, state, outcome, ok } = view
  return {
    run: one.run,
    parent,
    depth: one.lineage.length,
    agent,
    role,
    task,
    state,
    outcome,
    ok,
    ...nothing,
  }
}
