/** Owns the first line of a report: whether all is well, or how many things need the operator. Pure. */
import { formatDuration } from '../base/duration.ts'
import { counted, dollars } from '../base/numbers.ts'
import { isoTime } from '../base/time.ts'
import type { Breaker } from '../heartbeat/breaker.ts'
import type { AgentReport, NeedView, Report } from '../ipc/protocol/report.ts'
import type { Downtime, Facts, Situation } from './facts.ts'
import type { Period } from './period.ts'

/** What the line is made of, besides the facts. */
export type Findings = Pick<Report, 'needs' | 'agents' | 'tasks_finished'>

const DOWN_MS_TOLD = 10 * 60_000 // An update, or a reboot, is no reason to doubt a night.

/** One line, honest about a night in which nothing ran or all of it failed. */
export function verdictOf(facts: Facts, found: Findings): Report['verdict'] {
  const { needs, agents } = found
  const started = [...facts.journal.activity.values()].reduce((sum, one) => sum + one.started, 0)
  const runs = sumOf(agents, 'runs')
  const down = downTold(facts)
  const well = needs.length === 0 && down === undefined && sumOf(agents, 'failed') === 0
  const call = callOf(needs, facts.situation)
  if (started === 0 && runs === 0) {
    const rest = call ?? (well ? 'All well' : 'Nothing needs you')
    return { well, line: `No run was started: ${whyNothing(facts, agents).join('; ')}. ${rest}.` }
  }
  const did = [...didWords(facts, found, started), ...(down === undefined ? [] : [down])].join(', ')
  if (call !== undefined) return { well, line: `${call}. ${did}.` }
  return { well, line: well ? `All well: ${did}.` : `Nothing needs you, but not all went well: ${did}.` }
}

/** That no daemon runs comes before all else: nothing goes on until somebody starts one. */
function callOf({ length }: readonly NeedView[], { daemonRuns }: Situation): string | undefined {
  if (length === 0) return undefined
  const count = length === 1 ? '1 thing needs you' : `${length} things need you`
  return daemonRuns ? count : `No daemon runs: ${count}`
}

function downTold({ period, journal, now }: Facts): string | undefined {
  const downMs = downIn(journal.downtime, period, now)
  return downMs < DOWN_MS_TOLD ? undefined : `no daemon for ${formatDuration(downMs)}`
}

function didWords({ journal }: Facts, { agents, tasks_finished }: Findings, started: number): string[] {
  const runs = sumOf(agents, 'runs')
  const { commits } = journal
  const [failed, succeeded] = [sumOf(agents, 'failed'), sumOf(agents, 'succeeded')]
  const usd = agents.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0)
  return [
    runs === 0 ? `${counted(started, 'run')} started` : counted(runs, 'run'),
    ...(failed === 0 ? [] : [succeeded === 0 ? 'none succeeded' : `${failed} failed`]),
    ...(tasks_finished === 0 ? [] : [`${counted(tasks_finished, 'task')} finished`]),
    ...(commits === 0 ? [] : [counted(commits, 'commit')]),
    ...(usd === 0 ? [] : [dollars(usd)]),
  ]
}

/** As far as it is known, the most general reason first. */
function whyNothing({ period, situation, journal, now }: Facts, agents: readonly AgentReport[]): string[] {
  const { pause } = situation
  const downMs = downIn(journal.downtime, period, now)
  const wasPaused = journal.rows.findLast(({ kind, agent }) => kind === 'work.paused' && agent === null)
  const failures = agents.flatMap(({ failures: own }) => own)
  const held = agents.flatMap(({ held_because }) => held_because)
  const quiet = sumOf(agents, 'quiet')
  const leastMs = Math.max(1, Math.min(DOWN_MS_TOLD, (period.to - period.from) / 2))
  const isReadable = situation.configProblems.length === 0
  const isNew = journal.from === undefined && !situation.daemonRuns
  const why = [
    ...(isNew ? ['no daemon has ever run here'] : []),
    ...(downMs < leastMs ? [] : [downWords(journal.downtime, period, downMs)]),
    ...(pause && pause.since < period.to ? [`everything is paused since ${isoTime(pause.since)}`] : []),
    ...(!pause && wasPaused ? [`everything was paused at ${isoTime(wasPaused.at)}`] : []),
    ...(situation.agents.length > 0
      ? []
      : [isReadable ? 'no agent is configured' : 'its agents are not known']),
    ...agents.flatMap(({ name, running }) =>
      running === null ? [] : [`${name} is still at an earlier one`],
    ),
    ...(areAllHeld(situation, now) ? ['every agent is paused or held'] : []),
    ...(failures[0] === undefined
      ? []
      : [`${counted(sumOf(agents, 'failed'), 'tick')} failed before a run, ${failures[0].reason}`]),
    ...(held[0] === undefined ? [] : [`${counted(sumOf(agents, 'held'), 'tick')} held back, ${held[0]}`]),
    ...(quiet === 0 ? [] : [`nothing was new in ${counted(quiet, 'quiet tick')}`]),
  ]
  return why.length === 0 ? ['no agent was due'] : why
}

function areAllHeld({ agents }: Situation, now: number): boolean {
  return (
    agents.length > 0 &&
    agents.every(
      ({ paused, breaker, isolation }) =>
        paused !== undefined || isolation !== undefined || isHeld(breaker, now),
    )
  )
}

/** A rate limit may have passed since. */
function isHeld(breaker: Breaker, now: number): boolean {
  return breaker.state === 'limited' ? breaker.until > now : breaker.state !== 'closed'
}

/** One downtime with both of its ends; of several how long they were together. */
function downWords(all: readonly Downtime[], { from, to }: Period, downMs: number): string {
  const [one, ...more] = all
  if (one === undefined || more.length > 0) return `no daemon ran for ${formatDuration(downMs)}`
  const begin = one.from <= from ? 'since before then' : `from ${isoTime(one.from)}`
  if (one.to === undefined || one.to >= to) return `no daemon ran ${begin}${one.from <= from ? '' : ' on'}`
  return one.from <= from
    ? `no daemon ran until ${isoTime(one.to)}`
    : `no daemon ran ${begin} to ${isoTime(one.to)}`
}

function downIn(all: readonly Downtime[], { from, to }: Period, now: number): number {
  return all.reduce((sum, one) => sum + Math.min(one.to ?? now, to) - Math.max(one.from, from), 0)
}

function sumOf(
  agents: readonly AgentReport[],
  name: 'runs' | 'failed' | 'succeeded' | 'quiet' | 'held',
): number {
  return agents.reduce((sum, agent) => sum + agent[name], 0)
}
