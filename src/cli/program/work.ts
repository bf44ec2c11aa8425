/** Owns the commands that make agents work, or hold them. */
import type { Command } from 'commander'
import { addCommand, does, type Done } from './command.ts'

/** Adds them to the tree. */
export function addWorkCommands(root: Command, done: Done): void {
  root.commandsGroup('Work:')
  addDaemonCommands(root, done)
  addTickCommands(root, done)
  addTaskCommands(root, done)
  addHoldCommands(root, done)
}

function addDaemonCommands(root: Command, done: Done): void {
  const run = addCommand(root, 'run', 'run the daemon in the foreground, until it is stopped')
    .option('--json-logs', 'log JSON records')
    .option('--ipc', 'open the socket whatever the configuration says')
    .option('--no-ipc', 'open no socket')
  does<{ jsonLogs?: boolean; ipc?: boolean }>(run, done, async (_, options) =>
    (await import('../commands/run.ts')).run(options),
  )
  const stop = addCommand(root, 'stop', 'stop the daemon: runs get their grace, then are ended')
  does(stop, done, async (_, options) => (await import('../commands/stop.ts')).stop(options))
  const restart = addCommand(root, 'restart', 'hand over to a new daemon: all runs go on')
  does(restart, done, async (_, options) => (await import('../commands/restart.ts')).restart(options))
}

function addTickCommands(root: Command, done: Done): void {
  const runOnce = addCommand(root, 'run-once [agents...]', 'one tick of each named agent (default: all), now')
    .option('--json-logs', 'log JSON records')
    .option('--json', 'print JSON')
  does<{ jsonLogs?: boolean; json?: boolean }>(runOnce, done, async (agents, options) =>
    (await import('../commands/run-once.ts')).runOnce({ ...options, agents }),
  )
  const dryRun = addCommand(
    root,
    'dry-run [agents...]',
    'what the next tick would do, and the prompt it would send',
  )
    .option('--raw', 'the bytes of the prompt alone, of one agent')
    .option('--layers', 'what each layer of the prompt weighs')
    .option('--diff', 'what changed since the last prompt that was sent')
    .option('--json', 'print JSON')
    .option('--json-logs', 'log JSON records')
  does<{ raw?: boolean; layers?: boolean; diff?: boolean; json?: boolean }>(
    dryRun,
    done,
    async (agents, options) => (await import('../commands/dry-run.ts')).dryRun({ ...options, agents }),
  )
  const wake = addCommand(root, 'wake <agent>', 'make an agent due now')
    .option('--prompt <text>', 'words for its next prompt')
    .option('--reason <text>', 'why it is woken')
  does<{ prompt?: string; reason?: string }>(wake, done, async ([agent = ''], options) =>
    (await import('../commands/wake.ts')).wake({ ...options, agent }),
  )
}

function addTaskCommands(root: Command, done: Done): void {
  const task = addCommand(root, 'task', 'the queue of tasks: add, list')
  const add = addCommand(task, 'add <title...>', 'queue a task')
    .option('-b, --body <text>', 'what is to be done, in full')
    .option('--json', 'print JSON')
  does<{ body?: string; json?: boolean }>(add, done, async (words, options) =>
    (await import('../commands/task.ts')).addTask({ ...options, title: words.join(' ') }),
  )
  const list = addCommand(task, 'list', 'the queued tasks').option('--json', 'print JSON')
  does<{ json?: boolean }>(list, done, async (_, options) =>
    (await import('../commands/task.ts')).listTasks(options),
  )
}

function addHoldCommands(root: Command, done: Done): void {
  const pause = addCommand(root, 'pause [agent]', 'hold one agent, or everything that starts work').option(
    '--reason <text>',
    'why, for everyone who looks',
  )
  does<{ reason?: string }>(pause, done, async ([agent], options) =>
    (await import('../commands/pause.ts')).pause({ ...options, agent }),
  )
  const resume = addCommand(root, 'resume [agent]', 'lift a pause; for an agent also what its failures hold')
  does(resume, done, async ([agent], options) =>
    (await import('../commands/pause.ts')).resume({ ...options, agent }),
  )
  const cancel = addCommand(root, 'cancel <agent-or-run>', 'end one run and every process that it started')
  does(cancel, done, async ([target = ''], options) =>
    (await import('../commands/cancel.ts')).cancel({ ...options, target }),
  )
}
