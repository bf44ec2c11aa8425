/** How any other command is started and read: it gets `--dir <work_dir> -- <prompt>` and may report to marrow. */
import type {
  Adapter,
  AgentEvent,
  Delivery,
  LineReading,
  Reading,
  RunOutput,
  WordsRequest,
} from '../adapter.ts'
import { fitsArgument } from '../argument-limit.ts'
import { lastChars, spokenLines } from '../lines.ts'
import { noNeeds } from '../needs.ts'
import { NO_USAGE } from '../reading.ts'
import {
  failureOfReport,
  isReportLine,
  readReportLine,
  sumReports,
  type Report,
  type ReportLine,
} from './report-line.ts'

const RESULT_LINES_MAX = 10 // Enough for a closing paragraph; a whole log is no result.
const REPORTS_MAX = 20_000 // One for each request of a long run, and far more; reading as many takes a tenth of a second.

export const generic: Adapter = {
  name: 'generic',
  // It can; whether it does is the command's affair.
  tells: { cost: true, plan: false },
  promptVia: 'argument',
  env: () => ({}),
  words: wordsFor,
  events,
  read,
  line: readLine,
  streams: () => undefined,
  reopen: () => ({ kind: 'refused', reason: 'marrow does not know how its command opens a conversation' }),
  // Nothing is known of it.
  needs: noNeeds,
}

/**
 * The prompt is one argument. One that cannot be an argument goes to stdin, which a `-` in its place says.
 * With `prompt_via` stdin the words stay as they are, and with file only the file is added: such a command has its own
 * argument list.
 */
function wordsFor({ words, promptVia, promptPlaced, prompt, promptFile, workDir }: WordsRequest): Delivery {
  if (promptPlaced) return { words, promptOnStdin: false }
  if (promptVia === 'stdin') return { words, promptOnStdin: true }
  if (promptVia === 'file') return { words: [...words, '--prompt-file', promptFile], promptOnStdin: false }
  const hasDir = words.some((word) => word === '--dir' || word.startsWith('--dir='))
  const start = hasDir ? words : [...words, '--dir', workDir]
  const asArgument = fitsArgument(prompt) && prompt !== '-'
  return { words: [...start, '--', asArgument ? prompt : '-'], promptOnStdin: !asArgument }
}

/** Every line is text but those that are reports. */
function events({ stdout, endedAt }: RunOutput): AgentEvent[] {
  return spokenLines(stdout).flatMap((line) => {
    if (!isReportLine(line)) return [{ kind: 'text' as const, text: line }]
    const report = readReportLine(line)
    return report === undefined ? [] : reported(report, endedAt)
  })
}

function readLine(line: string, now: number): LineReading {
  if (!isReportLine(line)) return { kind: 'plain' }
  const report = readReportLine(line)
  if (report === undefined) return { kind: 'unreadable' }
  return { kind: 'told', at: undefined, events: reported(report, now) }
}

function reported(
  { session, usage, costUsd, result, error }: ReportLine,
  endedAt: number,
): Exclude<AgentEvent, { kind: 'tool' }>[] {
  const said: Exclude<AgentEvent, { kind: 'tool' }>[] = []
  if (session !== undefined) said.push({ kind: 'session', id: session })
  if (usage !== undefined || costUsd !== undefined)
    said.push({ kind: 'usage', usage: usage ?? NO_USAGE, costUsd })
  if (result !== undefined) said.push({ kind: 'result', text: result })
  if (error) said.push({ kind: 'error', failure: failureOfReport(error, endedAt) })
  return said
}

/** The last lines are the result, unless the command reported one. An exit code alone is judged by the runner. */
function read({ stdout, endedAt }: RunOutput): Reading {
  const reports: string[] = []
  const spoken: string[] = []
  for (const line of spokenLines(stdout)) (isReportLine(line) ? reports : spoken).push(line)
  const report = sumReports(reports.slice(-REPORTS_MAX).flatMap((line) => readReportLine(line) ?? []))
  return { ...readingOf(report, endedAt), result: resultOf(report, spoken) }
}

function resultOf({ result }: Report, spoken: readonly string[]): string | undefined {
  const text = result ?? spoken.slice(-RESULT_LINES_MAX).join('\n')
  return text === '' ? undefined : lastChars(text)
}

function readingOf({ usage, costUsd, session, error }: Report, endedAt: number): Omit<Reading, 'result'> {
  const failure = error === undefined ? undefined : failureOfReport(error, endedAt)
  return { usage, costUsd, cliSession: session, failure, stalled: undefined, plan: undefined }
}
