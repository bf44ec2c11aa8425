/** Owns the content of the files that marrow writes into handoff folders: a title as heading, and what is said. */
import { plain, plainStart } from '../base/plain.ts'

/** What a handoff may say at most: more belongs into a file that it names. */
export const TEXT_CHARS_MAX = 200_000

/** So many bytes has a file that marrow wrote at most: four for each character, and its title. */
export const FILE_BYTES_MAX = 1_048_576

/** What a title may have at most; the rest belongs into the text. */
export const TITLE_CHARS_MAX = 200

const FIRST_LINE_CHARS_MAX = 80 // As a title it stands in tables and in the name of the file.

/** What a handoff without a title is called: its first line, without the signs of a heading. */
export function titleOfText(text: string): string {
  const line = linesOf(text)
    .map((one) => plain(one).replace(/^#{1,6}\s+/, ''))
    .find((one) => one !== '')
  return plainStart(line ?? '', FIRST_LINE_CHARS_MAX)
}

/** The title as heading, a blank line, the text; without what of the text only says the title again. */
export function handoffContent(title: string, text: string): string {
  const heading = `# ${plain(title)}`
  const lines = linesOf(text.trimEnd())
  const start = lines.findIndex((line) => line.trim() !== '')
  const first = lines[start]?.trim()
  const said = first === heading || first === plain(title) ? start + 1 : start
  const body = start === -1 ? '' : lines.slice(said).join('\n').replace(/^\n+/, '')
  return body === '' ? `${heading}\n` : `${heading}\n\n${body}\n`
}

function linesOf(text: string): string[] {
  return text.split(/\r\n?|\n/)
}
