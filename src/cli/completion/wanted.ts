/** Owns what may stand at the cursor of a command line: decided from the list of all commands, without asking anybody. */
import { commandNamed, commandsBelow } from '../program/groups.ts'
import {
  commonFlags,
  flagsOf,
  rootFlags,
  type CommandSpec,
  type FlagSpec,
  type Source,
} from '../program/spec.ts'

/** A value that a shell may offer, and what it is for. */
export interface Candidate {
  readonly value: string
  readonly about: string
}

/** What may stand at the cursor. */
export interface Wanted {
  /** Known without asking: commands, flags, choices. */
  readonly fixed: readonly Candidate[]
  /** Whom to ask for the rest. */
  readonly sources: readonly Source[]
  /** The part of the current word that stays as it is: `--kind=`. */
  readonly prefix: string
  /** The value of `-c`, if one was given. */
  readonly config: string | undefined
  /** Words that stand there already and are not offered again. */
  readonly taken: readonly string[]
}

/** Takes the words between `marrow` and the cursor, unquoted, and the beginning of the current one. */
export function wantedAt(words: readonly string[], current: string): Wanted {
  const line = readLine(words)
  const nothing = { fixed: [], sources: [], prefix: '', config: line.config, taken: [] }
  if (line.command?.unread) return { ...nothing, sources: ['files'] }
  if (line.pending) return { ...nothing, ...valuesOf(line.pending) }
  const [prefix, name] = /^(--[^=]+)=/.exec(current) ?? []
  if (prefix !== undefined && !line.onlyWords) {
    const flag = line.flags.find(({ long, value }) => long === name && value !== undefined)
    return flag ? { ...nothing, ...valuesOf(flag), prefix } : nothing
  }
  if (current.startsWith('-') && !line.onlyWords) return { ...nothing, fixed: flagsLeft(line) }
  const below = line.words.length === 0 ? commandsBelow(line.command?.name ?? '') : []
  if (below.length > 0) return { ...nothing, fixed: below.map(lastWord) }
  const specs = line.command?.words ?? []
  const place = specs[line.words.length] ?? specs.findLast(({ many }) => many)
  if (place?.from?.includes('commands'))
    return { ...nothing, fixed: commandsBelow(line.words.join(' ')).map(lastWord) }
  return place ? { ...nothing, ...valuesOf(place), taken: line.words } : nothing
}

/** What the words before the cursor say. */
interface Line {
  readonly command: CommandSpec | undefined
  readonly flags: readonly FlagSpec[]
  /** Words that are neither the command's name nor a flag. */
  readonly words: readonly string[]
  readonly given: readonly FlagSpec[]
  /** The flag whose value the current word is. */
  readonly pending: FlagSpec | undefined
  readonly config: string | undefined
  /** After `--` nothing is a flag. */
  readonly onlyWords: boolean
}

function readLine(words: readonly string[]): Line {
  let line: Line = {
    command: undefined,
    flags: [...commonFlags, ...rootFlags],
    words: [],
    given: [],
    pending: undefined,
    config: undefined,
    onlyWords: false,
  }
  for (const word of words) line = { ...line, ...readWord(line, word) }
  return line
}

function readWord(line: Line, word: string): Partial<Line> {
  if (line.command?.unread) return {}
  if (line.pending) {
    return { pending: undefined, ...(line.pending.long === '--config' ? { config: word } : {}) }
  }
  if (word === '--' && !line.onlyWords) return { onlyWords: true }
  if (word.startsWith('-') && word !== '-' && !line.onlyWords) return readFlag(line, word)
  const name = line.command === undefined ? word : `${line.command.name} ${word}`
  const command = line.words.length === 0 ? commandNamed(name) : undefined
  if (command === undefined) return { words: [...line.words, word] }
  return { command, flags: [...flagsOf(command), ...commonFlags] }
}

function readFlag(line: Line, word: string): Partial<Line> {
  const equals = word.indexOf('=')
  const name = equals === -1 ? word : word.slice(0, equals)
  const flag = line.flags.find(({ long, short }) => long === name || short === name)
  if (flag === undefined) return {}
  const given = [...line.given, flag]
  if (flag.value === undefined) return { given }
  if (equals === -1) return { given, pending: flag }
  return { given, ...(flag.long === '--config' ? { config: word.slice(equals + 1) } : {}) }
}

function valuesOf({ choices = [], from = [] }: { choices?: readonly string[]; from?: readonly Source[] }) {
  return { fixed: choices.map((value) => ({ value, about: '' })), sources: from }
}

/** A flag that stands there already is not offered again. */
function flagsLeft({ flags, given }: Line): Candidate[] {
  return flags.filter((flag) => !given.includes(flag)).map(({ long, about }) => ({ value: long, about }))
}

function lastWord({ name, summary }: CommandSpec): Candidate {
  return { value: name.split(' ').at(-1) ?? '', about: summary }
}
