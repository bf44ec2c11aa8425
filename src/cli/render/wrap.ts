/** Owns how running text is broken into lines. Help is plain ASCII, so a letter is a column. */

/** The words in lines of at most `columns`, each beginning with `indent` spaces; a longer word has a line of its own. */
export function wrap(text: string, columns: number, indent = 0): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && indent + longer.length > columns) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line].map((one) => `${' '.repeat(indent)}${one}`)
}

/** Two columns: terms, and what each means beside it, or below where there is no room. `termColumnsMin` lines lists up. */
export function termLines(
  pairs: readonly (readonly [term: string, about: string])[],
  columns: number,
  termColumnsMin = 0,
): string[] {
  const longest = Math.max(termColumnsMin, ...pairs.map(([term]) => term.length))
  const width = Math.min(TERM_COLUMNS_MAX, longest)
  const indent = width + 4
  return pairs.flatMap(([term, about]) => {
    const lines = wrap(about, Math.max(columns, indent + ABOUT_COLUMNS_MIN), indent)
    if (term.length > width) return [`  ${term}`, ...lines]
    return [`  ${term.padEnd(width)}${(lines[0] ?? '').slice(width + 2)}`, ...lines.slice(1)]
  })
}

const TERM_COLUMNS_MAX = 30
const ABOUT_COLUMNS_MIN = 30
