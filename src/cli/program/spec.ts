/**
 * Owns what is known of a command as plain data. Parsing, help, the man page, docs/commands.md and completion are all made
 * from it, so that none of them can know a flag that another has forgotten.
 */
import type { CommonOptions } from '../connection.ts'

/** From where the values come that a shell offers for a word or a flag. */
export type Source =
  | 'agents'
  | 'projects'
  | 'roles'
  | 'runs'
  | 'open runs'
  | 'event kinds'
  | 'commands'
  | 'files'
  | 'folders'

/** What may stand in a place: anything, or only one of `choices`. */
interface Place {
  readonly about: string
  readonly from?: readonly Source[]
  readonly choices?: readonly string[]
}

/** A word after the name of a command. */
export interface WordSpec extends Place {
  readonly name: string
  readonly optional?: boolean
  /** As many as one likes. */
  readonly many?: boolean
}

/** A flag; without `value` it only switches something. */
export interface FlagSpec extends Place {
  readonly long: `--${string}`
  readonly short?: `-${string}`
  readonly value?: string
  /** Its value is a whole number within these limits. */
  readonly count?: { readonly least: number; readonly most: number }
  /** It may be given several times. */
  readonly many?: boolean
  /** What it is when it is not given. */
  readonly usual?: number
  readonly needed?: boolean
}

/** A line that works, and what it is good for. */
export interface Example {
  readonly line: string
  readonly about: string
}

/** Does the command; resolves to its exit code. `options` are the flags as the command's own file names them. */
export type Act = (
  words: readonly string[],
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- As commander does it: the caller says which flags it has.
  options: <Options extends object>() => Options,
) => Promise<number>

/** Everything about one command. */
export interface CommandSpec {
  /** All words of it: `task add`. */
  readonly name: string
  /** A few words for the list of all commands. */
  readonly summary: string
  /** One paragraph: what it does, and what one would not guess. */
  readonly about: string
  readonly words?: readonly WordSpec[]
  readonly flags?: readonly FlagSpec[]
  /** It answers programs too: with one JSON value, or with one on each line. */
  readonly json?: 'one value' | 'one value a line'
  /** What happens where no daemon runs; undefined where that makes no difference. */
  readonly withoutDaemon?: string
  readonly examples: readonly Example[]
  /** Only those that mean more than the usual 0, 1 and 2. */
  readonly exits?: readonly { readonly code: number; readonly meaning: string }[]
  readonly see: readonly string[]
  /** Everything after its name is passed on unread. */
  readonly unread?: boolean
  /** Undefined for a word that only has commands below it, and for those that tell of all commands. */
  readonly act?: Act
}

/** One of the five parts of the list of all commands. */
export interface Group {
  readonly name: string
  readonly about: string
  readonly commands: readonly CommandSpec[]
}

/** An action that knows its flags. `Options` are its own, as the parser names them. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Each command's flags are named once, where it acts.
export function acting<Options extends object>(
  act: (words: readonly string[], options: Options & CommonOptions) => Promise<number>,
): Act {
  return (words, options) => act(words, options<Options & CommonOptions>())
}

/** Flags that every command understands, before or after its name. */
export const commonFlags: readonly FlagSpec[] = [
  {
    long: '--config',
    short: '-c',
    value: 'path',
    about: 'the configuration file (default: $MARROW_CONFIG, then marrow.toml here and above)',
    from: ['files'],
  },
  { long: '--verbose', short: '-v', about: 'say more, also about errors' },
  { long: '--help', short: '-h', about: 'explain the command' },
]

/** Flags of marrow itself, beside the common ones. */
export const rootFlags: readonly FlagSpec[] = [
  { long: '--version', short: '-V', about: 'print the version; only without a command' },
]

/** Flags of every command that answers programs too. */
const jsonFlags: readonly FlagSpec[] = [
  { long: '--json', about: 'the same as -o json' },
  {
    long: '--output',
    short: '-o',
    value: 'format',
    about: 'text for people, json for programs',
    choices: ['text', 'json'],
  },
]

/** A command's own flags and those that it has because of what it is; the common ones are not among them. */
export function flagsOf(command: CommandSpec): readonly FlagSpec[] {
  const own = command.flags ?? []
  return command.json === undefined ? own : [...own, ...jsonFlags]
}

/** `<agent>`, `[agents...]`: a word as usage shows it. */
export function wordTerm({ name, optional, many }: WordSpec): string {
  const text = many ? `${name}...` : name
  return optional ? `[${text}]` : `<${text}>`
}

/** `-n, --lines <count>`: a flag as help shows it and as the parser reads it. */
export function flagTerm({ long, short, value }: FlagSpec): string {
  const names = short === undefined ? long : `${short}, ${long}`
  return value === undefined ? names : `${names} <${value}>`
}

/** `marrow wake <agent> [flags]`. */
export function usageOf(command: CommandSpec): string {
  if (command.unread) return `marrow ${command.name} [words...]`
  const words = (command.words ?? []).map(wordTerm)
  return ['marrow', command.name, ...words, '[flags]'].join(' ')
}
