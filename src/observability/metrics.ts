/**
 * Owns which series marrow has, and what each event changes in them. Pure: `platform/metrics.ts` keeps the numbers, and
 * `metrics-gauges.ts` has what is read when somebody asks. No label takes anything without a limit: no run ids, no texts.
 */
import type { Sample, Series } from '../platform/metrics.ts'
import type { Outcome } from '../runner/outcome.ts'
import type { EventKind, EventMap } from './events.ts'

const SECOND_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600] as const
const RUN_BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400] as const

/** What counts events: from zero when the daemon starts. */
export const eventSeries = {
  marrow_ticks_total: counter(
    'Ticks that ended. ran: an agent was started; quiet: nothing had changed; held: put off or let pass; failed: no prompt could be made.',
    ['agent', 'outcome'],
  ),
  marrow_saved_tokens_total: counter('Tokens (about) that quiet ticks did not spend.', ['agent']),
  marrow_runs_total: counter(
    'Runs that ended: succeeded, why they failed, ended_by_ whom, unspawnable, or lost.',
    ['agent', 'outcome'],
  ),
  marrow_run_duration_seconds: {
    type: 'histogram',
    help: 'How long runs took from the start of their process, in seconds.',
    labels: ['agent'],
    buckets: RUN_BUCKETS,
  },
  marrow_tokens_total: counter(
    'Tokens that agent CLIs reported. kind: input, output, cache_read, cache_write.',
    ['agent', 'kind'],
  ),
  marrow_cost_usd_total: counter('US dollars that agent CLIs reported.', ['agent']),
  marrow_tick_lateness_seconds: {
    type: 'histogram',
    help: 'How long after their due moment ticks began, in seconds.',
    labels: [],
    buckets: SECOND_BUCKETS,
  },
  marrow_slots_missed_total: counter('Slots that had passed when a tick began that stands for them.', [
    'agent',
  ]),
  marrow_wakes_total: counter('Wakes besides the schedule. cause: operator, tasks, handoff.', [
    'agent',
    'cause',
  ]),
  marrow_events_total: counter('Events that went into the journal, by kind.', ['kind']),
} as const satisfies Readonly<Record<string, Series>>

/** How ticks end, as `outcome` of `marrow_ticks_total` has it. */
export const tickOutcomes = ['ran', 'quiet', 'held', 'failed'] as const

/** What one event of the journal adds to the series. Events without an agent count under the agent "". */
export function samplesOf<Kind extends EventKind>(
  kind: Kind,
  agent: string | undefined,
  data: EventMap[Kind],
): Sample[] {
  const counting: Counting<Kind> | undefined = counted[kind]
  return [
    { series: 'marrow_events_total', labels: { kind }, value: 1 },
    ...(counting?.({ agent: agent ?? '', data }) ?? []),
  ]
}

type Counting<Kind extends EventKind> = (event: {
  readonly agent: string
  readonly data: EventMap[Kind]
}) => Sample[]

const counted: { readonly [Kind in EventKind]?: Counting<Kind> } = {
  'tick.begun': ({ agent, data }) => [
    sample('marrow_tick_lateness_seconds', {}, data.latenessMs / 1_000),
    ...(data.missed > 0 ? [sample('marrow_slots_missed_total', { agent }, data.missed)] : []),
  ],
  'tick.quiet': ({ agent, data }) => [
    tick(agent, 'quiet'),
    sample('marrow_saved_tokens_total', { agent }, data.savedTokens),
  ],
  'tick.held': ({ agent }) => [tick(agent, 'held')],
  'tick.failed': ({ agent }) => [tick(agent, 'failed')],
  'run.ended': ({ agent, data }) => [
    tick(agent, 'ran'),
    sample('marrow_runs_total', { agent, outcome: outcomeLabel(data.outcome) }, 1),
    sample('marrow_run_duration_seconds', { agent }, data.durationMs / 1_000),
    ...usageSamples(agent, data),
  ],
  'wake.received': ({ agent, data }) => [sample('marrow_wakes_total', { agent, cause: data.cause }, 1)],
}

function usageSamples(agent: string, { usage, costUsd }: EventMap['run.ended']): Sample[] {
  const kinds = usage
    ? {
        input: usage.inputTokens,
        output: usage.outputTokens,
        cache_read: usage.cacheReadTokens,
        cache_write: usage.cacheWriteTokens,
      }
    : {}
  return [
    ...Object.entries(kinds).map(([kind, value]) => sample('marrow_tokens_total', { agent, kind }, value)),
    ...(costUsd === null ? [] : [sample('marrow_cost_usd_total', { agent }, costUsd)]),
  ]
}

/** One word for each way to end; never a text, of which there is no end. */
export function outcomeLabel(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'failed':
      return outcome.reason.replaceAll('-', '_')
    case 'ended':
      return `ended_by_${outcome.by.replaceAll('-', '_')}`
    case 'succeeded':
    case 'unspawnable':
    case 'lost':
      return outcome.kind
  }
}

function tick(agent: string, outcome: (typeof tickOutcomes)[number]): Sample {
  return sample('marrow_ticks_total', { agent, outcome }, 1)
}

function sample(
  series: keyof typeof eventSeries,
  labels: Readonly<Record<string, string>>,
  value: number,
): Sample {
  return { series, labels, value }
}

function counter(help: string, labels: readonly string[]): Series {
  return { type: 'counter', help, labels }
}
