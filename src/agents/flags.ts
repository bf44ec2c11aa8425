/** Finds flags among the words behind an agent CLI, in the forms that people write them in. */
import { endOfFlags, programIn } from './program-place.ts'

/** The words of the CLI itself: behind its name, before the `--` that ends its flags. */
export function ownWords(words: readonly string[], name: RegExp): readonly string[] {
  const program = programIn(words, name)
  return words.slice(program + 1, endOfFlags(words, program))
}

/** A flag that takes a value, and where it stands. */
export interface FlagValue {
  /** As it was written: `--sandbox=read-only`, or `-s read-only`. */
  readonly written: string
  readonly value: string
  /** The place of the first of its words. */
  readonly at: number
  /** How many words it takes. */
  readonly length: 1 | 2
}

/** Every `--name VALUE`, `--name=VALUE`, `-n VALUE`, `-n=VALUE` and `-nVALUE`. `names` are written with their dashes. */
export function flagValues(words: readonly string[], names: readonly string[]): FlagValue[] {
  return words.flatMap((word, at): FlagValue[] => {
    const next = words[at + 1]
    if (names.includes(word))
      return next === undefined ? [] : [{ written: `${word} ${next}`, value: next, at, length: 2 }]
    const name = names.find((one) => word.startsWith(isShort(one) ? one : `${one}=`))
    if (name === undefined) return []
    return [{ written: word, value: word.slice(name.length).replace(/^=/, ''), at, length: 1 }]
  })
}

function isShort(name: string): boolean {
  return !name.startsWith('--')
}

/** The first of these switches that is on: `--name`, `--name=true`, `--name true`; `--name=false` and `--name false` are off. */
export function switchOn(words: readonly string[], names: readonly string[]): string | undefined {
  return words.find((word, at) => {
    const [name = '', value = words[at + 1]] = word.split('=', 2)
    return names.includes(name) && value !== 'false'
  })
}
