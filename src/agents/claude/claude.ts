/** How Claude Code is started for an unattended turn, and how its output is read. */
import type { Adapter, AgentEvent, Delivery, Failure, Reading, RunOutput, WordsRequest } from '../adapter.ts'
import { fitsArgument } from '../argument-limit.ts'
import { ownWords } from '../flags.ts'
import { agents } from './agents.ts'
import { readEvents } from './events.ts'
import type { Assistant, ClaudeEvent, Result } from './events.ts'
import {
  failureOfEvents,
  failureOfMessage,
  failureOfRetry,
  failureOfWindow,
  failureOfWords,
  isRefusal,
} from './failures.ts'
import { needs } from './needs.ts'
import { bypass } from './permissions.ts'
import { planOf } from './plan.ts'
import { claudePattern, presumedSettings } from './settings.ts'
import { inputLine, lastChars } from '../lines.ts'
import { endOfFlags, programIn, withPromptLast } from '../program-place.ts'
import { addUp } from '../reading.ts'
import { givenBy, readLine } from './line.ts'
import { reopen } from './reopen.ts'
import { guarded, role } from './role.ts'
import { spentOn, usageOf } from './usage.ts'

export const claude: Adapter = {
  name: 'claude',
  tells: { cost: true, plan: true },
  promptVia: 'stdin',
  // A run must not exchange the program under the next one. Its other switches would take something away from people
  // who rely on it, so they stay the operator's choice.
  env: (timeoutMs) => ({
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_MAX_RETRIES: String(retriesWithin(timeoutMs / 4)),
  }),
  words: wordsFor,
  presumes: presumedSettings,
  events: (output) => neutral(readEvents(output.stdout, 'what tools gave'), output),
  read,
  line: readLine,
  streams: (words) => isStream(formatOf(ownWords(words, claudePattern))),
  reopen,
  needs,
  bypass,
  role,
  guard: 'hooks that ask marrow before an agent is started',
  guarded,
  agents,
}

const RETRIES_MAX = 10 // What Claude Code does unless told otherwise: up to 200 s for one request.

/** The most retries that are over after `ms`: it waits 0.5 s, 1 s, 2 s … 32 s before them, and up to a quarter more. */
function retriesWithin(ms: number): number {
  let [retries, waitedMs] = [0, 625]
  while (retries < RETRIES_MAX && waitedMs <= ms) {
    retries += 1
    waitedMs += 1.25 * Math.min(500 * 2 ** retries, 32_000)
  }
  return retries
}

function wordsFor({ words, promptVia, promptPlaced, prompt }: WordsRequest): Delivery {
  const complete = withStreamFormat(words)
  if (promptPlaced) return { words: complete, promptOnStdin: false }
  // It has no flag that reads a prompt from a file: its stdin is that file.
  const asArgument = promptVia === 'argument' && fitsArgument(prompt)
  if (!asArgument) return { words: complete, promptOnStdin: true }
  // A flag such as --allowedTools takes all the words that follow it; `--` ends that.
  return { words: withPromptLast(complete, programIn(complete, claudePattern), prompt), promptOnStdin: false }
}

/** Without JSON lines little can be told about a run but its exit code; they need `--verbose`. */
function withStreamFormat(words: readonly string[]): readonly string[] {
  const program = programIn(words, claudePattern)
  const end = endOfFlags(words, program)
  const own = words.slice(program + 1, end)
  const format = formatOf(own)
  const print = own.some((word) => /^(?:-[a-z]*p|--print)$/.test(word)) ? [] : ['-p']
  const stream = format === undefined ? ['--output-format', 'stream-json'] : []
  const verbose = isStream(format) && !own.includes('--verbose') ? ['--verbose'] : []
  const place = program >= 0 ? program + 1 : end
  return [...words.slice(0, place), ...print, ...stream, ...verbose, ...words.slice(place)]
}

/** Other formats are printed when all is over. */
function isStream(format: string | undefined): boolean {
  return format === undefined || format === 'stream-json'
}

function formatOf(words: readonly string[]): string | undefined {
  const at = words.indexOf('--output-format')
  if (at >= 0) return words[at + 1] ?? ''
  return words.find((word) => word.startsWith('--output-format='))?.slice('--output-format='.length)
}

function read(output: RunOutput): Reading {
  const events = readEvents(output.stdout)
  const reading = addUp(neutral(events, output))
  const plain = events.length === 0 && !/^\s*\[?\{"/.test(output.stdout)
  return {
    ...reading,
    result: reading.result ?? (plain ? plainResult(output.stdout) : lastText(events)),
    failure:
      failureOfEvents(events, output.endedAt) ??
      failureOfWords(output, plain) ??
      missingResult(events, plain, output),
    plan: planOf(events, output.endedAt),
  }
}

const NOTHING = { output: undefined, failed: undefined } as const

/** Tokens and cost of the last result are those of the whole run; without one, what its messages say is added up. */
function neutral(events: readonly ClaudeEvent[], { endedAt }: RunOutput): AgentEvent[] {
  const told = whatIsTold(events)
  return events.flatMap((event): AgentEvent[] => {
    switch (event.type) {
      case 'system':
        if (event.subtype === 'api_retry') return [{ kind: 'limit', failure: failureOfRetry(event, endedAt) }]
        if (event !== told.init || event.session_id === undefined) return []
        return [{ kind: 'session', id: event.session_id }]
      case 'rate_limit_event':
        if (!isRefusal(event)) return []
        return [{ kind: 'limit', failure: failureOfWindow(event, endedAt) }]
      case 'assistant':
        if (event.error === undefined) return spokenIn(event, told)
        // A result says the same once more.
        if (told.result !== undefined) return []
        return [{ kind: 'error', failure: failureOfMessage(event, endedAt) }]
      case 'user':
        return []
      case 'result':
        return event === told.result ? [spentOn(event), ...endOf(event, events, endedAt)] : []
    }
  })
}

interface Told {
  readonly init: ClaudeEvent | undefined
  /** The last one: a subagent that ends in the background lets the agent go on after its first result. */
  readonly result: ClaudeEvent | undefined
  /** Each message's last event: it comes in parts that all carry its tokens. */
  readonly messages: ReadonlyMap<string, ClaudeEvent>
  /** What calls gave, by their ids. */
  readonly given: ReadonlyMap<string, ReturnType<typeof givenBy>>
}

function whatIsTold(events: readonly ClaudeEvent[]): Told {
  const messages = new Map<string, ClaudeEvent>()
  const given = new Map<string, ReturnType<typeof givenBy>>()
  for (const event of events) {
    if (event.type === 'assistant') messages.set(event.message.id, event)
    if (event.type !== 'user') continue
    for (const block of event.message.content)
      if (block.type === 'tool_result') given.set(block.tool_use_id, givenBy(block))
  }
  const init = events.find((event) => event.type === 'system' && event.subtype === 'init')
  return { init, result: events.findLast((event) => event.type === 'result'), messages, given }
}

function spokenIn(event: Assistant, { result, messages, given }: Told): AgentEvent[] {
  const said = event.message.content.flatMap((block): AgentEvent[] => {
    if (block.type === 'text') return [{ kind: 'text', text: block.text }]
    if (block.type !== 'tool_use') return []
    const { output, failed } = given.get(block.id) ?? NOTHING
    const ended = given.has(block.id)
    return [{ kind: 'tool', name: block.name, input: inputLine(block.input), failed, output, ended }]
  })
  const { id, usage } = event.message
  if (result !== undefined || usage === undefined || messages.get(id) !== event) return said
  return [...said, { kind: 'usage', usage: usageOf(usage), costUsd: undefined }]
}

/** What the run ended with. The words of a denied run are a result all the same: the model's own. */
function endOf(event: Result, events: readonly ClaudeEvent[], endedAt: number): AgentEvent[] {
  const failure = failureOfEvents(events, endedAt)
  const text = event.result ?? ''
  const said: AgentEvent[] = event.is_error || text === '' ? [] : [{ kind: 'result', text }]
  return failure === undefined ? said : [...said, { kind: 'error', failure }]
}

/** The last words of the agent itself, for a run whose result is missing. */
function lastText(events: readonly ClaudeEvent[]): string | undefined {
  const own = events.flatMap((event) =>
    event.type === 'assistant' && event.error === undefined && event.parent_tool_use_id === undefined
      ? event.message.content
      : [],
  )
  const last = own.findLast((block) => block.type === 'text')?.text.trim()
  return last === undefined || last === '' ? undefined : lastChars(last)
}

/** What `--output-format text` printed. */
function plainResult(stdout: string): string | undefined {
  const text = stdout.trim()
  return text === '' ? undefined : lastChars(text)
}

function missingResult(
  events: readonly ClaudeEvent[],
  plain: boolean,
  { stdout, exitCode }: RunOutput,
): Failure | undefined {
  // Output that ends in the middle of a line was cut: what is missing may have held the result.
  const cut = stdout !== '' && !stdout.endsWith('\n')
  if (exitCode !== 0 || cut || events.some(({ type }) => type === 'result')) return undefined
  if (plain && stdout.trim() !== '') return undefined
  return { reason: 'no-result', detail: 'exited with code 0 but printed no result' }
}
