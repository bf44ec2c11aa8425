/** The JSON lines of `opencode run --format json`, as far as marrow reads them. Anything else is skipped. */
import { z } from 'zod'

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

const ErrorData = z.object({
  message: z.string().optional().catch(undefined),
  statusCode: z.number().int().optional().catch(undefined),
  responseHeaders: z.record(z.string(), z.string().catch('')).catch({}),
})

const OpencodeEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step_start'), sessionID }),
  z.object({ type: z.literal('tool_use'), sessionID }),
  z.object({
    type: z.literal('text'),
    sessionID,
    part: z.object({ text: z.string(), messageID: z.string().optional().catch(undefined) }),
  }),
  z.object({ type: z.literal('step_finish'), sessionID, part: z.object({ tokens: Tokens, cost: Cost }) }),
  z.object({
    type: z.literal('error'),
    sessionID,
    error: z
      .object({
        name: z.string().catch('UnknownError'),
        data: ErrorData.catch({ message: undefined, statusCode: undefined, responseHeaders: {} }),
      })
      .catch({
        name: 'UnknownError',
        data: { message: undefined, statusCode: undefined, responseHeaders: {} },
      }),
  }),
])
export type OpencodeEvent = z.infer<typeof OpencodeEvent>

/** The events of `stdout` in order. Lines that are cut, malformed or of another kind are left out. */
export function readEvents(stdout: string): OpencodeEvent[] {
  return stdout.split('\n').flatMap((line) => {
    const event = OpencodeEvent.safeParse(parseJson(line))
    return event.success ? [event.data] : []
  })
}

function parseJson(line: string): unknown {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
