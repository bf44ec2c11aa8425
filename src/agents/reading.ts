/** Adds up what a run said. Which failures count is for each CLI's own file to say. */
import type { AgentEvent, Failure, Reading, Usage } from './adapter.ts'
import { lastChars } from './lines.ts'

/** The part of a reading that is the same for every CLI. `result` is the last one that was said to be it. */
export function addUp(events: readonly AgentEvent[]): Omit<Reading, 'failure'> {
  const spent = events.filter((event) => event.kind === 'usage')
  const costs = spent.flatMap(({ costUsd }) => costUsd ?? [])
  const result = events.findLast((event) => event.kind === 'result')?.text
  return {
    result: result === undefined || result === '' ? undefined : lastChars(result),
    usage: spent.length === 0 ? undefined : spent.map(({ usage }) => usage).reduce(addUsage),
    costUsd: costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost),
    cliSession: events.find((event) => event.kind === 'session')?.id,
    stalled: stalledBy(events),
    plan: undefined,
  }
}

/** The last refusal after which the model's service gave nothing more. */
function stalledBy(events: readonly AgentEvent[]): Failure | undefined {
  const last = events.findLastIndex(({ kind }) => kind === 'limit')
  const event = events[last]
  if (event?.kind !== 'limit') return undefined
  const overcome = events.slice(last).some(({ kind }) => ['text', 'tool', 'usage', 'result'].includes(kind))
  return overcome ? undefined : event.failure
}

/** How much a run said, in bytes: its words and what it called. A result repeats words that were said before. */
export function saidBytes(events: readonly AgentEvent[]): number {
  const spoken = events.some(({ kind }) => kind === 'text')
  const texts = events.flatMap((event) => {
    if (event.kind === 'tool') return event.name + event.input
    return event.kind === 'text' || (event.kind === 'result' && !spoken) ? event.text : []
  })
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
}

/** No tokens at all. */
export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 }

/** All tokens that a run told of; undefined: none. */
export function tokensOf(reading: Pick<Reading, 'usage'> | undefined): number | undefined {
  const usage = reading?.usage
  return usage && usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
}

/** The tokens of two parts of a run. */
export function addUsage(one: Usage, other: Usage): Usage {
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    cacheReadTokens: one.cacheReadTokens + other.cacheReadTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
  }
}
