import { MarrowError } from '../../base/errors.ts'
import { money } from '../../base/numbers.ts'
import { plain, plainLines } from '../../base/plain.ts'
import type { InitResult } from '../../daemon/local/init.ts'
import type { Ticked } from '../../daemon/local/first-tick.ts'
import type { Answers } from '../../scaffold/init/converse.ts'
import type { QuestionId } from '../../scaffold/init/question.ts'
import { searchOf, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/** Flags of `marrow init`: an answer each, as commander names them. */
export interface InitOptions extends CommonOptions {
  readonly full?: boolean
  readonly yes?: boolean
  readonly json?: boolean
  readonly cli?: string
  readonly workDir?: string
  readonly commands?: string
  readonly push?: string
  readonly every?: string
  readonly limit?: string
  readonly notify?: string
  readonly tick?: string
}

/** `marrow init`: asks, writes a configuration or extends the one that is there, ticks once. 1 when that tick failed. */
export async function init(options: InitOptions): Promise<number> {
  const { full = false, yes = false, json = false } = options
  if (!yes && (json || !process.stdin.isTTY || !process.stdout.isTTY)) throw nobodyToAsk()
  const { beginInit, writeInit } = await import('../../daemon/local/init.ts')
  const { converse } = await import('../../scaffold/init/converse.ts')
  const { lookup } = await import('../../daemon/local/init-facts.ts')
  const { askNobody, askPerson, Left, manyMistakes } = await import('../ask.ts')
  if (!json) print('Looking at this machine …')
  const start = await beginInit(searchOf(options))
  if (!json && start.before !== undefined) print(`Adds to ${start.configPath}.`)
  const mistakes: string[] = []
  const ask = yes ? askNobody(givenBy(options), mistakes) : askPerson(givenBy(options))
  let answers: Answers
  try {
    answers = await converse(start.facts, lookup, { full, ask })
  } catch (error) {
    if (!(error instanceof Left)) throw error
    print('Nothing was written.')
    return 130
  }
  if (mistakes.length > 0) throw manyMistakes(mistakes)
  const result = writeInit(start, answers, full)
  if (!json) print(...writtenLines(result))
  const ticked = answers.tick ? await tickOnce(options, result) : undefined
  if (json) printJson({ ...result, project: result.project ?? null, tick: ticked ?? null })
  else print(...(ticked === undefined ? [] : tickLines(ticked)), ...nextLines(options, result))
  return ticked?.ok === false ? 1 : 0
}

async function tickOnce(options: InitOptions, { config, agents }: InitResult): Promise<Ticked> {
  const { firstTick } = await import('../../daemon/local/first-tick.ts')
  if (!options.json) print(`One tick of ${agents[0]} …`)
  return firstTick({ configPath: config, agent: agents[0] ?? '', verbose: options.verbose ?? false })
}

function nobodyToAsk(): MarrowError {
  return new MarrowError('USAGE', 'Cannot ask: there is no terminal.', {
    fix: 'Give --yes to take what is usual, and flags for what is to be otherwise: --cli, --work-dir, --commands, --push, --every, --limit, --notify, --tick.',
  })
}

function givenBy(options: InitOptions): Partial<Record<QuestionId, string>> {
  const { cli, workDir, commands, push, every, limit, notify, tick } = options
  const all = { cli, 'work-dir': workDir, commands, push, every, limit, notify, tick }
  return Object.fromEntries(
    Object.entries(all).flatMap(([id, text]) => (text === undefined ? [] : [[id, text]])),
  )
}

function writtenLines({ config, workspace, agents, project, warnings }: InitResult): string[] {
  const who = agents.join(', ')
  return [
    project === undefined ? `✓ wrote ${config}: ${who}` : `✓ added ${who} to ${config}, project ${project}`,
    `  What they write for you and each other: ${workspace}`,
    ...warnings.map((warning) => `  ! ${plain(warning)}`),
  ]
}

function tickLines({ ok, outcome, run, words, cost_usd, tokens, about_tokens }: Ticked): string[] {
  const spent =
    cost_usd !== null
      ? money(cost_usd)
      : tokens !== null
        ? `${tokens} tokens`
        : `about ${about_tokens ?? 0} tokens`
  return [
    `${ok ? '✓' : '✗'} ${plain(outcome)}${run === null ? '' : ` (${spent})`}`,
    ...(words === null
      ? []
      : plainLines(words)
          .trimEnd()
          .split('\n')
          .map((line) => `  ${line}`)),
    ...(ok || run === null ? [] : [`  Look closer: marrow doctor; once a daemon runs: marrow logs ${run}`]),
  ]
}

/** As a shell takes it. */
function quoted(name: string): string {
  return name.includes(' ') ? `'${name}'` : name
}

function nextLines(options: InitOptions, { config, agents }: InitResult): string[] {
  return [
    '',
    `Change anything in ${config}; a running daemon takes it up by itself.`,
    options.config === undefined ? 'Next:' : `Next, each with -c ${quoted(config)}:`,
    '  marrow run                      the daemon, in the foreground',
    '  marrow task add "…"             something to do',
    `  ${`marrow ask ${quoted(agents[0] ?? '')} "…"`.padEnd(32)}a question`,
    '  marrow report                   what happened since you last looked',
  ]
}
