import { MarrowError } from '../../base/errors.ts'
import type { DryRunView } from '../../ipc/protocol/agents.ts'
import { connect, isNobody, type CommonOptions } from '../connection.ts'
import { print, printJson, readable, screenFor } from '../output.ts'
import { shellWord } from '../../base/shell-word.ts'
import { plain } from '../../base/plain.ts'
import { withClockTimes } from '../../base/time.ts'

/** Flags of `marrow dry-run`. */
export interface DryRunOptions extends CommonOptions {
  readonly agents: readonly string[]
  readonly raw?: boolean
  readonly layers?: boolean
  readonly diff?: boolean
  /** The words are one role then, and its prompt for this task is shown. */
  readonly task?: string
  /** The agent that would be accountable. */
  readonly for?: string
  readonly json?: boolean
}

/** Context providers have deadlines of their own, which the configuration may raise. */
const PROVIDERS_TIMEOUT_MS = 600_000

/** `marrow dry-run`: what the next tick would do and the prompt that it would send. Nothing is started or changed. */
export async function dryRun(options: DryRunOptions): Promise<number> {
  if (options.raw && options.json) {
    throw new MarrowError('USAGE', 'Cannot understand the command: --raw and JSON contradict each other.', {
      fix: 'Give one of them; JSON has the prompt in agents[0].prompt.',
    })
  }
  const views = await viewsOf(options)
  if (options.raw) printRaw(views)
  else if (options.json) printJson({ agents: views })
  else for (const view of views) print(...(await linesOf(view, options)))
  return 0
}

async function viewsOf(options: DryRunOptions): Promise<readonly DryRunView[]> {
  const { task, for: accountable } = options
  if (accountable !== undefined && task === undefined)
    throw new MarrowError('USAGE', 'Cannot understand the command: --for needs --task.', {
      fix: 'Name a role and its task: marrow dry-run coder --task TEXT --for AGENT',
    })
  const agents = [...options.agents]
  const connection = connect(options)
  try {
    return (
      await connection.ask('dryRun', { agents, task, for: accountable }, { timeoutMs: PROVIDERS_TIMEOUT_MS })
    ).agents
  } catch (error) {
    if (!isNobody(error)) throw error
    const { dryRunLocally } = await import('../../daemon/local/dry-run.ts')
    return await dryRunLocally({ configPath: connection.configPath, agents, task, accountable })
  }
}

function printRaw(views: readonly DryRunView[]): void {
  const [only] = views
  if (only === undefined || views.length !== 1) {
    throw new MarrowError('USAGE', `Cannot print the raw prompt: there are ${views.length} agents.`, {
      fix: 'Name one agent: marrow dry-run AGENT --raw',
    })
  }
  process.stdout.write(only.prompt)
}

async function linesOf(view: DryRunView, options: DryRunOptions): Promise<string[]> {
  const verdict = `[${view.agent}] ${verdictOf(view)}`
  if (options.layers) return [verdict, ...(await layersOf(view)), `starts: ${commandLine(view)}`]
  if (options.diff) return [verdict, ...(await changesOf(view))]
  return [
    verdict,
    `--- DRY RUN [${view.agent}] session=${view.run} ---`,
    readable(view.prompt.trimEnd()),
    '--- END ---',
  ]
}

/** `would run: a task is queued`, `quiet: nothing changed since 02:10`, `held: exited with code 1`. */
function verdictOf({ would_run, reason }: DryRunView): string {
  const told = withClockTimes(plain(reason), Date.now())
  if (would_run) return `would run: ${told}`
  return /^(quiet|held|paused|refused)\b/.test(told) ? told : `quiet: ${told}`
}

const COMMAND_CHARS_MAX = 500 // A CLI may be told its role among its words; JSON has all of them.

function commandLine({ words }: DryRunView): string {
  const line = plain(words.map(shellWord).join(' '))
  return line.length <= COMMAND_CHARS_MAX ? line : `${line.slice(0, COMMAND_CHARS_MAX - 1).toWellFormed()}…`
}

/** The tokenizer takes 55 MiB once loaded: only this command and only this flag pay for it. */
async function layersOf(view: DryRunView): Promise<string[]> {
  const [{ countTokens }, { layerLines }, screen] = await Promise.all([
    import('gpt-tokenizer/encoding/o200k_base'),
    import('../render/layers.ts'),
    screenFor(view.layers.map(({ name, source, failed }) => [name, source, failed])),
  ])
  return layerLines(view, (text) => countTokens(text), screen)
}

async function changesOf(view: DryRunView): Promise<string[]> {
  if (view.last_prompt === null) return ['(no prompt was sent to this agent yet)']
  if (view.last_prompt === view.prompt) return ['(the same bytes as the last prompt)']
  const { createTwoFilesPatch } = await import('diff')
  const patch = createTwoFilesPatch(
    'last prompt',
    'next prompt',
    readable(view.last_prompt),
    readable(view.prompt),
  )
  const { paint } = await screenFor('')
  return patch
    .split('\n')
    .slice(1)
    .filter((line, index, lines) => line !== '' || index < lines.length - 1)
    .map((line) => {
      if (line.startsWith('+')) return paint('green', line)
      return line.startsWith('-') ? paint('red', line) : line
    })
}
