/** Owns the commands by which something goes from one agent to another, or to a person. */
import { acting, type CommandSpec } from './spec.ts'

const handoff: CommandSpec = {
  name: 'handoff',
  summary: 'what agents hand to each other and to you: send, list, show',
  about:
    'Handoffs: files that go from one agent to another, or to you, and stand in the next prompt of their receiver.',
  examples: [{ line: 'marrow handoff list', about: 'what waits' }],
  see: ['handoff send', 'handoff list', 'handoff show'],
}

interface SendFlags {
  readonly title?: string
  readonly text?: string
  readonly file?: string
  readonly later?: boolean
  readonly json?: boolean
}

const send: CommandSpec = {
  name: 'handoff send',
  summary: 'hand something to an agent, or from inside a run to you',
  about:
    "Writes a file into the receiver's handoff folder and keeps on record who sent it: from inside a run its agent, else you. The receiver gets it with its next prompt, and is woken if its wake_on says so. The same words that still wait are not sent twice.",
  words: [{ name: 'to', about: 'the name of an agent, or human', from: ['agents'] }],
  flags: [
    { long: '--title', value: 'text', about: 'in a few words (default: the first line of the text)' },
    { long: '--text', value: 'text', about: 'what is handed over: all that the receiver will know' },
    { long: '--file', value: 'path', about: 'the same from a file; - is stdin', from: ['files'] },
    { long: '--later', about: 'wake nobody: it waits for the next tick of its receiver' },
  ],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [
    { line: 'marrow handoff send scout --text "Look at the failing build first."', about: 'a few words' },
    { line: 'marrow handoff send human --file question.md', about: 'from inside a run: ask the operator' },
  ],
  exits: [{ code: 1, meaning: 'it was refused, or could not be written' }],
  see: ['handoff list', 'wake', 'task add'],
  act: acting<SendFlags>(async ([to = ''], options) =>
    (await import('../commands/handoff.ts')).sendHandoff({ ...options, to }),
  ),
}

const list: CommandSpec = {
  name: 'handoff list',
  summary: 'the handoffs that wait, with their age, and the last that were given',
  about:
    'Lists the handoffs that wait, the oldest first, and the last ones that their receivers were given. An unproven sender is only what the folder is called. From inside a run, only those from and to its agent.',
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [{ line: 'marrow handoff list', about: 'what waits, and for whom' }],
  see: ['handoff show', 'report'],
  act: acting<{ json?: boolean }>(async (_, options) =>
    (await import('../commands/handoff.ts')).listHandoffs(options),
  ),
}

const show: CommandSpec = {
  name: 'handoff show',
  summary: 'one handoff: who sent it, and what it says',
  about: 'Shows who sent a handoff, when, where it lies, and what it says (its first 64 KiB).',
  words: [{ name: 'file', about: 'the name of its file or a part of it, or its path' }],
  json: 'one value',
  withoutDaemon: 'refused',
  examples: [{ line: 'marrow handoff show which-colour', about: 'what was asked' }],
  see: ['handoff list'],
  act: acting<{ json?: boolean }>(async ([file = ''], options) =>
    (await import('../commands/handoff.ts')).showHandoff({ ...options, file }),
  ),
}

/** In the order in which they are listed. */
export const handoffCommands: readonly CommandSpec[] = [handoff, send, list, show]
