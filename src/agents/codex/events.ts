/** The JSON lines of `codex exec --json`, as far as marrow reads them. Anything else is skipped. */
import { z } from 'zod'
import { eventsIn, LINE_CHARS_MAX } from '../json-lines.ts'

// Bounded, so that no printed number can turn a sum into Infinity: int() takes nothing above 2^53.
const Count = z.number().int().min(0).catch(0)
const Text = z.string().catch('')
const Message = z.object({ message: Text }).catch({ message: '' })

const Item = z.discriminatedUnion('type', [
  z.object({ type: z.literal('agent_message'), text: Text }),
  z.object({
    type: z.literal('command_execution'),
    id: Text,
    command: Text,
    aggregated_output: Text,
    exit_code: z.number().int().nullish().catch(undefined),
    status: Text,
  }),
  z.object({
    type: z.literal('file_change'),
    id: Text,
    changes: z.array(z.object({ path: Text })).catch([]),
    status: Text,
  }),
  z.object({
    type: z.literal('mcp_tool_call'),
    id: Text,
    server: Text,
    tool: Text,
    arguments: z.unknown().optional(),
    result: z.unknown().optional(),
    error: z.object({ message: Text }).nullish().catch(undefined),
    status: Text,
  }),
  z.object({ type: z.literal('web_search'), id: Text, query: Text }),
])
export type CodexItem = z.infer<typeof Item>

/** The figures of the whole conversation so far, those of earlier runs that this one resumed included. */
const TurnUsage = z.object({
  /** With the cached part. */
  input_tokens: Count,
  cached_input_tokens: Count,
  cache_write_input_tokens: Count,
  /** With the reasoning. */
  output_tokens: Count,
})
export type TurnUsage = z.infer<typeof TurnUsage>

const CodexEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thread.started'), thread_id: z.string().max(200).optional().catch(undefined) }),
  z.object({ type: z.literal('item.started'), item: Item.optional().catch(undefined) }),
  z.object({ type: z.literal('item.completed'), item: Item }),
  z.object({ type: z.literal('turn.completed'), usage: TurnUsage.optional().catch(undefined) }),
  z.object({ type: z.literal('turn.failed'), error: Message }),
  z.object({ type: z.literal('error'), message: Text }),
])
export type CodexEvent = z.infer<typeof CodexEvent>

/** One value of the stream; undefined: it is none that marrow reads. */
export function parseEvent(value: unknown): CodexEvent | undefined {
  return CodexEvent.safeParse(value).data
}

const eventLine =
  /^\{"type":"(?:thread\.started|item\.(?:started|completed)|turn\.completed|turn\.failed|error)"/
const EVENT_START = '{"type":"' // Looked for first: most of what may be printed instead does not begin so.

/** The last events of `stdout` in order. Lines that are cut, malformed or of another kind are left out. */
export function readEvents(stdout: string): CodexEvent[] {
  return eventsIn(stdout, isEventLine, CodexEvent)
}

function isEventLine(line: string): boolean {
  return line.startsWith(EVENT_START) && line.length <= LINE_CHARS_MAX && eventLine.test(line)
}
