/** What codex said, in the words that are the same for every agent CLI. */
import type { AgentEvent, Usage } from '../adapter.ts'
import type { CodexEvent, CodexItem, TurnUsage } from './events.ts'
import { failureOfMessage, retriedReason } from './failures.ts'
import { detailOf } from '../failures.ts'
import { inputLine, spokenLines } from '../lines.ts'

/** `endedAt` is epoch ms, from which "try again in 3 days" counts. */
export function neutral(events: readonly CodexEvent[], endedAt: number): AgentEvent[] {
  let before: Usage | undefined
  return events.flatMap((event, index): AgentEvent[] => {
    switch (event.type) {
      case 'thread.started':
        return event.thread_id === undefined ? [] : [{ kind: 'session', id: event.thread_id }]
      case 'item.started':
        return []
      case 'item.completed':
        return [neutralOfItem(event.item)]
      case 'turn.completed': {
        if (event.usage === undefined) return []
        const total = usageOf(event.usage)
        const usage = before === undefined ? total : increase(before, total)
        before = total
        return [{ kind: 'usage', usage, costUsd: undefined }]
      }
      case 'turn.failed': {
        // It repeats the error before it.
        const last = events[index - 1]
        if (last?.type === 'error' && last.message === event.error.message) return []
        return [{ kind: 'error', failure: failureOfMessage(event.error.message, endedAt) }]
      }
      case 'error': {
        const retried = retriedReason(event.message)
        return retried === undefined
          ? [{ kind: 'error', failure: failureOfMessage(event.message, endedAt) }]
          : [{ kind: 'limit', failure: failureOfMessage(retried, endedAt) }]
      }
    }
  })
}

/** Codex counts what was cached as input too. */
function usageOf(usage: TurnUsage): Usage {
  const { cached_input_tokens: cacheReadTokens, cache_write_input_tokens: cacheWriteTokens } = usage
  return {
    inputTokens: Math.max(0, usage.input_tokens - cacheReadTokens - cacheWriteTokens),
    outputTokens: usage.output_tokens,
    cacheReadTokens,
    cacheWriteTokens,
  }
}

/** What a later turn added to figures that are those of the whole conversation. */
function increase(before: Usage, total: Usage): Usage {
  return {
    inputTokens: Math.max(0, total.inputTokens - before.inputTokens),
    outputTokens: Math.max(0, total.outputTokens - before.outputTokens),
    cacheReadTokens: Math.max(0, total.cacheReadTokens - before.cacheReadTokens),
    cacheWriteTokens: Math.max(0, total.cacheWriteTokens - before.cacheWriteTokens),
  }
}

function neutralOfItem(item: CodexItem): AgentEvent {
  switch (item.type) {
    case 'agent_message':
      return { kind: 'text', text: item.text }
    case 'command_execution':
      return toolCall(item.type, { command: item.command }, commandFailure(item))
    case 'file_change':
      return toolCall(
        item.type,
        { paths: item.changes.map(({ path }) => path).join(' ') },
        isUndone(item.status) ? item.status : undefined,
      )
    case 'mcp_tool_call': {
      const failed = isUndone(item.status) || item.error ? item.error?.message || item.status : undefined
      return toolCall(`${item.server}.${item.tool}`, item.arguments, failed)
    }
    case 'web_search':
      return toolCall(item.type, { query: item.query }, undefined)
  }
}

function toolCall(name: string, input: unknown, failed: string | undefined): AgentEvent {
  return {
    kind: 'tool',
    name,
    input: inputLine(input),
    failed: failed === undefined ? undefined : detailOf(failed),
  }
}

function commandFailure(
  item: Extract<CodexItem, { readonly type: 'command_execution' }>,
): string | undefined {
  if (!isUndone(item.status)) return undefined
  const last = spokenLines(item.aggregated_output.slice(-4_096)).at(-1)
  const code = item.exit_code == null ? item.status : `exited with code ${item.exit_code}`
  return last === undefined ? code : `${code}: ${last}`
}

function isUndone(status: string): boolean {
  return status === 'failed' || status === 'declined'
}
