/** The printed text of a program as lines that can be read, shown and stored: no colours, no bare controls, bounded. */

import { redactText } from './redact.ts'

// The longest detail that an outcome carries: one line of a status table and a bit.
const DETAIL_CHARS_MAX = 300

// The longest result that is kept of a run. The whole output stays in its run folder.
const RESULT_CHARS_MAX = 16_384

// A control character with the colour, cursor or title sequence that it opens. Tab and the line ends are kept.
const controlPattern = /(?![\t\n\r])\p{Cc}(?:\[[0-?]*[ -/]*[@-~]|\][^\p{Cc}]*(?:\p{Cc}\\?)?)?/gu

/** The lines of `text` that say something, without colours and control characters, right-trimmed. */
export function spokenLines(text: string): string[] {
  return text
    .replace(controlPattern, '')
    .split(/[\r\n]+/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
}

/** `text` on one line, cut with a visible mark after `charsMax`. */
export function oneLine(text: string, charsMax = DETAIL_CHARS_MAX): string {
  const line = text.replace(controlPattern, '').replace(/\s+/g, ' ').trim()
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 1).toWellFormed()}…`
}

const INPUT_CHARS_MAX = 200

/** What a tool was given, on one line: its one value besides a description of it, or all of it as JSON. */
export function inputLine(input: unknown): string {
  const entries = typeof input === 'object' && input !== null ? Object.entries(input) : [['', input]]
  const values = entries.filter(([name]) => name !== 'description').map(([, value]): unknown => value)
  const [only] = values
  if (values.length === 1 && typeof only === 'string')
    return oneLine(redactText(only.slice(0, 4_096)), INPUT_CHARS_MAX)
  return input === undefined
    ? ''
    : oneLine(redactText((JSON.stringify(input) ?? '').slice(0, 4_096)), INPUT_CHARS_MAX)
}

const OUTPUT_CHARS_MAX = 200

/** What a tool gave, on one line: of a longer text its beginning and its end, where most programs say how it went. */
export function outputLine(text: string): string {
  const half = OUTPUT_CHARS_MAX / 2
  // Blank space becomes less, keys become shorter: more than what is shown has to be looked at.
  const line = oneLine(redactText(outerChars(text, 8_192)), 8_192)
  if (line.length <= OUTPUT_CHARS_MAX) return line
  return `${line.slice(0, half - 1).toWellFormed()} … ${line.slice(2 - half).toWellFormed()}`
}

/** The first and the last half of `charsMax` characters of a longer text, on lines of their own. */
export function outerChars(text: string, charsMax: number): string {
  const half = Math.floor(charsMax / 2)
  return text.length <= charsMax ? text : `${text.slice(0, half)}\n${text.slice(-half)}`
}

/** The end of `text`, cut in front with a visible mark: a result's last words matter most. */
export function lastChars(text: string, charsMax = RESULT_CHARS_MAX): string {
  return text.length <= charsMax ? text : `…${text.slice(1 - charsMax).toWellFormed()}`
}
