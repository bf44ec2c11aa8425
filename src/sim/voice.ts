// Owns what the simulated agent prints: the lines of opencode, or plain lines with a report to marrow.
import type { Mishap, UsageFigures } from './words.ts'

/** Something to print, and the exit code when it ends the run. */
export interface Words {
  readonly stdout: string
  readonly stderr: string
}

/** How one agent CLI speaks. `at` is epoch ms. */
export interface Voice {
  readonly begin: (at: number) => string
  readonly say: (text: string, at: number) => string
  /** One piece of a flood, about `bytes` long. */
  readonly babble: (bytes: number, at: number) => string
  readonly end: (figures: Figures, at: number) => string
  readonly fail: (mishap: Mishap, at: number) => Words
}

/** The figures of a whole run, complete. */
export interface Figures {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  readonly costUsd: number | undefined
}

const BYTES_PER_TOKEN = 4 // About right for English and code.
const WORDS_TOKENS = 50 // A short answer.

/** What is not given is made up: the prompt's size as input, a short answer as output, no cost. */
export function figuresOf(usage: UsageFigures, promptBytes: number): Figures {
  return {
    inputTokens: usage.input ?? Math.ceil(promptBytes / BYTES_PER_TOKEN),
    outputTokens: usage.output ?? WORDS_TOKENS,
    cacheReadTokens: usage.cacheRead ?? 0,
    cacheWriteTokens: usage.cacheWrite ?? 0,
    costUsd: usage.costUsd,
  }
}

/** The code with which a run ends that fails so. Three mishaps look like success to whoever trusts exit codes. */
export function exitCodeOf({ kind }: Mishap): number {
  return kind === 'permission-denied' || kind === 'wrong-agent' || kind === 'no-result' ? 0 : 1
}

/** `session` is the id under which the CLI would keep the conversation. */
export function voiceOf(as: 'opencode' | 'generic', session: string): Voice {
  return as === 'opencode' ? opencodeVoice(session) : plainVoice(session)
}

function plainVoice(session: string): Voice {
  const report = (value: object) => `${JSON.stringify({ marrow: { session, ...value } })}\n`
  return {
    begin: () => '',
    say: (text) => `${text}\n`,
    babble: (bytes) => `${'x'.repeat(Math.max(0, bytes - 1))}\n`,
    end: ({ costUsd, ...usage }) => report(costUsd === undefined ? { usage } : { usage, costUsd }),
    fail: (mishap) => ({
      stdout: mishap.kind === 'no-result' ? '' : report({ error: errorOf(mishap) }),
      stderr: '',
    }),
  }
}

function errorOf(mishap: Mishap): object {
  const detail = detailOf(mishap)
  if (mishap.kind !== 'rate-limit') return { reason: mishap.kind, detail }
  return { reason: mishap.kind, detail, retryAfterSeconds: mishap.retryAfterMs / 1_000 }
}

function opencodeVoice(sessionID: string): Voice {
  const event = (type: string, at: number, value: object) =>
    `${JSON.stringify({ type, timestamp: at, sessionID, ...value })}\n`
  const toolUse = (at: number, state: object) =>
    event('tool_use', at, { part: { type: 'tool', tool: 'bash', state } })
  return {
    begin: (at) => event('step_start', at, { part: { type: 'step-start' } }),
    say: (text, at) => event('text', at, { part: { type: 'text', text } }),
    babble: (bytes, at) => toolUse(at, { status: 'completed', output: 'x'.repeat(bytes) }),
    end: (figures, at) => event('step_finish', at, { part: stepOf(figures) }),
    fail: (mishap, at) => {
      switch (mishap.kind) {
        case 'no-result':
          return { stdout: '', stderr: '' }
        case 'wrong-agent':
          return { stdout: '', stderr: `! ${detailOf(mishap)}\n` }
        case 'permission-denied':
          return {
            stdout: toolUse(at, { status: 'error', error: 'rejected' }),
            stderr: `! ${detailOf(mishap)}\n`,
          }
        case 'rate-limit':
        case 'authentication':
        case 'connection':
        case 'error': {
          const error = { name: 'APIError', data: { message: detailOf(mishap), ...answerOf(mishap) } }
          return { stdout: event('error', at, { error }), stderr: '' }
        }
      }
    },
  }
}

function stepOf(figures: Figures) {
  return {
    type: 'step-finish',
    reason: 'stop',
    tokens: {
      input: figures.inputTokens,
      output: figures.outputTokens,
      reasoning: 0,
      cache: { read: figures.cacheReadTokens, write: figures.cacheWriteTokens },
    },
    cost: figures.costUsd ?? 0,
  }
}

/** What the model's server would have answered; nothing when it was not reached. */
function answerOf(mishap: Mishap): object {
  switch (mishap.kind) {
    case 'rate-limit':
      return { statusCode: 429, responseHeaders: { 'retry-after-ms': String(mishap.retryAfterMs) } }
    case 'authentication':
      return { statusCode: 401 }
    case 'error':
      return { statusCode: 500 }
    case 'connection':
    case 'permission-denied':
    case 'wrong-agent':
    case 'no-result':
      return {}
  }
}

function detailOf(mishap: Mishap): string {
  switch (mishap.kind) {
    case 'rate-limit':
      return 'the simulated model takes no more requests for now'
    case 'authentication':
      return 'the simulated model does not accept the key'
    case 'connection':
      return 'Cannot connect to the simulated model: ECONNREFUSED'
    case 'permission-denied':
      return 'permission requested: bash (simulated); auto-rejecting'
    case 'wrong-agent':
      return 'agent "simulated" not found. Falling back to default agent'
    case 'no-result':
      return 'no result'
    case 'error':
      return mishap.text
  }
}
