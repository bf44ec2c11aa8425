/** Owns the one place that prints an error: the sentence, then what to do. Only our own bugs come with a stack. */
import { styleText } from 'node:util'
import { MarrowError, stackOf } from '../base/errors.ts'
import { plainLines } from '../base/plain.ts'
import { withClockTimes } from '../base/time.ts'

/** Prints it on stderr; returns the exit code that it means. `verbose` adds the stack and the causes of any error. */
export function reportError(error: unknown, verbose: boolean): number {
  const { text, exitCode } = explainError(error, verbose)
  process.stderr.write(text)
  return exitCode
}

/** The text and the exit code of anything that was thrown. */
export function explainError(error: unknown, verbose: boolean): { text: string; exitCode: number } {
  if (!(error instanceof MarrowError) || error.code === 'INTERNAL')
    return { text: explainBug(error), exitCode: 1 }
  const lines = [withClockTimes(plainLines(error.message), Date.now())]
  if (error.fix !== undefined) lines.push(`${mark('yellow', 'Fix:')} ${plainLines(error.fix)}`)
  if (verbose) lines.push(mark('dim', `${error.code} ${stackOf(error)}`))
  return { text: `${lines.join('\n')}\n`, exitCode: error.exitCode }
}

function explainBug(error: unknown): string {
  const stack = stackOf(error)
  return `${stack}\n${mark('red', 'This is a bug in marrow.')} Please report it with the lines above and what you did.\n`
}

function mark(style: 'yellow' | 'red' | 'dim', text: string): string {
  return styleText(style, text, { stream: process.stderr })
}
