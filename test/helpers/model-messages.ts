/** The Anthropic Messages dialect of the scripted model server: what Claude Code speaks. */
import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Conversation, ModelProtocol, Refusal } from './model-protocol.ts'
import type { ScriptedAnswer } from './model-script.ts'

const Text = z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).nullish()

const Block = z.object({ type: z.string(), text: z.string().optional(), content: Text })

const Request = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.union([z.string(), z.array(Block)]) })),
  tools: z.array(z.object({ name: z.string() })).optional(),
})
type Message = z.infer<typeof Request>['messages'][number]

export const messagesProtocol: ModelProtocol = {
  name: 'messages',
  path: '/messages',
  read,
  answer,
  refuse,
}

function read(body: unknown): Conversation {
  const { messages, tools = [] } = Request.parse(body)
  const newest = messages.findLastIndex(
    (message) => message.role === 'user' && outputsOf(message).length === 0 && wordsOf(message) !== '',
  )
  const prompt = messages[newest]
  const since = messages.slice(newest + 1)
  return {
    prompt: prompt === undefined ? '' : wordsOf(prompt),
    toolOutputs: since.flatMap(outputsOf),
    turn: since.filter(({ role }) => role === 'assistant').length,
    tools: tools.map(({ name }) => name),
  }
}

/** What the user wrote, without the reminders that Claude Code puts around it. */
function wordsOf({ content }: Message): string {
  const texts = typeof content === 'string' ? [content] : content.flatMap(({ text }) => text ?? [])
  return texts
    .map((text) => text.replaceAll(/<system-reminder>[\s\S]*?<\/system-reminder>\n*/g, ''))
    .filter((text) => text !== '')
    .join('\n')
}

function outputsOf({ content }: Message): string[] {
  if (typeof content === 'string') return []
  return content.filter(({ type }) => type === 'tool_result').map((block) => textOf(block.content))
}

function textOf(content: z.infer<typeof Text>): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => part.text ?? '').join('\n')
}

let answers = 0

function answer(response: ServerResponse, answered: ScriptedAnswer, body: unknown): void {
  const { model, stream } = Request.parse(body)
  answers += 1
  const usage = usageOf(answered)
  // Ids of their own per answer: a client counts the figures of one message once, and knows a call by its id.
  const block = blockOf(answered, `toolu_scripted_${answers}`)
  const stop = block.type === 'tool_use' ? 'tool_use' : 'end_turn'
  const message = {
    id: `msg_scripted_${answers}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  }
  if (stream !== true) {
    if (answered.kind !== 'hang')
      sendJson(response, 200, { ...message, content: [block], stop_reason: stop, usage })
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  sendEvent(response, { type: 'message_start', message })
  if (answered.kind === 'hang') return
  const [empty, delta] = pieces(block)
  sendEvent(response, { type: 'content_block_start', index: 0, content_block: empty })
  sendEvent(response, { type: 'content_block_delta', index: 0, delta })
  sendEvent(response, { type: 'content_block_stop', index: 0 })
  sendEvent(response, {
    type: 'message_delta',
    delta: { stop_reason: stop, stop_sequence: null },
    usage: { output_tokens: usage.output_tokens },
  })
  sendEvent(response, { type: 'message_stop' })
  response.end()
}

function blockOf(answered: ScriptedAnswer, id: string) {
  switch (answered.kind) {
    case 'text':
      return { type: 'text', text: answered.text } as const
    case 'hang':
      return { type: 'text', text: '' } as const
    case 'bash':
      return callOf(
        id,
        'Bash',
        JSON.stringify({ command: answered.command, description: 'scripted command' }),
      )
    case 'tool':
      return callOf(id, answered.name, answered.input)
  }
}

function callOf(id: string, name: string, input: string) {
  const parsed: unknown = JSON.parse(input)
  return { type: 'tool_use', id, name, input: parsed } as const
}

/** The block as a stream opens it, and what it is then filled with. */
function pieces(block: ReturnType<typeof blockOf>) {
  if (block.type === 'text')
    return [
      { ...block, text: '' },
      { type: 'text_delta', text: block.text },
    ]
  return [
    { ...block, input: {} },
    { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
  ]
}

/** The cached part is no part of the input here, and thoughts are part of the output. */
function usageOf({ usage }: ScriptedAnswer) {
  return {
    input_tokens: usage.input - usage.cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage.cached,
    output_tokens: usage.output,
  }
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

function refuse(response: ServerResponse, { code, retryAfter }: Refusal): void {
  const headers = retryAfter === undefined ? {} : waitHeaders(code, retryAfter)
  const error = { type: errorTypes[code] ?? 'api_error', message: `scripted ${code}` }
  sendJson(response, code, { type: 'error', error }, headers)
}

/** A refusal for too many requests also says that the window of a plan is used up; only a login to a plan heeds that. */
function waitHeaders(code: number, retryAfter: string): Record<string, string> {
  if (code !== 429) return { 'retry-after': retryAfter }
  const reset = String(Math.floor(Date.now() / 1_000) + Number(retryAfter))
  return {
    'retry-after': retryAfter,
    'anthropic-ratelimit-unified-status': 'rejected',
    'anthropic-ratelimit-unified-reset': reset,
    'anthropic-ratelimit-unified-representative-claim': 'five_hour',
  }
}

function sendEvent(
  response: ServerResponse,
  event: { readonly type: string; readonly [key: string]: unknown },
): void {
  response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
}

function sendJson(
  response: ServerResponse,
  code: number,
  value: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(value))
}
