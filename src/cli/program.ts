/** Owns the tree of commands: names, flags, help. A command's own file is imported only when it is the one. */
import { Command, CommanderError } from 'commander'
import { version } from '../base/version.ts'
import { addLookCommands } from './program/look.ts'
import { addStartCommands } from './program/start.ts'
import type { Done } from './program/command.ts'
import { addWorkCommands } from './program/work.ts'

/** Finds the command that the words name and does it. Returns its exit code, 2 for words that name none. */
export async function runProgram(words: readonly string[]): Promise<number> {
  let exitCode = 0
  const program = build((code) => {
    exitCode = code
  })
  try {
    await program.parseAsync([...words], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return isWanted(error) ? 0 : 2
    throw error
  }
}

/** Usage, flags and every command by group, for `marrow` alone. */
export function helpText(): string {
  return build(() => {}).helpInformation()
}

function build(done: Done): Command {
  const program = new Command('marrow')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('Fix: See all commands: marrow help')
    .configureHelp({ subcommandTerm: termOf })
    .usage('COMMAND [flags]')
    .version(version, '-V, --version', 'print the version')
    .option(
      '-c, --config <path>',
      'the configuration file (default: $MARROW_CONFIG, then marrow.toml here and above)',
    )
    .option('-v, --verbose', 'say more, also about errors')
    .helpCommand(false)
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'Cannot understand the command: ')),
    })
    .enablePositionalOptions()
  addStartCommands(program, done)
  addWorkCommands(program, done)
  addLookCommands(program, done)
  program.commandsGroup('More:')
  addSimCommands(program, done)
  addHelpCommand(program)
  return program
}

/** `wake <agent>`: every command has flags, so the list need not say so. */
function termOf(command: Command): string {
  const words = command.registeredArguments.map((word) => {
    const name = word.variadic ? `${word.name()}...` : word.name()
    return word.required ? `<${name}>` : `[${name}]`
  })
  return [command.name(), ...words].join(' ')
}

/** Its words are its own: nothing but its name is read here. */
function addSimCommands(program: Command, done: Done): void {
  const sim = program.command('sim').description('the simulated agent: marrow sim agent --help')
  sim
    .command('agent [words...]')
    .description('stand in for an agent CLI, scripted by flags')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: string[]) =>
      done(await (await import('../daemon/local/sim-agent.ts')).simAgent(words)),
    )
}

/** Not commander's own, for which a command that does not exist is no error. */
function addHelpCommand(program: Command): void {
  program
    .command('help [command...]')
    .description('explain a command')
    .helpOption(false)
    .action(async (words: string[]) => {
      let about = program
      for (const word of words) {
        const next = about.commands.find((command) => command.name() === word)
        // Parsing a word that no command of a group has is the error that we want, with what may have been meant.
        if (next === undefined && about.commands.length > 0) await about.parseAsync([word], { from: 'user' })
        about = next ?? about
      }
      about.outputHelp()
    })
}

function isWanted({ exitCode }: CommanderError): boolean {
  return exitCode === 0
}
