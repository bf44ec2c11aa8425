/**
 * One line that cannot move the cursor, clear the screen or look like another line: titles, reasons and file names
 * come from agents.
 */
export function plain(text: string): string {
  return plainLines(text).replace(/\s+/g, ' ').trim()
}

/** The same, cut to so many characters at most. What may be a secret is taken out before: of a part no pattern finds it. */
export function plainStart(text: string, charactersMax: number): string {
  const letters = Array.from(plain(text))
  if (letters.length <= charactersMax) return letters.join('')
  const start = letters.slice(0, charactersMax - 1).join('')
  return `${start.trimEnd()}…`
}

/** `plain` for text whose lines are its own. */
export function plainLines(text: string): string {
  return text.replace(escapes, '')
}

/** Text whose every letter is to be seen: what a terminal would obey, or pass over, is written out as its code. */
export function visible(text: string): string {
  return text.replace(hidden, (letter) => `<U+${codeOf(letter)}>`)
}

function codeOf(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}

// All control characters but tab and newline, and whatever formats without being seen (directions, joiners, tags).
const hidden = /(?![\t\n])[\p{Cc}\p{Cf}]/gu

// Sequences of ESC, the other control characters but tab and newline, and the marks that turn the reading direction.
const escapes = new RegExp(
  String.raw`\u001b\[[0-9;:?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]`,
  'g',
)
