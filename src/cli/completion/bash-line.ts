/** Owns how bash sees a line that is not finished: its words without quotes, and how an answer must be quoted to fit in. */

/** A line up to the cursor, read as bash reads it. */
export interface BashLine {
  /** The finished words, without their quotes. */
  readonly words: readonly string[]
  /** The word at the cursor, without its quotes. */
  readonly current: string
  /** How many characters of `current` stay when bash puts an answer in place. */
  readonly kept: number
  /** The quote that is still open. */
  readonly quote: '' | '"' | "'"
}

/** Reads a line. `breaks` are the characters at which bash begins a new word although the shell does not: `=` and `:`. */
export function readBashLine(line: string, breaks: string): BashLine {
  const words: string[] = []
  let [current, kept, inWord] = ['', 0, false]
  let quote: BashLine['quote'] = ''
  for (let index = 0; index < line.length; index += 1) {
    const letter = line[index] ?? ''
    const next = line[index + 1]
    if (quote === '' && /\s/.test(letter)) {
      if (inWord) words.push(current)
      ;[current, kept, inWord] = ['', 0, false]
      continue
    }
    inWord = true
    if (quote === '' && (letter === '"' || letter === "'")) {
      quote = letter
      kept = current.length
    } else if (letter === quote) quote = ''
    else if (letter === '\\' && next !== undefined && isEscape(quote, next)) {
      current += next
      index += 1
    } else {
      current += letter
      if (quote === '' && breaks.includes(letter)) kept = current.length
    }
  }
  return { words, current, kept, quote }
}

/** A whole value as it must stand behind what bash keeps of the word at the cursor. */
export function bashAnswer(value: string, { kept, quote }: BashLine): string {
  const rest = value.slice(kept)
  if (quote === "'") return rest
  if (quote === '"') return rest.replace(/["$`\\]/g, '\\$&')
  return rest.replace(/[^\w./:=+@%,-]/g, '\\$&')
}

function isEscape(quote: BashLine['quote'], next: string): boolean {
  return quote === '' || (quote === '"' && /["$`\\]/.test(next))
}
