/** Reads the YAML at the head of a file: plain keys and lists, each mistake with its line. */
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml'
import { reasonOf } from '../base/errors.ts'
import { plainStart } from '../base/plain.ts'
import type { KeyPath, Report } from '../config/report.ts'

/** The keys of a head. */
export interface Head {
  /** What stands at the top. Maps below are Maps too: no key of an author reaches a prototype. */
  readonly values: ReadonlyMap<unknown, unknown>
  /** The line of a key in the file, or of the innermost one around it; 1 where there is none. */
  readonly lineOf: (path: KeyPath) => number
}

/** Says what is wrong in a line of the file. */
type Refuse = (line: number, reason: string, fix: string) => undefined

const controls = new RegExp(String.raw`[\u0000-\u0008\u000b-\u001f\u007f]`, 'u')

/** Undefined when it cannot be read; the report then has every reason. Never throws. */
export function readHead(head: string, report: Report): Head | undefined {
  const said = new Set<string>()
  const refuse: Refuse = (line, reason, fix) => {
    const key = `${line} ${reason}`
    if (!said.has(key)) report.problems.push({ path: [], line, reason, fix })
    said.add(key)
    return undefined
  }
  const control = head.search(controls)
  if (control >= 0) {
    const line = head.slice(0, control).split('\n').length + 1
    return refuse(line, 'the front matter holds a control character.', 'Remove it.')
  }
  try {
    return readYaml(head, refuse)
  } catch (error) {
    const reason = `the front matter cannot be read: ${startOf(reasonOf(error))}.`
    return isTooDeep(error) ? refuse(1, ...tooDeep) : refuse(1, reason, 'Write plain keys and lists.')
  }
}

const tooDeep = ['the front matter is nested too deep.', 'Write plain keys and lists.'] as const

/** The parser goes down with the text; that the stack does not suffice is all that it says then. */
function isTooDeep(error: unknown): boolean {
  return reasonOf(error).startsWith('Maximum call stack')
}

function readYaml(head: string, refuse: Refuse): Head | undefined {
  const counter = new LineCounter()
  // It compares each key with each other one: `checkNodes` does it faster.
  const options = {
    lineCounter: counter,
    prettyErrors: false,
    schema: 'core',
    uniqueKeys: false,
    merge: true,
  } as const
  const document = parseDocument(head, options)
  // One line of the file, the fence, stands above.
  const lineAt = (offset: number) => counter.linePos(offset).line + 1
  for (const error of document.errors) refuse(lineAt(error.pos[0]), ...sentenceOf(error))
  if (document.errors.length > 0 || !checkNodes(document, lineAt, refuse)) return undefined
  const values: unknown = document.toJS({ mapAsMap: true })
  if (values !== null && !(values instanceof Map))
    return refuse(2, 'the front matter is no list of keys.', 'Write it as lines of KEY: VALUE.')
  const lineOf = (path: KeyPath) => lineIn(document.contents, path, lineAt)
  return { values: values ?? new Map<unknown, unknown>(), lineOf }
}

const MESSAGE_CHARACTERS_MAX = 200

function sentenceOf(error: Document['errors'][number]): readonly [reason: string, fix: string] {
  if (isTooDeep(error)) return tooDeep
  if (error.code === 'MULTIPLE_DOCS')
    return ['the front matter ends before its last line.', 'Remove the line of three dots.']
  return [`${startOf(error.message)}.`, 'Put text with special characters in quotes.']
}

/** Messages of the parser say more below their first line, and quote what may be long. */
function startOf(message: string): string {
  const [first = ''] = message.split('\n')
  return plainStart(first.replace(/[.:]$/u, ''), MESSAGE_CHARACTERS_MAX)
}

const ALIASES_MAX = 20 // Enough for a list that is used twice, and too few for one that grows with every line.

/** What is YAML and no front matter. False: the values cannot be made of it. */
function checkNodes(document: Document, lineAt: (offset: number) => number, refuse: Refuse): boolean {
  const anchors = new Set<string>()
  let aliases = 0
  let isGood = true
  const lineOf = (node: Node) => lineAt(node.range?.[0] ?? 0)
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        aliases += 1
        const isKnown = anchors.has(node.source)
        if (isKnown && aliases <= ALIASES_MAX) return
        isGood = false
        if (isKnown)
          refuse(lineOf(node), `there are more than ${ALIASES_MAX} aliases.`, 'Write the text out.')
        else refuse(lineOf(node), 'text begins with an asterisk.', 'Put it in quotes.')
        return
      }
      if (!isScalar(node) && !isCollection(node)) return
      if (node.anchor !== undefined) anchors.add(node.anchor)
      if (node.tag !== undefined)
        refuse(lineOf(node), `has a tag: ${plainStart(node.tag, MESSAGE_CHARACTERS_MAX)}.`, 'Remove the tag.')
      if (isMap(node)) checkKeys(node, lineAt, refuse)
    },
  })
  return isGood
}

function checkKeys(map: YAMLMap, lineAt: (offset: number) => number, refuse: Refuse): void {
  const keys = new Set<unknown>()
  for (const { key } of map.items) {
    if (!isScalar(key)) continue
    if (keys.has(key.value)) {
      const name = plainStart(String(key.value), MESSAGE_CHARACTERS_MAX)
      refuse(lineAt(key.range?.[0] ?? 0), `the key ${name} is there twice.`, 'Keep one of them.')
    }
    keys.add(key.value)
  }
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
