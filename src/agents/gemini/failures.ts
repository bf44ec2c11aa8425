/** Why a run of Gemini CLI failed: what it says, and what it takes for success. */
import type { Failure, RunOutput } from '../adapter.ts'
import { detailOf } from '../failures.ts'
import { failureOfText, requestErrorIn } from './errors.ts'
import { isSpeech } from './events.ts'
import type { GeminiEvent } from './events.ts'

/** The failure of a run; undefined when it did its work. `said` are the lines of its stderr. */
export function failureOfRun(
  events: readonly GeminiEvent[],
  said: readonly string[],
  output: RunOutput,
): Failure | undefined {
  return statedFailure(events, said, output) ?? silentFailure(events, said, output)
}

const NOT_LOGGED_IN = 41
const NOT_TRUSTED = 55

/** What it says itself about a turn that did not work. */
function statedFailure(
  events: readonly GeminiEvent[],
  said: readonly string[],
  { exitCode, endedAt }: RunOutput,
): Failure | undefined {
  if (exitCode === NOT_LOGGED_IN) return { reason: 'authentication', detail: detailOf(lastError(said)) }
  if (exitCode === NOT_TRUSTED) return { reason: 'permission-denied', detail: detailOf(lastError(said)) }
  const ignored = said.findIndex((line) => line.startsWith('Invalid configuration in '))
  // It goes on without what it cannot read, which may be what was to hold it back.
  if (ignored >= 0) return { reason: 'error', detail: detailOf(said.slice(ignored, ignored + 5).join(' ')) }
  const result = events.findLast((event) => event.type === 'result')
  const request = requestErrorIn(said)
  const status = statusOfExit(exitCode) ?? request?.status
  if (result === undefined)
    return request && exitCode !== 0 ? failureOfText(request.message, { endedAt, status }) : undefined
  if (result.error !== undefined) return failureOfText(result.error.message, { endedAt, status })
  return interruption(events, result.status, endedAt) ?? denial(events)
}

// It takes the HTTP status for its exit code, of which the system keeps the lowest byte.
const HTTP_STATUSES = [400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 499, 500, 502, 503, 504, 529]

function statusOfExit(exitCode: number): number | undefined {
  return HTTP_STATUSES.find((status) => status % 256 === exitCode)
}

/** An error after which the model did nothing more ended the turn, even if the result is called a success. */
function interruption(
  events: readonly GeminiEvent[],
  status: 'success' | 'error',
  endedAt: number,
): Failure | undefined {
  const last = events.findLastIndex((event) => event.type === 'error')
  const overcome = events.slice(last).some((event) => isSpeech(event) || event.type === 'tool_use')
  const event = events[last]
  if (event?.type === 'error' && !overcome)
    return failureOfText(event.message, { endedAt, status: undefined })
  return status === 'error' ? { reason: 'error', detail: 'gemini ended its turn with an error' } : undefined
}

// Tools of its own that it does not offer where nobody can be asked, unless its approval mode or a policy allows them.
const withheldTools = new Set([
  'google_web_search',
  'read_file',
  'read_many_files',
  'replace',
  'run_shell_command',
  'web_fetch',
  'write_file',
])

/** The last call that was not allowed, unless the same tool worked afterwards. */
function denial(events: readonly GeminiEvent[]): Failure | undefined {
  const failures = toolFailures(events)
  const worked = new Set<string>()
  for (const [index, event] of [...events.entries()].toReversed()) {
    if (event.type !== 'tool_use') continue
    const failed = failures.get(index)
    if (failed === undefined) worked.add(event.tool_name)
    else if (!worked.has(event.tool_name) && isDenial(event.tool_name, failed))
      return { reason: 'permission-denied', detail: detailOf(`${event.tool_name}: ${deniedBecause(failed)}`) }
  }
  return undefined
}

function isDenial(tool: string, { type, message }: ToolFailure): boolean {
  if (type === 'tool_not_registered') return withheldTools.has(tool)
  return type === 'policy_violation' || message.includes('requires user confirmation')
}

function deniedBecause({ type, message }: ToolFailure): string {
  return type === 'tool_not_registered' ? 'not offered in this approval mode or by a policy' : message
}

/** Nothing says what went wrong. Codes above 125 are the launcher's, the shell's and those of signals. */
function silentFailure(
  events: readonly GeminiEvent[],
  said: readonly string[],
  { stdout, exitCode }: RunOutput,
): Failure | undefined {
  if (exitCode > 0 && exitCode <= 125) {
    const detail = `exited with code ${exitCode}: ${lastError(said)}`
    return { reason: 'exit-code', detail: detailOf(detail) }
  }
  // Output that ends in the middle of a line was cut: what is missing may have held the result.
  const cut = stdout !== '' && !stdout.endsWith('\n')
  const plain = events.length === 0 && stdout.trim() !== ''
  if (exitCode !== 0 || cut || plain || events.some((event) => event.type === 'result')) return undefined
  // So it ends when somebody else sends it TERM.
  return { reason: 'no-result', detail: 'exited with code 0 but reported no result' }
}

/** The last lines before the page of usage that some mistakes are followed by. */
function lastError(said: readonly string[]): string {
  const usage = said.findIndex((line) => line.startsWith('Usage: gemini'))
  return (
    said
      .slice(0, usage < 0 ? undefined : usage)
      .slice(-3)
      .join(' ') || 'it said nothing'
  )
}

interface ToolFailure {
  readonly type: string
  readonly message: string
}

/** Why tool calls did not work, each by the place of the call in `events`. */
function toolFailures(events: readonly GeminiEvent[]): Map<number, ToolFailure> {
  const failures = new Map<number, ToolFailure>()
  for (const [call, { status, error }] of toolResults(events))
    if (status === 'error')
      failures.set(call, { type: error?.type ?? '', message: detailOf(error?.message ?? '') })
  return failures
}

/** What tool calls gave, each by the place of the call in `events`: ids may be used again. */
export function toolResults(
  events: readonly GeminiEvent[],
): Map<number, Extract<GeminiEvent, { type: 'tool_result' }>> {
  const open = new Map<string, number>()
  const results = new Map<number, Extract<GeminiEvent, { type: 'tool_result' }>>()
  for (const [index, event] of events.entries()) {
    if (event.type === 'tool_use') open.set(event.tool_id, index)
    const call = event.type === 'tool_result' ? open.get(event.tool_id) : undefined
    if (event.type === 'tool_result' && call !== undefined) results.set(call, event)
  }
  return results
}
