/** Owns how the steps of a run are shown: what was said in full, what was done on one line each. */
import { plain, plainLines } from '../../base/plain.ts'
import type { StepView } from '../../ipc/protocol/runs.ts'
import type { Screen } from './screen.ts'

/** In the given order. A result that only repeats the words before it is not said twice. */
export function stepLines(steps: readonly StepView[], screen: Screen): string[] {
  if (steps.length === 0) return ['(nothing that can be told apart; see what it printed with: marrow logs)']
  return steps
    .filter(({ kind, text }, index) => kind !== 'result' || steps[index - 1]?.text !== text)
    .map((step) => line(step, screen))
}

function line({ kind, text, tool, failed, output }: StepView, { paint }: Screen): string {
  switch (kind) {
    case 'tool': {
      const call = paint('cyan', `> ${plain(`${tool ?? 'tool'}: ${text}`)}`)
      if (failed !== null) return `${call}\n${paint('red', `  failed: ${plain(failed)}`)}`
      return output ? `${call}\n${paint('dim', `  ${plain(output)}`)}` : call
    }
    case 'limit':
      return paint('yellow', `waits: ${plain(text)}`)
    case 'error':
      return paint('red', `error: ${plain(text)}`)
    case 'text':
    case 'result':
      return plainLines(text)
  }
}
