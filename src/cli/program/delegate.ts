/** Owns the commands by which a run hands work to other roles. */
import { acting, type CommandSpec } from './spec.ts'

interface DelegateFlags {
  readonly task?: string
  readonly taskFile?: string
  readonly wait?: boolean
  readonly detach?: boolean
  readonly deadline?: string
  readonly json?: boolean
}

const exits = [{ code: 1, meaning: 'it was refused, or the run did not succeed' }] as const

export const delegate: CommandSpec = {
  name: 'delegate',
  summary: 'hand a task to another role (from inside a run)',
  about:
    'Starts a run in another role for the run that this command is called from. The core decides whether that may be, and says why not. With --wait it prints the last words of that run; else it prints its id, and `marrow delegate wait` takes it up. Unless detached it ends when the run that asked for it ends. Only runs of agents can use it: you give work with task add, wake and ask.',
  words: [{ name: 'role', about: 'its id or its name' }],
  flags: [
    { long: '--task', value: 'text', about: 'what it is to do: all that it will know' },
    { long: '--task-file', value: 'path', about: 'the same from a file; - is stdin', from: ['files'] },
    { long: '--wait', about: 'wait for its end and print its last words' },
    { long: '--detach', about: 'it goes on when this run ends, and reports by handoff' },
    { long: '--deadline', value: 'duration', about: 'how long it may take, such as 20m' },
  ],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [
    {
      line: 'marrow delegate coder --task "Mend the failing test in src/a.test.ts." --wait',
      about: 'and read what came of it',
    },
    { line: 'marrow delegate review-lead --task-file /tmp/review.md --detach', about: 'go on without it' },
  ],
  exits,
  see: ['delegate wait', 'delegate list', 'runs tree'],
  act: acting<DelegateFlags>(async ([role = ''], options) =>
    (await import('../commands/delegate.ts')).delegate({ ...options, role }),
  ),
}

export const waitForDelegate: CommandSpec = {
  name: 'delegate wait',
  summary: 'wait for a run that this run delegated to (from inside a run)',
  about:
    'Waits until the run has ended and prints its last words. A connection that is lost, or a restart of the daemon, ends nothing: it is asked again.',
  words: [{ name: 'run', about: 'the id that `marrow delegate` printed' }],
  flags: [
    {
      long: '--timeout',
      value: 'duration',
      about: 'how long to wait, such as 10m (default: as long as it takes)',
    },
  ],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [{ line: 'marrow delegate wait scout-20260105-120000-000-abcd', about: 'take it up again' }],
  exits,
  see: ['delegate'],
  act: acting<{ timeout?: string; json?: boolean }>(async ([run = ''], options) =>
    (await import('../commands/delegate.ts')).waitForDelegation({ ...options, run }),
  ),
}

export const listDelegates: CommandSpec = {
  name: 'delegate list',
  summary: 'what this run delegated (from inside a run)',
  about: 'Lists what the run delegated and how it stands, in the order in which it was asked for.',
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [{ line: 'marrow delegate list', about: 'when the answer to a delegation was lost' }],
  see: ['delegate', 'delegate wait'],
  act: acting<{ json?: boolean }>(async (_, options) =>
    (await import('../commands/delegate.ts')).listDelegations(options),
  ),
}

export const runsTree: CommandSpec = {
  name: 'runs tree',
  summary: 'which run asked for which, with role, outcome, time and usage',
  about:
    'Draws the runs that hang together: those that a tick began, and below each what it handed to other roles. Without a run, the last ones that delegated anything.',
  words: [{ name: 'run', about: 'a run by its id or a part of it', optional: true, from: ['runs'] }],
  flags: [
    {
      long: '--lines',
      short: '-n',
      value: 'count',
      about: 'how many trees',
      count: { least: 1, most: 100 },
      usual: 5,
    },
  ],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [{ line: 'marrow runs tree', about: 'who did what for whom' }],
  see: ['runs', 'show', 'delegate'],
  act: acting<{ lines: number; json?: boolean }>(async ([run], { lines, ...options }) =>
    (await import('../commands/runs-tree.ts')).runsTree({ ...options, run, count: lines }),
  ),
}
