/** The Gemini API dialect of the scripted model server: `generateContent`, in one piece or as a stream. */
import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Conversation, ModelProtocol, Refusal } from './model-protocol.ts'
import type { ScriptedAnswer } from './model-script.ts'

const Part = z.object({
  text: z.string().optional(),
  functionResponse: z.object({ response: z.unknown() }).optional(),
})

const Request = z.object({
  contents: z.array(z.object({ role: z.string().optional(), parts: z.array(Part).default([]) })),
  tools: z
    .array(z.object({ functionDeclarations: z.array(z.object({ name: z.string() })).default([]) }))
    .optional(),
})
type Content = z.infer<typeof Request>['contents'][number]

export const geminiProtocol: ModelProtocol = {
  name: 'gemini',
  // The name of the model stands in the path.
  path: /^\/v1beta\/models\/[^/]+:(?:streamG|g)enerateContent$/,
  read,
  answer,
  refuse,
}

function read(body: unknown): Conversation {
  const { contents, tools = [] } = Request.parse(body)
  const newest = contents.findLastIndex((content) => content.role === 'user' && !holdsOutput(content))
  const since = contents.slice(newest + 1)
  return {
    prompt: textOf(contents[newest]),
    toolOutputs: since.filter(holdsOutput).map(outputOf),
    turn: since.filter(({ role }) => role === 'model').length,
    tools: tools.flatMap((tool) => tool.functionDeclarations.map(({ name }) => name)),
  }
}

/** What a tool returned comes in the name of the user. */
function holdsOutput({ parts }: Content): boolean {
  return parts.some((part) => part.functionResponse !== undefined)
}

/** Without what Gemini CLI says of the machine before the prompt. */
function textOf(content: Content | undefined): string {
  const texts = (content?.parts ?? []).map((part) => part.text ?? '')
  return texts.filter((text) => !text.startsWith('<session_context>')).join('\n')
}

function outputOf({ parts }: Content): string {
  return parts.map((part) => JSON.stringify(part.functionResponse?.response ?? '')).join('\n')
}

function answer(response: ServerResponse, answered: ScriptedAnswer, _body: unknown, path: string): void {
  const chunk = chunkOf(answered)
  if (!path.endsWith(':streamGenerateContent')) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(chunk))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  if (answered.kind === 'hang') response.flushHeaders()
  else response.end(`data: ${JSON.stringify(chunk)}\n\n`)
}

function chunkOf(answered: ScriptedAnswer) {
  const { input, output, cached, reasoning } = answered.usage
  return {
    candidates: [{ index: 0, content: { role: 'model', parts: [partOf(answered)] }, finishReason: 'STOP' }],
    // What it thought is no part of `candidatesTokenCount`.
    usageMetadata: {
      promptTokenCount: input,
      candidatesTokenCount: output - reasoning,
      thoughtsTokenCount: reasoning,
      cachedContentTokenCount: cached,
      totalTokenCount: input + output,
    },
    responseId: 'scripted',
  }
}

function partOf(answered: ScriptedAnswer) {
  switch (answered.kind) {
    case 'text':
      return { text: answered.text }
    case 'hang':
      return { text: '' }
    case 'bash':
      return callOf('run_shell_command', { command: answered.command, description: 'scripted command' })
    case 'tool':
      return callOf(answered.name, JSON.parse(answered.input))
  }
}

function callOf(name: string, args: unknown) {
  return { functionCall: { id: 'call_scripted', name, args } }
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
}

/** Gemini says when to try again in the body, not in a header. */
function refuse(response: ServerResponse, { code, retryAfter, type }: Refusal): void {
  const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfter}s` }
  const details = retryAfter === undefined ? [] : [retryInfo]
  const error = {
    code,
    message: `scripted ${code}`,
    status: type ?? STATUS_NAMES[code] ?? 'INTERNAL',
    details,
  }
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
}
