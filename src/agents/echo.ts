/** Keeps the prompt out of failures: some programs quote what they were sent when they refuse it. */
import { wordsOf, type Word } from './words.ts'

const ECHO = '<prompt>'
const PROMPT_CHARS_MAX = 4_194_304
const DETAIL_CHARS_MAX = 4_096

// So much in a row is no accident: four words, or eight characters of a script that puts no spaces between words. Names
// and paths, which failures need, are shorter.
const WEIGHT_MIN = 8
const WORDS_MAX = 8 // The most that such a stretch has.
const HASH_FACTOR = 31

/** `detail`, one line, with `<prompt>` in the place of every longer stretch that stands in the prompt too. */
export function withoutEcho(detail: string, prompt: string): string {
  const told = unescaped(detail.slice(0, DETAIL_CHARS_MAX))
  const words = [...wordsOf(told)]
  const sought = new Map<number, Sought>()
  for (const last of words.keys()) {
    const first = stretchTo(words, last)
    if (first === undefined) continue
    const stretch = words.slice(first, last + 1)
    const hash = hashOf(stretch)
    const known = sought.get(hash)?.places ?? []
    sought.set(hash, { text: textOf(told, stretch), places: [...known, [first, last]] })
  }
  const places = found(unescaped(prompt.slice(0, PROMPT_CHARS_MAX)), sought, words)
  return places.length === 0 ? detail : rewritten(told, words, echoedIn(places))
}

type Place = readonly [first: number, last: number]

/** A stretch of the detail, and where it stands there, by the numbers of its words. */
interface Sought {
  readonly text: string
  readonly places: readonly Place[]
}

/** The places of all that stands in the prompt. Each stretch is looked for until it was found once. */
function found(prompt: string, sought: Map<number, Sought>, words: readonly Word[]): Place[] {
  const ends = new Set(words.map(({ hash }) => hash))
  const recent: Word[] = []
  const places: Place[] = []
  for (const word of wordsOf(prompt)) {
    if (sought.size === 0) break
    if (recent.length === WORDS_MAX) recent.shift()
    recent.push(word)
    const first = ends.has(word.hash) ? stretchTo(recent, recent.length - 1) : undefined
    if (first === undefined) continue
    const stretch = recent.slice(first)
    const hash = hashOf(stretch)
    const match = sought.get(hash)
    if (match === undefined || match.text !== textOf(prompt, stretch)) continue
    places.push(...match.places)
    sought.delete(hash)
  }
  return places
}

function echoedIn(places: readonly Place[]): Set<number> {
  const echoed = new Set<number>()
  for (const [first, last] of places) for (let index = first; index <= last; index++) echoed.add(index)
  return echoed
}

function hashOf(words: readonly Word[]): number {
  return words.reduce((hash, word) => Math.imul(hash, HASH_FACTOR) ^ word.hash, 0)
}

/** The first word of the shortest stretch that ends with this one and weighs enough; undefined: there is none. */
function stretchTo(words: readonly Word[], last: number): number | undefined {
  let weight = 0
  for (let index = last; index >= 0; index--) {
    weight += words[index]?.weight ?? 0
    if (weight >= WEIGHT_MIN) return index
  }
  return undefined
}

function textOf(text: string, words: readonly Word[]): string {
  return words.map(({ from, to }) => text.slice(from, to)).join(' ')
}

/** The text with each run of echoed words as one mark, with the quotes and dashes that are around and between them. */
function rewritten(text: string, words: readonly Word[], echoed: ReadonlySet<number>): string {
  // The last word of a detail that was cut is a part of one.
  const last = words.length - 1
  const all = text.endsWith('…') && echoed.has(last - 1) ? new Set([...echoed, last]) : echoed
  const parts: string[] = []
  let behind = 0
  for (const [index, word] of words.entries()) {
    if (!all.has(index)) continue
    const between = text.slice(behind, word.from)
    const isFirst = behind === 0
    behind = word.to
    if (index > 0 && all.has(index - 1)) continue
    parts.push(withoutOpening(isFirst ? between : withoutClosing(between)), ECHO)
  }
  parts.push(withoutClosing(text.slice(behind)))
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ')
}

/** Without the quotes, brackets and dashes right before an echo; a colon belongs to what is said of it. */
function withoutOpening(text: string): string {
  return text.replace(/[^\p{L}\p{N}:.,;)]+$/u, '')
}

function withoutClosing(text: string): string {
  return text.replace(/^[^\s\p{L}\p{N}]+/u, '')
}

/** Programs quote in JSON, too. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:u([0-9a-f]{4})|[nrt])/gi, (_, code: string | undefined) =>
    code === undefined ? ' ' : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
