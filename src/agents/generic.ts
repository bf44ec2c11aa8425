/** How any other command is started and read: it gets `--dir <work_dir> -- <prompt>` and may report to marrow. */
import type { Adapter, Delivery, Reading, RunOutput, WordsRequest } from './adapter.ts'
import { fitsArgument } from './argument-limit.ts'
import { lastChars, spokenLines } from './lines.ts'
import { failureOfReport, isReportLine, readReportLine, sumReports } from './report-line.ts'

const RESULT_LINES_MAX = 10 // Enough for a closing paragraph; a whole log is no result.
const REPORTS_MAX = 20_000 // One for each request of a long run, and far more; reading as many takes a tenth of a second.

export const generic: Adapter = { name: 'generic', promptVia: 'argument', env: {}, words: wordsFor, read }

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

/** The last lines are the result, unless the command reported one. An exit code alone is judged by the runner. */
function read({ stdout, endedAt }: RunOutput): Reading {
  const reports: string[] = []
  const spoken: string[] = []
  for (const line of spokenLines(stdout)) (isReportLine(line) ? reports : spoken).push(line)
  const report = sumReports(reports.slice(-REPORTS_MAX).flatMap((line) => readReportLine(line) ?? []))
  const result = report.result ?? spoken.slice(-RESULT_LINES_MAX).join('\n')
  return {
    result: result === '' ? undefined : lastChars(result),
    usage: report.usage,
    costUsd: report.costUsd,
    cliSession: report.session,
    failure: report.error === undefined ? undefined : failureOfReport(report.error, endedAt),
  }
}
