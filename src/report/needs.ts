/** Owns what waits for the operator: what it is, since when, and what resolves it. Pure. */
import { shellWord } from '../base/shell-word.ts'
import { isoTime } from '../base/time.ts'
import type { NeedView, Report } from '../ipc/protocol/report.ts'
import type { AgentSituation, Facts, Situation } from './facts.ts'
import type { Section } from './section.ts'

/** What can go on without them comes after what cannot. */
export function needsOf({ situation, now }: Pick<Facts, 'situation' | 'now'>): NeedView[] {
  return [
    ...daemonNeeds(situation),
    ...configNeeds(situation),
    ...pauseNeeds(situation),
    ...situation.agents.flatMap(agentNeeds),
    ...limitNeeds(situation, now),
    ...stepNeeds(situation),
    ...handoffNeeds(situation),
    ...worktreeNeeds(situation),
  ]
}

function daemonNeeds({ daemonRuns, configPath }: Situation): NeedView[] {
  if (daemonRuns) return []
  const fix = `marrow run -c ${shellWord(configPath)}`
  return [{ kind: 'daemon', agent: null, what: 'no daemon runs', since: null, fix }]
}

function configNeeds({ configProblems, configRejectedAt, configPath }: Situation): NeedView[] {
  const [first, ...more] = configProblems
  if (first === undefined) return []
  const others = more.length === 0 ? '' : `, and ${more.length} more`
  return [
    {
      kind: 'configuration',
      agent: null,
      what: `the configuration on disk cannot be used: ${sentence(first)}${others}`,
      since: timeOrNull(configRejectedAt),
      fix: `marrow validate -c ${shellWord(configPath)}`,
    },
  ]
}

/** A mistake as it is listed ends with its fix; here the reason is enough. */
function sentence(problem: string): string {
  return problem
    .replace(/ Fix: [^]*$/, '')
    .trim()
    .replace(/\.$/, '')
}

function pauseNeeds({ pause }: Situation): NeedView[] {
  if (pause === undefined) return []
  const what = `everything is paused${because(pause.reason)}`
  return [{ kind: 'paused', agent: null, what, since: isoTime(pause.since), fix: pause.lift }]
}

function agentNeeds(agent: AgentSituation): NeedView[] {
  const { name, breaker, paused, progress, isolation } = agent
  const resume = `marrow resume ${shellWord(name)}`
  const needs: NeedView[] = []
  const add = (kind: NeedView['kind'], what: string, since: number | undefined, fix: string) =>
    needs.push({ kind, agent: name, what: `${name} ${what}`, since: timeOrNull(since), fix })
  if (isolation !== undefined) add('isolation', `is not started: ${isolation}`, undefined, 'marrow doctor')
  if (breaker.state === 'held')
    add('authentication', `is held: ${breaker.reason}`, agent.heldSince, `log in, then ${resume}`)
  if (breaker.state === 'open')
    add('breaker', `cools down after its failures: ${breaker.reason}`, agent.heldSince, resume)
  if (paused !== undefined) add('paused', `is paused${because(paused.reason)}`, paused.since, resume)
  if (progress !== undefined && progress.attempts >= ATTEMPTS_TOLD)
    add(
      'no-progress',
      `changed nothing in ${progress.attempts} runs in a row, with work waiting`,
      agent.stuckSince,
      `marrow show ${shellWord(name)}`,
    )
  return needs
}

const ATTEMPTS_TOLD = 3 // Once or twice says little of an agent, and it tries again by itself.

/** Without a daemon nobody looks whether a limit still holds. */
function limitNeeds({ limits, configPath, daemonRuns }: Situation, now: number): NeedView[] {
  return limits
    .filter(({ until }) => until > now)
    .map(({ agent, what, since, until }) => ({
      kind: 'limit' as const,
      agent: agent ?? null,
      what: `${agent ?? 'everyone'} is held until ${isoTime(until)}: limit, ${what}${daemonRuns ? '' : asOf(since)}`,
      since: isoTime(since),
      fix: `raise it in ${configPath}, or wait`,
    }))
}

function asOf(at: number): string {
  return ` as of ${isoTime(at)}; the next daemon looks again`
}

function stepNeeds({ steps }: Situation): NeedView[] {
  return steps.map(({ name, error, since }) => ({
    kind: 'step' as const,
    agent: null,
    what: `the step "${name}" fails and is tried again: ${error.replace(/\.$/, '')}`,
    since: timeOrNull(since),
    fix: 'marrow doctor',
  }))
}

function handoffNeeds({ handoffs, handoffNotes }: Situation): NeedView[] {
  const waiting = handoffs.map(({ from, path, title, since }) => ({
    kind: 'handoff' as const,
    agent: from,
    what: `${from} left something for you: ${title}`,
    since: isoTime(since),
    fix: `read and remove ${shellWord(path)}`,
  }))
  const notes = handoffNotes.map((note) => ({
    kind: 'handoff' as const,
    agent: null,
    what: note.replace(/\.$/, ''),
    since: null,
    fix: 'marrow doctor',
  }))
  return [...waiting, ...notes]
}

function worktreeNeeds({ worktrees }: Situation): NeedView[] {
  return worktrees.map(({ agent, path, branch, reason, look, since }) => ({
    kind: 'worktree' as const,
    agent,
    what: `the worktree ${path} of ${agent} is no longer wanted and is kept: ${reason}`,
    since: timeOrNull(since),
    fix: `merge or remove the branch ${branch}; look with: ${look}`,
  }))
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${reason}`
}

function timeOrNull(at: number | undefined): string | null {
  return at === undefined ? null : isoTime(at)
}

/** What it is, and below it what to do. */
export function needsSection({ needs }: Report): Section {
  return {
    title: 'Waits for you',
    entries: needs.map(({ what, since, fix }) => ({
      text: since === null ? what : `${what} (since ${since})`,
      tone: 'bad',
      fix,
    })),
  }
}
