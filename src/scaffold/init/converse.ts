/** Owns the order of the questions of `marrow init`, and which of them there is reason to ask. */
import {
  agentCommand,
  cliQuestion,
  commandsQuestion,
  everyQuestion,
  folderQuestion,
  limitQuestion,
  noticeQuestion,
  pushQuestion,
  tickQuestion,
} from './questions.ts'
import type { AgentCommand } from './commands.ts'
import type { FoundLogin, InitFacts, Lookup } from './facts.ts'
import type { DailyLimit } from './limit.ts'
import type { NoticeWay } from './notice.ts'
import { pushKeys, type PushKeys } from './push.ts'
import type { Question } from './question.ts'

/** Everything that was answered. */
export interface Answers {
  readonly command: AgentCommand
  /** Undefined for a command that is no CLI that marrow knows. */
  readonly login: FoundLogin | undefined
  readonly workDir: string
  readonly isRepository: boolean
  /** Whether it may run commands without asking, and whether a wall stands around that. */
  readonly free: 'no' | 'behind a wall' | 'without a wall'
  readonly push: PushKeys
  readonly everyMs: number
  readonly limit: DailyLimit
  readonly notice: NoticeWay
  readonly tick: boolean
}

/** Puts one question and resolves to the value of its answer. */
export type Ask = <Value>(question: Question<Value>) => Promise<Value>

/** `full`: three agents at their own intervals, so that nobody is asked how often. */
export async function converse(
  facts: InitFacts,
  look: Lookup,
  { full, ask }: { readonly full: boolean; readonly ask: Ask },
): Promise<Answers> {
  const cli = await ask(cliQuestion(facts, look))
  const folder = await ask(folderQuestion(facts, look))
  // A command that marrow does not know has no switch for it.
  const free = 'name' in cli && (await ask(commandsQuestion(facts)))
  const { repository } = folder
  const push =
    repository?.remote === undefined
      ? ({ by: 'nothing' } as const)
      : await ask(pushQuestion(facts, repository, look))
  const command = agentCommand(cli, free)
  const everyMs = full ? 0 : await ask(everyQuestion())
  const limit = await ask(limitQuestion(command.cli))
  const notice = facts.existing?.hasNotify ? undefined : await ask(noticeQuestion(facts, look))
  return {
    command,
    login: 'name' in cli ? cli.login : undefined,
    workDir: folder.path,
    isRepository: repository !== undefined,
    free: !free ? 'no' : facts.noWall === undefined ? 'behind a wall' : 'without a wall',
    push: pushKeys(push, repository?.remote),
    everyMs,
    limit,
    notice,
    tick: await ask(tickQuestion()),
  }
}
