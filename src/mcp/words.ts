/**
 * Owns what a model reads of an answer: the same facts as people see, a line each. What agents wrote is in it, without
 * anything that a terminal would obey. Pure.
 */
import { formatDuration } from '../base/duration.ts'
import { counted, money, shortCount } from '../base/numbers.ts'
import { plain, plainLines } from '../base/plain.ts'
import { clockTime, isoTime } from '../base/time.ts'
import type { DelegationView } from '../ipc/protocol/delegations.ts'
import type { RunDetail, RunView } from '../ipc/protocol/runs.ts'
import type { AgentStatus, EventView, StatusResult } from '../ipc/protocol/status.ts'
import type { ResultOf, VerbOf } from '../ipc/protocol/table.ts'
import { describeLimit } from '../limits/words.ts'
import { describeEvent } from '../observability/sentences.ts'
import { reportText } from '../report/text.ts'

/** By verb; one that is not here is told as JSON. ISO times in the text are made local by whoever shows it. */
export type Words = {
  readonly [V in VerbOf<'json'>]?: ((result: ResultOf<V>, now: number) => string) | undefined
}

/** How the answers of tools read. `now` is epoch ms. */
export const words: Words = {
  status: statusText,
  report: reportText,
  runs: ({ runs }) =>
    linesOr(
      'No run is on record.',
      runs.map((run) => runLine(run)),
    ),
  showRun: runText,
  tasks: ({ tasks }) =>
    linesOr(
      'The queue is empty.',
      tasks.map(({ file, title }) => `${plain(title)} (${plain(file)})`),
    ),
  addTask: ({ file, next }) => `Added ${plain(file)}. ${plain(next)}`,
  wake: ({ next }) => plain(next),
  delegate: (one) => `${delegationText(one)}\nAsk delegation with wait_s for its result.`,
  delegation: delegationText,
  delegations: ({ delegations }) =>
    linesOr('This run has delegated nothing.', delegations.map(delegationText)),
  sendHandoff: ({ to, file, next }) => `Handed to ${plain(to)}: ${plain(file)}. ${plain(next)}`,
  journal: ({ events, next_after }) =>
    `${linesOr(
      'No event matches.',
      events.map((event) => eventLine(event)),
    )}\n(next_after: ${next_after})`,
}

function delegationText({ run, role, state, outcome, result, deadline }: DelegationView): string {
  const stands = state === 'ended' ? plain(outcome ?? 'ended') : `${state}, until ${deadline} at the latest`
  const last = result === null ? [] : ['Its last words:', plainLines(result).trim()]
  return [`${run} as ${plain(role)}: ${stands}`, ...last].join('\n')
}

function linesOr(nothing: string, lines: readonly string[]): string {
  return lines.length === 0 ? nothing : lines.join('\n')
}

function statusText(status: StatusResult, now: number): string {
  const { paused, stopping, config_problems, limits, agents, events } = status
  return [
    `It is ${isoTime(now)}. ${counted(status.runs_open, 'run')} of at most ${status.runs_max} in flight.`,
    ...(paused === null ? [] : [`Everything is paused${reasoned(paused.reason)}.`]),
    ...(stopping ? ['marrow is stopping: no new work begins.'] : []),
    ...limits
      .filter(({ state }) => state !== 'open')
      .map(({ limit, used, of, state }) => `Limit ${state}: ${describeLimit(limit, used, of)}.`),
    ...config_problems.map((problem) => `Wrong in the configuration: ${plain(problem)}`),
    ...Object.values(agents).map((agent) => agentLine(agent, now)),
    ...(events.length === 0 ? [] : ['Last events:', ...events.map((event) => eventLine(event))]),
  ].join('\n')
}

function reasoned(reason: string): string {
  return reason === '' ? '' : `: ${plain(reason)}`
}

function agentLine(agent: AgentStatus, now: number): string {
  const { name, doing, last_outcome, next_tick_at, no_progress, triggers_pending } = agent
  const facts = [
    plain(doing),
    ...(last_outcome === null ? [] : [`last: ${plain(last_outcome)}`]),
    ...(next_tick_at === null ? [] : [`next: ${clockTime(next_tick_at * 1_000, now)}`]),
    ...(no_progress === null ? [] : [`no progress: ${plain(no_progress)}`]),
    ...(triggers_pending === 0 ? [] : [`${counted(triggers_pending, 'wake')} waiting`]),
    ...agent.provider_failures.map((failure) => `context provider failed: ${plain(failure)}`),
  ]
  return `- ${plain(name)}: ${facts.join('; ')}`
}

function runLine(run: RunView): string {
  const facts = [
    run.id,
    run.started_at === null ? 'not started' : run.started_at,
    ...(run.parent === null ? [] : [`child${run.role === null ? '' : ` as ${plain(run.role)}`}`]),
    ...(run.duration_ms === null ? [] : [`took ${formatDuration(run.duration_ms)}`]),
    plain(run.outcome ?? run.state),
    ...tokensOf(run),
    ...(run.cost_usd === null ? [] : [money(run.cost_usd)]),
  ]
  return facts.join(', ')
}

function tokensOf({ tokens, about_tokens }: RunView): string[] {
  if (tokens !== null) return [`${shortCount(tokens)} tokens`]
  return about_tokens === null ? [] : [`about ${shortCount(about_tokens)} tokens`]
}

function runText(run: RunDetail): string {
  const { causes, git, role, work_dir, result } = run
  return [
    runLine(run),
    `Agent ${plain(run.agent)}${role === null ? '' : ` as ${plain(role)}`}, tick ${plain(run.tick)}, because of: ${causes.join(', ')}`,
    `Works on ${plain(work_dir)}${git === null ? '' : `, which it ${git.changed ? 'changed' : 'left as it was'}`}`,
    ...(result === null ? [] : ['Its last words:', plainLines(result).trim()]),
  ].join('\n')
}

function eventLine(event: EventView): string {
  const who = event.agent === null ? '' : ` ${plain(event.agent)}:`
  return `${event.at}${who} ${describeEvent(event)}`
}
