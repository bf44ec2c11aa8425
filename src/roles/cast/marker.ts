/** Owns the line by which marrow knows a file that it cast, and whether somebody has changed it since. */
import { sha256 } from '../../base/digest.ts'

/** What the line of a text says: whose it is, and whether the rest is still what was cast. */
export type Mark =
  | { readonly kind: 'marked'; readonly of: string; readonly edited: boolean }
  | { readonly kind: 'unmarked' }

const line = /^(---\r?\n)?# Cast by marrow from (.+); sha256 ([0-9a-f]{64})\.\r?\n/

/** The text with the line: the first of its front matter, or of the text where it has none. */
export function markText(text: string, of: string): string {
  const start = text.startsWith('---\n') ? 4 : 0
  const mark = `# Cast by marrow from ${of}; sha256 ${sha256(text)}.\n`
  return `${text.slice(0, start)}${mark}${text.slice(start)}`
}

/** The digest is of the whole text without the line. */
export function markOf(text: string): Mark {
  const [whole, opening = '', of, digest] = line.exec(text) ?? []
  if (whole === undefined || of === undefined) return { kind: 'unmarked' }
  return { kind: 'marked', of, edited: sha256(opening + text.slice(whole.length)) !== digest }
}
