/**
 * Owns the sentence of each kind of event, for the log, for status and for `marrow events`. Rows of other versions of
 * marrow must show too, so nothing in them is trusted. Times in a sentence are ISO: who shows it makes them local.
 */
import { formatDuration } from '../base/duration.ts'
import { allFigures, byteCount, counted, shortCount } from '../base/numbers.ts'
import { plain } from '../base/plain.ts'
import { describeLimit } from '../limits/words.ts'
import { describeOutcome, type Outcome } from '../runner/outcome.ts'
import type { EventKind, JournalRow } from './events.ts'

type Data = Readonly<Record<string, unknown>>

const sentences: Readonly<Record<EventKind, (data: Data) => string>> = {
  'daemon.started': (data) =>
    `marrow ${text(data['version'])} started as pid ${text(data['pid'])}${takenOver(data)}`,
  'daemon.stopped': ({ how }) => (how === 'hand-over' ? 'marrow left; its runs go on' : 'marrow stopped'),
  'config.loaded': (data) =>
    `took up ${text(data['path'])} with ${counted(number(data['agents']), 'agent')}${warned(data)}`,
  'config.rejected': (data) => `the changed configuration is refused: ${text(data['problems'])}`,
  'wall.tested': (data) =>
    data['by'] === null
      ? `runs cannot be isolated: ${text(data['reason'])}. ${text(data['fix'])}`
      : `runs are isolated by ${text(data['by'])}, which was tested`,
  'clock.jumped': (data) => `the clock jumped by ${signedDuration(number(data['ms']))}`,
  'tick.begun': (data) =>
    `tick ${text(data['tick'])} began: ${text(data['causes'])}${data['caughtUp'] === true ? ', caught up' : ''}${missed(data)}`,
  'tick.quiet': (data) => `stayed quiet: ${text(data['reason']).replace(/^quiet: /, '')}${saved(data)}`,
  'tick.held': (data) => `held back: ${text(data['reason'])}`,
  'tick.failed': (data) => `tick ${text(data['tick'])} failed: ${text(data['reason'])}`,
  'provider.failed': (data) => `context provider ${text(data['provider'])} failed: ${text(data['reason'])}`,
  'run.started': (data) =>
    `${runOf(data)} started for ${text(data['tick'])}, prompt of ${byteCount(number(data['promptBytes']))}`,
  'run.adopted': (data) => `${runOf(data)} taken over, pid ${text(data['pid'])}`,
  'run.unstarted': (data) => `${runOf(data)} had not begun: ${text(data['reason'])}`,
  'run.ending': (data) => `${runOf(data)} is being ended: ${endingOf(data['by'])}`,
  'guard.missing': (data) => `its guards are not in force: ${text(data['reason'])}`,
  'run.ended': (data) =>
    `${runOf(data)} ${outcomeOf(data['outcome'])} after ${formatDuration(number(data['durationMs']))}${spent(data)}`,
  'wake.received': (data) => `woken by ${text(data['cause'])}${after(': ', data['reason'])}`,
  'breaker.opened': (data) => `cools down until ${text(data['reopensAt'])}: ${text(data['reason'])}`,
  'breaker.closed': () => 'works again after its failures',
  'agent.held': (data) =>
    `held ${data['until'] ? `until ${text(data['until'])}` : 'until resumed'}: ${text(data['reason'])}`,
  'agent.no-progress': (data) =>
    `no progress in ${counted(number(data['attempts']), 'attempt')}; tries again at ${text(data['retryAt'])}`,
  'limit.near': (data) => `close to a limit: ${limitOf(data)}`,
  'limit.reached': (data) => `limit reached: ${limitOf(data)}; until ${text(data['until'])}`,
  'work.paused': (data) => `paused by ${text(data['by'])}${after(': ', data['reason'])}`,
  'work.resumed': () => 'resumed',
  'task.added': (data) => `task added: ${text(data['title'])} (${text(data['file'])})`,
  'task.finished': (data) => `task finished: ${text(data['title'])} (${text(data['file'])})`,
  'handoff.left': (data) => `${text(data['from'])} left something for a person: ${text(data['title'])}`,
  'notice.failed': (data) => `could not notify ${text(data['to'])}: ${text(data['reason'])}`,
  'handoff.sent': (data) => `handed something to ${text(data['to'])}: ${text(data['title'])}`,
  'handoff.held': (data) => `a handoff waits for its next run: ${text(data['reason'])}`,
  'delegation.allowed': (data) => `handed a task to ${text(data['role'])}: ${text(data['child'])}`,
  'delegation.refused': (data) => `may not delegate to ${text(data['role'])}: ${text(data['reason'])}`,
  'delegation.failed': (data) => `${text(data['role'])} could not be started: ${text(data['reason'])}`,
  'door.refused': (data) => `${text(data['verb'])} refused at the agents' door: ${text(data['reason'])}`,
  'state.cleaned': (data) =>
    `cleaned: ${counted(number(data['runs']), 'run')} removed, ${byteCount(number(data['bytes']))} freed`,
  'cast.restored': (data) =>
    `put back ${text(data['path'])}, which was changed; the changed text is kept in ${text(data['kept'])}`,
  'worktree.made': (data) => `worktree made: ${text(data['path'])}, branch ${text(data['branch'])}`,
  'worktree.removed': (data) =>
    `worktree removed: ${text(data['path'])}; all of ${text(data['branch'])} is in other branches`,
  'worktree.kept': (data) => `worktree kept: ${text(data['path'])}: ${text(data['reason'])}`,
  'step.failed': (data) => `step ${text(data['step'])} failed and is tried again: ${text(data['error'])}`,
}

const endings: Readonly<Record<string, string>> = {
  memory: 'over its limit of memory',
  processes: 'over its limit of processes',
  guard: 'its guards are not in force',
}

function endingOf(by: unknown): string {
  return (typeof by === 'string' && Object.hasOwn(endings, by) ? endings[by] : undefined) ?? text(by)
}

/** Every kind of event that this version writes. */
export const eventKinds: readonly string[] = Object.keys(sentences)

/** What happened, as one plain sentence without time and agent. */
export function describeEvent({ kind, data }: Pick<JournalRow, 'kind' | 'data'>): string {
  return plain(isKnown(kind) ? sentences[kind](data) : `${kind} ${JSON.stringify(data)}`)
}

function isKnown(kind: string): kind is EventKind {
  return Object.hasOwn(sentences, kind)
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(text).join(', ')
  return JSON.stringify(value ?? 'unknown').replaceAll('"', '')
}

function after(separator: string, value: unknown): string {
  return typeof value === 'string' && value !== '' ? separator + value : ''
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

/** A child is told of under the name of its agent: without its role it would pass for the run that asked for it. */
function runOf({ child }: Data): string {
  if (typeof child !== 'object' || child === null) return 'run'
  return `child run${'role' in child ? after(' as ', child.role) : ''}`
}

function takenOver(data: Data): string {
  const parts = [
    [number(data['adopted']), 'taken over'],
    [number(data['finished']), 'ended meanwhile'],
    [number(data['lost']), 'lost'],
    [number(data['unstarted']), 'not begun'],
  ] as const
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return told.length === 0 ? '' : `; runs: ${told.join(', ')}`
}

function warned(data: Data): string {
  return number(data['warnings']) === 0 ? '' : ` and ${counted(number(data['warnings']), 'warning')}`
}

function missed(data: Data): string {
  return number(data['missed']) === 0 ? '' : `; ${counted(number(data['missed']), 'slot')} missed`
}

function limitOf(data: Data): string {
  const whose = data['scope'] === 'all' ? ', all agents together' : ''
  return `${describeLimit(text(data['limit']), number(data['used']), number(data['of']))}${whose}`
}

function saved(data: Data): string {
  return number(data['savedTokens']) === 0
    ? ''
    : ` (about ${shortCount(number(data['savedTokens']))} tokens saved)`
}

function spent(data: Data): string {
  const [usd, tokens, about] = [data['costUsd'], data['tokens'], data['aboutTokens']].map(number)
  const told = allFigures({ usd: usd ?? null, tokens: tokens ?? null, about: about ?? null })
  return told === undefined ? '' : ` (${told})`
}

function outcomeOf(value: unknown): string {
  return isOutcome(value) ? describeOutcome(value) : `ended: ${text(value)}`
}

function isOutcome(value: unknown): value is Outcome {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false
  return ['succeeded', 'failed', 'ended', 'unspawnable', 'lost'].includes(String(value.kind))
}

function signedDuration(ms: number): string {
  return `${ms < 0 ? '-' : '+'}${formatDuration(Math.abs(ms))}`
}
