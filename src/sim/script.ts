// Owns the script of one simulated run: read from the command line and a script file, complete and checked.
import { vocabulary } from './words.ts'
import type { Step, UsageFigures } from './words.ts'

/** One word with its value, and where it was written: `--exit` or `demo.txt:3`. */
export interface Line {
  readonly word: string
  readonly value: string
  readonly place: string
}

/** Where the prompt is. */
export type PromptPlace =
  | { readonly in: 'argument'; readonly text: string }
  | { readonly in: 'stdin' }
  | { readonly in: 'file'; readonly path: string }

/** What the command line says. Script files are not yet read: each stands as a line `script PATH`. */
export interface CommandLine {
  readonly lines: readonly Line[]
  readonly prompt: PromptPlace
  readonly jsonFormat: boolean
  readonly help: boolean
  readonly problems: readonly string[]
}

/** A script file: what is done in every run, then one part that depends on the number of the run. */
export interface ScriptFile {
  readonly always: readonly Line[]
  readonly parts: readonly { readonly from: number; readonly to: number; readonly lines: readonly Line[] }[]
  readonly otherwise: readonly Line[]
  readonly problems: readonly string[]
}

/** One run, ready to be played. */
export interface Script {
  readonly as: 'opencode' | 'generic'
  readonly usage: UsageFigures
  readonly session: string | undefined
  readonly taskTicks: number
  readonly ignoreTerm: boolean
  readonly steps: readonly Step[]
}

// What adapters and people give a real agent CLI. It has no meaning here, and its values are not ours.
const foreignFlags = new Set([
  '--dir',
  '--format',
  '--agent',
  '--model',
  '-m',
  '--session',
  '-s',
  '--variant',
  '--title',
])
const foreignSwitches = new Set(['run', '-', '--auto', '--continue', '-c'])

/** Reads the words after `marrow sim agent`. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const lines: Line[] = []
  const problems: string[] = []
  let prompt: PromptPlace = { in: 'stdin' }
  let jsonFormat = false
  let help = false
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  for (let index = 0; index < end; index += 1) {
    const [flag, inline] = splitFlag(argv[index] ?? '')
    const kind = kindOf(flag)
    const next = index + 1 < end ? argv[index + 1] : undefined
    const takes = inline === undefined && next !== undefined && takesNext(kind, flag, next)
    const value = inline ?? (takes ? next : '')
    if (takes) index += 1
    if (kind === 'help') help = true
    else if (kind === 'foreign flag') jsonFormat ||= flag === '--format' && value === 'json'
    else if (kind === 'file' && value === '') problems.push(`${flag} needs the path of a file`)
    else if (kind === 'file' && flag === '--prompt-file') prompt = { in: 'file', path: value }
    else if (kind === 'file' || kind === 'word') lines.push({ word: flag.slice(2), value, place: flag })
    else if (kind === 'mistake')
      problems.push(`there is no "${flag}"; words begin with two dashes, such as --work`)
    else if (kind === 'prompt') prompt = { in: 'argument', text: argv[index] ?? '' }
  }
  const [placed] = argv.slice(end + 1)
  if (placed !== undefined) prompt = placed === '-' ? { in: 'stdin' } : { in: 'argument', text: placed }
  return { lines, prompt, jsonFormat, help, problems }
}

type Kind = 'help' | 'foreign flag' | 'foreign switch' | 'file' | 'word' | 'mistake' | 'prompt'

function kindOf(flag: string): Kind {
  if (flag === '--help' || flag === '-h') return 'help'
  if (foreignFlags.has(flag)) return 'foreign flag'
  if (foreignSwitches.has(flag)) return 'foreign switch'
  if (flag === '--script' || flag === '--prompt-file') return 'file'
  // A prompt may well begin with dashes: those of a heading.
  if (/^--[a-z][a-z-]*$/.test(flag)) return 'word'
  return /^-[A-Za-z]$/.test(flag) || Object.hasOwn(vocabulary, flag) ? 'mistake' : 'prompt'
}

/** A value that may be left out is taken only if the word can read it. */
function takesNext(kind: Kind, flag: string, next: string): boolean {
  if (kind === 'foreign flag' || kind === 'file') return true
  const known = kind === 'word' ? wordNamed(flag.slice(2)) : undefined
  if (known?.value === undefined) return false
  return !known.value.startsWith('[') || known.read(next) !== undefined
}

/** Reads a script file: a word and its value per line, `#` comments, and `[run 1]`, `[run 2-4]`, `[run 5+]`, `[other runs]`. */
export function readScriptFile(text: string, file: string): ScriptFile {
  const always: Line[] = []
  const otherwise: Line[] = []
  const parts: { from: number; to: number; lines: Line[] }[] = []
  const problems: string[] = []
  let current = always
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    const place = `${file}:${index + 1}`
    const part = /^\[run (\d+)(?:(\+)|-(\d+))?\]$/.exec(line)
    if (line === '' || line.startsWith('#')) continue
    if (part !== null) {
      const from = Number(part[1])
      current = []
      parts.push({ from, to: part[2] === '+' ? Infinity : Number(part[3] ?? from), lines: current })
    } else if (line === '[other runs]') current = otherwise
    else if (line.startsWith('['))
      problems.push(`${place}: a part begins with [run 1], [run 2-4], [run 5+] or [other runs]`)
    else {
      const [word = ''] = line.split(/\s/, 1)
      current.push({ word, value: line.slice(word.length).trim(), place })
    }
  }
  return { always, parts, otherwise, problems }
}

/** Whether the script differs from run to run, so that somebody has to count them. */
export function dependsOnRun({ parts, otherwise }: ScriptFile): boolean {
  return parts.length > 0 || otherwise.length > 0
}

/** The lines of run number `run` (1-based). */
export function linesOfRun({ always, parts, otherwise }: ScriptFile, run: number): Line[] {
  const fitting = parts.filter(({ from, to }) => from <= run && run <= to)
  return [...always, ...(fitting.length === 0 ? otherwise : fitting.flatMap(({ lines }) => lines))]
}

/** Checks the lines and puts them together; all mistakes at once. */
export function composeScript(
  lines: readonly Line[],
  jsonFormat: boolean,
): { readonly script: Script; readonly problems: readonly string[] } {
  const problems: string[] = []
  const steps: Step[] = []
  const settings: { -readonly [Key in keyof Script]: Script[Key] } = {
    as: jsonFormat ? 'opencode' : 'generic',
    usage: {},
    session: undefined,
    taskTicks: 1,
    ignoreTerm: false,
    steps,
  }
  for (const { word, value, place } of lines) {
    const known = wordNamed(word)
    const meaning = known !== undefined && mayBe(value, known.value) ? known.read(value) : undefined
    if (known === undefined) problems.push(`${place}: there is no word "${word}"`)
    else if (meaning === undefined)
      problems.push(`${place}: cannot read "${value}"; ${word} is written ${writtenAs(word)}`)
    else if ('step' in meaning) steps.push(meaning.step)
    else Object.assign(settings, meaning.setting)
  }
  return { script: settings, problems }
}

/** The help: every word with what it does. */
export function describeWords(): string {
  const rows = Object.entries(vocabulary).map(
    ([word, { help }]) => `  --${writtenAs(word).padEnd(34)} ${help}`,
  )
  return [
    'Usage: marrow sim agent [WORDS…] [--script FILE] [--prompt-file FILE] [-- PROMPT]',
    'Plays an agent CLI. Words are done in the order in which they are written; without any it says that it has nothing to do.',
    'In a script file each word stands on a line of its own, without the dashes.',
    ...rows,
    '',
  ].join('\n')
}

function mayBe(value: string, form: string | undefined): boolean {
  if (form === undefined) return value === ''
  return value !== '' || form.startsWith('[')
}

function writtenAs(word: string): string {
  const value = wordNamed(word)?.value
  return value === undefined ? word : `${word} ${value}`
}

function splitFlag(word: string): [string, string | undefined] {
  const equals = word.indexOf('=')
  return word.startsWith('--') && equals > 0
    ? [word.slice(0, equals), word.slice(equals + 1)]
    : [word, undefined]
}

function wordNamed(word: string) {
  return Object.hasOwn(vocabulary, word) ? vocabulary[word] : undefined
}
