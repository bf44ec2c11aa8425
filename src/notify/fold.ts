/** Owns how events of one cause become one notice: the first is told at once, what repeats is held and told together. */
import { quote } from 'shlex'
import { namesOf } from '../base/names.ts'
import { clockTime, withClockTimes } from '../base/time.ts'
import type { Notice } from './notices.ts'

/** Events of one cause that are told together. Times are epoch ms. */
export interface Gathering {
  /** Undefined: it is not in the store yet. */
  readonly id: number | undefined
  readonly key: string
  readonly kind: string
  /** When the first of them happened. */
  readonly at: number
  readonly openedAt: number
  /** From then on it is told, and takes no more. */
  readonly readyAt: number
  readonly closed: boolean
  readonly agents: readonly string[]
  readonly what: string
  readonly same: boolean
  readonly lines: readonly Line[]
  /** Of all events, also of those without a line. */
  readonly count: number
  readonly todo: string
}

interface Line {
  readonly at: number
  readonly agent: string | null
  readonly text: string
}

/** As it is told. */
export interface Told {
  readonly title: string
  readonly text: string
}

const GATHER_MS = 3_000 // Agents that lose one login notice it within seconds of each other.
const LINES_MAX = 10

/**
 * Adds events to what is gathered. `known` has the newest gathering of each key, told or not; returns those that are
 * new or changed. Each event is in exactly one gathering.
 */
export function gather(
  notices: readonly Notice[],
  known: ReadonlyMap<string, Gathering>,
  now: number,
): Gathering[] {
  const changed = new Map<string, Gathering>()
  for (const notice of notices) {
    const last = changed.get(notice.key) ?? known.get(notice.key)
    const open = last === undefined || last.closed ? begun(notice, last, now) : last
    changed.set(notice.key, added(open, notice))
  }
  return [...changed.values()]
}

/** A gathering from the future is of a clock that was set back: it waits no longer. */
export function isReady({ readyAt, openedAt }: Gathering, now: number): boolean {
  return readyAt <= now || openedAt > now
}

/** Its words, with times in the zone of the reader. */
export function tell({ agents, what, same, lines, count, todo }: Gathering, now: number): Told {
  const who = agents.length === 0 ? '' : `${namesOf(agents)}: `
  const rest = count - lines.length
  return {
    title: who + withClockTimes(what, now) + howMany(same, count, agents.length),
    text: [
      ...lines.map(({ at, agent, text }) => {
        return `${clockTime(at, now)} ${agent === null ? '' : `${agent}: `}${withClockTimes(text, now)}`
      }),
      ...(rest === 0 ? [] : [`and ${rest} more`]),
      agents.length === 1 ? todo.replace('AGENT', () => quote(agents[0] ?? '')) : todo,
    ].join('\n'),
  }
}

function begun(notice: Notice, last: Gathering | undefined, now: number): Gathering {
  const { key, kind, at, what, same, todo, quietMs } = notice
  // What was told in the future was told by a clock that was wrong.
  const quietUntil = last === undefined || last.readyAt > now ? 0 : last.readyAt + quietMs
  return {
    id: undefined,
    key,
    kind,
    at,
    openedAt: now,
    readyAt: Math.max(now + GATHER_MS, quietUntil),
    closed: false,
    agents: [],
    what,
    same,
    lines: [],
    count: 0,
    todo,
  }
}

function added(open: Gathering, { agent, at, line }: Notice): Gathering {
  const { agents, lines } = open
  return {
    ...open,
    agents: agent === null || agents.includes(agent) ? agents : [...agents, agent],
    lines: lines.length < LINES_MAX ? [...lines, { at, agent, text: line }] : lines,
    count: open.count + 1,
  }
}

function howMany(same: boolean, count: number, agents: number): string {
  if (!same) return count === 1 ? '' : ` (and ${count - 1} more)`
  return count > Math.max(1, agents) ? ` (${count} times)` : ''
}
