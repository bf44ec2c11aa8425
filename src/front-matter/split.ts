/**
 * Takes a Markdown file with YAML at its head apart: the keys with their lines, and the text below. Such files are
 * written by people and by agents, so whatever is wrong with one is reported with its line and nothing is thrown.
 */
import type { Report } from '../config/report.ts'
import { readHead, type Head } from './yaml-head.ts'

/** A file as it was taken apart. */
export interface FrontMatter extends Head {
  /** False: the file has none, and is text alone. */
  readonly present: boolean
  /** Everything below, with line feeds alone at the ends of its lines. */
  readonly body: string
}

/**
 * Undefined when the head cannot be read; the report then has every reason. `headMax` in characters: the parser takes
 * its time for what is long or nested, and agents may write many files.
 */
export function splitFrontMatter(text: string, headMax: number, report: Report): FrontMatter | undefined {
  const plain = text.replace(/^\uFEFF/u, '').replaceAll('\r\n', '\n')
  const lines = plain.split('\n')
  const refuse = (line: number, reason: string, fix: string) => {
    report.problems.push({ path: [], line, reason, fix })
    return undefined
  }
  const first = lines.findIndex((line) => line.trim() !== '')
  const end = lines.findIndex((line, index) => index > first && isFence(line))
  if (!isFence(lines[first]) || (first > 0 && end < 0))
    return { present: false, values: new Map(), body: plain, lineOf: () => 1 }
  // Taken for text, the keys would be sent as a prompt and hold nobody back.
  if (first > 0)
    return refuse(first + 1, 'the front matter does not begin in line 1.', 'Remove the lines before it.')
  if (end < 0) {
    const fix = 'Write a line of three dashes below its last key.'
    return refuse(1, 'the front matter that begins here has no end.', fix)
  }
  const head = lines.slice(1, end).join('\n')
  if (head.length > headMax)
    return refuse(1, `the front matter has more than ${headMax} characters.`, 'Shorten it.')
  const read = readHead(head, report)
  return read && { present: true, body: lines.slice(end + 1).join('\n'), ...read }
}

function isFence(line: string | undefined): boolean {
  return line !== undefined && line.trimEnd() === '---'
}
