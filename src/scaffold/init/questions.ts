/** Owns the eight questions of `marrow init`: what is asked, what is offered, and which answers are right. */
import { parse as parseWords } from './words.ts'
import { formatDuration, parseDuration } from '../../base/duration.ts'
import { commandOf, tellsCost, type AgentCommand } from './commands.ts'
import type { FoundCli, FoundRepository, InitFacts, Lookup } from './facts.ts'
import { checkLimit, type DailyLimit } from './limit.ts'
import { checkNotice, noticeChoices, type NoticeWay } from './notice.ts'
import { hostOf, type Push } from './push.ts'
import { checkYesOrNo, right, wrong, yesOrNo, type Question } from './question.ts'

/** Which agent CLI is to work: one that was found, or any command. */
export function cliQuestion(
  { clis }: Pick<InitFacts, 'clis'>,
  look: Pick<Lookup, 'program'>,
): Question<FoundCli | readonly string[]> {
  const first = clis.find(({ login }) => login.state === 'in') ?? clis[0]
  return {
    id: 'cli',
    ask: 'Which agent CLI is to work?',
    found:
      clis.length === 0
        ? ['None of claude, codex, gemini and opencode is on PATH; any other command works too.']
        : [],
    choices: [
      ...clis.map((cli) => ({ answer: cli.name, label: describeCli(cli) })),
      { answer: undefined, label: 'another command' },
    ],
    usual: first?.name,
    check: async (answer) => {
      const found = clis.find(({ name }) => name === answer.trim())
      if (found !== undefined) return right(found)
      const words = parseWords(answer)
      if (words === undefined) return wrong('a quote in the command is not closed', 'Close it.')
      const [program = ''] = words
      if (program === '') return wrong('the command is empty', 'Name an agent CLI, or a whole command.')
      const path = look.program(program)
      if (path !== undefined) return right([path, ...words.slice(1)])
      return wrong(`${program} is not on PATH`, `Install it, or name its whole path.`)
    },
  }
}

function describeCli({ name, version, login }: FoundCli): string {
  const said = version === undefined ? name : `${name} ${version}`
  if (login.state === 'in') return `${said}, logged in${login.by === undefined ? '' : ` by ${login.by}`}`
  return login.state === 'out'
    ? `${said}, not logged in: ${login.how}`
    : `${said}; whether it is logged in, its first run will tell`
}

/** Which folder the agent works on. */
export function folderQuestion(
  { folder, existing }: Pick<InitFacts, 'folder' | 'existing'>,
  look: Pick<Lookup, 'folder'>,
): Question<{ readonly path: string; readonly repository: FoundRepository | undefined }> {
  return {
    id: 'work-dir',
    ask: 'Which repository or folder is it to work on?',
    found: [],
    choices: undefined,
    usual: folder,
    check: async (answer) => {
      if (answer.trim() === '') return wrong('no folder is named', 'Name one.')
      const found = await look.folder(answer.trim())
      if (found.kind === 'unusable') return wrong(found.reason, found.fix)
      const taken = existing?.workDirs.find(({ path }) => path === found.path)
      if (taken !== undefined)
        return wrong(
          `${taken.agent} works on ${found.path} already`,
          `Name another folder, or change ${taken.agent} in ${existing?.path}.`,
        )
      return right(found)
    },
  }
}

/** Whether it may run commands without asking: behind the wall that is what the wall is for. */
export function commandsQuestion({ noWall }: Pick<InitFacts, 'noWall'>): Question<boolean> {
  return {
    id: 'commands',
    ask: 'May it run commands without asking?',
    found:
      noWall === undefined
        ? [
            'It works behind a wall here, which was just tested: it can change its own folders and nothing else.',
          ]
        : [`Nothing would keep it from the rest of this machine: ${noWall.reason}.`, noWall.fix],
    choices: yesOrNo,
    usual: noWall === undefined ? 'yes' : 'no',
    check: async (answer) => checkYesOrNo(answer),
  }
}

/** Whether it may push, and with what. */
export function pushQuestion(
  { tokens, keys }: Pick<InitFacts, 'tokens' | 'keys'>,
  { remote }: FoundRepository,
  look: Pick<Lookup, 'keyProblem' | 'isSet' | 'path'>,
): Question<Push> {
  return {
    id: 'push',
    ask: `May it push${remote === undefined ? '' : ` to ${hostOf(remote) ?? remote}`}, and with what?`,
    found: ['Without one of these it commits, and you push.'],
    choices: [
      { answer: 'no', label: 'no' },
      ...tokens.map((name) => ({ answer: name, label: `with the token in ${name}` })),
      ...keys.map((path) => ({ answer: path, label: `with the key ${path}` })),
      { answer: undefined, label: 'with another variable or key' },
    ],
    usual: 'no',
    check: async (answer) => {
      const text = answer.trim()
      if (text.toLowerCase() === 'no') return right({ by: 'nothing' })
      if (/^[A-Z][A-Z0-9_]*$/.test(text)) {
        if (look.isSet(text)) return right({ by: 'token', variable: text })
        return wrong(`${text} is not set`, 'Set it where you start marrow, or name a key.')
      }
      if (!/^[~/.]/.test(text))
        return wrong(
          `"${answer}" is neither a variable nor the path of a key`,
          'Answer no, GITHUB_TOKEN, or ~/.ssh/id_ed25519.',
        )
      const path = look.path(text)
      const problem = await look.keyProblem(path)
      if (problem === undefined) return right({ by: 'key', path })
      return wrong(problem, 'Make a key for it alone (ssh-keygen -N ""), and give that one access.')
    },
  }
}

const EVERY_MS_MIN = 60_000
const EVERY_MS_MAX = 7 * 86_400_000

/** How often it looks whether there is something to do. */
export function everyQuestion(): Question<number> {
  return {
    id: 'every',
    ask: 'How often is it to look whether there is something to do?',
    found: ['A look that finds nothing new costs nothing.'],
    choices: undefined,
    usual: '30m',
    check: async (answer) => {
      const ms = parseDuration(answer)
      if (ms === undefined) return wrong(`"${answer}" is no time`, 'Write it like 30m, 2h or 1d.')
      if (ms < EVERY_MS_MIN || ms > EVERY_MS_MAX)
        return wrong(
          `${formatDuration(ms)} is not between ${formatDuration(EVERY_MS_MIN)} and ${formatDuration(EVERY_MS_MAX)}`,
          'Write it like 30m, 2h or 1d.',
        )
      return right(ms)
    },
  }
}

/** How much a day at most. */
export function limitQuestion(cli: AgentCommand['cli']): Question<DailyLimit> {
  const costIsKnown = tellsCost(cli)
  return {
    id: 'limit',
    ask: 'How much may it spend a day at most?',
    found: ['When that is reached, nothing is started until midnight.'],
    choices: undefined,
    usual: costIsKnown ? '$5' : cli === undefined ? '200 runs' : '5M tokens',
    check: async (answer) => checkLimit(answer, costIsKnown),
  }
}

/** Where to reach the operator. */
export function noticeQuestion(
  { desktop }: Pick<InitFacts, 'desktop'>,
  look: Pick<Lookup, 'program'>,
): Question<NoticeWay> {
  return {
    id: 'notify',
    ask: 'Where are you to be reached when something waits for you?',
    found: [],
    choices: noticeChoices(desktop),
    usual: desktop ? 'desktop' : 'none',
    check: async (answer) => checkNotice(answer, desktop, look),
  }
}

/** Whether to try it now. */
export function tickQuestion(): Question<boolean> {
  return {
    id: 'tick',
    ask: 'Shall it tick once now, for real?',
    found: ['It starts the agent CLI once and shows what came of it and what it cost.'],
    choices: yesOrNo,
    usual: 'yes',
    check: async (answer) => checkYesOrNo(answer),
  }
}

/** The command of an answer to the first question. */
export function agentCommand(cli: FoundCli | readonly string[], free: boolean): AgentCommand {
  return 'name' in cli ? commandOf(cli, free) : { cli: undefined, words: cli, env: {} }
}
