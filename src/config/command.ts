/** Reads `agent_command`. */
import { split } from 'shlex'
import { reasonOf } from '../base/errors.ts'
import { PLACEHOLDERS } from '../agents/placeholders.ts'
import { nearest } from '../base/nearest.ts'
import { expandPath, type Place } from './paths.ts'
import type { KeyPath, Report } from './report.ts'
import type { Table } from './schema.ts'

/**
 * The words of `agent_command`: a list as it is, text as POSIX sh splits it. No shell runs, so only the program itself
 * gets its `~` and `$VAR` expanded, because it is a path. Empty when a mistake was reported.
 */
export function readCommand({ at, values, report }: Table<'agents'>, place: Place): readonly string[] {
  const written = values.agent_command
  if (written === undefined) return []
  const path = [...at, 'agent_command']
  const words = readWords(written, path, place, report)
  for (const { reason, fix } of placeholderDoubts(words)) report.warning(path, reason, fix)
  return words
}

/** The same for any command of the file, none of whose words is filled in. */
export function readWords(
  written: string | readonly string[],
  path: KeyPath,
  place: Place,
  report: Report,
): readonly string[] {
  const problem = (reason: string, fix: string) => {
    report.problem(path, reason, fix)
    return []
  }
  const words = typeof written === 'string' ? splitWords(written) : written
  if ('reason' in words) return problem(words.reason, 'Close every quote, or write the words as a list.')
  const [program = '', ...rest] = words
  if (program.trim() === '') return problem('names no program.', 'Write a program and its arguments.')
  if (words.some((word) => word.includes('\0')))
    return problem('holds a zero byte.', 'Write the words without it.')
  const expanded = expandProgram(program, place)
  if ('reason' in expanded) return problem(expanded.reason, expanded.fix)
  if (isRelative(expanded.path)) {
    const reason = `${expanded.path} is looked for from wherever marrow run is started.`
    report.warning(path, reason, 'Write its absolute path.')
  }
  return [expanded.path, ...rest]
}

function splitWords(written: string): readonly string[] | { readonly reason: string } {
  try {
    return split(written)
  } catch (error) {
    return { reason: `cannot be split into words: ${reasonOf(error)}.` }
  }
}

function expandProgram(program: string, place: Place): ReturnType<typeof expandPath> {
  return /^(~\/|\$)/.test(program) ? expandPath(program, place) : { path: program }
}

function isRelative(program: string): boolean {
  return program.includes('/') && !program.startsWith('/') && !program.startsWith('{')
}

/** What starts, but is probably not what was meant. */
function placeholderDoubts(words: readonly string[]): { reason: string; fix: string }[] {
  const found: { reason: string; fix: string }[] = []
  for (const [written] of words.join(' ').matchAll(/\{[a-z_]+\}/g)) {
    const meant = PLACEHOLDERS.includes(written) ? undefined : nearest(written, PLACEHOLDERS)
    if (meant !== undefined)
      found.push({ reason: `${written} stays as it is.`, fix: `Did you mean ${meant}?` })
  }
  return found
}
