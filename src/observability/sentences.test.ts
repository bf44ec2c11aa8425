import { test } from 'vitest'
import type { EventKind, EventMap } from './events.ts'
import { describeEvent } from './sentences.ts'

type Told = { readonly [Kind in EventKind]: readonly [data: EventMap[Kind], sentence: string] }

const at = '2026-01-05T14:00:00.000Z'
const told: Told = {
  'daemon.started': [
    { version: '0.1.0', pid: 7, adopted: 2, finished: 1, lost: 0, unstarted: 0 },
    'marrow 0.1.0 started as pid 7; runs: 2 taken over, 1 ended meanwhile',
  ],
  'daemon.stopped': [{ how: 'hand-over' }, 'marrow left; its runs go on'],
  'config.loaded': [
    { path: '/m.toml', agents: 1, warnings: 2 },
    'took up /m.toml with 1 agent and 2 warnings',
  ],
  'config.rejected': [
    { path: '/m.toml', problems: ['a', 'b'] },
    'the changed configuration is refused: a, b',
  ],
  'wall.tested': [
    { by: null, reason: 'bubblewrap is not installed', fix: 'Install it.' },
    'runs cannot be isolated: bubblewrap is not installed. Install it.',
  ],
  'clock.jumped': [{ ms: -90_000 }, 'the clock jumped by -1m30s'],
  'tick.begun': [
    { tick: 'a#1', causes: ['schedule', 'tasks'], missed: 1, caughtUp: true, latenessMs: 3 },
    'tick a#1 began: schedule, tasks, caught up; 1 slot missed',
  ],
  'tick.quiet': [
    { tick: 'a#1', reason: 'quiet: nothing changed', savedTokens: 3_100, durationMs: 4 },
    'stayed quiet: nothing changed (about 3.1k tokens saved)',
  ],
  'tick.held': [{ tick: 'a#1', reason: 'all places are taken' }, 'held back: all places are taken'],
  'tick.failed': [{ tick: 'a#1', reason: 'disk full' }, 'tick a#1 failed: disk full'],
  'provider.failed': [{ provider: 'queue', reason: 'code 1' }, 'context provider queue failed: code 1'],
  'run.started': [
    { tick: 'a#1', pid: 9, promptBytes: 2_048, latenessMs: 3, child: null },
    'run started for a#1, prompt of 2 KiB',
  ],
  'run.adopted': [{ pid: 9, child: null }, 'run taken over, pid 9'],
  'run.unstarted': [
    { reason: 'the daemon died before', child: null },
    'run had not begun: the daemon died before',
  ],
  'run.ending': [{ by: 'deadline', child: null }, 'run is being ended: deadline'],
  'guard.missing': [{ reason: 'hooks are off' }, 'its guards are not in force: hooks are off'],
  'run.ended': [
    {
      outcome: { kind: 'ended', by: 'signal', exitCode: 137 },
      durationMs: 61_000,
      tokens: 900,
      usage: null,
      costUsd: 0.5,
      aboutTokens: null,
      child: null,
    },
    'run ended by signal 9 after 1m1s (900 tokens, $0.5000)',
  ],
  'wake.received': [{ cause: 'operator', reason: '' }, 'woken by operator'],
  'breaker.opened': [
    { reason: 'exited with code 1', reopensAt: at },
    `cools down until ${at}: exited with code 1`,
  ],
  'breaker.closed': [{}, 'works again after its failures'],
  'agent.held': [{ reason: 'not logged in', until: null }, 'held until resumed: not logged in'],
  'agent.no-progress': [{ attempts: 2, retryAt: at }, `no progress in 2 attempts; tries again at ${at}`],
  'limit.near': [
    { limit: 'usd_per_day', scope: 'all', used: 4.1, of: 5 },
    'close to a limit: $4.10 of $5.00 a day, all agents together',
  ],
  'limit.reached': [
    { limit: 'runs_per_day', scope: 'agent', used: 3, of: 3, until: at },
    `limit reached: 3 of 3 runs a day; until ${at}`,
  ],
  'work.paused': [{ reason: 'lunch', by: 'operator' }, 'paused by operator: lunch'],
  'work.resumed': [{}, 'resumed'],
  'task.added': [{ file: 'a.md', title: 'mend\u001b[2J it' }, 'task added: mend it (a.md)'],
  'task.finished': [{ file: 'a.md', title: 'mend it' }, 'task finished: mend it (a.md)'],
  'handoff.left': [
    { from: 'scout', file: 'q.md', title: 'which of both?' },
    'scout left something for a person: which of both?',
  ],
  'notice.failed': [{ to: 'the webhook', reason: 'HTTP 500' }, 'could not notify the webhook: HTTP 500'],
  'delegation.allowed': [
    { role: 'l3/coder', child: 'scout-1', detached: false },
    'handed a task to l3/coder: scout-1',
  ],
  'handoff.sent': [
    { to: 'scout', file: 'a.md', title: 'Look at the build' },
    'handed something to scout: Look at the build',
  ],
  'handoff.held': [
    { file: 'a.md', rule: 'hops', reason: '8 handoffs in a row' },
    'a handoff waits for its next run: 8 handoffs in a row',
  ],
  'delegation.refused': [
    { role: 'l1/scout', rule: 'upward', reason: 'it is above you' },
    'may not delegate to l1/scout: it is above you',
  ],
  'delegation.failed': [
    { role: 'l3/coder', child: 'scout-1', reason: 'its parent ended' },
    'l3/coder could not be started: its parent ended',
  ],
  'door.refused': [{ verb: 'wake', reason: 'no token' }, "wake refused at the agents' door: no token"],
  'state.cleaned': [{ runs: 2, bytes: 2_048 }, 'cleaned: 2 runs removed, 2 KiB freed'],
  'cast.restored': [
    { path: '/ws/.opencode/agents/scout.md', kept: '/ws/runtime/kept/opencode.agents.scout.md.1' },
    'put back /ws/.opencode/agents/scout.md, which was changed; the changed text is kept in /ws/runtime/kept/opencode.agents.scout.md.1',
  ],
  'worktree.made': [
    { path: '/ws/worktrees/a', branch: 'marrow/a', repository: '/src' },
    'worktree made: /ws/worktrees/a, branch marrow/a',
  ],
  'worktree.removed': [
    { path: '/ws/worktrees/a', branch: 'marrow/a' },
    'worktree removed: /ws/worktrees/a; all of marrow/a is in other branches',
  ],
  'worktree.kept': [
    { path: '/ws/worktrees/a', branch: 'marrow/a', reason: '2 commits in no other branch' },
    'worktree kept: /ws/worktrees/a: 2 commits in no other branch',
  ],
  'step.failed': [{ step: 'reap', error: 'EIO' }, 'step reap failed and is tried again: EIO'],
}

test.for(Object.entries(told))('%s is told in one plain sentence', ([kind, [data, sentence]], { expect }) => {
  expect(describeEvent({ kind, data: { ...data } })).toBe(sentence)
})

test.for(Object.keys(told))(
  '%s of another version, without its data, is shown all the same',
  (kind, { expect }) => {
    expect(describeEvent({ kind, data: {} })).toMatch(/\S/)
  },
)

test('a kind that this version does not know is shown as it is', ({ expect }) => {
  expect(describeEvent({ kind: 'moon.risen', data: { phase: 3 } })).toBe('moon.risen {"phase":3}')
  expect(describeEvent({ kind: 'toString', data: {} })).toBe('toString {}')
})

test.for([
  [1_350, null, 'run succeeded after 1s (1350 tokens)'],
  [1_240_000, 0.25, 'run succeeded after 1s (1.2M tokens, $0.2500)'],
  [null, null, 'run succeeded after 1s'],
  [0, 0, 'run succeeded after 1s'],
  [null, null, 'run succeeded after 1s (about 900 tokens)', 900],
] as const)(
  'a run of %s tokens for %s dollars: %s',
  ([tokens, costUsd, sentence, aboutTokens], { expect }) => {
    const data = { outcome: { kind: 'succeeded' }, durationMs: 1_043, tokens, costUsd, aboutTokens }
    expect(describeEvent({ kind: 'run.ended', data })).toBe(sentence)
  },
)

const child = { role: 'l3/hand', parent: 'a-1' }

test.for([
  ['run.started', { tick: 'a#1', promptBytes: 2_048 }, 'started for a#1, prompt of 2 KiB'],
  ['run.adopted', { pid: 9 }, 'taken over, pid 9'],
  ['run.unstarted', { reason: 'the daemon died' }, 'had not begun: the daemon died'],
  ['run.ending', { by: 'parent' }, 'is being ended: parent'],
  ['run.ended', { outcome: { kind: 'succeeded' }, durationMs: 1_000 }, 'succeeded after 1s'],
] as const)('%s tells a child from the run that asked for it', ([kind, data, rest], { expect }) => {
  expect(describeEvent({ kind, data: { ...data, child } })).toBe(`child run as l3/hand ${rest}`)
  // Rows of a version that did not tell them apart.
  expect(describeEvent({ kind, data })).toBe(`run ${rest}`)
  for (const role of [null, 7, '']) {
    expect(describeEvent({ kind, data: { ...data, child: { ...child, role } } })).toBe(`child run ${rest}`)
  }
  for (const odd of ['yes', null, 3]) {
    expect(describeEvent({ kind, data: { ...data, child: odd } })).toBe(`run ${rest}`)
  }
})
