/** The JSON lines of `gemini --output-format stream-json`, as far as marrow reads them. Anything else is skipped. */
import { z } from 'zod'
import { eventsIn, LINE_CHARS_MAX } from '../json-lines.ts'

// Bounded, so that no printed number can turn a sum into Infinity: int() takes nothing above 2^53.
const Count = z.number().int().min(0).catch(0)
const Words = z.string().catch('')

const NoStats = { total_tokens: 0, input_tokens: 0, output_tokens: 0, cached: 0 }

const Problem = z.object({ type: Words, message: Words }).optional().catch(undefined)
const Status = z.enum(['success', 'error']).catch('error')

const GeminiEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('init'), session_id: z.string().max(200).optional().catch(undefined) }),
  /** The prompt, or a piece of what the model says. */
  z.object({ type: z.literal('message'), role: Words, content: Words, timestamp: Words }),
  z.object({
    type: z.literal('tool_use'),
    tool_name: z.string().catch('unknown'),
    tool_id: Words,
    parameters: z.unknown(),
  }),
  z.object({
    type: z.literal('tool_result'),
    tool_id: Words,
    status: Status,
    output: Words,
    error: Problem,
    timestamp: Words,
  }),
  /** Something went wrong, and the turn perhaps went on: a loop, a hook that blocked, an empty answer. */
  z.object({ type: z.literal('error'), message: z.string().catch('unknown error') }),
  z.object({
    type: z.literal('result'),
    status: Status,
    error: Problem,
    /** Figures of the whole session so far. */
    stats: z
      .object({
        total_tokens: Count,
        /** The cached ones too. */
        input_tokens: Count,
        /** Without those that the model thought with. */
        output_tokens: Count,
        cached: Count,
      })
      .catch(NoStats),
  }),
])
export type GeminiEvent = z.infer<typeof GeminiEvent>

/**
 * The last events of `stdout` in order. Lines that are cut, malformed or of another kind are left out. What the model
 * says comes in many pieces; here it is one message.
 */
export function readEvents(stdout: string): GeminiEvent[] {
  return joined(eventsIn(stdout, isEventLine, GeminiEvent))
}

/** One value of the stream; undefined: it is none that marrow reads. */
export function parseEvent(value: unknown): GeminiEvent | undefined {
  return GeminiEvent.safeParse(value).data
}

function joined(events: readonly GeminiEvent[]): GeminiEvent[] {
  const whole: GeminiEvent[] = []
  for (const event of events) {
    const last = whole.at(-1)
    if (isSpeech(event) && last !== undefined && isSpeech(last))
      whole[whole.length - 1] = { ...last, content: last.content + event.content }
    else whole.push(event)
  }
  return whole
}

/** Whether it is something that the model said. */
export function isSpeech(event: GeminiEvent): event is Extract<GeminiEvent, { type: 'message' }> {
  return event.type === 'message' && event.role === 'assistant'
}

function isEventLine(line: string): boolean {
  return line.startsWith('{"type":') && line.length <= LINE_CHARS_MAX
}
