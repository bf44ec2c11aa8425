/** The OpenAI chat-completions dialect of the scripted model server: what opencode speaks to a custom provider. */
import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Conversation, ModelProtocol, Refusal } from './model-protocol.ts'
import type { ScriptedAnswer } from './model-script.ts'

const Content = z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).nullish()

const Request = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(z.object({ role: z.string(), content: Content })),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).optional(),
})

export const chatProtocol: ModelProtocol = { name: 'chat', path: '/chat/completions', read, answer, refuse }

function read(body: unknown): Conversation {
  const { messages, tools = [] } = Request.parse(body)
  const newest = messages.findLastIndex((message) => message.role === 'user')
  const since = messages.slice(newest + 1)
  return {
    prompt: textOf(messages[newest]?.content),
    toolOutputs: since.filter(({ role }) => role === 'tool').map(({ content }) => textOf(content)),
    turn: since.filter(({ role }) => role === 'assistant').length,
    tools: tools.map((tool) => tool.function.name),
  }
}

function textOf(content: z.infer<typeof Content>): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => part.text ?? '').join('\n')
}

function answer(response: ServerResponse, answered: ScriptedAnswer, body: unknown): void {
  const { model, stream } = Request.parse(body)
  const frame = { id: 'chatcmpl-scripted', created: 0, model }
  const message = messageOf(answered)
  const finish = 'tool_calls' in message ? 'tool_calls' : 'stop'
  const usage = usageOf(answered)
  if (stream !== true) {
    const choice = { index: 0, finish_reason: finish, message: { role: 'assistant', ...message } }
    sendJson(response, 200, { ...frame, object: 'chat.completion', choices: [choice], usage })
    return
  }
  const send = (delta: object, reason: string | null = null) => {
    const choice = { index: 0, delta, finish_reason: reason }
    sendEvent(response, { ...frame, object: 'chat.completion.chunk', choices: [choice] })
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  send({ role: 'assistant', content: '' })
  if (answered.kind === 'hang') return
  send(message)
  send({}, finish)
  sendEvent(response, { ...frame, object: 'chat.completion.chunk', choices: [], usage })
  response.end('data: [DONE]\n\n')
}

function messageOf(answered: ScriptedAnswer) {
  switch (answered.kind) {
    case 'text':
      return { content: answered.text }
    case 'hang':
      return { content: '' }
    case 'bash':
      return callOf('bash', JSON.stringify({ command: answered.command, description: 'scripted command' }))
    case 'tool':
      return callOf(answered.name, answered.input)
  }
}

function callOf(name: string, input: string) {
  return {
    tool_calls: [{ index: 0, id: 'call_scripted', type: 'function', function: { name, arguments: input } }],
  }
}

function usageOf({ usage }: ScriptedAnswer) {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  }
}

function refuse(response: ServerResponse, { code, retryAfter }: Refusal): void {
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
  const error = { message: `scripted ${code}`, type: 'scripted_error', code: null, param: null }
  sendJson(response, code, { error }, headers)
}

function sendEvent(response: ServerResponse, event: object): void {
  response.write(`data: ${JSON.stringify(event)}\n\n`)
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
