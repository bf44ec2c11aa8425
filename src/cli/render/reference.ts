/** Owns the generated part of docs/commands.md: a table of the commands of each group. */
import {
  commonFlags,
  flagsOf,
  flagTerm,
  rootFlags,
  wordTerm,
  type CommandSpec,
  type FlagSpec,
  type Group,
} from '../program/spec.ts'
import { flagAbout } from './help.ts'

const BEGIN =
  '<!-- generated from the list of commands; `npm test -- src/cli/render/pages -u` writes it anew -->'
const END = '<!-- end of the generated part -->'

/** The page with its generated part made anew; everything around it stays. */
export function withReference(page: string, groups: readonly Group[]): string {
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (before === -1 || after === -1) return page
  return `${page.slice(0, before)}${BEGIN}\n\n${reference(groups)}\n${page.slice(after)}`
}

function reference(groups: readonly Group[]): string {
  return [
    flagList('Flags of every command, before or after its name', [...commonFlags, ...rootFlags]),
    ...groups.map(section),
  ].join('\n')
}

function section({ name, about, commands }: Group): string {
  const shown = commands.filter(
    ({ name: own, act }) => act !== undefined || !commands.some((other) => other.name.startsWith(`${own} `)),
  )
  return [`## ${name}: ${about}`, '', ...shown.map(entry)].join('\n')
}

function entry(command: CommandSpec): string {
  const { name, about, words = [], examples, exits = [], withoutDaemon, json } = command
  const facts = [
    withoutDaemon === undefined ? '' : `Without a daemon: ${withoutDaemon}.`,
    json === undefined ? '' : `JSON: ${json}.`,
    ...exits.map(({ code, meaning }) => `Exit code ${code}: ${meaning}.`),
  ].filter((fact) => fact !== '')
  const given = [
    ...words.map((word): [string, string] => [wordTerm(word), word.about]),
    ...flagsOf(command).map(flagRow),
  ]
  return [
    `### \`marrow ${[name, ...words.map(wordTerm)].join(' ')}\``,
    '',
    about,
    ...(facts.length === 0 ? [] : ['', facts.join(' ')]),
    ...(given.length === 0 ? [] : ['', ...given.map(([term, use]) => `- \`${term}\`: ${use}`)]),
    '',
    '```sh',
    ...examples.map(({ line, about: use }) => `${line.padEnd(LINE_COLUMNS)} # ${use}`),
    '```',
    '',
  ].join('\n')
}

const LINE_COLUMNS = 40

function flagList(heading: string, flags: readonly FlagSpec[]): string {
  return [`${heading}:`, '', ...flags.map(flagRow).map(([term, use]) => `- \`${term}\`: ${use}`), ''].join(
    '\n',
  )
}

function flagRow(flag: FlagSpec): [string, string] {
  return [flagTerm(flag), flagAbout(flag)]
}
