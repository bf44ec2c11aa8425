/** Owns how lineages are drawn: who asked whom for what, and what came of it. */
import { formatDuration } from '../../base/duration.ts'
import { money, shortCount } from '../../base/numbers.ts'
import { plain } from '../../base/plain.ts'
import { clockTime } from '../../base/time.ts'
import type { TreeRun } from '../../ipc/protocol/runs.ts'
import type { Screen } from './screen.ts'

/** The runs in the given order, each below its parent; one sentence when there are none. */
export function treeLines(runs: readonly TreeRun[], screen: Screen): string[] {
  if (runs.length === 0) return ['(no run has delegated anything yet)']
  return runs.flatMap((run, index) => {
    const gap = run.depth === 0 && index > 0 ? [''] : []
    const { branch, below } = branchOf(runs, index)
    const head = `${screen.paint('dim', branch)}${screen.paint('bold', nameOf(run))}  ${outcomeOf(run, screen)}${spentOf(run)}`
    const task = run.task === null ? [] : [`${screen.paint('dim', below)}${plain(run.task)}`]
    return [
      ...gap,
      head,
      ...task,
      `${screen.paint('dim', below)}${screen.paint('dim', startOf(run, screen))}`,
    ]
  })
}

function nameOf({ agent, role, depth }: TreeRun): string {
  if (depth > 0) return plain(role ?? '')
  return role === null ? plain(agent) : `${plain(agent)} as ${plain(role)}`
}

function outcomeOf({ outcome, state, ok }: TreeRun, { paint }: Screen): string {
  return paint(ok === null ? 'cyan' : ok ? 'green' : 'red', plain(outcome ?? state))
}

function spentOf({ duration_ms: ms, tokens, about_tokens: about, cost_usd: cost }: TreeRun): string {
  const count = tokens ?? about
  const said = [
    ...(ms === null ? [] : [formatDuration(ms)]),
    ...(count === null ? [] : [`${tokens === null ? 'about ' : ''}${shortCount(count)} tokens`]),
    ...(cost === null ? [] : [money(cost)]),
  ]
  return said.length === 0 ? '' : `  ${said.join(', ')}`
}

function startOf({ run, started_at: at }: TreeRun, { now }: Screen): string {
  return at === null ? run : `${run}, ${clockTime(Date.parse(at), now)}`
}

/** The strokes in front of a run, and in front of what is said below it. */
function branchOf(
  runs: readonly TreeRun[],
  index: number,
): { readonly branch: string; readonly below: string } {
  const depth = runs[index]?.depth ?? 0
  const above = Array.from({ length: Math.max(0, depth - 1) }, (_, level) =>
    goesOn(runs, index, level + 1) ? '│  ' : '   ',
  ).join('')
  const children = (runs[index + 1]?.depth ?? 0) > depth ? '│  ' : '   '
  if (depth === 0) return { branch: '', below: children }
  const last = !goesOn(runs, index, depth)
  return { branch: `${above}${last ? '└─ ' : '├─ '}`, below: `${above}${last ? '   ' : '│  '}${children}` }
}

/** Whether another run of that depth follows below the same parent. */
function goesOn(runs: readonly TreeRun[], index: number, depth: number): boolean {
  const next = runs.slice(index + 1).find((run) => run.depth <= depth)
  return next?.depth === depth
}
