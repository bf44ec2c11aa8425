/** Owns the commands with which one begins: try marrow out, make a workspace, look whether all is right. */
import type { InitOptions } from '../commands/init.ts'
import type { DemoOptions } from '../commands/demo.ts'
import type { ScaffoldOptions } from '../commands/scaffold.ts'
import { isolationCommands } from './isolation.ts'
import { notifyCommands } from './notify.ts'
import { roleCommands } from './roles.ts'
import { acting, type CommandSpec, type Group } from './spec.ts'

const init: CommandSpec = {
  name: 'init',
  summary: 'set marrow up in a few questions, and try it',
  about:
    'Asks at most eight questions, each with an answer that was found to work here, then writes a configuration with one agent and makes one real tick. Run it in another repository to add that one: its agents are called NAME@PROJECT. Every question can be answered by a flag; with --yes nothing is asked. Ctrl-C while it asks leaves nothing behind.',
  flags: [
    { long: '--yes', short: '-y', about: 'ask nothing: take what is usual here' },
    { long: '--full', about: 'three agents (scout, conductor, refit) at their usual intervals' },
    {
      long: '--cli',
      value: 'name-or-command',
      about: 'claude, codex, gemini, opencode, or a whole command',
    },
    { long: '--work-dir', value: 'path', about: 'the repository or folder to work on', from: ['folders'] },
    {
      long: '--commands',
      value: 'yes-or-no',
      about: 'whether it may run commands without asking',
      choices: ['yes', 'no'],
    },
    { long: '--push', value: 'with', about: 'no, the name of a variable with a token, or the path of a key' },
    { long: '--every', value: 'time', about: 'how often it looks whether there is something to do: 30m' },
    { long: '--limit', value: 'limit', about: 'how much a day at most: $5, 2M tokens, 200 runs, none' },
    { long: '--notify', value: 'where', about: 'desktop, the URL of an ntfy topic, a command, none' },
    { long: '--tick', value: 'yes-or-no', about: 'whether to tick once now', choices: ['yes', 'no'] },
  ],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow init', about: 'in the repository that an agent is to look after' },
    { line: 'marrow init --yes --limit "$2"', about: 'with what is usual, and less a day' },
    { line: 'marrow init --full', about: 'a whole team' },
  ],
  exits: [
    { code: 1, meaning: 'all is written, but the tick failed' },
    { code: 130, meaning: 'it was left with Ctrl-C while it asked; nothing was written' },
  ],
  see: ['doctor', 'run', 'scaffold'],
  act: acting<InitOptions>(async (_, options) => (await import('../commands/init.ts')).init(options)),
}

const demo: CommandSpec = {
  name: 'demo',
  summary: 'watch a small world of its own at work, with a simulated agent',
  about:
    'Starts a daemon with three simulated agents in a folder of its own and tells what happens, until Ctrl-C. No model is asked, no token is spent, nothing outside that folder is touched.',
  flags: [
    {
      long: '--folder',
      value: 'path',
      about: 'where its files go and stay (default: a new folder that is removed)',
      from: ['folders'],
    },
    { long: '--keep', about: 'keep the new folder' },
  ],
  json: 'one value a line',
  withoutDaemon: 'brings its own',
  examples: [
    { line: 'marrow demo', about: 'watch it; Ctrl-C ends it and removes its folder' },
    { line: 'marrow demo --folder /tmp/marrow-demo', about: 'keep what it wrote, to look around in it' },
  ],
  see: ['scaffold'],
  act: acting<DemoOptions>(async (_, options) => (await import('../commands/demo.ts')).demo(options)),
}

const scaffold: CommandSpec = {
  name: 'scaffold',
  summary: 'make a workspace and a configuration that works at once',
  about:
    'Writes a first configuration and the workspace that it names. Existing files are left as they are; when the configuration exists, nothing at all is written. Its agents run the first of opencode, Claude Code, Codex and Gemini CLI that is on PATH; where none is, they are simulated.',
  flags: [
    {
      long: '--workspace',
      value: 'path',
      about: 'the folder that the agents may write',
      from: ['folders'],
      needed: true,
    },
    {
      long: '--config-out',
      value: 'path',
      about: 'the configuration file to write',
      from: ['files'],
      needed: true,
    },
    {
      long: '--core-dir',
      value: 'path',
      about: 'the core whose rules are used (default: this program)',
      from: ['folders'],
    },
    {
      long: '--source-context-dir',
      value: 'path',
      about: 'context providers to copy into the workspace',
      from: ['folders'],
    },
  ],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    {
      line: 'marrow scaffold --workspace ~/agents --config-out ~/.config/marrow/marrow.toml',
      about: 'a first team, with the configuration where every command finds it',
    },
  ],
  see: ['validate', 'doctor', 'setup'],
  act: acting<ScaffoldOptions>(async (_, options) =>
    (await import('../commands/scaffold.ts')).scaffold(options),
  ),
}

const setup: CommandSpec = {
  name: 'setup',
  summary: "make every agent's workspace ready, with the roles cast",
  about:
    'Makes the folders inside the workspace of every configured agent, and casts the roles into it as role cast does. A workspace itself is never made: a path with a typing mistake must not become a folder.',
  json: 'one value',
  withoutDaemon: 'works',
  examples: [{ line: 'marrow setup', about: 'after an agent was added to the configuration' }],
  exits: [{ code: 1, meaning: 'a workspace cannot be made ready, or roles have mistakes' }],
  see: ['scaffold', 'role cast', 'doctor'],
  act: acting(async (_, options) => (await import('../commands/setup.ts')).setup(options)),
}

const validate: CommandSpec = {
  name: 'validate',
  summary: 'check the configuration and the roles; all mistakes at once',
  about:
    'Reads the configuration, roles, skills and roles.toml as the daemon would and prints a block for each agent, then VALIDATE OK; or every mistake at once, each with its line and its fix. Mistakes in files that agents may write are warnings. As JSON the mistakes are in `problems`.',
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow validate', about: 'the file that all commands would use from here' },
    { line: 'marrow validate -c team.toml -o json', about: 'another file, for a program' },
  ],
  exits: [{ code: 2, meaning: 'the configuration is missing or has a mistake, or a role has' }],
  see: ['doctor'],
  act: acting<{ json?: boolean }>(async (_, options) =>
    (await import('../commands/validate.ts')).validate(options),
  ),
}

const doctor: CommandSpec = {
  name: 'doctor',
  summary: 'check the machine, the folders and the agent CLIs',
  about:
    'Looks for whatever stands in the way of work: the machine, the folders, the agent CLIs. Prints DOCTOR OK, or on stderr a numbered list of issues, each with its fix. Hints alone are no issue.',
  json: 'one value',
  withoutDaemon: 'works',
  examples: [{ line: 'marrow doctor', about: 'before the first run, and whenever something is odd' }],
  exits: [{ code: 1, meaning: 'there is an issue' }],
  see: ['validate', 'status'],
  act: acting<{ json?: boolean }>(async (_, options) =>
    (await import('../commands/doctor.ts')).doctor(options),
  ),
}

export const begin: Group = {
  name: 'Begin',
  about: 'try it out, set it up, check it',
  commands: [
    init,
    demo,
    scaffold,
    setup,
    validate,
    doctor,
    ...roleCommands,
    ...isolationCommands,
    ...notifyCommands,
  ],
}
