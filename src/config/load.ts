/** Finds and reads the configuration file; everything that it means is decided in the pure files beside. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { formatProblem, MarrowError, type Problem, reasonOf } from '../base/errors.ts'
import { realPath } from '../platform/paths.ts'
import type { Config } from './config.ts'
import { type Place, socketOf, writableFolders } from './paths.ts'
import type { Issue } from './report.ts'
import { type Candidate, choose, describeMissing, type PassedOver, placesOf, type Search } from './search.ts'

/** What a file says: a configuration with its warnings, or every mistake in it. */
export interface ConfigReading {
  readonly config: Config | undefined
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/** The configuration file that is used, and those that the search left aside on the way to it. */
export interface FoundConfig {
  readonly path: string
  readonly passedOver: readonly PassedOver[]
}

/** The folder of the installed program: two levels above this file, in src/ as in dist/. */
export const programRoot = join(import.meta.dirname, '..', '..')

/** Names the configuration file to use. Throws CONFIG_MISSING with every place that was looked at. */
export function findConfig(search: Search): FoundConfig {
  const places = placesOf(search)
  if (places.kind === 'named') {
    if (existsSync(places.path)) return { path: places.path, passedOver: [] }
    throw missing(places, [])
  }
  const met = [
    ...places.upward.map((path) => ({ path, upward: true })),
    ...places.fixed.map((path) => ({ path, upward: false })),
  ].filter(({ path }) => existsSync(path))
  const { path, passedOver } = choose(
    met.map((file) => candidateOf(file, search)),
    realPath,
  )
  if (path === undefined) throw missing(places, passedOver)
  return { path, passedOver }
}

/**
 * Finds and reads the configuration. Throws CONFIG_MISSING, or CONFIG_INVALID with every mistake in the file, one per
 * line. A file that the search left aside is among the warnings.
 */
export async function loadConfig(search: Search): Promise<Config> {
  const { path, passedOver } = findConfig(search)
  const { config, problems } = await readConfig(path, search)
  if (config === undefined) throw invalid(path, problems)
  const aside = passedOver.map(({ path: file, reason }) => ({
    file,
    line: undefined,
    key: '',
    reason: `passed over: ${reason}`,
    fix: `Name it with -c to use it instead of ${path}.`,
  }))
  return { ...config, warnings: [...aside, ...config.warnings] }
}

/** Reads one file. A mistake in it, or a file that cannot be read, is a value: a running daemon keeps what it has. */
export async function readConfig(
  path: string,
  place: Place = { home: homedir(), env: process.env },
): Promise<ConfigReading> {
  const text = readText(path)
  if ('reason' in text) return failed({ file: path, line: undefined, key: '', ...text })
  // They bring along what `marrow status` must not wait for, zod above all.
  const [{ parseConfig }, { namesIn }] = await Promise.all([
    import('./parse.ts'),
    import('../platform/files.ts'),
  ])
  const { home, env } = place
  const context = { path, home, env, programRoot, realPath, exists: existsSync, namesIn }
  const parsed = parseConfig(text.text, context)
  if (parsed.problems.length === 0 && parsed.warnings.length === 0) {
    return { config: parsed.config, problems: [], warnings: [] }
  }
  const show = await shower(path, text.text)
  const inOrder = (issues: readonly Issue[]) =>
    issues.map(show).toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
  const [problems, warnings] = [inOrder(parsed.problems), inOrder(parsed.warnings)]
  return {
    config: parsed.config === undefined ? undefined : { ...parsed.config, warnings },
    problems,
    warnings,
  }
}

/**
 * Where the daemon of a configuration listens, without looking at the rest of the file. Undefined when the file is not
 * right in this: then `readConfig` says what is wrong.
 */
export function readSocket(path: string, place: Place): { stateDir: string; socketPath: string } | undefined {
  const table = readTable(path)
  return table === undefined ? undefined : socketOf(table, place)
}

/** The error that lists every mistake of a file. */
export function invalid(path: string, problems: readonly Problem[]): MarrowError {
  const count = problems.length === 1 ? 'it has a mistake' : `it has ${problems.length} mistakes`
  const lines = problems.map(formatProblem)
  return new MarrowError('CONFIG_INVALID', [`Cannot use ${path}: ${count}.`, ...lines].join('\n'), {
    fix: 'Correct the file; marrow validate checks it again. Every key is in docs/configuration.md.',
  })
}

function missing(...facts: Parameters<typeof describeMissing>): MarrowError {
  const { message, fix } = describeMissing(...facts)
  return new MarrowError('CONFIG_MISSING', message, { fix })
}

function candidateOf({ path, upward }: { path: string; upward: boolean }, place: Place): Candidate {
  return { path, upward, writable: writableFolders(readTable(path), place) }
}

/** The tables of a file, or undefined where it cannot be read: whoever loads it says why. */
function readTable(path: string): unknown {
  const text = readText(path)
  if ('reason' in text) return undefined
  try {
    return parse(text.text)
  } catch (error) {
    return error instanceof TomlError ? readUpTo(text.text, error.line) : undefined
  }
}

/** What stands before a syntax error: there is the state_dir, and so the daemon that still runs with the last good file. */
function readUpTo(text: string, line: number): unknown {
  const before = text.split('\n').slice(0, Math.max(0, line - 1))
  // An open bracket or string is noticed only some lines behind it: then its own line has to go too.
  for (let cut = 0; cut < LINES_BACK_MAX && before.length > 0; cut += 1) {
    try {
      const table = parse(before.join('\n'))
      return 'state_dir' in table || 'ipc' in table ? table : undefined
    } catch {
      before.pop()
    }
  }
  return undefined
}

const LINES_BACK_MAX = 100

const FILE_BYTES_MAX = 1_048_576 // A thousand agents fit; more is some other file.

function readText(
  path: string,
): { readonly text: string } | { readonly reason: string; readonly fix: string } {
  try {
    const found = statSync(path)
    const { size } = found
    if (!found.isFile() && !found.isDirectory())
      return { reason: 'is not a regular file.', fix: 'Name a regular file.' }
    if (size > FILE_BYTES_MAX)
      return { reason: `has ${size} bytes.`, fix: 'Name a configuration, at most 1 MiB.' }
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) }
  } catch (error) {
    if (error instanceof TypeError) return { reason: 'is not UTF-8 text.', fix: 'Save it as UTF-8.' }
    return { reason: `cannot be read: ${reasonOf(error)}.`, fix: 'Name a file that you may read.' }
  }
}

/** Turns issues into problems with their lines. The parser with positions is slow to load and seldom needed. */
async function shower(path: string, text: string): Promise<(issue: Issue) => Problem> {
  const [{ parseTOML }, { lineFinder }, { problemOf }] = await Promise.all([
    import('toml-eslint-parser'),
    import('./locate.ts'),
    import('./report.ts'),
  ])
  try {
    const lineOf = lineFinder(parseTOML(text, { tomlVersion: 'latest' }))
    return (issue) => problemOf(issue, path, lineOf(issue.path))
  } catch {
    return (issue) => problemOf(issue, path, undefined) // A mistake in the syntax, which knows its own line.
  }
}

function failed(problem: Problem): ConfigReading {
  return { config: undefined, problems: [problem], warnings: [] }
}
