/** The JSON lines of `claude -p --output-format stream-json`, as far as marrow reads them. Anything else is skipped. */
import { z } from 'zod'
import { eventsIn, LINE_CHARS_MAX } from '../json-lines.ts'

// Bounded, so that no printed number can turn a sum into Infinity: int() takes nothing above 2^53.
const Count = z.number().int().min(0).catch(0)
const Cost = z.number().min(0).max(1e9).optional().catch(undefined)
const Name = z.string().max(200).optional().catch(undefined)
const Status = z.number().int().optional().catch(undefined)

const Tokens = z
  .object({
    input_tokens: Count,
    output_tokens: Count,
    cache_read_input_tokens: Count,
    cache_creation_input_tokens: Count,
  })
  .optional()
  .catch(undefined)

/** What one model was asked for since the start of the run, subagents included. */
const ModelTokens = z.object({
  inputTokens: Count,
  outputTokens: Count,
  cacheReadInputTokens: Count,
  cacheCreationInputTokens: Count,
})

// A message comes in parts of one block, a run speaks with a handful of models. What has more parts is no run's.
const PARTS_MAX = 100

/** The parts of a list or of a record that are what they should be. */
function partsOf<Part extends z.ZodType>(part: Part) {
  return z
    .union([z.array(z.unknown()), z.record(z.string(), z.unknown()).transform(Object.values<unknown>)])
    .catch([])
    .transform((parts) =>
      parts.slice(0, PARTS_MAX).flatMap((value) => {
        const parsed = part.safeParse(value)
        return parsed.success ? [parsed.data] : []
      }),
    )
}

const Blocks = partsOf(
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('text'), text: z.string() }),
    z.object({
      type: z.literal('tool_use'),
      id: z.string().catch(''),
      name: z.string().catch('unknown'),
      input: z.unknown(),
    }),
    z.object({
      type: z.literal('tool_result'),
      tool_use_id: z.string().catch(''),
      is_error: z.boolean().catch(false),
      content: z.unknown(),
    }),
  ]),
)

const Denial = z.object({
  tool_name: z.string().catch('unknown'),
  tool_use_id: z.string().catch(''),
  tool_input: z.unknown(),
})

/** 1 is all of it. */
const Share = z.number().min(0).max(1e6)
const Seconds = z.number().min(0).max(1e11)

const Window = z.object({ utilization: Share, resetsAt: Seconds })

/** The windows of a plan by their names; those that are not what they should be are left out. */
const Windows = z
  .record(z.string().max(60), z.unknown())
  .catch({})
  .transform((windows) =>
    Object.entries(windows)
      .slice(0, PARTS_MAX)
      .flatMap(([name, value]) => {
        const window = Window.safeParse(value)
        return window.success ? [{ name, ...window.data }] : []
      }),
  )

const ClaudeEvent = z.discriminatedUnion('type', [
  z.discriminatedUnion('subtype', [
    z.object({ type: z.literal('system'), subtype: z.literal('init'), session_id: Name }),
    z.object({
      type: z.literal('system'),
      subtype: z.literal('api_retry'),
      attempt: Count,
      max_retries: Count,
      retry_delay_ms: Count,
      /** null when no answer came. */
      error_status: Status,
      error: Name,
    }),
  ]),
  z.object({
    type: z.literal('rate_limit_event'),
    rate_limit_info: z
      .object({
        /** `rejected` when the window of the plan is used up; `allowed`, `allowed_warning` before. */
        status: z.string().catch(''),
        /** Seconds. */
        resetsAt: Seconds.optional().catch(undefined),
        rateLimitType: Name,
        /** The plan is used up, but paid use goes on: nothing is refused. */
        isUsingOverage: z.boolean().catch(false),
        /** How much of that window is used. */
        utilization: Share.optional().catch(undefined),
        unifiedWindows: Windows,
      })
      .catch({
        status: '',
        resetsAt: undefined,
        rateLimitType: undefined,
        isUsingOverage: false,
        utilization: undefined,
        unifiedWindows: [],
      }),
  }),
  z.object({
    type: z.literal('assistant'),
    message: z.object({ id: z.string().catch(''), content: Blocks, usage: Tokens }),
    /** The call that started the subagent which said it; null for the agent itself. */
    parent_tool_use_id: Name,
    /** A word for what went wrong: then Claude Code wrote the message itself. */
    error: Name,
    api_error_status: Status,
  }),
  z.object({ type: z.literal('user'), message: z.object({ content: Blocks }) }),
  z.object({
    type: z.literal('result'),
    subtype: z.string().catch(''),
    is_error: z.boolean().catch(false),
    /** Why the turn was over; `completed` when the model ended it. */
    terminal_reason: Name,
    api_error_status: Status,
    result: z.string().optional().catch(undefined),
    errors: partsOf(z.string()),
    /** Of this turn and the agent itself only. */
    usage: Tokens,
    /** Of the whole run so far, like the cost. */
    modelUsage: partsOf(ModelTokens),
    total_cost_usd: Cost,
    permission_denials: partsOf(Denial),
  }),
])
export type ClaudeEvent = z.infer<typeof ClaudeEvent>
export type Assistant = Extract<ClaudeEvent, { type: 'assistant' }>
export type Result = Extract<ClaudeEvent, { type: 'result' }>
export type Retry = Extract<ClaudeEvent, { subtype: 'api_retry' }>
export type RateLimit = Extract<ClaudeEvent, { type: 'rate_limit_event' }>

const RUN_CHARS_MAX = 8_388_608 // As much as is read of a run.

/**
 * The last events of `stdout` in order; with `--output-format json` there is one, the result. Lines that are cut,
 * malformed or of another kind are left out.
 */
export function readEvents(stdout: string, wanted?: 'what tools gave'): ClaudeEvent[] {
  const isWanted = wanted === undefined ? isEventLine : isAnyEventLine
  return eventsIn(stdout, isWanted, ClaudeEvent)
}

/** One value of the stream; undefined: it is none that marrow reads. */
export function parseEvent(value: unknown): ClaudeEvent | undefined {
  return ClaudeEvent.safeParse(value).data
}

const kindPattern =
  /^\[?\{"type":"(?:system","subtype":"(?:init|api_retry)"|assistant"|user"|rate_limit_event"|result")/

/** Tells what needs parsing to judge a run: of what tools gave only failures count. */
function isEventLine(line: string): boolean {
  return isAnyEventLine(line) && (!line.startsWith('{"type":"user"') || line.includes('"is_error":true'))
}

/** The first key of a result is not always `type`. */
function isAnyEventLine(line: string): boolean {
  // With `--output-format json --verbose` the whole run is one line.
  if (
    line.length > (line.startsWith('[') ? RUN_CHARS_MAX : LINE_CHARS_MAX) ||
    !(line.startsWith('{"') || line.startsWith('[{"'))
  )
    return false
  return kindPattern.test(line) || line.includes('"type":"result"')
}
