/** How Gemini CLI is started for an unattended turn, and how its output is read. */
import type { Adapter, AgentEvent, Delivery, Reading, RunOutput, WordsRequest } from '../adapter.ts'
import { fitsArgument } from '../argument-limit.ts'
import { failureOfText, refusalsIn, spokenOn } from './errors.ts'
import { isSpeech, readEvents } from './events.ts'
import type { GeminiEvent } from './events.ts'
import { failureOfRun, toolResults } from './failures.ts'
import { givenBy, readLine } from './line.ts'
import { needs } from './needs.ts'
import { bypass } from './permissions.ts'
import { reopen } from './reopen.ts'
import { spentBy } from './usage.ts'
import { readDate } from '../failures.ts'
import { inputLine, lastChars, outerChars, spokenLines } from '../lines.ts'
import { endOfFlags, programIn } from '../program-place.ts'
import { addUp } from '../reading.ts'

export const gemini: Adapter = {
  name: 'gemini',
  tells: { cost: false, plan: false },
  promptVia: 'stdin',
  // It updates itself only when it is used by hand, and how often it tries again stands in its settings alone.
  env: () => ({}),
  words: wordsFor,
  events: (output) => neutral(readEvents(output.stdout), spokenOn(output.stderr), output),
  read,
  line: readLine,
  streams: (words) => !chosenFormats(words).some((format) => format !== 'stream-json'),
  reopen,
  needs,
  bypass,
}

function wordsFor({ words, promptVia, promptPlaced, prompt }: WordsRequest): Delivery {
  const complete = withStreamFormat(words)
  if (promptPlaced) return { words: complete, promptOnStdin: false }
  // One word, so that no prompt can be taken for a flag. It has no flag that reads a prompt from a file.
  const argument = `--prompt=${prompt}`
  const asArgument = promptVia === 'argument' && fitsArgument(argument)
  return asArgument
    ? { words: inserted(complete, [argument]), promptOnStdin: false }
    : { words: complete, promptOnStdin: true }
}

/** Only these lines carry tool calls, and the tokens of a run that failed. */
function withStreamFormat(words: readonly string[]): readonly string[] {
  return chosenFormats(words).length > 0 ? words : inserted(words, ['--output-format', 'stream-json'])
}

/** Both spellings of the long flag, and the short one behind short switches. */
function chosenFormats(words: readonly string[]): string[] {
  const given = words.slice(placeOfFlags(words), endOfFlags(words, (placeOfFlags(words) ?? 0) - 1))
  return given.flatMap((word, index) => {
    const [, value] = /^(?:--output-?format(?:=|$)|-[dsy]*o=?)(.*)$/i.exec(word) ?? []
    return value === undefined ? [] : [value || (given[index + 1] ?? '')]
  })
}

function inserted(words: readonly string[], flags: readonly string[]): readonly string[] {
  const place = placeOfFlags(words) ?? endOfFlags(words, -1)
  return [...words.slice(0, place), ...flags, ...words.slice(place)]
}

/** Right after the program, where no list of another flag can swallow them; undefined: nothing looks like the program. */
function placeOfFlags(words: readonly string[]): number | undefined {
  const named = programIn(words, /(?:^|\/)gemini(?:\.js)?$/)
  const program = named < 0 ? programIn(words, /(?:^|\/)gemini-cli(?:@[\w.-]+)?$/) : named
  return program < 0 ? undefined : program + 1
}

function read(output: RunOutput): Reading {
  const events = readEvents(output.stdout)
  const said = spokenOn(output.stderr)
  const result = lastWords(events) ?? plainWords(events, output)
  return {
    ...addUp(neutral(events, said, output)),
    result,
    failure: failureOfRun(events, said, output),
  }
}

function neutral(
  events: readonly GeminiEvent[],
  said: readonly string[],
  { endedAt, stderrAt }: RunOutput,
): AgentEvent[] {
  const spoken = eventsOf(events, endedAt)
  const limits = refusalsIn(said, endedAt).map((failure) => ({ kind: 'limit', failure }) as const)
  // Only while the model owes an answer, and was refused after it was asked, can a refusal be what the run waits for.
  return isWaiting(events) && !(stderrAt !== undefined && stderrAt < askedAt(events))
    ? [...spoken, ...limits]
    : [...limits, ...spoken]
}

/** Epoch ms of the last question to the model; NaN, which is never later than anything: not said. */
function askedAt(events: readonly GeminiEvent[]): number {
  const last = events.at(-1)
  return last?.type === 'message' || last?.type === 'tool_result' ? (readDate(last.timestamp) ?? NaN) : NaN
}

/** Whether the model was asked last, and has not begun to answer. */
function isWaiting(events: readonly GeminiEvent[]): boolean {
  const last = events.at(-1)
  return (
    last?.type === 'init' ||
    last?.type === 'tool_result' ||
    (last?.type === 'message' && last.role === 'user')
  )
}

const NOTHING = { output: undefined, failed: undefined } as const

function eventsOf(events: readonly GeminiEvent[], endedAt: number): AgentEvent[] {
  const results = toolResults(events)
  const finish = events.findLastIndex((event) => event.type === 'result')
  return events.flatMap((event, index): AgentEvent[] => {
    switch (event.type) {
      case 'init':
        return event.session_id === undefined ? [] : [{ kind: 'session', id: event.session_id }]
      case 'message':
        return isSpeech(event) ? [{ kind: 'text', text: event.content }] : []
      case 'tool_use': {
        const given = results.get(index)
        const said = given === undefined ? NOTHING : givenBy(given)
        const { tool_name: name, parameters } = event
        return [{ kind: 'tool', name, input: inputLine(parameters), ...said, ended: given !== undefined }]
      }
      case 'tool_result':
        return []
      case 'error':
        return [{ kind: 'error', failure: failureOfText(event.message, { endedAt, status: undefined }) }]
      case 'result':
        return index === finish ? finishOf(event, lastWords(events)) : []
    }
  })
}

function finishOf(event: Extract<GeminiEvent, { type: 'result' }>, words: string | undefined): AgentEvent[] {
  const spent = spentBy(event)
  return event.status === 'success' && words !== undefined
    ? [spent, { kind: 'result', text: words }]
    : [spent]
}

function lastWords(events: readonly GeminiEvent[]): string | undefined {
  const words = events.findLast(isSpeech)?.content.trim() ?? ''
  return words === '' ? undefined : lastChars(words)
}

/** In another format that the operator chose, stdout is the result itself. */
function plainWords(events: readonly GeminiEvent[], { stdout }: RunOutput): string | undefined {
  const words = events.length > 0 ? '' : spokenLines(outerChars(stdout, PLAIN_CHARS_MAX)).join('\n').trim()
  return words === '' ? undefined : lastChars(words)
}

const PLAIN_CHARS_MAX = 65_536
