/** Owns the text of `marrow --help` and of `marrow help COMMAND`. */
import {
  commonFlags,
  flagsOf,
  flagTerm,
  rootFlags,
  usageOf,
  wordTerm,
  type CommandSpec,
  type FlagSpec,
  type Group,
} from '../program/spec.ts'
import { termLines, wrap } from './wrap.ts'

const COLUMNS_MAX = 100 // Longer lines are hard to read.

/** Every command by group, then how to learn more. */
export function programHelp(groups: readonly Group[], columns: number): string {
  const width = Math.min(columns, COLUMNS_MAX)
  const [names, least] = [
    groups.map(listed),
    Math.max(...groups.flatMap(listed).map(([term]) => term.length)),
  ]
  return joined([
    ['Usage: marrow COMMAND [flags]'],
    ...groups.map(({ name, about }, index) => [
      `${name}: ${about}`,
      ...termLines(names[index] ?? [], width, least),
    ]),
    ['Flags:', ...termLines([...commonFlags, ...rootFlags].map(flagPair), width)],
    ['Examples:', ...termLines(firstSteps, width)],
    ['See also: marrow help COMMAND, marrow man'],
  ])
}

/** How one command is used. */
export function commandHelp(command: CommandSpec, columns: number): string {
  const width = Math.min(columns, COLUMNS_MAX)
  const { words = [], examples, exits = [], withoutDaemon } = command
  const flags = command.unread ? [] : [...flagsOf(command), ...commonFlags]
  return joined([
    [`Usage: ${usageOf(command)}`],
    wrap(command.about, width),
    headed(
      'Words:',
      termLines(
        words.map((word) => [wordTerm(word), word.about]),
        width,
      ),
    ),
    headed('Flags:', termLines(flags.map(flagPair), width)),
    headed(
      'Examples:',
      examples.flatMap(({ line, about }) => [`  ${line}`, ...wrap(about, width, 6)]),
    ),
    headed(
      'Exit codes, beside the usual:',
      termLines(
        exits.map(({ code, meaning }) => [String(code), meaning]),
        width,
      ),
    ),
    withoutDaemon === undefined ? [] : wrap(`Without a daemon: ${withoutDaemon}`, width),
    [`See also: ${command.see.map((name) => `marrow ${name}`).join(', ')}`],
  ])
}

/** What a flag is for, with what it is when it is not given. */
export function flagAbout({ about, usual, needed, choices }: FlagSpec): string {
  const facts = [
    choices === undefined || choices.every((choice) => about.includes(choice)) ? '' : choices.join(' or '),
    needed ? 'needed' : '',
    usual === undefined ? '' : `default: ${usual}`,
  ].filter((fact) => fact !== '' && !about.includes(fact))
  return facts.length === 0 ? about : `${about} (${facts.join('; ')})`
}

const firstSteps: readonly (readonly [string, string])[] = [
  ['marrow demo', 'see it at work, without a model and without a trace'],
  ['marrow status', 'what everyone does, or why not'],
  ['marrow task add "Mend it"', 'give the agents something to do'],
  ['marrow logs scout -f', 'read along'],
]

/** `task add` stands for `task`: a word that only leads to others is not shown beside them. */
function listed({ commands }: Group): [string, string][] {
  return commands
    .filter(
      ({ name, act }) => act !== undefined || !commands.some((other) => other.name.startsWith(`${name} `)),
    )
    .map((command) => {
      const words = (command.words ?? []).map(wordTerm)
      return [[command.name, ...words].join(' '), command.summary]
    })
}

function flagPair(flag: FlagSpec): [string, string] {
  const term = flagTerm(flag)
  return [flag.short === undefined ? `    ${term}` : term, flagAbout(flag)]
}

function headed(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [heading, ...lines]
}

function joined(parts: readonly (readonly string[])[]): string {
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`
}
