/**
 * Takes a Markdown file with YAML at its head apart: the keys with their lines, and the text below. Such files are
 * written by people and by agents, so whatever is wrong with one is reported with its line and nothing is thrown.
 */
import { isCollection, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import { reasonOf } from '../base/errors.ts'
import { plainStart } from '../base/plain.ts'
import type { KeyPath, Report } from '../config/report.ts'

/** A file as it was taken apart. */
export interface FrontMatter {
  /** False: the file has none, and is text alone. */
  readonly present: boolean
  /** What stands at the top. Maps below are Maps too: no key of an author reaches a prototype. */
  readonly values: ReadonlyMap<unknown, unknown>
  /** Trimmed. */
  readonly body: string
  /** The line of a key in the file, or of the innermost one around it; 1 where there is none. */
  readonly lineOf: (path: KeyPath) => number
}

const HEAD_BYTES_MAX = 65_536 // A thousand lines of keys. More would take the parser a while, and is no front matter.
const ALIASES_MAX = 20 // Enough for a list that is used twice, and too few for one that doubles with every line.

/** Undefined when the head cannot be read; the report then has every reason. */
export function readFrontMatter(text: string, report: Report): FrontMatter | undefined {
  const plain = text.replace(/^\uFEFF/u, '').replaceAll('\r\n', '\n')
  const lines = plain.split('\n')
  if (!isFence(lines[0])) return withoutHead(plain, lines, report)
  const end = lines.findIndex((line, index) => index > 0 && isFence(line))
  if (end < 0) {
    report.problems.push({
      path: [],
      line: 1,
      reason: 'the front matter that begins here has no end.',
      fix: 'Write a line of three dashes below its last key.',
    })
    return undefined
  }
  const head = lines.slice(1, end).join('\n')
  const body = cleanText(lines.slice(end + 1).join('\n'))
  const read = readHead(head, report)
  return read && { present: true, body, ...read }
}

/** What a prompt is made of: without zero bytes, which no command line and no terminal takes. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').trim()
}

function isFence(line: string | undefined): boolean {
  return line !== undefined && line.trimEnd() === '---'
}

function withoutHead(text: string, lines: readonly string[], report: Report): FrontMatter | undefined {
  const first = lines.findIndex((line) => line.trim() !== '')
  const isLate = isFence(lines[first]) && lines.slice(first + 1).some(isFence)
  if (!isLate) return { present: false, values: new Map(), body: cleanText(text), lineOf: () => 1 }
  // Taken for text, the keys would be sent as a prompt and hold nobody back.
  const fix = 'Remove the lines before it.'
  report.problems.push({
    path: [],
    line: first + 1,
    reason: 'the front matter does not begin in line 1.',
    fix,
  })
  return undefined
}

const controls = new RegExp(String.raw`[\u0000-\u0008\u000b-\u001f\u007f]`, 'u')

function readHead(head: string, report: Report): Pick<FrontMatter, 'values' | 'lineOf'> | undefined {
  const refuse = (line: number, reason: string, fix: string) => {
    report.problems.push({ path: [], line, reason, fix })
    return undefined
  }
  if (head.length > HEAD_BYTES_MAX)
    return refuse(1, `the front matter has more than ${HEAD_BYTES_MAX} characters.`, 'Shorten it.')
  const control = head.search(controls)
  if (control >= 0) {
    const line = head.slice(0, control).split('\n').length + 1
    return refuse(line, 'the front matter holds a control character.', 'Remove it.')
  }
  try {
    return readYaml(head, report)
  } catch (error) {
    // RangeError: nested so deep that the stack does not suffice.
    const reason = error instanceof RangeError ? 'it is nested too deep' : firstLine(reasonOf(error))
    return refuse(1, `the front matter cannot be read: ${reason}.`, 'Write plain keys and lists.')
  }
}

function readYaml(head: string, report: Report): Pick<FrontMatter, 'values' | 'lineOf'> | undefined {
  const counter = new LineCounter()
  const document = parseDocument(head, { lineCounter: counter, prettyErrors: false, schema: 'core' })
  // One line of the file, the fence, stands above.
  const lineAt = (offset: number) => counter.linePos(offset).line + 1
  for (const error of document.errors) {
    const fix =
      error.code === 'DUPLICATE_KEY' ? 'Keep one of them.' : 'Put text with special characters in quotes.'
    const line = lineAt(error.pos[0])
    report.problems.push({ path: [], line, reason: `${firstLine(error.message)}.`, fix })
  }
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return undefined
  visit(document, {
    Node: (_, node) => {
      if ((!isScalar(node) && !isCollection(node)) || node.tag === undefined) return
      const line = lineAt(node.range?.[0] ?? 0)
      report.problems.push({ path: [], line, reason: `has a tag: ${node.tag}.`, fix: 'Remove the tag.' })
    },
  })
  const values: unknown = document.toJS({ mapAsMap: true, maxAliasCount: ALIASES_MAX })
  if (values !== null && !(values instanceof Map)) {
    report.problems.push({
      path: [],
      line: 2,
      reason: 'the front matter is no list of keys.',
      fix: 'Write it as lines of KEY: VALUE.',
    })
    return undefined
  }
  const lineOf = (path: KeyPath) => lineIn(document.contents, path, lineAt)
  return { values: values ?? new Map<unknown, unknown>(), lineOf }
}

/** Goes down as far as the path is there. */
function lineIn(top: unknown, path: KeyPath, lineAt: (offset: number) => number): number {
  let node = top
  let line = 1
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
      if (pair === undefined || !isNode(pair.key)) return line
      line = lineAt(pair.key.range?.[0] ?? 0)
      node = pair.value
    } else {
      const item: unknown = isSeq(node) && typeof step === 'number' ? node.items[step] : undefined
      if (!isNode(item)) return line
      line = lineAt(item.range?.[0] ?? 0)
      node = item
    }
  }
  return line
}

const MESSAGE_CHARACTERS_MAX = 200

/** Messages of the parser say more than a sentence below their first line, and quote what may be long. */
function firstLine(message: string): string {
  return plainStart((message.split('\n')[0] ?? '').replace(/[.:]$/u, ''), MESSAGE_CHARACTERS_MAX)
}
