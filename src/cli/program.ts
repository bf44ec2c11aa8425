/** Owns the parsing of command lines: the tree of commander's commands, made from the list of all commands. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { MarrowError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { version } from '../base/version.ts'
import { chooseFormat } from './program/format.ts'
import { commandNamed, commands, commandsBelow, groups } from './program/groups.ts'
import {
  commonFlags,
  flagsOf,
  flagTerm,
  rootFlags,
  wordTerm,
  type Act,
  type CommandSpec,
  type FlagSpec,
} from './program/spec.ts'
import { commandHelp, programHelp } from './render/help.ts'

/** Takes the exit code of the command that ran. */
type Done = (exitCode: number) => void

/** Finds the command that the words name and does it. Returns its exit code, 2 for words that name none. */
export async function runProgram(words: readonly string[]): Promise<number> {
  let exitCode = 0
  const program = commandTree((code) => {
    exitCode = code
  })
  try {
    await program.parseAsync([...words], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}

/** The tree as commander knows it. */
export function commandTree(done: Done): Command {
  const program = new Command('marrow')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('Fix: See all commands: marrow help')
    .helpCommand(false)
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'Cannot understand the command: ')),
    })
    .enablePositionalOptions()
    .configureHelp({ formatHelp: (_, { helpWidth }) => programHelp(groups, helpWidth ?? HELP_COLUMNS) })
    .version(version, '-V, --version', rootFlags[0]?.about)
  addFlags(program, commonFlags)
  addBelow(program, '', done)
  return program
}

const HELP_COLUMNS = 80 // What help takes where there is no terminal to ask.

function addBelow(parent: Command, name: string, done: Done): void {
  for (const spec of commandsBelow(name)) addBelow(addCommand(parent, spec, done), spec.name, done)
}

function addCommand(parent: Command, spec: CommandSpec, done: Done): Command {
  const words = spec.unread ? ['[words...]'] : (spec.words ?? []).map(wordTerm)
  const name = spec.name.split(' ').at(-1) ?? ''
  const command = parent
    .command([name, ...words].join(' '))
    .description(spec.summary)
    .showHelpAfterError(`Fix: See how it is used: marrow help ${spec.name}`)
    .configureHelp({ formatHelp: (_, { helpWidth }) => commandHelp(spec, helpWidth ?? HELP_COLUMNS) })
  if (spec.unread) command.helpOption(false).allowUnknownOption().passThroughOptions()
  else addFlags(command, [...flagsOf(spec), ...commonFlags])
  const act = spec.act ?? aboutAll[spec.name]
  if (act !== undefined) {
    command.action(async () => {
      refuseUnknownChoice(spec, command.args)
      chooseFormat(command)
      done(await act(command.args, () => command.optsWithGlobals()))
    })
  }
  return command
}

/** Commands that tell of all commands, and so cannot stand in the list themselves. */
const aboutAll: Readonly<Record<string, Act>> = {
  help: async (words) => {
    const columns = process.stdout.isTTY ? process.stdout.columns : HELP_COLUMNS
    const text = words.length === 0 ? programHelp(groups, columns) : commandHelp(specOf(words), columns)
    process.stdout.write(text)
    return 0
  },
  man: async () => {
    process.stdout.write((await import('./render/man.ts')).manPage(groups, version))
    return 0
  },
}

function specOf(words: readonly string[]): CommandSpec {
  const name = words.join(' ')
  const found = commandNamed(name)
  if (found !== undefined) return found
  const meant = nearest(
    name,
    commands.map((command) => command.name),
  )
  const suggestion = meant === undefined ? '' : `Did you mean ${meant}? `
  throw new MarrowError('USAGE', `Cannot explain ${name}: there is no such command.`, {
    fix: `${suggestion}See all commands: marrow help`,
  })
}

function addFlags(command: Command, flags: readonly FlagSpec[]): void {
  for (const flag of flags) {
    if (flag.long === '--help') command.helpOption(flagTerm(flag), flag.about)
    else command.addOption(optionOf(flag))
  }
}

function optionOf(flag: FlagSpec): Option {
  const option = new Option(flagTerm(flag), flag.about)
  if (flag.needed) option.makeOptionMandatory()
  if (flag.usual !== undefined) option.default(flag.usual)
  if (flag.many === true) option.argParser(collecting(flag))
  else if (flag.choices !== undefined) option.choices(flag.choices)
  if (flag.count !== undefined) option.argParser(countWithin(flag.count))
  return option
}

/** All values in the order in which they were given. */
function collecting({ choices }: FlagSpec): (text: string, before: string[] | undefined) => string[] {
  return (text, before = []) => {
    if (choices === undefined || choices.includes(text)) return [...before, text]
    throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
  }
}

function countWithin({ least, most }: { least: number; most: number }): (text: string) => number {
  return (text) => {
    const count = Number(text)
    if (/^\d+$/.test(text) && count >= least && count <= most) return count
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
}

/** As commander does for flags; it knows no choices for words that stand in a signature. */
function refuseUnknownChoice(spec: CommandSpec, given: readonly string[]): void {
  for (const [index, { choices, name }] of (spec.words ?? []).entries()) {
    const word = given[index]
    if (choices === undefined || word === undefined || choices.includes(word)) continue
    const meant = nearest(word, choices)
    throw new MarrowError('USAGE', `Cannot understand the command: there is no ${name} ${word}.`, {
      fix: meant === undefined ? `Choose one of: ${choices.join(', ')}` : `Did you mean ${meant}?`,
    })
  }
}
