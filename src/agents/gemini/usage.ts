/** The tokens that Gemini CLI tells of. */
import type { AgentEvent } from '../adapter.ts'
import type { GeminiEvent } from './events.ts'

/** Its figures are those of the whole session: only the last ones count, and they do not add up. */
export function spentBy({
  stats,
}: Extract<GeminiEvent, { type: 'result' }>): Extract<AgentEvent, { kind: 'usage' }> {
  const usage = {
    inputTokens: Math.max(stats.input_tokens - stats.cached, 0),
    // The difference is what the model thought with, which is billed as output.
    outputTokens: Math.max(stats.output_tokens, stats.total_tokens - stats.input_tokens),
    cacheReadTokens: stats.cached,
    cacheWriteTokens: 0,
  }
  return { kind: 'usage', usage, costUsd: undefined }
}
