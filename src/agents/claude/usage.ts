/** The tokens that Claude Code tells of. */
import type { AgentEvent, Usage } from '../adapter.ts'
import { NO_USAGE, addUsage } from '../reading.ts'
import type { Result } from './events.ts'

/** Those of a whole run, subagents included. */
export function spentOn({
  modelUsage,
  usage,
  total_cost_usd: costUsd,
}: Result): Extract<AgentEvent, { kind: 'usage' }> {
  const models = modelUsage.map((model) => ({
    inputTokens: model.inputTokens,
    outputTokens: model.outputTokens,
    cacheReadTokens: model.cacheReadInputTokens,
    cacheWriteTokens: model.cacheCreationInputTokens,
  }))
  const own = usage === undefined ? NO_USAGE : usageOf(usage)
  return { kind: 'usage', usage: models.length === 0 ? own : models.reduce(addUsage), costUsd }
}

/** Those of one message or turn. */
export function usageOf(tokens: NonNullable<Result['usage']>): Usage {
  return {
    inputTokens: tokens.input_tokens,
    outputTokens: tokens.output_tokens,
    cacheReadTokens: tokens.cache_read_input_tokens,
    cacheWriteTokens: tokens.cache_creation_input_tokens,
  }
}
