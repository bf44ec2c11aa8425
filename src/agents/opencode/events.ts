/** The JSON lines of `opencode run --format json`, as far as marrow reads them. Anything else is skipped. */
import { z } from 'zod'
import { eventsIn, LINE_CHARS_MAX } from '../json-lines.ts'

// Bounded, so that no printed number can turn a sum into Infinity: int() takes nothing above 2^53.
const Count = z.number().int().min(0).catch(0)
const Cost = z.number().min(0).max(1e9).catch(0)
const sessionID = z.string().max(200).optional().catch(undefined)

const NoTokens = { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } }
const Tokens = z
  .object({
    input: Count,
    output: Count,
    reasoning: Count,
    cache: z.object({ read: Count, write: Count }).catch(NoTokens.cache),
  })
  .catch(NoTokens)

const NoState = { status: '', input: undefined, output: '', error: '' }

const ErrorData = z.object({
  message: z.string().optional().catch(undefined),
  statusCode: z.number().int().optional().catch(undefined),
  responseHeaders: z.unknown().optional(),
})

const OpencodeEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step_start'), sessionID }),
  z.object({
    type: z.literal('tool_use'),
    sessionID,
    part: z
      .object({
        tool: z.string().catch('unknown'),
        callID: z.string().catch(''),
        state: z
          .object({
            status: z.string().catch(''),
            input: z.unknown(),
            output: z.string().catch(''),
            error: z.string().catch(''),
          })
          .catch(NoState),
      })
      .catch({ tool: 'unknown', callID: '', state: NoState }),
  }),
  z.object({
    type: z.literal('text'),
    sessionID,
    part: z.object({ text: z.string(), messageID: z.string().optional().catch(undefined) }),
  }),
  z.object({
    type: z.literal('step_finish'),
    sessionID,
    part: z.object({
      /** `stop` when the model ended the turn itself. */
      reason: z.string().optional().catch(undefined),
      tokens: Tokens,
      cost: Cost,
    }),
  }),
  z.object({
    type: z.literal('error'),
    sessionID,
    error: z
      .object({
        name: z.string().catch('UnknownError'),
        data: ErrorData.catch({ message: undefined, statusCode: undefined, responseHeaders: undefined }),
      })
      .catch({
        name: 'UnknownError',
        data: { message: undefined, statusCode: undefined, responseHeaders: undefined },
      }),
  }),
])
export type OpencodeEvent = z.infer<typeof OpencodeEvent>

/** The last events of `stdout` in order. Lines that are cut, malformed or of another kind are left out. */
export function readEvents(stdout: string): OpencodeEvent[] {
  return eventsIn(stdout, isEventLine, OpencodeEvent)
}

/** One value of the stream; undefined: it is none that marrow reads. */
export function parseEvent(value: unknown): OpencodeEvent | undefined {
  return OpencodeEvent.safeParse(value).data
}

function isEventLine(line: string): boolean {
  return line.startsWith('{"type":') && line.length <= LINE_CHARS_MAX
}

/** Of the headers of an answer those that say when a retry makes sense, their names in lower case. */
export function retryHeaders(headers: unknown): Record<string, string> {
  const found: Record<string, string> = {}
  if (typeof headers !== 'object' || headers === null) return found
  for (const [name, value] of Object.entries(headers)) {
    if (/^retry-after(?:-ms)?$/i.test(name) && typeof value === 'string') found[name.toLowerCase()] = value
  }
  return found
}
