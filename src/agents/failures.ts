/** Turns what a model's API answered into the reason of a failed run. Shared by all agent CLIs. */
import { z } from 'zod'
import type { Failure } from './adapter.ts'
import { oneLine } from './lines.ts'
import { redactText } from './redact.ts'

export interface ApiError {
  readonly message: string
  /** The HTTP status; undefined when no answer came. */
  readonly status: number | undefined
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Epoch ms, from which a relative "retry after" counts. */
  readonly at: number
}

// A provider's longest window is a week. Whatever is printed beyond that must not hold an agent for ever.
const RETRY_MS_MAX = 8 * 86_400_000

const connectionPattern =
  /\b(?:ECONN(?:REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|fetch failed|unable to connect|cannot connect|failed to connect|connection (?:error|refused|reset|closed|timed out)|network (?:error|is unreachable)|socket (?:hang up|connection)|typo in the url)\b/i
const keyPattern =
  /\b(?:invalid|incorrect|expired|missing|unknown)\s+(?:x-)?api[ -]key|api[ -]key\s+(?:is\s+)?(?:not valid|invalid|expired|missing)/i

/** The failure that an API's error means; a status tells more than words do. */
export function failureOfApi({ message: whole, status, headers, at }: ApiError): Failure {
  const message = whole.slice(0, MESSAGE_CHARS_MAX)
  const detail = detailOf(
    status === undefined || message.includes(String(status)) ? message : `${message} (HTTP ${status})`,
  )
  if (status === 401 || status === 403) return { reason: 'authentication', detail }
  if (status === 429) return { reason: 'rate-limit', detail, until: retryTime(headers, at) }
  // A gateway that answers for a server which it cannot reach.
  if (status === 502 || status === 503 || status === 504) return { reason: 'connection', detail }
  if (keyPattern.test(message)) return { reason: 'authentication', detail }
  if (status === undefined && connectionPattern.test(message)) return { reason: 'connection', detail }
  return { reason: 'error', detail }
}

// What is looked at of a message that becomes one line of at most 300 characters; the first for blank space alone.
const MESSAGE_CHARS_MAX = 65_536
const LINE_CHARS_MAX = 4_096

/** One redacted line, never empty. */
export function detailOf(text: string): string {
  const line = oneLine(text.slice(0, MESSAGE_CHARS_MAX), LINE_CHARS_MAX)
  return oneLine(redactText(line)) || 'no reason given'
}

/** When a retry makes sense, epoch ms, from `retry-after-ms` or `retry-after` (seconds or a date); undefined: not said. */
export function retryTime(headers: Readonly<Record<string, string>>, at: number): number | undefined {
  const ms = readNumber(headers['retry-after-ms'])
  if (ms !== undefined) return boundedTime(at + ms, at)
  const seconds = readNumber(headers['retry-after'])
  if (seconds !== undefined) return boundedTime(at + seconds * 1_000, at)
  const date = readDate(headers['retry-after'])
  return date === undefined ? undefined : boundedTime(date, at)
}

/** `time` between `at` and a little more than a week later. */
export function boundedTime(time: number, at: number): number {
  return Math.round(Math.min(Math.max(time, at), at + RETRY_MS_MAX))
}

/** Epoch ms of an ISO 8601 or HTTP date; undefined for anything else. */
export function readDate(text: string | undefined): number | undefined {
  if (
    text === undefined ||
    !/^(?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT)$/.test(text)
  )
    return undefined
  return z.coerce.date().safeParse(text).data?.getTime()
}

function readNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined
}
