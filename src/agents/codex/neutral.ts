/** What codex said, in the words that are the same for every agent CLI. */
import type { AgentEvent, LineReading, LiveEvent, Usage } from '../adapter.ts'
import { parseEvent, type CodexEvent, type CodexItem, type TurnUsage } from './events.ts'
import { failureOfMessage, retriedReason } from './failures.ts'
import { detailOf } from '../failures.ts'
import { inputLine, outputLine, spokenLines } from '../lines.ts'
import { jsonLine } from '../line.ts'

/** `endedAt` is epoch ms, from which "try again in 3 days" counts. */
export function neutral(events: readonly CodexEvent[], endedAt: number): AgentEvent[] {
  let before: Usage | undefined
  const completed = new Set(
    events.flatMap((event) => (event.type === 'item.completed' ? idOf(event.item) : [])),
  )
  return events.flatMap((event, index): AgentEvent[] => {
    switch (event.type) {
      case 'thread.started':
        return event.thread_id === undefined ? [] : [{ kind: 'session', id: event.thread_id }]
      case 'item.started':
        return event.item === undefined || completed.has(idOf(event.item)) ? [] : begunBy(event.item)
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
  if (item.type === 'agent_message') return { kind: 'text', text: item.text }
  return { kind: 'tool', ...callOf(item), ...givenBy(item), ended: true }
}

function begunBy(item: CodexItem): AgentEvent[] {
  if (item.type === 'agent_message') return []
  return [{ kind: 'tool', ...callOf(item), output: undefined, failed: undefined, ended: false }]
}

/** What one line of the stream says while a run goes on. */
export function readLine(line: string, now: number): LineReading {
  return jsonLine(line, (value) => {
    const event = parseEvent(value)
    if (event === undefined) return []
    if (event.type !== 'item.started' && event.type !== 'item.completed') return told(event, now)
    const { item } = event
    if (item === undefined) return []
    if (item.type === 'agent_message')
      return event.type === 'item.started' ? [] : [{ kind: 'text', text: item.text }]
    const call: LiveEvent = { kind: 'call', id: item.id, ...callOf(item) }
    return event.type === 'item.started' ? [call] : [{ kind: 'returned', id: item.id, ...givenBy(item) }]
  })
}

function told(event: CodexEvent, now: number): LiveEvent[] {
  return neutral([event], now).filter((one) => one.kind !== 'tool')
}

function idOf(item: CodexItem): string {
  return item.type === 'agent_message' ? '' : item.id
}

type CodexCall = Exclude<CodexItem, { readonly type: 'agent_message' }>

function callOf(item: CodexCall): { readonly name: string; readonly input: string } {
  switch (item.type) {
    case 'command_execution':
      return { name: item.type, input: inputLine({ command: item.command }) }
    case 'file_change':
      return {
        name: item.type,
        input: inputLine({ paths: item.changes.map(({ path }) => path).join(' ') }),
      }
    case 'mcp_tool_call':
      return { name: `${item.server}.${item.tool}`, input: inputLine(item.arguments) }
    case 'web_search':
      return { name: item.type, input: inputLine({ query: item.query }) }
  }
}

/** Of a command what it printed, of a server's tool what it answered; of the others the stream tells nothing. */
function givenBy(item: CodexCall): {
  readonly output: string | undefined
  readonly failed: string | undefined
} {
  const failed = failureOfCall(item)
  if (failed !== undefined) return { output: undefined, failed: detailOf(failed) }
  if (item.type === 'command_execution')
    return { output: outputLine(item.aggregated_output), failed: undefined }
  const answer = item.type === 'mcp_tool_call' ? item.result : undefined
  return { output: answer == null ? undefined : inputLine(answer), failed: undefined }
}

function failureOfCall(item: CodexCall): string | undefined {
  switch (item.type) {
    case 'command_execution':
      return commandFailure(item)
    case 'file_change':
      return isUndone(item.status) ? item.status : undefined
    case 'mcp_tool_call':
      return isUndone(item.status) || item.error ? item.error?.message || item.status : undefined
    case 'web_search':
      return undefined
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
