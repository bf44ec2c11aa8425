import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assert, property, string } from 'fast-check'
import { test } from 'vitest'
import type { Outcome } from '../runner/outcome.ts'
import type { EventMap } from './events.ts'
import { eventSeries, outcomeLabel, samplesOf } from './metrics.ts'
import { gaugeSeries } from './metrics-gauges.ts'
import { ownFamilies, type Sample } from '../platform/metrics.ts'

/** `name{label="value"} number`, as short as a table wants it. */
function written({ series, labels, value }: Sample): string {
  const inside = Object.entries(labels).map(([name, text]) => `${name}="${text}"`)
  return `${series}{${inside.join(',')}} ${value}`
}

/** What an event changes besides the count of its kind. */
function changes(samples: readonly Sample[]): string[] {
  return samples.filter(({ series }) => series !== 'marrow_events_total').map(written)
}

const usage = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 3, cacheWriteTokens: 4 }
const ended: EventMap['run.ended'] = {
  outcome: { kind: 'succeeded' },
  durationMs: 1_500,
  tokens: null,
  usage: null,
  costUsd: null,
  aboutTokens: null,
  child: null,
}

const table: { readonly name: string; readonly samples: Sample[]; readonly expected: string[] }[] = [
  {
    name: 'a tick that begins late',
    samples: samplesOf('tick.begun', 'a', {
      tick: 'a#1',
      causes: ['schedule'],
      missed: 0,
      caughtUp: false,
      latenessMs: 250,
    }),
    expected: ['marrow_tick_lateness_seconds{} 0.25'],
  },
  {
    name: 'a tick that stands for missed slots',
    samples: samplesOf('tick.begun', 'a', {
      tick: 'a#1',
      causes: ['schedule'],
      missed: 3,
      caughtUp: true,
      latenessMs: 0,
    }),
    expected: ['marrow_tick_lateness_seconds{} 0', 'marrow_slots_missed_total{agent="a"} 3'],
  },
  {
    name: 'a quiet tick',
    samples: samplesOf('tick.quiet', 'a', { tick: 'a#1', reason: 'same', savedTokens: 900, durationMs: 9 }),
    expected: ['marrow_ticks_total{agent="a",outcome="quiet"} 1', 'marrow_saved_tokens_total{agent="a"} 900'],
  },
  {
    name: 'a held tick',
    samples: samplesOf('tick.held', 'a', { tick: 'a#1', reason: 'paused' }),
    expected: ['marrow_ticks_total{agent="a",outcome="held"} 1'],
  },
  {
    name: 'a failed tick',
    samples: samplesOf('tick.failed', 'a', { tick: 'a#1', reason: 'no such role' }),
    expected: ['marrow_ticks_total{agent="a",outcome="failed"} 1'],
  },
  {
    name: 'a run without figures',
    samples: samplesOf('run.ended', 'a', ended),
    expected: [
      'marrow_ticks_total{agent="a",outcome="ran"} 1',
      'marrow_runs_total{agent="a",outcome="succeeded"} 1',
      'marrow_run_duration_seconds{agent="a"} 1.5',
    ],
  },
  {
    name: 'a run with tokens and cost',
    samples: samplesOf('run.ended', 'a', { ...ended, tokens: 127, usage, costUsd: 0.02 }),
    expected: [
      'marrow_ticks_total{agent="a",outcome="ran"} 1',
      'marrow_runs_total{agent="a",outcome="succeeded"} 1',
      'marrow_run_duration_seconds{agent="a"} 1.5',
      'marrow_tokens_total{agent="a",kind="input"} 100',
      'marrow_tokens_total{agent="a",kind="output"} 20',
      'marrow_tokens_total{agent="a",kind="cache_read"} 3',
      'marrow_tokens_total{agent="a",kind="cache_write"} 4',
      'marrow_cost_usd_total{agent="a"} 0.02',
    ],
  },
  {
    name: 'a wake',
    samples: samplesOf('wake.received', 'a', { cause: 'tasks', reason: 'new task /srv/a.md' }),
    expected: ['marrow_wakes_total{agent="a",cause="tasks"} 1'],
  },
  { name: 'any other event', samples: samplesOf('breaker.closed', 'a', {}), expected: [] },
]

test.for(table)('$name changes exactly its own series', ({ samples, expected }, { expect }) => {
  expect(changes(samples)).toEqual(expected)
})

test('every event counts once under its kind', ({ expect }) => {
  expect(samplesOf('clock.jumped', undefined, { ms: 1 }).map(written)).toEqual([
    'marrow_events_total{kind="clock.jumped"} 1',
  ])
})

const outcomes: [Outcome, string][] = [
  [{ kind: 'succeeded' }, 'succeeded'],
  [{ kind: 'failed', exitCode: 3, reason: 'exit-code', detail: 'exited with code 3' }, 'exit_code'],
  [{ kind: 'failed', exitCode: 1, reason: 'rate-limit', detail: 'full', until: 7 }, 'rate_limit'],
  [{ kind: 'ended', by: 'deadline', exitCode: 143 }, 'ended_by_deadline'],
  [{ kind: 'ended', by: 'signal', exitCode: 139 }, 'ended_by_signal'],
  [{ kind: 'ended', by: 'file-size', exitCode: 153, limit: 1_000 }, 'ended_by_file_size'],
  [{ kind: 'unspawnable', detail: 'not found' }, 'unspawnable'],
  [{ kind: 'lost' }, 'lost'],
]

test.for(outcomes)('%j is labelled %s', ([outcome, label], { expect }) => {
  expect(outcomeLabel(outcome)).toBe(label)
})

test('no text of a run, a task or an error ever becomes a label', ({ expect }) => {
  const texts = string({ minLength: 8 }).map((text) => `free ${text}`)
  assert(
    property(texts, (detail) => {
      const samples = [
        ...samplesOf('run.ended', 'a', {
          ...ended,
          outcome: { kind: 'failed', exitCode: 1, reason: 'error', detail },
        }),
        ...samplesOf('tick.quiet', 'a', { tick: detail, reason: detail, savedTokens: 1, durationMs: 1 }),
        ...samplesOf('wake.received', 'a', { cause: 'operator', reason: detail }),
        ...samplesOf('step.failed', undefined, { step: detail, error: detail }),
      ]
      const labels = samples.flatMap((sample) => Object.values(sample.labels))
      expect(labels.filter((label) => label.includes(detail))).toEqual([])
    }),
  )
})

test('every sample has the labels that its series is declared with', ({ expect }) => {
  for (const { series, labels } of table.flatMap(({ samples }) => samples)) {
    const family = Object.entries(eventSeries).find(([name]) => name === series)?.[1]
    expect(Object.keys(labels)).toEqual(family?.labels)
  }
})

const page = join(import.meta.dirname, '..', '..', 'docs', 'metrics.md')
const marked = /<!-- series -->[^]*<!-- \/series -->/
const families = Object.entries({ ...eventSeries, ...gaugeSeries, ...ownFamilies })

// When it is not: npx vitest run src/observability/metrics.test.ts -u
test('docs/metrics.md has every series', async ({ expect }) => {
  const rows = families.map(
    ([name, { type, labels, help }]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  )
  const head = ['| series | type | labels | meaning |', '|---|---|---|---|']
  const text = await readFile(page, 'utf8')
  expect(text).toMatch(marked)
  const current = text.replace(
    marked,
    () => `<!-- series -->\n\n${[...head, ...rows].join('\n')}\n\n<!-- /series -->`,
  )
  await expect(current).toMatchFileSnapshot(page)
})

test.for(families)('%s is named by the rules of Prometheus', ([name, { type, help }], { expect }) => {
  expect(name).toMatch(/^(marrow|process|nodejs)_[a-z_]+$/)
  expect(name.endsWith('_total')).toBe(type === 'counter')
  expect(help).toMatch(/^[A-Z0-9].+\.$/)
})
