/** What Gemini CLI says when the model's API refused: in its result line, and on stderr while it tries again. */
import { z } from 'zod'
import type { Failure } from '../adapter.ts'
import { failureOfApi } from '../failures.ts'
import { parseJson } from '../json-lines.ts'
import { outerChars, spokenLines } from '../lines.ts'

/** When and how the run ended that said it. */
export interface ErrorContext {
  /** Epoch ms, from which "retry after 30s" counts. */
  readonly endedAt: number
  /** The HTTP status, where it is known from elsewhere than the message. */
  readonly status: number | undefined
}

/** The failure that an error text means: words, the API's JSON, or words around it. */
export function failureOfText(whole: string, { endedAt, status }: ErrorContext): Failure {
  const text = whole.slice(0, TEXT_CHARS_MAX)
  const answered = answerIn(text)
  const message = answered?.message ?? wordsOf(text)
  const known = answered?.code ?? status ?? (quotaPattern.test(message) ? 429 : undefined)
  const delayMs = delayIn(answered?.delay ?? '', /^/) ?? delayIn(message, delayPattern)
  const headers = delayMs === undefined ? {} : { 'retry-after-ms': String(delayMs) }
  return failureOfApi({ message, status: known, headers, at: endedAt })
}

const TEXT_CHARS_MAX = 16_384
const quotaPattern = /\b(?:exhausted your|quota exceeded|RESOURCE_EXHAUSTED|rate limit)/i
const delayPattern = /\b(?:suggested retry after|retry in|reset after|resets in)\s+/i

const Answer = z.object({
  error: z.object({
    code: z.number().int().min(100).max(599).optional().catch(undefined),
    message: z.string(),
    details: z.array(z.unknown()).catch([]),
  }),
})
const RetryInfo = z.object({ retryDelay: z.string().max(50) })

interface Answered {
  readonly message: string
  readonly code: number | undefined
  /** As a protobuf duration, such as `34.5s`. */
  readonly delay: string | undefined
}

/** The API's own answer inside a text. A gateway may have put one into the message of another. */
function answerIn(text: string, depth = 0): Answered | undefined {
  const json = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
  const parsed = json === '' ? undefined : Answer.safeParse(parseJson(json)).data
  if (parsed === undefined) return undefined
  const { code, message, details } = parsed.error
  const inner = depth === 0 ? answerIn(message, 1) : undefined
  const delay = details.flatMap((detail) => RetryInfo.safeParse(detail).data?.retryDelay ?? []).at(0)
  return { message: inner?.message ?? message, code: inner?.code ?? code, delay: inner?.delay ?? delay }
}

/** Without the brackets, and without the advice that follows them. */
function wordsOf(text: string): string {
  const start = '[API Error: '
  if (!text.startsWith(start)) return text
  const end = text.lastIndexOf(']')
  return text.slice(start.length, end < 0 ? undefined : end)
}

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** Ms of the duration that stands behind `before`, such as `3h20m10s`. */
function delayIn(text: string, before: RegExp): number | undefined {
  const found = before.exec(text)
  if (found === null) return undefined
  const duration = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|[dhms]) ?){1,5}/.exec(
    text.slice(found.index + found[0].length),
  )
  const parts = duration?.[0].matchAll(/([\d.]+)(ms|[dhms])/g)
  return (
    parts && [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0)
  )
}

const STDERR_CHARS_MAX = 1_048_576 // It says a few lines there; more than this is a log that somebody switched on.

// Said on every start, whatever happens afterwards.
const noisePattern =
  /^(?:Warning: 256-color|YOLO mode is enabled|Ripgrep is not available|Loaded cached credentials|\[STARTUP\]|\s+at )/

/** The lines of stderr that say something about this run. */
export function spokenOn(stderr: string): string[] {
  return spokenLines(outerChars(stderr, STDERR_CHARS_MAX)).filter((line) => !noisePattern.test(line))
}

// What it says at most while it tries again: ten attempts of each of its requests. The last ones count.
const REFUSALS_MAX = 100
const REFUSAL_LINES_MAX = 4

/** The refusals after which it tries again, in order. Each is a line of stderr, or a few if the message has more. */
export function refusalsIn(lines: readonly string[], endedAt: number): Failure[] {
  const starts = lines.flatMap((line, index) => (/^Attempt \d+ failed/.test(line) ? [index] : []))
  return starts.slice(-REFUSALS_MAX).flatMap((start) => {
    const said = lines
      .slice(start, start + REFUSAL_LINES_MAX)
      .map((line) => line.slice(0, TEXT_CHARS_MAX / REFUSAL_LINES_MAX))
    const end = said.findIndex((line) => / Retrying (?:after|with) /.test(line))
    return end < 0 ? [] : [refusalOf(said.slice(0, end + 1).join('\n'), endedAt)]
  })
}

function refusalOf(said: string, endedAt: number): Failure {
  const status = /^Attempt \d+ failed with (?:status )?(\d{3})\b/.exec(said)?.[1]
  const backoff = ' Retrying with backoff...'
  const cut = said.indexOf(backoff)
  if (cut >= 0) {
    const message = said.slice(cut + backoff.length).replace(/^ _?\w*Error: /, '')
    return failureOfText(message || said, {
      endedAt,
      status: status === undefined ? undefined : Number(status),
    })
  }
  // It gives a time of its own only where the API named one, or ran into a quota.
  const message = said.replace(/^Attempt \d+ failed: /, '').replace(/\. Retrying after \d+ms\.\.\.$/, '')
  return failureOfText(message, { endedAt, status: 429 })
}

/** What stderr tells of a request that failed for good; undefined when it says nothing of one. */
export function requestErrorIn(
  lines: readonly string[],
): { message: string; status: number | undefined } | undefined {
  const start = lines.findLastIndex((line) => line.startsWith('Error when talking to '))
  if (start < 0) return undefined
  const [first = '', ...rest] = lines.slice(start, start + 40).map((line) => line.slice(0, TEXT_CHARS_MAX))
  const name = first.indexOf('Error: ', 22)
  const status = rest
    .map((line) => /^ {2}(?:status|code): (\d{3}),?$/.exec(line)?.[1])
    .find((found) => found !== undefined)
  return {
    message: name < 0 ? first : first.slice(name + 'Error: '.length),
    status: status === undefined ? undefined : Number(status),
  }
}
