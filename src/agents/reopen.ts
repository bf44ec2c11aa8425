/** Takes from the words of an unattended start those that belong to one with a person in front of it. */
import type { ReopenWords } from './adapter.ts'
import { ownWords } from './flags.ts'
import { programIn } from './program-place.ts'

/** The flags of a CLI that mean the same in its own screen, with their dashes. */
export interface KeptFlags {
  readonly switches: readonly string[]
  /** Each takes one value. */
  readonly values: readonly string[]
  /** Each takes all words up to the next flag. */
  readonly lists: readonly string[]
}

/** The program with what is before it, such as `env NAME=value`, and the flags that are kept. */
export interface Kept {
  readonly program: readonly string[]
  readonly flags: readonly string[]
}

/** Calls `build` with what is kept. Refused where no word names the CLI, and for an id that no CLI gives. */
export function reopened(
  words: readonly string[],
  session: string,
  { name, flags, build }: { name: RegExp; flags: KeptFlags; build: (kept: Kept) => readonly string[] },
): ReopenWords {
  const program = programIn(words, name)
  if (program < 0) return { kind: 'refused', reason: 'no word of its command names the agent CLI itself' }
  // The agent's output told it: it must not be taken for a flag.
  if (!sessionPattern.test(session))
    return { kind: 'refused', reason: 'what it printed as the id of its conversation is none' }
  const kept = { program: words.slice(0, program + 1), flags: keptOf(ownWords(words, name), flags) }
  return { kind: 'works', words: build(kept) }
}

const sessionPattern = /^[A-Za-z0-9][\w.-]{0,199}$/

/** What is not known to mean the same there is left out, with its values. */
function keptOf(own: readonly string[], flags: KeptFlags): string[] {
  const kept: string[] = []
  for (let at = 0; at < own.length; at += 1) {
    const length = lengthOf(own, at, flags)
    const taken = own.slice(at, at + length)
    // There is no prompt there.
    if (!taken.some((word) => /\{prompt(?:_file)?\}/.test(word))) kept.push(...taken)
    at += Math.max(0, length - 1)
  }
  return kept
}

/** How many words the flag at this place takes; 0: it is none that is kept. */
function lengthOf(own: readonly string[], at: number, { switches, values, lists }: KeptFlags): number {
  const word = own[at] ?? ''
  const [name = ''] = word.split('=', 1)
  if (switches.includes(name)) return 1
  const isAttached = values.some((one) => !one.startsWith('--') && word.startsWith(one) && word !== one)
  if (isAttached || ([...values, ...lists].includes(name) && name !== word)) return 1
  if (values.includes(word)) return own[at + 1] === undefined ? 0 : 2
  if (!lists.includes(word)) return 0
  const end = own.findIndex((one, index) => index > at && one.startsWith('-'))
  return (end < 0 ? own.length : end) - at
}
