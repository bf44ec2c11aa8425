/** What one line of Gemini CLI's stream says while a run goes on. */
import type { LineReading, LiveEvent } from '../adapter.ts'
import { detailOf } from '../failures.ts'
import { jsonLine } from '../line.ts'
import { inputLine, outputLine } from '../lines.ts'
import { failureOfText } from './errors.ts'
import { isSpeech, parseEvent, type GeminiEvent } from './events.ts'
import { spentBy } from './usage.ts'

/** The model's words come in pieces; the prompt, which is repeated before them, is no news. */
export function readLine(line: string, now: number): LineReading {
  return jsonLine(line, (value) => {
    const event = parseEvent(value)
    return event === undefined ? [] : said(event, now)
  })
}

function said(event: GeminiEvent, now: number): LiveEvent[] {
  switch (event.type) {
    case 'init':
      return event.session_id === undefined ? [] : [{ kind: 'session', id: event.session_id }]
    case 'message':
      return isSpeech(event) ? [{ kind: 'piece', text: event.content }] : []
    case 'tool_use': {
      const { tool_id: id, tool_name: name, parameters } = event
      return [{ kind: 'call', id, name, input: inputLine(parameters) }]
    }
    case 'tool_result':
      return [{ kind: 'returned', id: event.tool_id, ...givenBy(event) }]
    case 'error':
      return [{ kind: 'error', failure: failureOfText(event.message, { endedAt: now, status: undefined }) }]
    case 'result':
      return [...failureIn(event, now), spentBy(event)]
  }
}

function failureIn({ error }: Extract<GeminiEvent, { type: 'result' }>, now: number): LiveEvent[] {
  if (error === undefined) return []
  return [{ kind: 'error', failure: failureOfText(error.message, { endedAt: now, status: undefined }) }]
}

/** What a call gave, or why it gave nothing. */
export function givenBy({ status, output, error }: Extract<GeminiEvent, { type: 'tool_result' }>): {
  readonly output: string | undefined
  readonly failed: string | undefined
} {
  if (status === 'error') return { output: undefined, failed: detailOf(error?.message ?? '') }
  return { output: outputLine(output), failed: undefined }
}
