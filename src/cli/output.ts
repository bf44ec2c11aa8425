/** Owns what reaches stdout: lines for people as wide as their terminal, JSON for programs. */
import { styleText } from 'node:util'
import { plainLines } from '../base/plain.ts'
import type { Screen } from './render/screen.ts'

/** Prints lines; each ends with a newline. */
export function print(...lines: readonly string[]): void {
  printLines(lines)
}

/** The same where there may be a million of them: no call takes so many arguments. */
export function printLines(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`)
}

/** Prints a value as JSON that people can read too; its keys are stable. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** A text with its very bytes for a program, and for a terminal without what it would obey: agents wrote parts of it. */
export function readable(text: string): string {
  return isPiped() ? text : plainLines(text)
}

/** Whether a program reads us: then `status` answers in JSON, as it always did. */
export function isPiped(): boolean {
  return !process.stdout.isTTY
}

/**
 * The terminal as views see it. `shown` is what will be shown: only when it holds more than ASCII are the tables loaded
 * that know how wide every letter is, for they take longer to load than everything else in `marrow status`.
 */
export async function screenFor(shown: unknown): Promise<Screen> {
  const isAscii = /^[\u0000-\u007f]*$/.test(JSON.stringify(shown)) // oxlint-disable-line no-control-regex -- The range is ASCII.
  const widthOf = isAscii ? (text: string) => text.length : (await import('string-width')).default
  return {
    columns: isPiped() ? Infinity : process.stdout.columns,
    now: Date.now(),
    paint: (style, text) => styleText(style, text),
    widthOf,
  }
}
