/** Owns the commands that run the daemon, end it or hold it. */
import { acting, type CommandSpec, type FlagSpec, type Group } from './spec.ts'

/** For every command that may run ticks itself and then logs as the daemon does. */
export const jsonLogs: FlagSpec = { long: '--json-logs', about: 'log JSON records' }

const run: CommandSpec = {
  name: 'run',
  summary: 'run the daemon in the foreground, until it is stopped',
  about:
    'Runs the daemon: it starts every agent at its time, inside its limits, and takes over the runs that an earlier daemon left. It says on stderr what happens, one sentence each. Ctrl-C or SIGTERM stops it, SIGUSR1 makes it hand over, SIGHUP makes it read its configuration again.',
  flags: [
    jsonLogs,
    { long: '--ipc', about: 'open the socket whatever the configuration says' },
    { long: '--no-ipc', about: 'open no socket' },
  ],
  withoutDaemon: 'is the daemon',
  examples: [
    { line: 'marrow run', about: 'in a terminal' },
    { line: 'marrow run --json-logs', about: 'for a service manager that collects the log' },
  ],
  see: ['stop', 'restart', 'status'],
  act: acting<{ jsonLogs?: boolean; ipc?: boolean }>(async (_, options) =>
    (await import('../commands/run.ts')).run(options),
  ),
}

const stop: CommandSpec = {
  name: 'stop',
  summary: 'stop the daemon: runs get their grace, then are ended',
  about:
    'Asks the daemon to stop: no new work begins, runs get stop_grace_seconds and are then ended and recorded. Returns at once.',
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [{ line: 'marrow stop', about: 'before the machine is switched off' }],
  see: ['restart', 'pause'],
  act: acting<{ json?: boolean }>(async (_, options) => (await import('../commands/stop.ts')).stop(options)),
}

const restart: CommandSpec = {
  name: 'restart',
  summary: 'hand over to a new daemon: all runs go on',
  about:
    'Makes the daemon leave while every run goes on; the next daemon takes them over. A service manager starts that one; the command waits for it up to 12 s.',
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [{ line: 'marrow restart', about: 'after an update of marrow' }],
  exits: [{ code: 1, meaning: 'no next daemon answered in time; runs go on, but nothing new begins' }],
  see: ['stop', 'run'],
  act: acting<{ json?: boolean }>(async (_, options) =>
    (await import('../commands/restart.ts')).restart(options),
  ),
}

const pause: CommandSpec = {
  name: 'pause',
  summary: 'hold one agent, or everything that starts work',
  about:
    'Holds one agent, or everything: nothing starts until it is resumed, over restarts too. Runs in flight go on.',
  words: [{ name: 'agent', about: 'the agent; without one, everything', optional: true, from: ['agents'] }],
  flags: [{ long: '--reason', value: 'text', about: 'why, for everyone who looks' }],
  json: 'one value',
  withoutDaemon: 'refused; an empty file PAUSED in state_dir does the same',
  examples: [
    { line: 'marrow pause --reason "the disk is being replaced"', about: 'hold everything' },
    { line: 'marrow pause scout', about: 'hold one agent' },
  ],
  see: ['resume', 'cancel', 'stop'],
  act: acting<{ reason?: string; json?: boolean }>(async ([agent], options) =>
    (await import('../commands/pause.ts')).pause({ ...options, agent }),
  ),
}

const resume: CommandSpec = {
  name: 'resume',
  summary: 'lift a pause; for an agent also what its failures hold',
  about:
    'Lifts the pause of one agent, or of everything. For an agent it also forgets the failures that hold it back, so that it may start at once.',
  words: [{ name: 'agent', about: 'the agent; without one, everything', optional: true, from: ['agents'] }],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [
    { line: 'marrow resume', about: 'everything goes on' },
    { line: 'marrow resume scout', about: 'after what made scout fail has been mended' },
  ],
  see: ['pause', 'status'],
  act: acting<{ json?: boolean }>(async ([agent], options) =>
    (await import('../commands/pause.ts')).resume({ ...options, agent }),
  ),
}

const logLevel: CommandSpec = {
  name: 'log-level',
  summary: 'how much the daemon says in its log',
  about:
    'Sets how much the running daemon says in its log, or tells it. It holds until that daemon ends; the next one starts with what is usual (info, or debug with -v). SIGUSR2 switches debug on and off without a command.',
  words: [
    {
      name: 'level',
      about: 'what is said, and all that is worse; without one it only tells',
      optional: true,
      choices: ['debug', 'info', 'warn', 'error'],
    },
  ],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [
    { line: 'marrow log-level debug', about: 'while something odd goes on' },
    { line: 'marrow log-level info', about: 'as usual again' },
  ],
  see: ['run', 'status'],
  act: acting<{ json?: boolean }>(async ([level], options) =>
    (await import('../commands/log-level.ts')).logLevel({ ...options, level }),
  ),
}

export const daemon: Group = {
  name: 'Run',
  about: 'the daemon: start it, end it, hold it',
  commands: [run, stop, restart, pause, resume, logLevel],
}
