/** How codex is started for an unattended turn, and how its output is read. */
import type { Adapter, AgentEvent, Failure, Reading, RunOutput } from '../adapter.ts'
import { readEvents } from './events.ts'
import type { CodexEvent } from './events.ts'
import { failureOfMessage, retriedReason } from './failures.ts'
import { needs } from './needs.ts'
import { neutral, readLine } from './neutral.ts'
import { reopen } from './reopen.ts'
import { role } from './role.ts'
import { bypass, walled } from './sandbox.ts'
import { presumedProfile, wordsFor } from './words.ts'
import { detailOf } from '../failures.ts'
import { lastChars, outerChars, spokenLines } from '../lines.ts'
import { addUp } from '../reading.ts'

export const codex: Adapter = {
  name: 'codex',
  tells: { cost: false, plan: false },
  promptVia: 'stdin',
  // Codex has no variable for its retries, and takes flags for them only together with the name of a provider of the
  // operator's own. What it was trying again when the deadline came is told as `stalled`.
  env: () => ({}),
  words: wordsFor,
  presumes: presumedProfile,
  events: (output) => neutral(readEvents(output.stdout), output.endedAt),
  read,
  line: readLine,
  streams: () => true,
  reopen,
  needs,
  bypass,
  walled,
  role,
  guard: 'no agents of its own',
}

const STDERR_CHARS_MAX = 1_048_576 // Codex says a few lines there; more than this is a log that somebody switched on.
const READS_STDIN = 'Reading prompt from stdin...' // Said in every run.
const RESULT_LINES_MAX = 10 // Of the output of a command that prints no JSON lines: enough for a closing paragraph.

function read(output: RunOutput): Reading {
  const events = readEvents(output.stdout)
  const told = neutral(events, output.endedAt)
  const said = spokenLines(outerChars(output.stderr, STDERR_CHARS_MAX)).filter((line) => line !== READS_STDIN)
  const reading = addUp(told)
  return {
    ...reading,
    stalled: isAtWork(events) ? undefined : reading.stalled,
    result: lastWords(events, output),
    failure: reportedError(events, output) ?? refusal(told, said) ?? silentFailure(events, said, output),
  }
}

/** A tool that was begun last shows that the model had answered. */
function isAtWork(events: readonly CodexEvent[]): boolean {
  return events.at(-1)?.type === 'item.started'
}

/** The last message; of a command around codex that prints no JSON lines its last lines. */
function lastWords(events: readonly CodexEvent[], { stdout }: RunOutput): string | undefined {
  const texts = events.flatMap((event) =>
    event.type === 'item.completed' && event.item.type === 'agent_message' ? [event.item.text.trim()] : [],
  )
  const text = events.length > 0 ? texts.at(-1) : plainLines(stdout).slice(-RESULT_LINES_MAX).join('\n')
  return text === undefined || text === '' ? undefined : lastChars(text)
}

const EVENT_START = '{"type":' // Or less of it, when the stream was cut there.
const PLAIN_CHARS_MAX = 65_536 // The last lines of a text are looked for in this much of its end.

function plainLines(stdout: string): string[] {
  const lines = spokenLines(stdout.slice(-PLAIN_CHARS_MAX))
  return lines.filter((line) => !line.startsWith(EVENT_START) && !EVENT_START.startsWith(line))
}

/** An error after which a turn was still completed was overcome. */
function reportedError(events: readonly CodexEvent[], { endedAt }: RunOutput): Failure | undefined {
  const last = events.findLast(
    ({ type }) => type === 'turn.completed' || type === 'turn.failed' || type === 'error',
  )
  if (last?.type === 'turn.failed') return failureOfMessage(last.error.message, endedAt)
  if (last?.type !== 'error' || retriedReason(last.message) !== undefined) return undefined
  return failureOfMessage(last.message, endedAt)
}

/**
 * Codex tells the model what it was refused and takes the turn for a success. A call of an MCP server that nobody approved
 * is refused in every run. What the sandbox kept from being written counts when nothing was done after it. (Of a command
 * that ends at once codex sometimes prints nothing; then only the model's words tell.) Of the refusals that stand only
 * on stderr the result says what came of it, unless nothing else was done.
 */
function refusal(told: readonly AgentEvent[], said: readonly string[]): Failure | undefined {
  const tools = told.filter((event) => event.kind === 'tool').filter(({ ended }) => ended)
  const unapproved = tools.findLast(
    ({ name, failed = '' }) =>
      unapprovedPattern.test(failed) && !(name === 'command_execution' && failed.startsWith('exited ')),
  )
  const overcome = tools.some(({ name, failed }) => name === unapproved?.name && failed === undefined)
  if (unapproved !== undefined && !overcome) return denialOf(`${unapproved.name}: ${unapproved.failed}`)
  const last = tools.at(-1)
  const anyWorked = tools.some(({ failed }) => failed === undefined)
  if (!anyWorked && last?.failed !== undefined && unmadePattern.test(last.failed))
    return denialOf(`its own sandbox cannot be made; behind the wall write ${OPEN_SANDBOX}: ${last.failed}`)
  const sandboxed = anyWorked ? readOnlyPattern : sandboxPattern
  if (last?.failed !== undefined && sandboxed.test(last.failed))
    return denialOf(`${last.name}: ${last.failed}`)
  if (anyWorked) return undefined
  const line = said.map((all) => all.slice(0, LINE_CHARS_MAX)).find((all) => refusedPattern.test(all))
  return line === undefined ? undefined : denialOf(line.replace(/^.{0,200}? error=/, ''))
}

function denialOf(detail: string): Failure {
  return { reason: 'permission-denied', detail: detailOf(detail) }
}

// What codex's sandbox says where no namespace can be made inside another one.
const unmadePattern = /\bbwrap: (?:Creating new namespace failed|setting up uid map|No permissions to create)/
const OPEN_SANDBOX = '--sandbox danger-full-access'
const LINE_CHARS_MAX = 4_096 // The last pattern may look at a line once for each sign of itself in it.
const unapprovedPattern = /^declined\b|\brequires approval\b/
const readOnlyPattern = /\bRead-only file system\b/ // What Linux says.
// What macOS says, and many a program without any sandbox: it counts only where nothing else worked.
const sandboxPattern = /\b(?:Read-only file system|Operation not permitted)\b/
const refusedPattern = /\bERROR codex_core::tools::router: error=.*(?:\brejected: |\breject command\b)/

/** No event says what went wrong. Codes above 125 are the launcher's, the shell's and those of signals. */
function silentFailure(
  events: readonly CodexEvent[],
  said: readonly string[],
  { stdout, exitCode }: RunOutput,
): Failure | undefined {
  if (exitCode > 0 && exitCode <= 125) {
    const untrusted = said.find((line) => line.startsWith('Not inside a trusted directory'))
    if (untrusted !== undefined) return denialOf(untrusted)
    return { reason: 'exit-code', detail: detailOf(`exited with code ${exitCode}: ${lastError(said)}`) }
  }
  // Output that ends in the middle of a line was cut: what is missing may have held the result.
  const cut = stdout !== '' && !stdout.endsWith('\n')
  if (exitCode !== 0 || cut || events.some(({ type }) => type === 'turn.completed')) return undefined
  // A command around codex that prints something else than its JSON lines is the operator's choice.
  if (events.length === 0 && plainLines(stdout).length > 0) return undefined
  return { reason: 'no-result', detail: 'exited with code 0 but completed no turn' }
}

/** The last message that begins with `Error` or `error:`, with the lines that explain it; else the last line. */
function lastError(lines: readonly string[]): string {
  const start = lines.findLastIndex((line) => /^error\b/i.test(line))
  const found = start < 0 ? lines.slice(-1) : lines.slice(start)
  return found.filter((line) => !line.startsWith('For more information')).join(' ') || 'it said nothing'
}
