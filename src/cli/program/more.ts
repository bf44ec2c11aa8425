/** Owns the commands about marrow itself. */
import { acting, type CommandSpec, type Group } from './spec.ts'

const clean: CommandSpec = {
  name: 'clean',
  summary: 'list what is no longer needed, and remove it',
  about:
    'Lists what nobody needs any more, with its size and why it can go: folders that demos left among the temporary files, ended runs but the last 20 of each agent, logins of agents that left the configuration, old copies of the store. The last 20 failed runs of each agent stay. On a terminal it then asks; elsewhere it removes nothing without --yes. Workspaces and marrow.toml are never touched.',
  flags: [
    { long: '--older', value: 'duration', about: 'of the runs, those that ended longer ago: 7d, 12h' },
    { long: '--all', about: 'the whole state of this configuration; refused while its daemon runs' },
    { long: '--yes', short: '-y', about: 'remove it without asking' },
  ],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow clean', about: 'look what can go' },
    { line: 'marrow clean --older 7d --yes', about: 'for a script' },
    { line: 'marrow clean --all', about: 'after marrow stop: begin anew' },
  ],
  see: ['runs', 'demo', 'stop'],
  act: acting<{ older?: string; all?: boolean; yes?: boolean; json?: boolean }>(async (_, options) =>
    (await import('../commands/clean.ts')).clean(options),
  ),
}

const completion: CommandSpec = {
  name: 'completion',
  summary: 'print what makes a shell complete commands, agents and runs',
  about:
    'Prints a script for the shell; its first lines say where it belongs. Commands, flags and their values, names of agents and ids of runs are then completed by the Tab key. Names come from the daemon, or from the configuration where none answers at once.',
  words: [{ name: 'shell', about: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] }],
  examples: [
    { line: 'marrow completion bash >> ~/.bash_completion', about: 'bash, from the next shell on' },
    { line: 'marrow completion zsh > ~/.zfunc/_marrow', about: 'zsh, where ~/.zfunc is in $fpath' },
    { line: 'marrow completion fish > ~/.config/fish/completions/marrow.fish', about: 'fish, at once' },
  ],
  see: ['help'],
  act: acting(async ([shell = '']) => (await import('../commands/completion.ts')).completion(shell)),
}

const mcp: CommandSpec = {
  name: 'mcp',
  summary: 'tools for your own agent CLI, over stdin and stdout',
  about:
    'Serves the Model Context Protocol on stdin and stdout, for an agent CLI that starts it: your own Claude Code, opencode, Codex or Gemini CLI then sees what marrow does and gives it work. It ends with its stdin and outlives restarts of the daemon. docs/mcp.md says how to add it to each of them.',
  withoutDaemon: 'lists its tools; each call says how to start the daemon',
  examples: [
    { line: 'marrow mcp', about: 'the command to name in the configuration of an agent CLI' },
    { line: 'marrow mcp -c ~/team/marrow.toml', about: 'for the daemon of that configuration' },
  ],
  see: ['status', 'wake'],
  act: acting(async (_, options) => (await import('../commands/mcp.ts')).mcp(options)),
}

const man: CommandSpec = {
  name: 'man',
  summary: 'print the man page',
  about: 'Prints the man page in its source form, which man and groff can show.',
  examples: [{ line: 'marrow man | man -l -', about: 'read it' }],
  see: ['help'],
}

const sim: CommandSpec = {
  name: 'sim',
  summary: 'the simulated agent: marrow sim agent --help',
  about: 'The simulated agent: a stand-in for an agent CLI.',
  examples: [{ line: 'marrow sim agent --help', about: 'its flags' }],
  see: ['sim agent', 'demo'],
}

const simAgent: CommandSpec = {
  name: 'sim agent',
  summary: 'stand in for an agent CLI, scripted by flags',
  about:
    'Stands in for an agent CLI: it reads a prompt and does what its flags or its script say. Its words are its own; marrow sim agent --help lists them.',
  examples: [{ line: 'marrow sim agent --help', about: 'its flags' }],
  see: ['demo'],
  unread: true,
  act: async (words) => (await import('../../daemon/local/sim-agent.ts')).simAgent([...words]),
}

const help: CommandSpec = {
  name: 'help',
  summary: 'explain a command',
  about: 'Explains a command: its words and flags, with examples; without one, lists them all.',
  words: [{ name: 'command', about: 'such as: task add', optional: true, many: true, from: ['commands'] }],
  examples: [{ line: 'marrow help task add', about: 'the same as marrow task add --help' }],
  see: ['man', 'completion'],
}

export const more: Group = {
  name: 'More',
  about: 'marrow itself',
  commands: [mcp, clean, completion, man, sim, simAgent, help],
}
