/** Why a run of Claude Code failed, from its events and, where it printed none, from its words. */
import type { Failure, RunOutput } from '../adapter.ts'
import type { Assistant, ClaudeEvent, RateLimit, Result, Retry } from './events.ts'
import { boundedTime, detailOf, failureOfApi } from '../failures.ts'
import { inputLine, spokenLines, outerChars } from '../lines.ts'

/** What it says of an API that refused, in words of its own around those of the API. */
interface Refusal {
  readonly message: string
  readonly status: number | undefined
  /** `authentication_failed`, `rate_limit`, `overloaded` and so on. */
  readonly word: string | undefined
}

/** The failure of a run that printed events; undefined: they tell of none. */
export function failureOfEvents(events: readonly ClaudeEvent[], endedAt: number): Failure | undefined {
  const last = events.findLast((event) => event.type === 'result')
  const word = events.findLast((event) => event.type === 'assistant')?.error
  if (last === undefined) return unfinished(events, endedAt)
  if (last.is_error || failedReason.test(last.terminal_reason ?? '') || last.subtype.startsWith('error_'))
    return failureOfResult(last, word, limitUntil(events, endedAt), endedAt)
  return denial(events)
}

/** It is trying again by itself. */
export function failureOfRetry(retry: Retry, endedAt: number): Failure {
  const { attempt, max_retries: attemptsMax, error_status: status, error: word } = retry
  const cause = status === undefined ? 'the model did not answer' : `the model answered with HTTP ${status}`
  const known = word === undefined || word === 'unknown' ? '' : ` (${word})`
  const message = `${cause}${known}, try ${attempt} of ${attemptsMax}`
  if (status === undefined) return { reason: 'connection', detail: detailOf(message) }
  return failureOfRefusal({ message, status, word }, askedToWait(retry, endedAt), endedAt)
}

/** A window of the plan is used up. */
export function failureOfWindow(
  { rate_limit_info: { rateLimitType, resetsAt } }: RateLimit,
  endedAt: number,
): Failure {
  const window =
    rateLimitType === undefined ? 'the plan' : `the plan's ${rateLimitType.replaceAll('_', '-')} window`
  const until = resetsAt === undefined ? undefined : boundedTime(resetsAt * 1_000, endedAt)
  return { reason: 'rate-limit', detail: detailOf(`${window} is used up`), until }
}

/** What a message says that Claude Code wrote in place of the model. */
export function failureOfMessage(
  { message: { content }, api_error_status: status, error: word }: Assistant,
  endedAt: number,
): Failure {
  const texts = content.flatMap((block) => (block.type === 'text' ? block.text : []))
  return failureOfRefusal({ message: texts.join(' '), status, word }, undefined, endedAt)
}

const STDERR_CHARS_MAX = 1_048_576 // Claude Code says a few lines there; more than this is a log that somebody switched on.

/**
 * What stands on stderr, or on stdout without JSON lines, when it exited with a code of its own. Codes above 125 are
 * the launcher's, the shell's and those of signals.
 */
export function failureOfWords(
  { stdout, stderr, exitCode, endedAt }: RunOutput,
  plain: boolean,
): Failure | undefined {
  const said = spokenLines(outerChars(stderr, STDERR_CHARS_MAX))
  if (exitCode === 0) return ignoredSettings(said)
  if (exitCode < 0 || exitCode > 125) return undefined
  const wrongAgent = said.find((line) => /^--agent '.*' not found/.test(line))
  if (wrongAgent !== undefined) return { reason: 'wrong-agent', detail: detailOf(wrongAgent) }
  const root = said.find((line) => line.includes('cannot be used with root/sudo privileges'))
  if (root !== undefined) return { reason: 'permission-denied', detail: detailOf(`${root}; ${ROOT_FIX}`) }
  const words = said.length > 0 || !plain ? said : spokenLines(outerChars(stdout, STDERR_CHARS_MAX)).slice(-1)
  const last = words.slice(-2).join(' ')
  const failure = failureOfRefusal(
    { message: last, status: statusIn(last), word: undefined },
    undefined,
    endedAt,
  )
  if (failure.reason !== 'error') return failure
  return {
    reason: 'exit-code',
    detail: detailOf(`exited with code ${exitCode}: ${last || 'it said nothing'}`),
  }
}

/** It works on without settings that it cannot read: what they should forbid or guard, nobody does. */
function ignoredSettings(said: readonly string[]): Failure | undefined {
  const note = said.find((line) => settingsPattern.test(line))
  return note === undefined ? undefined : { reason: 'error', detail: detailOf(note) }
}

const settingsPattern =
  /\bsettings\b.{0,200}\b(?:invalid|malformed|not valid|(?:could not|cannot|failed to) be (?:read|parsed))\b|\b(?:invalid|malformed|failed to parse)\b.{0,200}\bsettings\b/i

const ROOT_FIX = 'run it as another user, or set IS_SANDBOX=1 where the run is isolated'

function statusIn(message: string): number | undefined {
  const [, status] = /\bAPI Error: (?:Request rejected \()?(\d{3})\b/.exec(message) ?? []
  return status === undefined ? undefined : Number(status)
}

// What the turn ended with when it did not complete; the rest is a hook's or the operator's wish.
const failedReason =
  /^(?:blocking_limit|rapid_refill_breaker|prompt_too_long|image_error|model_error|api_error|malformed_tool_use_exhausted|aborted_\w{1,40}|max_turns|budget_exhausted|structured_output_retry_exhausted|tool_deferred_unavailable|turn_setup_failed)$/

function failureOfResult(
  { result, errors, subtype, terminal_reason: ended, api_error_status: status }: Result,
  word: string | undefined,
  until: number | undefined,
  endedAt: number,
): Failure {
  const message = result ?? errors.join('; ')
  if (status !== undefined || ended === 'api_error')
    return failureOfRefusal({ message, status, word }, until, endedAt)
  const cause = ended ?? subtype
  // What it adds to an interrupt is a diagnosis of its own stream.
  if (cause.startsWith('aborted_')) return { reason: 'error', detail: `it was interrupted (${cause})` }
  return { reason: 'error', detail: detailOf(message === '' ? `it ended with ${cause}` : message) }
}

// What a person has to mend: Claude Code cannot log in, or may not.
const loginPattern =
  /^(?:authentication_failed|oauth_org_not_allowed|account_on_hold|verification_required|cloud_credential_error)$/
const loginWords =
  /\b(?:not logged in|please run \/login|run claude auth login|invalid api key|failed to authenticate|login expired|oauth token (?:has expired|has been revoked|revoked))/i
const limitWords = /^You've (?:hit|reached) your .{0,100}\blimit\b|\blimit .{0,20}\bresets \d/

function failureOfRefusal(
  { message: whole, status, word }: Refusal,
  until: number | undefined,
  at: number,
): Failure {
  const message = whole.slice(0, MESSAGE_CHARS_MAX)
  if (word === 'rate_limit' || status === 429 || limitWords.test(message))
    return { reason: 'rate-limit', detail: detailOf(message), until }
  if (loginPattern.test(word ?? '') || loginWords.test(message))
    return { reason: 'authentication', detail: detailOf(message) }
  if (word === 'overloaded' || status === 529)
    return { reason: 'error', detail: detailOf(`the model is overloaded: ${message}`) }
  return failureOfApi({ message, status, headers: {}, at })
}

const MESSAGE_CHARS_MAX = 4_096

/** Until when the last refusal lasts: the plan's window says it, else what the API asked to wait. */
function limitUntil(events: readonly ClaudeEvent[], endedAt: number): number | undefined {
  const window = events.findLast((event) => event.type === 'rate_limit_event')
  if (window !== undefined && isRefusal(window)) return failureUntil(failureOfWindow(window, endedAt))
  const retry = events.findLast((event) => event.type === 'system' && event.subtype === 'api_retry')
  return retry?.type === 'system' && retry.subtype === 'api_retry' ? askedToWait(retry, endedAt) : undefined
}

/** Whether it keeps the agent from working. */
export function isRefusal({ rate_limit_info: { status, isUsingOverage } }: RateLimit): boolean {
  return status === 'rejected' && !isUsingOverage
}

function failureUntil(failure: Failure): number | undefined {
  return failure.reason === 'rate-limit' ? failure.until : undefined
}

/**
 * It waits 0.5 s, 1 s, 2 s and so on up to 32 s, and up to a quarter more. What is longer than that the API asked for;
 * what is shorter tells nothing about the limit.
 */
function askedToWait({ attempt, retry_delay_ms: delayMs, error_status: status }: Retry, endedAt: number) {
  const ownMsMax = Math.min(500 * 2 ** (attempt - 1), 32_000) * 1.25
  return status === 429 && delayMs > ownMsMax ? boundedTime(endedAt + delayMs, endedAt) : undefined
}

/**
 * A tool that the agent itself was refused. When only a subagent was refused something, the model was told and ended the
 * turn itself: then its result says what came of it.
 */
function denial(events: readonly ClaudeEvent[]): Failure | undefined {
  const subagents = new Set<string>()
  for (const event of events) {
    if (event.type !== 'assistant' || event.parent_tool_use_id === undefined) continue
    for (const block of event.message.content) if (block.type === 'tool_use') subagents.add(block.id)
  }
  const denied = events
    .flatMap((event) => (event.type === 'result' ? event.permission_denials : []))
    // An agent that its role may not start: the model was told, and can do without.
    .find(({ tool_use_id: id, tool_name: tool }) => !subagents.has(id) && tool !== 'Task')
  if (denied === undefined) return undefined
  const detail = `permission denied: ${denied.tool_name} (${inputLine(ownInput(denied.tool_input))})`
  return { reason: 'permission-denied', detail: detailOf(detail) }
}

/** Of a shell command only the command: what describes it is the model's. */
function ownInput(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'command' in input ? input.command : input
}

/** The result is missing. The last message may still say what went wrong. */
function unfinished(events: readonly ClaudeEvent[], endedAt: number): Failure | undefined {
  const last = events.findLast((event) => event.type === 'assistant')
  return last?.error === undefined ? undefined : failureOfMessage(last, endedAt)
}
