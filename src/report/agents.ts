/** Owns what each agent did: ticks, runs and how they ended, what they spent, against the day before. Pure. */
import { counted, dollars, shortCount } from '../base/numbers.ts'
import { fromIso, isoTime } from '../base/time.ts'
import type { AgentReport, Report } from '../ipc/protocol/report.ts'
import { describeOutcome } from '../runner/outcome.ts'
import { noActivity, type AgentSituation, type Ending, type Facts, type Reason } from './facts.ts'
import type { Entry, Section } from './section.ts'

const REASONS_MAX = 10

/** One for each agent of the configuration, then for those that are no longer in it. */
export function agentsOf({ situation, journal, before }: Facts): AgentReport[] {
  const configured = situation.agents.map(({ name }) => name)
  const gone = [...journal.activity.keys()].filter((name) => !configured.includes(name)).toSorted()
  return [...configured, ...gone].map((name) => {
    const activity = journal.activity.get(name) ?? noActivity
    const { endings, failedTicks, heldTicks } = activity
    const failed = endings.filter(({ outcome }) => verdictOn(outcome) === 'failed')
    const earlier = before && (before.get(name) ?? [])
    return {
      name,
      ticks: activity.ticks,
      runs: total(endings),
      succeeded: total(endings.filter(({ outcome }) => verdictOn(outcome) === 'succeeded')),
      failed: total(failed) + total(failedTicks),
      failures: failuresOf(failed, failedTicks),
      stopped: total(endings.filter(({ outcome }) => verdictOn(outcome) === 'stopped')),
      quiet: activity.quiet,
      saved_tokens: activity.savedTokens,
      held: total(heldTicks),
      held_because: heldTicks.flatMap(({ reason }) => reason ?? []).slice(0, REASONS_MAX),
      ...spentIn(endings),
      day_before: earlier === undefined ? null : { runs: total(earlier), ...spentIn(earlier) },
      running: runningOf(situation.agents.find((one) => one.name === name)),
    }
  })
}

/** What the operator or a stop ended tells nothing of the agent. */
function verdictOn(outcome: Ending['outcome']): 'succeeded' | 'failed' | 'stopped' {
  const kind = outcome.kind === 'others' ? outcome.ended : outcome.kind
  if (kind === 'succeeded') return 'succeeded'
  const by = 'by' in outcome ? outcome.by : null
  return kind === 'ended' && (by === 'operator' || by === 'stop') ? 'stopped' : 'failed'
}

/** The same sentence once, however differently the exit codes behind it. */
function failuresOf(endings: readonly Ending[], ticks: readonly Reason[]): AgentReport['failures'] {
  const told = [
    ...endings.flatMap(({ outcome, count, run }) =>
      outcome.kind === 'others' ? [] : [{ reason: describeOutcome(outcome), count, run }],
    ),
    ...ticks.flatMap(({ reason, count }) => (reason === null ? [] : [{ reason, count, run: null }])),
  ]
  return [...Map.groupBy(told, ({ reason }) => reason)]
    .map(([reason, all]) => ({ reason, count: total(all), run: all[0]?.run ?? null }))
    .toSorted((one, other) => other.count - one.count)
    .slice(0, REASONS_MAX)
}

function runningOf(agent: AgentSituation | undefined): AgentReport['running'] {
  const open = agent?.open
  return open ? { run: open.run, since: open.since === undefined ? null : isoTime(open.since) } : null
}

type Spent = Pick<AgentReport, 'tokens' | 'tokens_about' | 'cost_usd'>

function spentIn(endings: readonly Ending[]): Spent {
  const about = sumOf(endings.map(({ aboutTokens }) => aboutTokens))
  return {
    tokens: sumOf([...endings.map(({ tokens }) => tokens), about]),
    tokens_about: about !== null,
    cost_usd: sumOf(endings.map(({ costUsd }) => costUsd)),
  }
}

/** Null when none of them is known. */
function sumOf(figures: readonly (number | null)[]): number | null {
  const known = figures.filter((figure) => figure !== null)
  return known.length === 0 ? null : known.reduce((sum, figure) => sum + figure, 0)
}

function total(all: readonly { readonly count: number }[]): number {
  return all.reduce((sum, { count }) => sum + count, 0)
}

/** Everybody in a line, failures with their reasons below. */
export function agentsSection({ agents, from, to }: Report): Section {
  const before = fromIso(to) - fromIso(from) > DAY_MS ? 'the time before' : 'the day before'
  return { title: 'Agents', entries: agents.map((agent) => agentEntry(agent, before)) }
}

const DAY_MS = 86_400_000

function agentEntry(agent: AgentReport, compared: string): Entry {
  const { name, ticks, runs, failed, stopped, quiet, held, running, day_before: before } = agent
  const parts = [
    counted(ticks, 'tick'),
    counted(runs, 'run'),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(stopped === 0 ? [] : [`${stopped} stopped`]),
    ...(quiet === 0 ? [] : [`${quiet} quiet${savedBy(agent)}`]),
    ...(held === 0 ? [] : [`${held} held`]),
  ]
  const spent = spentWords(agent)
  const isCompared = before !== null && before.runs > 0
  const earlier = isCompared ? ` (${compared}: ${spentWords(before) ?? counted(before.runs, 'run')})` : ''
  const untold = failed - total(agent.failures)
  const isIdle = ticks === 0 && runs === 0 && spent === undefined
  const did = isIdle ? 'nothing' : [...parts, ...(spent === undefined ? [] : [spent])].join(', ')
  return {
    text: `${name}: ${did}${earlier}`,
    tone: failed > 0 ? 'bad' : undefined,
    below: [
      ...agent.failures.map((one) => failureLine(one)),
      ...(untold === 0 ? [] : [`and ${untold} for other reasons`]),
      ...agent.held_because.map((reason) => `held: ${reason}`),
      ...(running === null
        ? []
        : [`${running.run} goes on${running.since === null ? '' : ` since ${running.since}`}`]),
    ],
  }
}

function savedBy({ saved_tokens }: AgentReport): string {
  return saved_tokens === 0 ? '' : ` (about ${shortCount(saved_tokens)} tokens saved)`
}

function failureLine({ reason, count, run }: AgentReport['failures'][number]): string {
  const times = count === 1 ? '' : ` (${count} times${run === null ? '' : ', last'}`
  const where = run === null ? '' : count === 1 ? ` (${run})` : `: ${run}`
  return `${reason}${times}${where}${times === '' ? '' : ')'}`
}

/** `12k tokens, $0.42`; undefined where nothing is known. */
function spentWords({ tokens, tokens_about, cost_usd }: Spent): string | undefined {
  const told = [
    ...(tokens === null ? [] : [`${tokens_about ? 'about ' : ''}${shortCount(tokens)} tokens`]),
    ...(cost_usd === null ? [] : [dollars(cost_usd)]),
  ]
  return told.length === 0 ? undefined : told.join(', ')
}
