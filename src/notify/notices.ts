/** Owns which events the operator is told of at once, and in what words. */
import { plain } from '../base/plain.ts'
import type { AdapterName } from '../config/config.ts'
import type { JournalRow } from '../observability/events.ts'
import { describeEvent } from '../observability/sentences.ts'

/** One event that the operator is to be told of. Times in its texts are ISO. */
export interface Notice {
  /** Events of one key have one cause: they are told together. */
  readonly key: string
  readonly kind: string
  /** Epoch ms. */
  readonly at: number
  readonly agent: string | null
  /** The title, behind the names of the agents. */
  readonly what: string
  /** Whether others of this key say the same of other agents, or each says something else. */
  readonly same: boolean
  readonly line: string
  /** What a person does about it; AGENT stands for the agent, if it is one alone. */
  readonly todo: string
  /** For how long more of it is held back once it was told. */
  readonly quietMs: number
}

/** Which agent CLI an agent runs in; undefined for one that is no longer configured. */
export type CliOf = (agent: string) => AdapterName | undefined

type Rule = (
  row: JournalRow,
  cliOf: CliOf,
) => Pick<Notice, 'key' | 'todo'> & Partial<Pick<Notice, 'agent' | 'what' | 'same' | 'line' | 'quietMs'>>

const HOUR_MS = 3_600_000
const HANDOFFS_MS = 600_000 // Each is another question; but an agent may not call a person more often than that.
const STUCK_ATTEMPTS = 3

const rules: Readonly<Record<string, Rule>> = {
  // Whoever logs in to one CLI has mended it for all agents that run in it.
  'agent.held': ({ agent, data }, cliOf) => ({
    key: knownCli(cliOf(agent ?? '')) ?? numberless(data['reason']),
    todo: 'Mend that, then: marrow resume AGENT',
  }),
  'limit.reached': ({ agent, data }) => ({
    key: `${textOf(data['limit'])} ${data['scope'] === 'all' ? '' : agent}`,
    todo: 'Raise it under [limits], or wait.',
  }),
  'agent.no-progress': ({ agent }) => ({
    key: agent ?? '',
    todo: 'See what it did: marrow show AGENT --steps',
  }),
  'breaker.opened': ({ data }) => ({
    key: numberless(data['reason']),
    what: `cools down: ${textOf(data['reason'])}`,
    todo: 'See what it printed: marrow logs AGENT',
  }),
  'work.paused': () => ({ key: '', todo: 'Nothing starts until the file is removed.' }),
  'handoff.left': ({ agent, data }) => ({
    key: textOf(data['from']),
    agent: agent ?? textOf(data['from']),
    what: `waits for you: ${textOf(data['title'])}`,
    same: false,
    line: `left ${textOf(data['file'])}: ${textOf(data['title'])}`,
    todo: 'Look into runtime/handoff in its workspace.',
    quietMs: HANDOFFS_MS,
  }),
}

/** The kinds of events among which there are some to tell of. */
export const toldKinds: readonly string[] = Object.keys(rules)

/** What the operator is told of this event; undefined: nothing, the report of the day will do. */
export function noticeOf(row: JournalRow, cliOf: CliOf): Notice | undefined {
  const rule = Object.hasOwn(rules, row.kind) ? rules[row.kind] : undefined
  if (rule === undefined || !isUrgent(row)) return undefined
  const { key, agent = row.agent, what, same = true, line, todo, quietMs = HOUR_MS } = rule(row, cliOf)
  const said = describeEvent(row)
  return {
    key: `${row.kind} ${key}`,
    kind: row.kind,
    at: row.at,
    agent,
    what: cut(plain(what ?? said)),
    same,
    line: cut(plain(line ?? said)),
    todo,
    quietMs,
  }
}

/** A hold that ends by itself, an order of the operator's own and a first failure are none of a person's nights. */
function isUrgent({ kind, data }: JournalRow): boolean {
  if (kind === 'agent.held') return data['until'] === null
  if (kind === 'agent.no-progress') return data['attempts'] === STUCK_ATTEMPTS
  return kind !== 'work.paused' || data['by'] === 'file'
}

/** Of any other command it is not known whether two agents share its login. */
function knownCli(cli: AdapterName | undefined): string | undefined {
  return cli === 'generic' ? undefined : cli
}

/** The same cause in the words of several agents: without times, numbers of requests and the like. */
function numberless(reason: unknown): string {
  return textOf(reason).replace(/\S*\d\S*/g, '#')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? 'unknown')
}

const CHARS_MAX = 300 // Of one line: what an agent CLI said may be long.

function cut(text: string): string {
  return text.length <= CHARS_MAX ? text : `${text.slice(0, CHARS_MAX - 1).toWellFormed()}…`
}
