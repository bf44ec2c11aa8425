/** Owns the commands about what the operator is told. */
import { acting, type CommandSpec } from './spec.ts'

const notify: CommandSpec = {
  name: 'notify',
  summary: 'how you are told what cannot wait',
  about:
    'How you are told what cannot wait, and the report of the day: by a command, a webhook, ntfy or the desktop, as [notify] of the configuration says.',
  examples: [{ line: 'marrow notify test', about: 'whether a notice would reach you' }],
  see: ['events', 'status', 'doctor'],
}

const test: CommandSpec = {
  name: 'notify test',
  summary: 'send a test notice to every destination, now',
  about:
    'Sends a test notice to every destination of [notify] and says of each whether it took it, or why not. With a daemon it is sent from there, as real ones are; without one, from here.',
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow notify test', about: 'after [notify] was changed' },
    { line: 'marrow notify test -o json', about: 'for a program' },
  ],
  exits: [
    { code: 1, meaning: 'a destination did not take it' },
    { code: 2, meaning: 'there is no destination' },
  ],
  see: ['doctor', 'status'],
  act: acting<{ json?: boolean }>(async (_, options) =>
    (await import('../commands/notify-test.ts')).notifyTest(options),
  ),
}

/** The word `notify` and what stands below it. */
export const notifyCommands: readonly CommandSpec[] = [notify, test]
