/** What one line of Claude Code's stream says while a run goes on. */
import type { LineReading, LiveEvent } from '../adapter.ts'
import { detailOf } from '../failures.ts'
import { inputLine, outputLine } from '../lines.ts'
import { jsonLine } from '../line.ts'
import { parseEvent, type Assistant, type ClaudeEvent, type Result } from './events.ts'
import { failureOfEvents, failureOfMessage, failureOfRetry, failureOfWindow, isRefusal } from './failures.ts'
import { spentOn } from './usage.ts'

/** Tokens are told at the end: those of a message in between are not yet all of it. */
export function readLine(line: string, now: number): LineReading {
  return jsonLine(line, (value) => {
    const event = parseEvent(value)
    return event === undefined ? [] : said(event, now)
  })
}

function said(event: ClaudeEvent, now: number): LiveEvent[] {
  switch (event.type) {
    case 'system':
      if (event.subtype === 'api_retry') return [{ kind: 'limit', failure: failureOfRetry(event, now) }]
      return event.session_id === undefined ? [] : [{ kind: 'session', id: event.session_id }]
    case 'rate_limit_event':
      return isRefusal(event) ? [{ kind: 'limit', failure: failureOfWindow(event, now) }] : []
    case 'assistant':
      return event.error === undefined
        ? spoken(event)
        : [{ kind: 'error', failure: failureOfMessage(event, now) }]
    case 'user':
      return event.message.content.flatMap((block): LiveEvent[] => {
        if (block.type !== 'tool_result') return []
        return [{ kind: 'returned', id: block.tool_use_id, ...givenBy(block) }]
      })
    case 'result':
      return [...wordsOf(event), ...failureIn(event, now), spentOn(event)]
  }
}

function spoken({ message }: Assistant): LiveEvent[] {
  return message.content.flatMap((block): LiveEvent[] => {
    if (block.type === 'text') return [{ kind: 'text', text: block.text }]
    if (block.type !== 'tool_use') return []
    return [{ kind: 'call', id: block.id, name: block.name, input: inputLine(block.input) }]
  })
}

function wordsOf({ is_error: failed, result = '' }: Result): LiveEvent[] {
  return failed || result === '' ? [] : [{ kind: 'result', text: result }]
}

function failureIn(event: Result, now: number): LiveEvent[] {
  const failure = failureOfEvents([event], now)
  return failure === undefined ? [] : [{ kind: 'error', failure }]
}

/** What a call gave, or why it gave nothing. */
export function givenBy({ is_error: failed, content }: { is_error: boolean; content?: unknown }): {
  readonly output: string | undefined
  readonly failed: string | undefined
} {
  if (failed) return { output: undefined, failed: detailOf(inputLine(content)) }
  return { output: outputLine(textIn(content)), failed: undefined }
}

/** A text, or a list of blocks of which some are texts. */
function textIn(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  const blocks: readonly unknown[] = content
  return blocks
    .flatMap((block) =>
      typeof block === 'object' && block !== null && 'text' in block && typeof block.text === 'string'
        ? [block.text]
        : [],
    )
    .join('\n')
}
