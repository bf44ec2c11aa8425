/**
 * Takes a Markdown file with YAML at its head apart: the keys with their lines, and the text below. Such files are
 * written by people and by agents, so whatever is wrong with one is reported with its line and nothing is thrown.
 */
import type { Report } from '../config/report.ts'
import type { RoleSource } from './role.ts'
import { readHead, type Head } from './yaml-head.ts'

/** A file as it was taken apart. */
export interface FrontMatter extends Head {
  /** False: the file has none, and is text alone. */
  readonly present: boolean
  /** Trimmed. */
  readonly body: string
}

/** In characters. The parser takes its time for what is long or nested, and agents may write many files. */
const headMax: Readonly<Record<RoleSource, number>> = { core: 16_384, operator: 16_384, workspace: 4_096 }

/** Undefined when the head cannot be read; the report then has every reason. */
export function readFrontMatter(text: string, source: RoleSource, report: Report): FrontMatter | undefined {
  const plain = text.replace(/^\uFEFF/u, '').replaceAll('\r\n', '\n')
  const lines = plain.split('\n')
  const refuse = (line: number, reason: string, fix: string) => {
    report.problems.push({ path: [], line, reason, fix })
    return undefined
  }
  const first = lines.findIndex((line) => line.trim() !== '')
  const end = lines.findIndex((line, index) => index > first && isFence(line))
  if (!isFence(lines[first]) || (first > 0 && end < 0))
    return { present: false, values: new Map(), body: cleanText(plain), lineOf: () => 1 }
  // Taken for text, the keys would be sent as a prompt and hold nobody back.
  if (first > 0)
    return refuse(first + 1, 'the front matter does not begin in line 1.', 'Remove the lines before it.')
  if (end < 0) {
    const fix = 'Write a line of three dashes below its last key.'
    return refuse(1, 'the front matter that begins here has no end.', fix)
  }
  const head = lines.slice(1, end).join('\n')
  const max = headMax[source]
  if (head.length > max) return refuse(1, `the front matter has more than ${max} characters.`, 'Shorten it.')
  const read = readHead(head, report)
  return read && { present: true, body: cleanText(lines.slice(end + 1).join('\n')), ...read }
}

/** What a prompt is made of: without zero bytes, which no command line and no terminal takes. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').trim()
}

function isFence(line: string | undefined): boolean {
  return line !== undefined && line.trimEnd() === '---'
}
