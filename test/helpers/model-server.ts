/**
 * A scripted model server on loopback, so that real agent CLIs can be driven end to end without any model.
 * The script stands in the prompt (model-script.ts); one object per API dialect (model-protocol.ts).
 *
 * A process of its own, so that it can stand in a network namespace without any way out:
 * `node test/helpers/model-server.ts [--log FILE]` prints `{"port":N}` once it listens on 127.0.0.1, and appends one
 * `ModelRequest` per request to FILE. It ends when its stdin does.
 */
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { chatProtocol } from './model-chat.ts'
import { geminiProtocol } from './model-gemini.ts'
import { messagesProtocol } from './model-messages.ts'
import type { ModelProtocol } from './model-protocol.ts'
import { responsesProtocol } from './model-responses.ts'
import { systemOf } from './model-system.ts'
import { answerFor, plainAnswer, scriptIn } from './model-script.ts'

const protocols: readonly ModelProtocol[] = [
  chatProtocol,
  messagesProtocol,
  geminiProtocol,
  responsesProtocol,
]

/** One request as it came in, for tests that look at what a CLI sent. */
export const ModelRequest = z.object({
  protocol: z.string().optional(),
  method: z.string(),
  url: z.string(),
  /** The newest message of the user. */
  prompt: z.string(),
  turn: z.number(),
  tools: z.array(z.string()),
  /** What it was told beside that message. */
  system: z.string().optional(),
  /** Who the CLI said that it is: a key or a token, as tests make them up. */
  authorization: z.string().optional(),
  /** The HTTP status that was answered. */
  status: z.number(),
})
export type ModelRequest = z.infer<typeof ModelRequest>

function serve(log: string | undefined): void {
  const refusals = new Map<string, number>()
  const record = (request: ModelRequest) => {
    if (log !== undefined) appendFileSync(log, `${JSON.stringify(request)}\n`)
  }
  const server = createServer((request, response) => {
    handle(request, response, refusals).then(record, (error: unknown) => {
      process.stderr.write(`model-server: ${String(error)}\n`)
      response.destroy()
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.stdout.write(
      `${JSON.stringify({ port: typeof address === 'object' ? address?.port : undefined })}\n`,
    )
  })
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  refusals: Map<string, number>,
): Promise<ModelRequest> {
  const { method = '', url = '' } = request
  const path = new URL(url, 'http://loopback').pathname.replace(/^\/v1(?=\/)/, '')
  const protocol = protocols.find((candidate) => speaks(candidate, path))
  const raw = await text(request)
  const authorization = authorizationOf(request)
  if (path === '/oauth/token') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(refreshedTokens()))
    return { method, url, prompt: '', turn: 0, tools: [], authorization, status: 200 }
  }
  if (protocol === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
    return { method, url, prompt: '', turn: 0, tools: [], authorization, status: 404 }
  }
  const body: unknown = JSON.parse(raw)
  const { prompt, toolOutputs, turn, tools } = protocol.read(body)
  const system = systemOf(body)
  const seen = {
    protocol: protocol.name,
    method,
    url,
    prompt,
    turn,
    tools: [...tools],
    system,
    authorization,
  }
  // A request without tools asks for a title or a summary. It repeats the prompt, but must not use up the script.
  const script = scriptIn([prompt, ...toolOutputs].join('\n'))
  const answer = tools.length === 0 ? plainAnswer() : answerFor(script, turn)
  if (answer.status !== undefined) {
    const { code, retryAfter, times, type } = answer.status
    const count = countRefusal(refusals, `${turn} ${script}`)
    if (count <= times) {
      const after = retryAfter[Math.min(count, retryAfter.length) - 1]
      protocol.refuse(response, { code, retryAfter: after, type })
      return { ...seen, status: code }
    }
  }
  protocol.answer(response, answer, body, path)
  return { ...seen, status: 200 }
}

/** In whichever header the dialect has it. */
function authorizationOf({ headers }: IncomingMessage): string | undefined {
  const found = headers.authorization ?? headers['x-api-key'] ?? headers['x-goog-api-key']
  return typeof found === 'string' ? found : undefined
}

/** What a login is refreshed with, good for an hour. */
function refreshedTokens(): Record<string, string> {
  const token = `${base64url({ alg: 'none' })}.${base64url({ sub: 'refreshed', exp: Math.floor(Date.now() / 1_000) + 3_600 })}.none`
  return { access_token: token, id_token: token, refresh_token: 'refreshed' }
}

function base64url(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url')
}

function speaks(protocol: ModelProtocol, path: string): boolean {
  return typeof protocol.path === 'string' ? protocol.path === path : protocol.path.test(path)
}

function countRefusal(refusals: Map<string, number>, key: string): number {
  const count = (refusals.get(key) ?? 0) + 1
  refusals.set(key, count)
  return count
}

if (import.meta.main) {
  const [flag, file] = process.argv.slice(2)
  serve(flag === '--log' ? file : undefined)
  // Whoever started it holds its stdin: it ends with them, however they end.
  process.stdin.on('end', () => process.exit()).resume()
}
