/** Owns which ended runs may not go yet, whatever age or number say. */
import { hasDelegations, openDelegations } from '../delegation/store.ts'
import { hasHandoffs } from '../handoffs/store.ts'
import type { Tx } from '../platform/sqlite.ts'
import type { RunRecord } from '../runner/record.ts'
import { endedRuns, openRuns, suspectRuns, type EndedRun } from '../runner/store.ts'

/** An ended run, and whether something that goes on still refers to it. */
export type EndedRunKept = EndedRun & { readonly needed: boolean }

/** All runs on record, those that ended the newest first. */
export function keptRuns(tx: Tx): {
  readonly ended: readonly EndedRunKept[]
  readonly open: readonly RunRecord[]
} {
  const open = openRuns(tx)
  // What goes on in a lineage asks for the answers below it, and goes by the first run above it.
  const roots = new Set(open.map(({ id, lineage }) => lineage[0] ?? id))
  // A store of an older version, which is only read, has no such tables.
  if (hasDelegations(tx))
    for (const { lineage, parent } of openDelegations(tx)) roots.add(lineage[0] ?? parent)
  // Until the handoff folders were looked at, a file there may be its own, and is not to pass for a person's.
  const suspects = new Set(hasHandoffs(tx) ? suspectRuns(tx).map(({ id }) => id) : [])
  const ended = endedRuns(tx).map((run) => ({ ...run, needed: roots.has(run.root) || suspects.has(run.id) }))
  return { ended, open }
}
