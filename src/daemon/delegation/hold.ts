import { readTick } from '../../heartbeat/store/ticks.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { readRun } from '../../runner/store.ts'
import type { Core } from '../core.ts'
import { holdOf, holdOfAgent } from '../pause.ts'

/** Where a child would stand: for which agent, below which run of a tick. */
interface Below {
  readonly agent: string
  readonly root: string
}

/** Why no child may start there, or undefined. Below a run that the operator forced the pause of its agent holds nothing. */
export function holdOfChild(
  core: Pick<Core, 'life' | 'config'>,
  tx: Tx,
  { agent, root }: Below,
): string | undefined {
  const run = readRun(tx, root)
  const isForced = run !== undefined && readTick(tx, run.tick)?.forced === true
  return holdOf(core, tx) ?? (isForced ? undefined : holdOfAgent(tx, agent))
}
