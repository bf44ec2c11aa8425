/** Owns the commands that only look. */
import type { Command } from 'commander'
import { addCommand, countUpTo, does, type Done } from './command.ts'

/** Adds them to the tree. */
export function addLookCommands(root: Command, done: Done): void {
  root.commandsGroup('Look:')
  const status = addCommand(root, 'status', 'what every agent does or why not, and what happened last')
  status.option('--json', 'print JSON, as without a terminal')
  does<{ json?: boolean }>(status, done, async (_, { json = false, ...options }) =>
    (await import('../commands/status.ts')).status({ ...options, json }),
  )
  addRunCommands(root, done)
  const events = addCommand(root, 'events', 'the journal: what happened, one sentence each')
    .option('-f, --follow', 'go on with every new one')
    .option('-n, --lines <count>', 'how many', countUpTo(1_000, 1), 50)
    .option('--kind <kind>', 'only this kind, such as run.ended, or run for all of a noun')
    .option('--agent <agent>', 'only of this agent')
    .option('--json', 'print one JSON object a line')
  does<{ follow?: boolean; lines: number; kind?: string; agent?: string; json?: boolean }>(
    events,
    done,
    async (_, { lines, ...options }) =>
      (await import('../commands/events.ts')).events({ ...options, count: lines }),
  )
}

function addRunCommands(root: Command, done: Done): void {
  const runs = addCommand(root, 'runs', 'the last runs, newest first')
    .option('--agent <agent>', 'only of this agent')
    .option('-n, --lines <count>', 'how many', countUpTo(1_000, 1), 20)
    .option('--json', 'print JSON')
  does<{ agent?: string; lines: number; json?: boolean }>(runs, done, async (_, { lines, ...options }) =>
    (await import('../commands/runs.ts')).runs({ ...options, count: lines }),
  )
  const show = addCommand(root, 'show <run>', 'everything on record of one run')
    .option('--prompt', 'the very prompt that it was sent')
    .option('--json', 'print JSON')
  does<{ prompt?: boolean; json?: boolean }>(show, done, async ([run = ''], options) =>
    (await import('../commands/show.ts')).show({ ...options, run }),
  )
  const logs = addCommand(root, 'logs <agent-or-run>', "what a run printed, or an agent's last one")
    .option('-f, --follow', 'go on until the run ends')
    .option('--stderr', 'its error output instead')
    .option(
      '-n, --lines <count>',
      'how many lines from the end; 0: all of the last MiB',
      countUpTo(1_000_000),
      200,
    )
  does<{ follow?: boolean; stderr?: boolean; lines: number }>(logs, done, async ([target = ''], options) =>
    (await import('../commands/logs.ts')).logs({ ...options, target }),
  )
}
