/** The OpenAI Responses dialect of the scripted model server: what codex speaks. */
import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Conversation, ModelProtocol, Refusal } from './model-protocol.ts'
import type { ScriptedAnswer } from './model-script.ts'

const Content = z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).nullish()

const Tool = z.object({
  type: z.string(),
  name: z.string().optional(),
  tools: z.array(z.object({ name: z.string() })).optional(),
})

const Request = z.object({
  model: z.string(),
  input: z.array(
    z.object({
      type: z.string().optional(),
      role: z.string().optional(),
      content: Content,
      output: Content,
    }),
  ),
  tools: z.array(Tool).optional(),
})
type Tools = readonly z.infer<typeof Tool>[]

export const responsesProtocol: ModelProtocol = {
  name: 'responses',
  path: '/responses',
  read,
  answer,
  refuse,
}

// Codex says where it works and what the project wants as messages of the user, before the prompt and after it.
const surroundings =
  /^\s*(?:<(?:environment_context|user_instructions|permissions)|# AGENTS\.md instructions)/

function read(body: unknown): Conversation {
  const { input, tools = [] } = Request.parse(body)
  const newest = input.findLastIndex(
    ({ role, content }) => role === 'user' && !surroundings.test(textOf(content)),
  )
  const since = input.slice(newest + 1)
  return {
    prompt: textOf(input[newest]?.content),
    toolOutputs: since
      .filter(({ type = '' }) => type.endsWith('_call_output'))
      .map(({ output }) => textOf(output)),
    turn: since.filter(({ type = '', role }) => role === 'assistant' || type.endsWith('_call')).length,
    tools: namesOf(tools).map(({ name }) => name),
  }
}

/** The tools of a server stand together under its name, and each has to be called by both. */
function namesOf(tools: Tools): { name: string; namespace?: string }[] {
  return tools.flatMap(({ type, name = type, tools: inner }) =>
    inner === undefined ? [{ name }] : inner.map((tool) => ({ name: tool.name, namespace: name })),
  )
}

function textOf(content: z.infer<typeof Content>): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => part.text ?? '').join('\n')
}

function answer(response: ServerResponse, answered: ScriptedAnswer, body: unknown): void {
  const { model, input, tools = [] } = Request.parse(body)
  const created = { id: 'resp_scripted', object: 'response', created_at: 0, model, output: [] }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  sendEvent(response, { type: 'response.created', response: { ...created, status: 'in_progress' } })
  if (answered.kind === 'hang') return
  const item = itemOf(answered, tools, input.length)
  sendEvent(response, { type: 'response.output_item.added', output_index: 0, item })
  sendEvent(response, { type: 'response.output_item.done', output_index: 0, item })
  sendEvent(response, {
    type: 'response.completed',
    response: { ...created, status: 'completed', output: [item], usage: usageOf(answered) },
  })
  response.end()
}

/** `place` in the conversation makes the ids of its items different ones. */
function itemOf(answered: Exclude<ScriptedAnswer, { readonly kind: 'hang' }>, tools: Tools, place: number) {
  switch (answered.kind) {
    case 'text': {
      const content = [{ type: 'output_text', text: answered.text, annotations: [] }]
      return { type: 'message', id: `msg_${place}`, role: 'assistant', status: 'completed', content }
    }
    case 'bash':
      return callOf('exec_command', JSON.stringify({ cmd: answered.command }), tools, place)
    case 'tool':
      return callOf(answered.name, answered.input, tools, place)
  }
}

function callOf(name: string, input: string, tools: Tools, place: number) {
  const tool = namesOf(tools).find((offered) => offered.name === name) ?? { name }
  const call = { type: 'function_call', id: `fc_${place}`, call_id: `call_${place}`, status: 'completed' }
  return { ...call, ...tool, arguments: input }
}

function usageOf({ usage }: ScriptedAnswer) {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  }
}

/** The limit of a plan says in its body when it ends, in seconds; other refusals say it in the header. */
function refuse(response: ServerResponse, { code, retryAfter, type }: Refusal): void {
  const error = { message: `scripted ${code}`, type: type ?? 'scripted_error', code: null, param: null }
  if (type === 'usage_limit_reached') {
    const ends = Math.floor(Date.now() / 1_000) + Number(retryAfter ?? 0)
    return sendJson(response, code, { error: { ...error, plan_type: 'pro', resets_at: ends } })
  }
  sendJson(response, code, { error }, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
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
