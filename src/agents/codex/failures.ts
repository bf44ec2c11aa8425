/** What codex's messages mean. It says every failure in words, with the HTTP status among them where there was one. */
import { parseTime } from '../../base/time.ts'
import type { Failure } from '../adapter.ts'
import { boundedTime, detailOf, failureOfApi } from '../failures.ts'

const MESSAGE_CHARS_MAX = 4_096 // All that tells failures apart stands in the first line; the rest is what a server sent.

// Codex's own words (0.169.0). A plan without codex is no limit that passes: somebody has to change the login.
const loginPattern =
  /^Missing environment variable: |\bcodex login\b|\bnot logged in\b|\bsign in again\b|\baccess token could not be refreshed\b|^To use Codex with your ChatGPT plan, upgrade/i
const limitPattern =
  /\bhit your (?:usage limit|spend cap)|^Quota exceeded\b|\bout of credits\b|^rate limit exceeded\b|\brate limit reached\b/i
const connectionPattern =
  /^stream disconnected before completion|^Connection failed\b|\bidle timeout waiting for /

/** The failure that a message means; `at` is epoch ms, from which "try again in 3 days" counts. */
export function failureOfMessage(whole: string, at: number): Failure {
  const message = whole.slice(0, MESSAGE_CHARS_MAX)
  const detail = detailOf(message)
  if (loginPattern.test(message)) return { reason: 'authentication', detail }
  if (limitPattern.test(message)) return { reason: 'rate-limit', detail, until: retryTimeIn(message, at) }
  const status = /\b(?:unexpected|last) status:? (\d{3})\b/.exec(message)?.[1]
  if (status !== undefined) return failureOfApi({ message, status: Number(status), headers: {}, at })
  if (connectionPattern.test(message)) return { reason: 'connection', detail }
  return failureOfApi({ message, status: undefined, headers: {}, at })
}

/** What codex was trying to get over when it said so, `Reconnecting... 1/5 (REASON)`; undefined for other messages. */
export function retriedReason(message: string): string | undefined {
  return /^Reconnecting\.\.\. (?:\d+\/\d+|waiting for network) ?\(([\s\S]*)\)$/.exec(message)?.[1]
}

/** The end of the words `try again …`: `in 11.054s`, `in 3 days 4 hours`, `at 3:30 PM`, `at Nov 23rd, 2026 1:30 PM`. */
function retryTimeIn(message: string, at: number): number | undefined {
  const [, how, when = ''] = /\btry again (in|at) ([\w:., ]{1,60})/i.exec(message) ?? []
  if (how === undefined) return undefined
  const time = how.toLowerCase() === 'in' ? afterSpan(when, at) : atClock(when, at)
  return time === undefined ? undefined : boundedTime(time, at)
}

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const

function afterSpan(span: string, at: number): number | undefined {
  const parts = [
    ...span.matchAll(/(\d+(?:\.\d+)?) ?(ms|d|h|m|s)(?:ays?|ours?|in(?:ute)?s?|ec(?:ond)?s?)?(?![a-z])/g),
  ]
  const known = parts.map(([, count = '0', unit]) => Number(count) * (isUnit(unit) ? unitMs[unit] : 0))
  return known.length === 0 ? undefined : at + known.reduce((sum, ms) => sum + ms)
}

function isUnit(unit: string | undefined): unit is keyof typeof unitMs {
  return unit !== undefined && Object.hasOwn(unitMs, unit)
}

const clockPattern = /^(?:(\w{3}) (\d{1,2})(?:st|nd|rd|th)?, (\d{4}) )?(\d{1,2}):(\d\d) (AM|PM)/i
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Codex says the machine's time to the minute and leaves the day out when it is today. */
function atClock(said: string, at: number): number | undefined {
  const [, month, day = '', year = '', hour, minute, half = ''] = clockPattern.exec(said) ?? []
  if (hour === undefined) return undefined
  const time = `${twoDigits((Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0))}:${minute}`
  const date =
    month === undefined
      ? ''
      : `${year}-${twoDigits(months.indexOf(month.toLowerCase()) + 1)}-${twoDigits(Number(day))} `
  // Without a day it is the first such time that is not past already, but for the minute that has begun.
  const start = parseTime(`${date}${time}`, at + DAY_MS - MINUTE_MS)
  // The limit ends within that minute: not before its end is it sure to be over.
  return start === undefined ? undefined : start + MINUTE_MS
}

function twoDigits(count: number): string {
  return String(count).padStart(2, '0')
}
