/** Owns the commands that only look. */
import { runsTree } from './delegate.ts'
import { acting, type CommandSpec, type FlagSpec, type Group } from './spec.ts'

const onlyAgent: FlagSpec = {
  long: '--agent',
  value: 'agent',
  about: 'only of this agent',
  from: ['agents'],
}

const status: CommandSpec = {
  name: 'status',
  summary: 'what every agent does or why not, and what happened last',
  about:
    'Shows what every agent does or why not, its last outcome and its next slot, then the last events. Without a terminal it answers in JSON, unless -o text asks for the table.',
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [
    { line: 'marrow status', about: 'everyone at a glance' },
    { line: 'marrow status -o json', about: 'the same for a program' },
  ],
  see: ['report', 'runs', 'events', 'doctor'],
  act: acting<{ json?: boolean }>(async (_, options) =>
    (await import('../commands/status.ts')).status(options),
  ),
}

const report: CommandSpec = {
  name: 'report',
  summary: 'what happened since you last asked, and what waits for you',
  about:
    'Tells in one line whether all is well or how many things need you; then what waits for you, what every agent did and spent against the day before, finished tasks, what each run changed, and what marrow did by itself. Asking again within a quarter of an hour shows the same period. Where no daemon runs it reads what the last one left.',
  flags: [
    {
      long: '--since',
      value: 'when',
      about:
        'last (since you last asked; the first time 24h), yesterday, 12h (how long ago), 22:00 or 2026-11-20T22:00 (default: last)',
    },
    { long: '--markdown', about: 'as Markdown' },
  ],
  json: 'one value',
  withoutDaemon: 'read from the store, and not remembered as asked',
  examples: [
    { line: 'marrow report', about: 'the morning in one screen' },
    { line: 'marrow report --since 12h -o json', about: 'the last twelve hours for a program' },
    { line: 'marrow report --since yesterday --markdown', about: 'a whole day, to pass on' },
  ],
  see: ['status', 'runs', 'events'],
  act: acting<{ since?: string; markdown?: boolean; json?: boolean }>(async (_, options) =>
    (await import('../commands/report.ts')).report(options),
  ),
}

const runs: CommandSpec = {
  name: 'runs',
  summary: 'the last runs, newest first',
  about: 'Lists the last runs, newest first: when, how long, how they ended, what they cost.',
  flags: [
    onlyAgent,
    {
      long: '--lines',
      short: '-n',
      value: 'count',
      about: 'how many',
      count: { least: 1, most: 1_000 },
      usual: 20,
    },
  ],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [
    { line: 'marrow runs --agent scout -n 5', about: 'the last five of scout' },
    { line: 'marrow runs -o json', about: 'all that is known of each, for a program' },
  ],
  see: ['show', 'logs'],
  act: acting<{ agent?: string; lines: number; json?: boolean }>(async (_, { lines, ...options }) =>
    (await import('../commands/runs.ts')).runs({ ...options, count: lines }),
  ),
}

const show: CommandSpec = {
  name: 'show',
  summary: 'everything on record of one run',
  about:
    'Shows everything on record of one run: its outcome, its usage, the layers of its prompt, what it changed. With --prompt, the very prompt that it was sent; with --steps, what it said and did, in the same words for every agent CLI.',
  words: [
    {
      name: 'run',
      about: 'its id or a unique part of it; an agent means its last run',
      from: ['runs', 'agents'],
    },
  ],
  flags: [
    { long: '--prompt', about: 'the very prompt that it was sent' },
    { long: '--steps', about: 'what it said and which tools it called, also while it runs' },
  ],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [
    { line: 'marrow show scout', about: 'the last run of scout' },
    { line: 'marrow show scout --prompt', about: 'what it was told' },
    { line: 'marrow show scout --steps', about: 'what it said and did' },
  ],
  see: ['runs', 'logs'],
  act: acting<{ prompt?: boolean; steps?: boolean; json?: boolean }>(async ([run = ''], options) =>
    (await import('../commands/show.ts')).show({ ...options, run }),
  ),
}

const logs: CommandSpec = {
  name: 'logs',
  summary: 'what a run said and did, or all agents together',
  about:
    'Shows what a run said, each tool that it called with its result, and its tokens, in the same form for every agent CLI; an agent means its last run. Without a name it shows the last runs of all agents together, each line with its agent; those that were handed to other roles with --follow or --since, or by their id. With --follow it goes on until the run ends, or without a name for ever, over a restart of the daemon too. As JSON each step is one object on its own line; with --raw or --stderr each part.',
  words: [
    {
      name: 'agent-or-run',
      about: 'an agent, or a run by its id or a part of it; without one, all agents',
      optional: true,
      from: ['agents', 'runs'],
    },
  ],
  flags: [
    { long: '--follow', short: '-f', about: 'go on until the run ends' },
    {
      long: '--lines',
      short: '-n',
      value: 'count',
      about:
        'how many lines from the end (default: 200, or with --since all); 0: all, with --raw of the last MiB',
      count: { least: 0, most: 1_000_000 },
    },
    {
      long: '--since',
      value: 'when',
      about: 'all runs since then: 2h (how long ago), 14:05, 2026-11-20, 2026-11-20T14:05',
    },
    { long: '--raw', about: 'the very bytes that it printed' },
    { long: '--stderr', about: 'the bytes of its error output instead' },
  ],
  json: 'one value a line',
  withoutDaemon: 'refused',
  examples: [
    { line: 'marrow logs scout -f', about: 'read along' },
    { line: 'marrow logs --since 8h', about: 'all that was done in the night' },
    { line: 'marrow logs scout --stderr -n 20', about: 'the end of its error output' },
  ],
  see: ['runs', 'show', 'open'],
  act: acting<{
    follow?: boolean
    raw?: boolean
    stderr?: boolean
    lines?: number
    since?: string
    json?: boolean
  }>(async ([target], options) => (await import('../commands/logs.ts')).logs({ ...options, target })),
}

const open: CommandSpec = {
  name: 'open',
  summary: "go on with a run's conversation in its agent CLI",
  about:
    "Opens the conversation of a run that has ended in the agent CLI's own screen, in the same folder and behind the same wall, with the flags of its agent that mean something there. What is said there is no run: nothing of it is on record, and no limit but the wall holds it. The exit code is that of the CLI.",
  words: [
    {
      name: 'run',
      about: 'its id or a unique part of it; an agent means its last run',
      from: ['runs', 'agents'],
    },
  ],
  flags: [{ long: '--print', about: 'only show the command; with --json as well' }],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [
    { line: 'marrow open scout', about: 'ask scout itself what it meant' },
    { line: 'marrow open scout --print', about: 'see what would be started' },
  ],
  see: ['show', 'logs', 'ask'],
  act: acting<{ print?: boolean; json?: boolean }>(async ([run = ''], options) =>
    (await import('../commands/open.ts')).open({ ...options, run }),
  ),
}

const events: CommandSpec = {
  name: 'events',
  summary: 'the journal: what happened, one sentence each',
  about:
    'Shows the journal, oldest first: one sentence for each thing that happened. With --follow it goes on with every new one, over a restart of the daemon too. As JSON each event is one object on its own line.',
  flags: [
    { long: '--follow', short: '-f', about: 'go on with every new one' },
    {
      long: '--lines',
      short: '-n',
      value: 'count',
      about: 'how many, the newest (default: 50, or with --since all of them)',
      count: { least: 1, most: 1_000 },
    },
    {
      long: '--since',
      value: 'when',
      about: 'only from this time on: 2h (how long ago), 14:05, 2026-11-20, 2026-11-20T14:05',
    },
    {
      long: '--kind',
      value: 'kind',
      about: 'only this kind, such as run.ended, or run for all of a noun; several with commas',
      from: ['event kinds'],
    },
    onlyAgent,
  ],
  json: 'one value a line',
  withoutDaemon: 'refused',
  examples: [
    { line: 'marrow events -f', about: 'watch what happens; with -o json for a program' },
    { line: 'marrow events --kind run.ended --agent scout', about: 'how the runs of scout ended' },
    { line: 'marrow events --since 2h', about: 'everything of the last two hours' },
  ],
  see: ['status', 'runs'],
  act: acting<{
    follow?: boolean
    lines?: number
    since?: string
    kind?: string
    agent?: string
    json?: boolean
  }>(async (_, { lines, ...options }) => {
    if (options.kind !== undefined) {
      const { refuseMistypedKinds } = await import('../../observability/kinds.ts')
      return (await import('../commands/events.ts')).events({
        ...options,
        kind: refuseMistypedKinds(options.kind).join(','),
        count: lines,
      })
    }
    return (await import('../commands/events.ts')).events({ ...options, count: lines })
  }),
}

const exportAll: CommandSpec = {
  name: 'export',
  summary: 'every run, event and task as JSON lines',
  about:
    'Writes everything on record as one JSON object a line: first the runs, then the events, then the tasks that wait in the queue, each oldest first. Its `type` says what an object is. Prompts and what runs printed are not in it.',
  flags: [
    {
      long: '--since',
      value: 'when',
      about: 'only from this time on: 2h (how long ago), 14:05, 2026-11-20, 2026-11-20T14:05',
    },
    {
      long: '--only',
      value: 'kinds',
      about: 'runs, events or tasks; several with commas',
    },
    {
      long: '--to',
      value: 'path',
      about: 'into this file, whole or not at all, which only you may read (default: stdout)',
      from: ['files'],
    },
  ],
  json: 'one value a line',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow export --to marrow.jsonl', about: 'keep everything' },
    { line: 'marrow export --only runs --since 7d', about: 'the runs of a week, for a program' },
  ],
  see: ['runs', 'events', 'task list'],
  act: acting<{ since?: string; only?: string; to?: string; json?: boolean }>(async (_, options) =>
    (await import('../commands/export.ts')).exportAll(options),
  ),
}

export const look: Group = {
  name: 'Look',
  about: 'what happens and what happened',
  commands: [status, report, runs, runsTree, show, logs, open, events, exportAll],
}
