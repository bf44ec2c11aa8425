/** Tasks out of a Markdown checklist: each open box is a task, what is indented below it has to be done before it. */
import { TITLE_CHARS_MAX } from './queue.ts'

/** One open box. */
export interface ListedTask {
  readonly title: string
  /** The text below it that is no box itself; empty without any. */
  readonly body: string
  /** Places in the list of those that it waits for: the boxes one level below it, and in a numbered list the one before it. */
  readonly waitsFor: readonly number[]
  /** Where it stands, from 1. */
  readonly line: number
}

/** What the text holds. `problems` is every mistake, each beginning with its line; with one there are no tasks. */
export interface Checklist {
  readonly tasks: readonly ListedTask[]
  readonly problems: readonly string[]
}

/** What one text may add; whoever has more plans with files. */
const LISTED_MAX = 1_000

const BOX =
  /^(?<indent>[ \t]*)(?<mark>[-*+]|\d{1,9}[.)])[ \t]+\[(?<state>[^\]\n]?)\](?:[ \t]+(?<title>.*))?$/u

interface Item extends Omit<ListedTask, 'body' | 'waitsFor'> {
  readonly depth: number
  readonly isNumbered: boolean
  readonly isDone: boolean
  readonly text: string[]
}

/** Done boxes are left out, and nobody waits for them; what stands before the first box is said of the whole and left out too. */
export function parseChecklist(text: string): Checklist {
  const problems: string[] = []
  const items = itemsIn(text, problems)
  if (items.length === 0) problems.push('1: there is no box in it. Write one task per line, as: - [ ] Title')
  const open = items.filter(({ isDone }) => !isDone)
  if (items.length > 0 && open.length === 0) problems.push('1: every box in it is done')
  if (open.length > LISTED_MAX)
    problems.push(`1: it has ${open.length} open boxes, and may have ${LISTED_MAX}`)
  if (problems.length > 0) return { tasks: [], problems }
  const places = new Map(open.map((item, place) => [item, place]))
  const tasks = open.map((item) => ({
    title: item.title,
    body: bodyOf(item.text),
    waitsFor: waitedFor(item, items).flatMap((one) => places.get(one) ?? []),
    line: item.line,
  }))
  return { tasks, problems: [] }
}

function itemsIn(text: string, problems: string[]): Item[] {
  const items: Item[] = []
  let fence: string | undefined
  for (const [index, line] of text
    .replace(/^\u{FEFF}/u, '')
    .split(/\r?\n/)
    .entries()) {
    const at = index + 1
    const mark = /^[ \t]*(`{3,}|~{3,})/.exec(line)?.[1]
    // In a block of code nothing is a box.
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence)))
      fence = fence === undefined ? mark : undefined
    const box = fence === undefined && mark === undefined ? BOX.exec(line)?.groups : undefined
    if (box === undefined) {
      items.at(-1)?.text.push(line)
      continue
    }
    const title = (box['title'] ?? '').trim()
    const state = box['state'] ?? ''
    if (!/^[ xX]?$/.test(state)) problems.push(`${at}: the box is [${state}], and may be [ ] or [x]`)
    if (title === '') problems.push(`${at}: the box has no title behind it`)
    if (title.length > TITLE_CHARS_MAX)
      problems.push(`${at}: the title has more than ${TITLE_CHARS_MAX} characters`)
    const depth = (box['indent'] ?? '').replaceAll('\t', '    ').length
    const isNumbered = /^\d/.test(box['mark'] ?? '')
    items.push({ title, line: at, depth, isNumbered, isDone: /x/i.test(state), text: [] })
  }
  return items
}

/** Its children, and in a numbered list whatever of the same level stands right before it. */
function waitedFor(item: Item, items: readonly Item[]): Item[] {
  const place = items.indexOf(item)
  const behind = items.slice(place + 1)
  const end = behind.findIndex(({ depth }) => depth <= item.depth)
  const below = end === -1 ? behind : behind.slice(0, end)
  let depth = Number.POSITIVE_INFINITY
  const children: Item[] = []
  // However unevenly they are indented: a child has no box less deep than itself in between.
  for (const one of below) {
    if (one.depth > depth) continue
    depth = one.depth
    children.push(one)
  }
  const before = item.isNumbered ? openBefore(item, items.slice(0, place)) : undefined
  return before ? [...children, before] : children
}

function openBefore(item: Item, before: readonly Item[]): Item | undefined {
  const siblings = before.slice(before.findLastIndex(({ depth }) => depth < item.depth) + 1)
  return siblings.findLast(({ depth, isDone, isNumbered }) => depth === item.depth && isNumbered && !isDone)
}

// No spread: a text may have more lines than a call has arguments.
function least(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY)
}

/** Without the indentation that all of it has in common. */
function bodyOf(lines: readonly string[]): string {
  const widths = lines
    .filter((line) => line.trim() !== '')
    .map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0)
  const width = least(widths)
  return lines
    .map((line) => line.slice(width))
    .join('\n')
    .trim()
}
