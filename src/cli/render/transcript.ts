/** Owns how what a run says is shown: words in full, a call and its result on one line each, tokens where they are told. */
import type { Usage } from '../../agents/adapter.ts'
import type { Step } from '../../agents/telling.ts'
import { money, shortCount } from '../../base/numbers.ts'
import { plain, plainLines } from '../../base/plain.ts'
import { clockTime, isoTime } from '../../base/time.ts'
import type { LogStep } from '../../ipc/json-output.ts'
import type { RunView } from '../../ipc/protocol/runs.ts'
import type { Screen } from './screen.ts'
import { whoseRun } from './whose.ts'

/** The lines of one step of a run; none for tokens that are all zero. */
export function transcriptLines(step: Step, run: string, { paint }: Pick<Screen, 'paint'>): string[] {
  switch (step.kind) {
    case 'text':
    case 'result':
      return plainLines(step.text).trimEnd().split('\n')
    case 'call':
      return [paint('cyan', `> ${plain(`${step.tool}: ${step.text}`)}`)]
    case 'returned': {
      const start = step.follows ? ' ' : `< ${plain(step.tool ?? 'tool')}:`
      if (step.failed !== undefined) return [paint('red', `${start} failed: ${plain(step.failed)}`)]
      const given = step.text === undefined ? 'done' : plain(step.text) || '(no output)'
      return [paint('dim', `${start} ${given}`)]
    }
    case 'usage': {
      const said = usageText(step.usage, step.costUsd)
      return said === undefined ? [] : [paint('dim', said)]
    }
    case 'limit':
      return [paint('yellow', `waits: ${plain(step.text)}`)]
    case 'error':
      return [paint('red', `error: ${plain(step.text)}`)]
    case 'unreadable':
      return [paint('yellow', `(output that cannot be read; its bytes: marrow logs ${run} --raw)`)]
  }
}

function usageText(usage: Usage, costUsd: number | undefined): string | undefined {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage
  const counts = [
    [inputTokens, 'in'],
    [outputTokens, 'out'],
    [cacheReadTokens, 'read from cache'],
    [cacheWriteTokens, 'written to cache'],
  ] as const
  const told = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${shortCount(count)} ${what}`]))
  if (told.length === 0) return undefined
  return `(tokens: ${told.join(', ')}${costUsd === undefined ? '' : `; ${money(costUsd)}`})`
}

/** What stands above the lines of a run where there are several. */
export function runHeading(run: RunView, { paint, now }: Pick<Screen, 'paint' | 'now'>): string {
  const began = run.started_at === null ? 'not started' : clockTime(Date.parse(run.started_at), now)
  const end = run.outcome === null ? run.state : plain(run.outcome)
  return `${paint('bold', `== ${whoseRun(run)}`)}  ${run.id}  ${began}  ${end}`
}

/** The same step for programs. */
export function stepJson(step: Step, { id: run, agent, role, parent }: RunView): LogStep {
  const rest = { call: null, tool: null, failed: null, usage: null, cost_usd: null }
  const at = step.at === undefined ? null : isoTime(step.at)
  const common = { run, agent, role, parent, at, ...rest, kind: step.kind }
  switch (step.kind) {
    case 'text':
    case 'result':
    case 'limit':
    case 'error':
      return { ...common, text: step.text }
    case 'call':
      return { ...common, text: step.text, call: step.call, tool: step.tool }
    case 'returned': {
      const { call, tool = null, failed = null, text = null } = step
      return { ...common, text, call, tool, failed }
    }
    case 'usage': {
      const { inputTokens: input, outputTokens: output, cacheReadTokens, cacheWriteTokens } = step.usage
      const usage = { input, output, cache_read: cacheReadTokens, cache_write: cacheWriteTokens }
      return { ...common, text: null, usage, cost_usd: step.costUsd ?? null }
    }
    case 'unreadable':
      return { ...common, text: null }
  }
}
