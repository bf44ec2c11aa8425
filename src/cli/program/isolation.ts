/** Owns the commands about what keeps runs apart from the machine. */
import { acting, type CommandSpec } from './spec.ts'

const isolation: CommandSpec = {
  name: 'isolation',
  summary: 'what keeps runs from the rest of the machine',
  about: 'What keeps runs from the rest of the machine: what they see of it, and whether it holds.',
  examples: [
    { line: 'marrow isolation show scout', about: 'what a run of scout sees' },
    { line: 'marrow isolation test', about: 'try to break out' },
  ],
  see: ['doctor', 'status'],
}

const test: CommandSpec = {
  name: 'isolation test',
  summary: 'try to break out of the isolation, in every known way',
  about:
    'Starts the simulated agent behind the same wall as every run, in a world that is made for the test and removed again, and lets it try to get out: by writing, links, mounts, processes, sockets. What became of each attempt is looked at from outside. The daemon does the same before it starts anything behind the wall. An attempt that could not be made here is listed as skipped; it proves nothing.',
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow isolation test', about: 'after bubblewrap or the kernel was updated' },
    { line: 'marrow isolation test -o json', about: 'for a program that watches over machines' },
  ],
  exits: [{ code: 1, meaning: 'an attempt succeeded, or there is no wall that could be tested' }],
  see: ['doctor', 'status'],
  act: acting<{ json?: boolean }>(async (_, options) =>
    (await import('../commands/isolation-test.ts')).isolationTest(options),
  ),
}

const show: CommandSpec = {
  name: 'isolation show',
  summary: 'what a run sees of the machine, and how much it may take',
  about:
    'Lists what a run of an agent would see, from the root down: the deepest line about a path decides. Then what of its isolation is not in force, the network, the limits, and the names of the variables in its environment. Starts no run.',
  words: [
    { name: 'agents', about: 'their names; without any, all', optional: true, many: true, from: ['agents'] },
  ],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow isolation show scout', about: 'before scout is trusted with something' },
    { line: 'marrow isolation show -o json', about: 'all agents, for a program' },
  ],
  see: ['isolation test', 'doctor'],
  act: acting<{ json?: boolean }>(async (agents, options) =>
    (await import('../commands/isolation-show.ts')).isolationShow({ ...options, agents }),
  ),
}

/** The word `isolation` and what stands below it. */
export const isolationCommands: readonly CommandSpec[] = [isolation, show, test]
