import { test } from 'vitest'
import { idleAgent, midnight, noon, quietNight } from '../../test/helpers/nights.ts'
import type { Situation } from './facts.ts'
import { needsOf } from './needs.ts'

const at = { wall: noon, mono: 0, boot: 'b' }
const since = midnight
const when = '2026-01-05T00:00:00.000Z'
const agent = 'scout'

test.for<[what: string, situation: Partial<Situation>, need: object]>([
  [
    'no daemon',
    { daemonRuns: false, configPath: '/srv/my marrow.toml' },
    { kind: 'daemon', what: 'no daemon runs', fix: "marrow run -c '/srv/my marrow.toml'" },
  ],
  [
    'a configuration that cannot be used',
    {
      configProblems: ['/srv/marrow.toml:7: state_dir: is not absolute. Fix: Write / before it.', 'more'],
      configRejectedAt: since,
    },
    {
      kind: 'configuration',
      what: 'the configuration on disk cannot be used: /srv/marrow.toml:7: state_dir: is not absolute, and 1 more',
      since: when,
      fix: 'marrow validate -c /srv/marrow.toml',
    },
  ],
  [
    'a pause of everything',
    { pause: { since, reason: 'holiday', lift: 'marrow resume' } },
    { kind: 'paused', agent: null, what: 'everything is paused: holiday', since: when, fix: 'marrow resume' },
  ],
  [
    'a pause of one agent, for no reason',
    { agents: [idleAgent({ paused: { since, reason: '' } })] },
    { kind: 'paused', agent, what: 'scout is paused', since: when, fix: 'marrow resume scout' },
  ],
  [
    'a login that is missing',
    {
      agents: [idleAgent({ breaker: { state: 'held', reason: 'not logged in: no key' }, heldSince: since })],
    },
    {
      kind: 'authentication',
      agent,
      what: 'scout is held: not logged in: no key',
      since: when,
      fix: 'log in, then marrow resume scout',
    },
  ],
  [
    'an open breaker, of an agent with a space in its name',
    {
      agents: [
        idleAgent({
          name: 'Team Lead',
          breaker: { state: 'open', opens: 1, reopensAt: at, reason: 'no disk' },
        }),
      ],
    },
    {
      kind: 'breaker',
      agent: 'Team Lead',
      what: 'Team Lead cools down after its failures: no disk',
      since: null,
      fix: "marrow resume 'Team Lead'",
    },
  ],
  [
    'three runs without progress',
    { agents: [idleAgent({ progress: { attempts: 3, retryAt: at, fingerprint: 'f' }, stuckSince: since })] },
    {
      kind: 'no-progress',
      agent,
      what: 'scout changed nothing in 3 runs in a row, with work waiting',
      since: when,
      fix: 'marrow show scout',
    },
  ],
  [
    'an isolation that does not hold',
    { agents: [idleAgent({ isolation: 'bubblewrap is missing (isolation is required)' })] },
    {
      kind: 'isolation',
      agent,
      what: 'scout is not started: bubblewrap is missing (isolation is required)',
      since: null,
      fix: 'marrow doctor',
    },
  ],
  [
    'a limit of all',
    { limits: [{ agent: undefined, what: '5 of 5 runs a day', since, until: noon + 1 }] },
    {
      kind: 'limit',
      agent: null,
      what: 'everyone is held until 2026-01-05T12:00:00.001Z: limit, 5 of 5 runs a day',
      since: when,
      fix: 'raise it in /srv/marrow.toml, or wait',
    },
  ],
  [
    'a handoff to a person',
    { handoffs: [{ from: 'scout', path: '/ws/a b.md', title: 'Which one?', since }] },
    {
      kind: 'handoff',
      agent,
      what: 'scout left something for you: Which one?',
      since: when,
      fix: "read and remove '/ws/a b.md'",
    },
  ],
  [
    'a folder of handoffs that is a link',
    { handoffNotes: ['Cannot read runtime/handoff in /ws: it is a symbolic link.'] },
    {
      kind: 'handoff',
      agent: null,
      what: 'Cannot read runtime/handoff in /ws: it is a symbolic link',
      since: null,
    },
  ],
  [
    'a worktree that is kept',
    {
      worktrees: [
        {
          agent,
          path: '/ws/worktrees/scout',
          branch: 'marrow/scout',
          reason: '1 commit in no other branch',
          look: 'git log',
          since,
        },
      ],
    },
    {
      kind: 'worktree',
      agent,
      what: 'the worktree /ws/worktrees/scout of scout is no longer wanted and is kept: 1 commit in no other branch',
      since: when,
      fix: 'merge or remove the branch marrow/scout; look with: git log',
    },
  ],
  [
    'a step that fails',
    { steps: [{ name: 'take in files', error: 'EIO: i/o error.', since }] },
    { kind: 'step', what: 'the step "take in files" fails and is tried again: EIO: i/o error', since: when },
  ],
])('%s waits for the operator', ([, situation, need], { expect }) => {
  expect(needsOf(quietNight({ situation }))).toEqual([expect.objectContaining(need)])
})

test('without a daemon a limit is told as of when it was reached', ({ expect }) => {
  const limits = [{ agent, what: '5 of 5 runs a day', since, until: noon + 1 }]
  expect(needsOf(quietNight({ situation: { daemonRuns: false, limits } })).at(-1)?.what).toBe(
    `scout is held until 2026-01-05T12:00:00.001Z: limit, 5 of 5 runs a day as of ${when}; the next daemon looks again`,
  )
})

test.for<[what: string, situation: Partial<Situation>]>([
  ['nothing', {}],
  [
    'two runs without progress',
    { agents: [idleAgent({ progress: { attempts: 2, retryAt: at, fingerprint: 'f' } })] },
  ],
  ['a limit that has passed', { limits: [{ agent, what: 'x', since, until: noon }] }],
  [
    'a rate limit',
    { agents: [idleAgent({ breaker: { state: 'limited', times: 1, until: noon + 1, reason: 'x' } })] },
  ],
])('%s does not', ([, situation], { expect }) => {
  expect(needsOf(quietNight({ situation }))).toEqual([])
})
