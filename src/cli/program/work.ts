/** Owns the commands that give agents work, or end it. */
import { jsonLogs } from './daemon.ts'
import { delegate, listDelegates, waitForDelegate } from './delegate.ts'
import { handoffCommands } from './handoff.ts'
import { acting, type CommandSpec, type Group } from './spec.ts'

const wake: CommandSpec = {
  name: 'wake',
  summary: 'make an agent due now',
  about:
    'Makes an agent due now, whatever its schedule and its gate say. The words are part of its next prompt. An agent at work gets them with its next tick; one that is paused or held, when that ends.',
  words: [{ name: 'agent', about: 'its name', from: ['agents'] }],
  flags: [
    { long: '--prompt', value: 'text', about: 'words for its next prompt' },
    { long: '--reason', value: 'text', about: 'why it is woken' },
  ],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [
    { line: 'marrow wake scout', about: 'now instead of at its next slot' },
    { line: 'marrow wake scout --prompt "Look at the failing build first."', about: 'with something to do' },
  ],
  see: ['run-once', 'task add', 'status'],
  act: acting<{ prompt?: string; reason?: string; json?: boolean }>(async ([agent = ''], options) =>
    (await import('../commands/wake.ts')).wake({ ...options, agent }),
  ),
}

const ask: CommandSpec = {
  name: 'ask',
  summary: 'wake an agent with a question, and wait for the answer',
  about:
    'Wakes an agent with these words in its next prompt, waits for the run that gets them, over a restart of the daemon too, and prints its last words. What it waits for is said on stderr. Ctrl-C ends only the waiting: the agent gets the question all the same.',
  words: [
    { name: 'agent', about: 'its name', from: ['agents'] },
    { name: 'question', about: 'in words; quotes are not needed', many: true },
  ],
  flags: [
    {
      long: '--timeout',
      value: 'duration',
      about: 'how long to wait, such as 10m (default: as long as it takes)',
    },
  ],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [
    { line: 'marrow ask scout What changed today?', about: 'an answer on the terminal' },
    { line: 'marrow ask scout "Is main green?" --timeout 10m -o json', about: 'for a script' },
  ],
  exits: [
    { code: 1, meaning: 'the run failed, or did not end in time' },
    { code: 130, meaning: 'Ctrl-C: the question stands' },
  ],
  see: ['wake', 'logs', 'open'],
  act: acting<{ timeout?: string; json?: boolean }>(async ([agent = '', ...words], options) =>
    (await import('../commands/ask.ts')).ask({ ...options, agent, question: words.join(' ') }),
  ),
}

const runOnce: CommandSpec = {
  name: 'run-once',
  summary: 'one tick of each named agent (default: all), now',
  about:
    'Makes one tick of each named agent, whatever its schedule and its gate say, and waits until all have ended. With a daemon the ticks are made there; without one, here.',
  words: [
    { name: 'agents', about: 'their names; without any, all', optional: true, many: true, from: ['agents'] },
  ],
  flags: [jsonLogs],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow run-once scout', about: 'see what scout does now' },
    { line: 'marrow run-once -o json', about: 'every agent once, for a script' },
  ],
  exits: [{ code: 1, meaning: 'a tick failed' }],
  see: ['dry-run', 'wake', 'logs'],
  act: acting<{ jsonLogs?: boolean; json?: boolean }>(async (agents, options) =>
    (await import('../commands/run-once.ts')).runOnce({ ...options, agents }),
  ),
}

const dryRun: CommandSpec = {
  name: 'dry-run',
  summary: 'what the next tick would do, and the prompt it would send',
  about:
    'Says whether the next tick would run, stay quiet or be held, and why; then the prompt that it would send. Starts no run and changes nothing. Tokens in --layers are counted with one tokenizer for all models, so they are "about".',
  words: [
    {
      name: 'agents',
      about: 'their names, without any all; with --task one role',
      optional: true,
      many: true,
      from: ['agents', 'roles'],
    },
  ],
  flags: [
    { long: '--raw', about: 'the bytes of the prompt alone, of one agent' },
    { long: '--layers', about: 'what each layer of the prompt weighs' },
    { long: '--diff', about: 'what changed since the last prompt that was sent' },
    { long: '--task', value: 'text', about: 'the word is a role: what it would be sent for this task' },
    { long: '--for', value: 'agent', about: 'the agent that would hand it over', from: ['agents'] },
    jsonLogs,
  ],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow dry-run scout', about: 'the very prompt that scout would be sent' },
    { line: 'marrow dry-run scout --layers', about: 'what its parts weigh' },
    { line: 'marrow dry-run coder --task "Mend the build."', about: 'the prompt of a role for a task' },
  ],
  see: ['run-once', 'show'],
  act: acting<{
    raw?: boolean
    layers?: boolean
    diff?: boolean
    task?: string
    for?: string
    json?: boolean
  }>(async (agents, options) => (await import('../commands/dry-run.ts')).dryRun({ ...options, agents })),
}

const task: CommandSpec = {
  name: 'task',
  summary: 'the queue of tasks: add, list',
  about: 'The queue of tasks: one Markdown file each, which an agent takes and moves on.',
  examples: [{ line: 'marrow task list', about: 'what waits' }],
  see: ['task add', 'task list'],
}

const addTask: CommandSpec = {
  name: 'task add',
  summary: 'queue a task',
  about:
    'Writes one file into the queue of a project and says which one, and what happens next: who is woken by it, or that it waits. Without --project it is the project that this folder belongs to, else the first one.',
  words: [{ name: 'title', about: 'in a few words; quotes are not needed', many: true }],
  flags: [
    { long: '--body', short: '-b', value: 'text', about: 'what is to be done, in full' },
    { long: '--project', value: 'name', about: 'the project that it is for', from: ['projects'] },
  ],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow task add Mend the roof', about: 'a title is enough' },
    { line: 'marrow task add "Summarise the week" --body "Write it to docs/week.md."', about: 'in full' },
  ],
  see: ['task list', 'wake'],
  act: acting<{ body?: string; project?: string; json?: boolean }>(async (words, options) =>
    (await import('../commands/task.ts')).addTask({ ...options, title: words.join(' ') }),
  ),
}

const listTasks: CommandSpec = {
  name: 'task list',
  summary: 'the queued tasks',
  about:
    'Lists the queued tasks, file and title, one a line: of the project that this folder belongs to, else of the first one.',
  flags: [
    { long: '--project', value: 'name', about: 'the tasks of this project', from: ['projects'] },
    { long: '--all', about: 'the tasks of all projects, the project first' },
  ],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [{ line: 'marrow task list', about: 'what waits' }],
  see: ['task add'],
  act: acting<{ project?: string; all?: boolean; json?: boolean }>(async (_, options) =>
    (await import('../commands/task.ts')).listTasks(options),
  ),
}

const cancel: CommandSpec = {
  name: 'cancel',
  summary: 'end one run and every process that it started',
  about:
    'Ends one run and every process that it started. It counts as no failure of the agent. Returns at once; the run is recorded when it has ended.',
  words: [
    {
      name: 'agent-or-run',
      about: 'an agent that is at work, or a run by its id or a part of it',
      from: ['agents', 'open runs'],
    },
  ],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [{ line: 'marrow cancel scout', about: 'what scout does at the moment' }],
  see: ['pause', 'status'],
  act: acting<{ json?: boolean }>(async ([target = ''], options) =>
    (await import('../commands/cancel.ts')).cancel({ ...options, target }),
  ),
}

export const work: Group = {
  name: 'Work',
  about: 'what agents do, and when',
  commands: [
    wake,
    ask,
    runOnce,
    dryRun,
    task,
    addTask,
    listTasks,
    ...handoffCommands,
    delegate,
    waitForDelegate,
    listDelegates,
    cancel,
  ],
}
