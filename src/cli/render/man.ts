/** Owns the man page: the same facts as help, in the macros of man(7). */
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
import { flagAbout } from './help.ts'

/** The page in its source form. Its date is left out: it would change the page although nothing in it has changed. */
export function manPage(groups: readonly Group[], version: string): string {
  const lines = [
    `.TH MARROW 1 "" "marrow ${version}" "User Commands"`,
    '.SH NAME',
    'marrow \\- keep a small group of AI agents at work on this machine',
    '.SH SYNOPSIS',
    '.B marrow',
    String.raw`.RI [ flags ]`,
    String.raw`.I command`,
    String.raw`.RI [ words "] [" flags ]`,
    '.SH DESCRIPTION',
    ...paragraphs([
      'marrow keeps a small group of AI agents working around the clock: on a heartbeat, inside limits, and through crashes. marrow run is the daemon. Every other command is a short-lived client of it, or works on files by itself.',
      'Without -c the configuration is $MARROW_CONFIG, else marrow.toml in this folder or a parent, else the one of the user, else /etc/marrow/marrow.toml.',
      'Results go to standard output; errors go to standard error, one sentence that says what could not be done and why, then what to do about it. Commands that know -o json answer programs: with one JSON value, or with one on each line where the command says so.',
    ]),
    '.SH FLAGS',
    'Every command understands these, before or after its name.',
    ...[...commonFlags, ...rootFlags].flatMap(flagLines),
    ...groups.flatMap(groupLines),
    ...ending,
  ]
  return `${lines.join('\n')}\n`
}

function groupLines({ name, about, commands }: Group): string[] {
  return [
    `.SH ${escape(name.toUpperCase())}`,
    lineOf(`${capital(about)}.`),
    ...commands.flatMap(commandLines),
  ]
}

function commandLines(command: CommandSpec): string[] {
  const { about, words = [], exits = [], withoutDaemon, examples, see } = command
  return [
    `.SS ${escape(usageOf(command))}`,
    ...paragraphs([about]),
    ...words.flatMap((word) => ['.TP', `.I ${escape(wordTerm(word))}`, lineOf(choicesOf(word))]),
    ...(command.unread ? [] : flagsOf(command).flatMap(flagLines)),
    ...exits.flatMap(({ code, meaning }) => ['.TP', `Exit code ${code}`, lineOf(meaning)]),
    ...(withoutDaemon === undefined ? [] : ['.PP', lineOf(`Without a daemon: ${withoutDaemon}.`)]),
    ...examples.flatMap(({ line, about: use }) => [
      '.PP',
      lineOf(`${capital(use)}:`),
      '.PP',
      '.in +4n',
      '.nf',
      lineOf(line),
      '.fi',
      '.in',
    ]),
    '.PP',
    lineOf(`See also: ${see.map((name) => `marrow ${name}`).join(', ')}.`),
  ]
}

function flagLines(flag: FlagSpec): string[] {
  return ['.TP', `.B ${escape(flagTerm(flag))}`, lineOf(flagAbout(flag))]
}

function choicesOf({ about, choices }: { about: string; choices?: readonly string[] }): string {
  return choices === undefined || choices.every((choice) => about.includes(choice))
    ? about
    : `${about} (${choices.join(', ')})`
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text) => ['.PP', lineOf(text)])
}

/** A text line must not begin with a control character of roff. */
function lineOf(text: string): string {
  const escaped = escape(text)
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped
}

/** A `-` would be typeset as a hyphen, which cannot be copied into a shell; quotes would become curly. */
function escape(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('"', '\\(dq')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll('…', '...')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const ending = [
  '.SH EXIT STATUS',
  ...[
    ['0', 'done'],
    ['1', 'failed: a tick failed, the doctor found an issue, nobody answers, there is no such agent'],
    ['2', 'bad usage, or a configuration that is missing, wrong, or not the one of the daemon'],
  ].flatMap(([code = '', meaning = '']) => ['.TP', `.B ${code}`, lineOf(meaning)]),
  '.SH ENVIRONMENT',
  '.TP',
  '.B MARROW_CONFIG',
  'the configuration file, where no flag names one',
  '.TP',
  '.B NO_COLOR',
  'no colours, whatever its value',
  '.SH FILES',
  '.TP',
  lineOf('~/.config/marrow/marrow.toml'),
  'the configuration of the user',
  '.TP',
  lineOf('~/.local/state/marrow/'),
  'state_dir, the memory of marrow, unless the configuration names another folder; marrow.sock in it is where the daemon listens',
  '.SH SEE ALSO',
  'marrow help, and the folder docs of the program',
]
