/** What the accountable agent gets when a run ends that nobody waits for. */
import { plainLines, plainStart } from '../../base/plain.ts'
import type { Delegation } from '../../delegation/store.ts'
import { TEXT_CHARS_MAX } from '../../handoffs/content.ts'
import type { Origin } from '../../handoffs/hops.ts'
import type { Tx } from '../../platform/sqlite.ts'
import type { Core } from '../core.ts'
import { recordHandoff } from './send.ts'

const TASK_CHARS_TOLD = 200

// It wakes nobody, so it is no hop of a chain: with one for each report, an agent that hands something on at every tick could
// wake no other in the end.
const whereItComesFrom: Origin = { hops: 0, startsLineage: false }

/** In the transaction that ends it: so it is reported exactly if it has ended. The next pass writes the file. */
export function reportChild(
  { config, clock }: Pick<Core, 'config' | 'clock'>,
  tx: Tx,
  child: Delegation,
  { outcome, result }: { readonly outcome: string; readonly result: string | undefined },
): void {
  if (!child.detached) return
  const agent = config.agents.find(({ name }) => name === child.agent)
  // Of an agent that left the configuration nobody knows the workspace: its operator reads the record of the run.
  if (agent === undefined) return
  const letter = {
    ...whereItComesFrom,
    from: agent,
    sender: { agent: agent.name, role: child.role, run: child.run },
    to: agent,
    workspace: agent.workspace,
    title: plainStart(`${child.role}: ${outcome}`, 120),
    text: reportText(child, outcome, result),
    wake: true,
  }
  recordHandoff(tx, letter, clock.now().wall)
}

function reportText(
  { run, parent, role, task }: Delegation,
  outcome: string,
  result: string | undefined,
): string {
  const first = plainStart(task.trim().split('\n', 1)[0] ?? '', TASK_CHARS_TOLD)
  const last = plainLines(result ?? '').trim()
  return [
    `The run ${run} has ended, which ${parent} asked for as ${role} and did not wait for: ${outcome}.`,
    `Its task began: ${first}`,
    last === '' ? 'It left no last words.' : `Its last words:\n\n${last}`,
  ]
    .join('\n\n')
    .slice(0, TEXT_CHARS_MAX)
    .toWellFormed()
}
