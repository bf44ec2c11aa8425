import { test } from 'vitest'
import { narrate, storyBegin, type StoryRow } from './narrate.ts'

const row = (
  kind: string,
  agent: string | null = null,
  data: StoryRow['data'] = {},
  run: string | null = null,
): StoryRow => ({ kind, agent, run, data })
const done = { outcome: { kind: 'succeeded' }, durationMs: 1_200, tokens: 350, costUsd: null }

const cases: readonly { about: string; rows: readonly StoryRow[]; lines: readonly string[] }[] = [
  {
    about: 'the first run of each agent is told, a later one by schedule is not',
    rows: [
      row('run.started', 'scout', { promptBytes: 900 }, 'r1'),
      row('run.started', 'refit', {}, 'r2'),
      row('run.ended', 'scout', done, 'r1'),
      row('run.started', 'scout', { promptBytes: 900 }, 'r3'),
    ],
    lines: ['scout: first tick, a run started, prompt of 900 bytes', 'refit: first tick, a run started'],
  },
  {
    about: 'a task is told from the queue to its end',
    rows: [
      row('task.added', null, { file: 'f.md', title: 'Say\nhello' }),
      row('tick.begun', 'conductor', { causes: ['tasks'] }),
      row('run.started', 'conductor', { promptBytes: 10 }, 'r1'),
      row('run.ended', 'conductor', done, 'r1'),
    ],
    lines: [
      'a task was added to the queue: "Say hello"',
      'conductor: woken by the task, a run started, prompt of 10 bytes',
      'conductor: the task is done, after 1s for 350 tokens (simulated)',
    ],
  },
  {
    about: 'a handoff that wakes another agent is told, the end of its run is not',
    rows: [
      row('tick.begun', 'scout', { causes: ['handoff'] }),
      row('run.started', 'scout', {}, 'r1'),
      row('run.ended', 'scout', done, 'r1'),
    ],
    lines: ['scout: woken by a handoff from another agent, a run started'],
  },
  {
    about: 'one quiet tick is told with its reason, the following ones are not',
    rows: [
      row('tick.quiet', 'refit', {
        reason: 'quiet: nothing changed since T',
        savedTokens: 420,
        durationMs: 3,
      }),
      row('tick.quiet', 'refit', {
        reason: 'quiet: nothing changed since T',
        savedTokens: 420,
        durationMs: 3,
      }),
    ],
    lines: ['refit: a quiet tick, no run, no cost, about 420 tokens saved (nothing changed since T)'],
  },
  {
    about: 'a wake that ended quietly does not lend its reason to a later run',
    rows: [
      row('tick.begun', 'scout', { causes: ['handoff'] }),
      row('tick.quiet', 'scout', { reason: 'quiet: nothing changed since T', savedTokens: 0 }),
      row('run.started', 'scout', {}, 'r1'),
    ],
    lines: [
      'scout: a quiet tick, no run, no cost (nothing changed since T)',
      'scout: first tick, a run started',
    ],
  },
  {
    about: 'a second task and a second handoff are not told again',
    rows: ['r1', 'r2'].flatMap((run) => [
      row('tick.begun', 'conductor', { causes: ['tasks'] }),
      row('run.started', 'conductor', {}, run),
      row('run.ended', 'conductor', done, run),
      row('tick.begun', 'scout', { causes: ['schedule', 'handoff'] }),
      row('run.started', 'scout', {}, `${run}-scout`),
    ]),
    lines: [
      'conductor: woken by the task, a run started',
      'conductor: the task is done, after 1s for 350 tokens (simulated)',
      'scout: woken by a handoff from another agent, a run started',
    ],
  },
  {
    about: 'a task whose run failed is told again when it is tried again',
    rows: [
      row('tick.begun', 'conductor', { causes: ['tasks'] }),
      row('run.started', 'conductor', {}, 'r1'),
      row('run.ended', 'conductor', { outcome: { kind: 'lost' } }, 'r1'),
      row('tick.begun', 'conductor', { causes: ['tasks'] }),
      row('run.started', 'conductor', {}, 'r2'),
    ],
    lines: [
      'conductor: woken by the task, a run started',
      'conductor: the run did not succeed: lost',
      'conductor: woken by the task, a run started',
    ],
  },
  {
    about: 'failures are told with their reason, but not without end',
    rows: [
      row('run.ended', 'scout', { outcome: { kind: 'failed', detail: 'exited with code 3' } }, 'r1'),
      row('run.ended', 'scout', { outcome: { kind: 'ended', by: 'deadline' } }, 'r2'),
      row('tick.failed', 'scout', { reason: 'no role' }),
    ],
    lines: ['scout: the run did not succeed: exited with code 3', 'scout: the run did not succeed: deadline'],
  },
  {
    about: 'rows of any other kind or shape say nothing',
    rows: [
      row('daemon.started', null, { pid: 1 }),
      row('tick.begun', 'scout', {}),
      row('run.ended', 'scout', done, null),
      row('provider.failed', 'scout', { provider: 'x' }),
    ],
    lines: [],
  },
]

test.for(cases)('$about', ({ rows, lines }, { expect }) => {
  let story = storyBegin
  const told: string[] = []
  for (const each of rows) {
    const next = narrate(story, each)
    story = next.story
    if (next.line !== undefined) told.push(next.line)
  }
  expect(told).toEqual(lines)
})

test('however much happens, no more is told than a person reads', ({ expect }) => {
  let story = storyBegin
  let lines = 0
  for (let index = 0; index < 50; index += 1) {
    const next = narrate(story, row('run.started', `agent ${index}`, {}, `r${index}`))
    story = next.story
    if (next.line !== undefined) lines += 1
  }
  expect(lines).toBe(8)
})
