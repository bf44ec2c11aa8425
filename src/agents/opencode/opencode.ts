/** How opencode is started for an unattended turn, and how its output is read. */
import type {
  Adapter,
  AgentEvent,
  Delivery,
  Failure,
  LineReading,
  LiveEvent,
  Reading,
  RunOutput,
  WordsRequest,
} from '../adapter.ts'
import { fitsArgument } from '../argument-limit.ts'
import { detailOf, failureOfApi } from '../failures.ts'
import { flagValues, ownWords } from '../flags.ts'
import { LINE_CHARS_MAX } from '../json-lines.ts'
import { jsonLine } from '../line.ts'
import { inputLine, lastChars, outerChars, outputLine, spokenLines } from '../lines.ts'
import { agents } from './agents.ts'
import { parseEvent, readEvents, retryHeaders } from './events.ts'
import type { OpencodeEvent } from './events.ts'
import { needs } from './needs.ts'
import { bypass } from './permissions.ts'
import { programPattern } from './program.ts'
import { reopen } from './reopen.ts'
import { role } from './role.ts'
import { endOfFlags, programIn, withPromptLast } from '../program-place.ts'
import { addUp } from '../reading.ts'

export const opencode: Adapter = {
  name: 'opencode',
  tells: { cost: true, plan: false },
  // opencode quotes arguments anew, which breaks a prompt that holds quotes. From stdin it takes every byte as it is.
  promptVia: 'stdin',
  // A run must not exchange the program under the next one. Its other switches would take something away from
  // people who rely on it (the list of models, language servers, sharing), so they stay the operator's choice.
  env: () => ({ OPENCODE_DISABLE_AUTOUPDATE: '1' }),
  words: wordsFor,
  events: (output) => neutral(readEvents(output.stdout), output),
  read,
  line: readLine,
  streams: (words) =>
    flagValues(ownWords(words, programPattern), ['--format']).every(({ value }) => value === 'json'),
  reopen,
  needs,
  bypass,
  role,
  guard: 'the permissions of the role',
  agents,
}

function wordsFor({ words, promptVia, promptPlaced, prompt }: WordsRequest): Delivery {
  const complete = withJsonFormat(words)
  if (promptPlaced) return { words: complete, promptOnStdin: false }
  // It has no flag that reads a prompt from a file: its stdin is that file.
  const asArgument = promptVia === 'argument' && fitsArgument(prompt)
  const withPrompt = asArgument
    ? withPromptLast(complete, programIn(complete, programPattern), prompt)
    : complete
  return { words: withPrompt, promptOnStdin: !asArgument }
}

/** Without JSON lines nothing can be told about a run but its exit code. */
function withJsonFormat(words: readonly string[]): readonly string[] {
  const program = programIn(words, programPattern)
  const end = endOfFlags(words, program)
  if (words.slice(program + 1, end).some((word) => word === '--format' || word.startsWith('--format=')))
    return words
  const run = words.indexOf('run', program + 1)
  const place = program >= 0 && run > program && run < end ? run + 1 : end
  return [...words.slice(0, place), '--format', 'json', ...words.slice(place)]
}

const STDERR_CHARS_MAX = 1_048_576 // opencode says a few lines there; more than this is a log that somebody switched on.

function read(output: RunOutput): Reading {
  const events = readEvents(output.stdout)
  const steps = events.filter((event) => event.type === 'step_finish')
  const said = spokenLines(outerChars(output.stderr, STDERR_CHARS_MAX))
  return {
    ...addUp(neutral(events, output)),
    result: lastWords(events),
    failure:
      reportedError(events, output) ??
      statedMishap(said, steps.at(-1)?.part.reason) ??
      cutAnswer(steps.at(-1)?.part.reason) ??
      silentFailure(steps.length, said, output),
  }
}

function neutral(events: readonly OpencodeEvent[], { endedAt }: RunOutput): AgentEvent[] {
  const session = events.find((event) => event.sessionID !== undefined)?.sessionID
  const first: AgentEvent[] = session === undefined ? [] : [{ kind: 'session', id: session }]
  return [...first, ...events.flatMap((event) => neutralOf(event, endedAt))]
}

/** opencode gives figures per request. Its input is without the cached part, its output without the reasoning. */
function neutralOf(event: OpencodeEvent, endedAt: number): AgentEvent[] {
  switch (event.type) {
    case 'step_start':
      return []
    case 'tool_use':
      return [toolOf(event.part)]
    case 'text':
      return [{ kind: 'text', text: event.part.text }]
    case 'step_finish': {
      const { tokens, cost } = event.part
      const usage = {
        inputTokens: tokens.input,
        outputTokens: tokens.output + tokens.reasoning,
        cacheReadTokens: tokens.cache.read,
        cacheWriteTokens: tokens.cache.write,
      }
      return [{ kind: 'usage', usage, costUsd: cost }]
    }
    case 'error':
      return [{ kind: 'error', failure: failureOf(event, endedAt) }]
  }
}

/** It is told when the call has ended. */
function toolOf({ tool: name, state }: ToolUse['part']): Extract<AgentEvent, { kind: 'tool' }> {
  const failed = state.status === 'error' ? detailOf(state.error) : undefined
  const output = failed === undefined ? outputLine(state.output) : undefined
  return { kind: 'tool', name, input: inputLine(state.input), failed, output, ended: true }
}

type ToolUse = Extract<OpencodeEvent, { type: 'tool_use' }>

/** What one line of the stream says while a run goes on. */
function readLine(line: string, now: number): LineReading {
  return jsonLine(line, (value): LiveEvent[] => {
    const event = parseEvent(value)
    if (event === undefined) return []
    const session: LiveEvent[] =
      event.type === 'step_start' && event.sessionID !== undefined
        ? [{ kind: 'session', id: event.sessionID }]
        : []
    return [
      ...session,
      ...neutralOf(event, now).flatMap((one): LiveEvent[] => {
        if (one.kind !== 'tool' || event.type !== 'tool_use') return one.kind === 'tool' ? [] : [one]
        const { name, input, output, failed } = one
        const id = event.part.callID
        return [
          { kind: 'call', id, name, input },
          { kind: 'returned', id, output, failed },
        ]
      }),
    ]
  })
}

/** All parts of the last message that had words. */
function lastWords(events: readonly OpencodeEvent[]): string | undefined {
  const texts = events.filter((event) => event.type === 'text').map((event) => event.part)
  const last = texts.at(-1)
  if (last === undefined) return undefined
  const parts = texts.filter(
    (part) => part === last || (part.messageID !== undefined && part.messageID === last.messageID),
  )
  const words = parts
    .map((part) => part.text)
    .join('\n')
    .trim()
  return words === '' ? undefined : lastChars(words)
}

/** An error after which a step still finished was overcome. */
function reportedError(events: readonly OpencodeEvent[], { endedAt }: RunOutput): Failure | undefined {
  const last = events.findLastIndex((event) => event.type === 'error')
  const event = events[last]
  if (event?.type !== 'error' || events.slice(last).some(({ type }) => type === 'step_finish'))
    return undefined
  return failureOf(event, endedAt)
}

function failureOf({ error }: Extract<OpencodeEvent, { type: 'error' }>, endedAt: number): Failure {
  const { name, data } = error
  const message = data.message ?? name
  if (name === 'ProviderAuthError') return { reason: 'authentication', detail: detailOf(message) }
  return failureOfApi({
    message,
    status: data.statusCode,
    headers: retryHeaders(data.responseHeaders),
    at: endedAt,
  })
}

/**
 * Two mishaps that opencode takes for success: it worked as another agent, or was not allowed to do its work. After a
 * denial of its own the turn is over. When only a subagent was denied something, the model was told and ended the turn
 * itself: then its result says what came of it.
 */
function statedMishap(lines: readonly string[], lastReason: string | undefined): Failure | undefined {
  const wrongAgent = lines.find((line) => /^!\s*agent ".*Falling back to default agent/.test(line))
  if (wrongAgent !== undefined)
    return { reason: 'wrong-agent', detail: detailOf(wrongAgent.replace(/^!\s*/, '')) }
  const denied = lines.find((line) => /^!\s*permission requested: /.test(line))
  if (denied !== undefined && lastReason !== 'stop')
    return { reason: 'permission-denied', detail: detailOf(denied.replace(/^!\s*/, '')) }
  return undefined
}

/** opencode ends the turn there, with exit code 0. */
function cutAnswer(lastReason: string | undefined): Failure | undefined {
  if (lastReason !== 'length') return undefined
  return { reason: 'error', detail: "the model's last answer was cut off at its limit of output tokens" }
}

/** No event says what went wrong. Codes above 125 are the launcher's, the shell's and those of signals. */
function silentFailure(
  steps: number,
  said: readonly string[],
  { stdout, exitCode }: RunOutput,
): Failure | undefined {
  if (exitCode > 0 && exitCode <= 125) {
    const detail = `exited with code ${exitCode}: ${lastError(said)}`
    return { reason: 'exit-code', detail: detailOf(detail) }
  }
  // A stream that ends in the middle of an event was cut: what is missing may have held the result.
  const cut = /(?:^|\n)\{[^\n]*$/.test(stdout.slice(-LINE_CHARS_MAX))
  if (exitCode !== 0 || steps > 0 || cut) return undefined
  return {
    reason: 'no-result',
    detail: 'exited with code 0 but finished no step; marrow reads its JSON lines (--format json)',
  }
}

/** The last message that begins with `Error:`, with the lines that explain it; else the last line. */
function lastError(lines: readonly string[]): string {
  const start = lines.findLastIndex((line) => line.startsWith('Error:'))
  return (start < 0 ? lines.slice(-1) : lines.slice(start)).join(' ') || 'it said nothing'
}
