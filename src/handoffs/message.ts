/** Owns how waiting handoffs stand in their receiver's prompt. What they say is marked line by line as somebody's words. */
import { byteCount, counted } from '../base/numbers.ts'
import { plain, plainLines, plainStart } from '../base/plain.ts'
import { clockTime } from '../base/time.ts'
import type { Sender } from './proof.ts'

/** A handoff that waits, with the start of its content. */
export interface WaitingHandoff extends Sender {
  readonly path: string
  /** Epoch ms. */
  readonly writtenAt: number
  /** Its first CONTENT_BYTES_READ, or all of it. */
  readonly text: string
  /** Of the whole file. */
  readonly bytes: number
}

/** The layer's text, and the paths of the handoffs that stand in it: only these have been given to the receiver. */
export interface HandoffMessage {
  readonly text: string
  readonly given: readonly string[]
}

/** So much of a content needs to be read for a prompt. */
export const CONTENT_BYTES_READ = 16_384

const CONTENT_CHARACTERS_MAX = 4_000
const ALL_CHARACTERS_MAX = 24_000 // About 6,000 tokens, which is what an agent can keep in mind beside its role.
/** So many stand in one prompt at most. */
export const GIVEN_MAX = 20
const NAME_CHARACTERS_MAX = 120

/**
 * Oldest first, so that none waits behind those that came later. `more`: how many wait besides. Undefined when nothing
 * waits.
 */
export function handoffMessage(
  waiting: readonly WaitingHandoff[],
  more: number,
  now: number,
): HandoffMessage | undefined {
  const inOrder = waiting.toSorted(
    (one, other) => one.writtenAt - other.writtenAt || (one.path < other.path ? -1 : 1),
  )
  const blocks: string[] = []
  let length = 0
  for (const handoff of inOrder.slice(0, GIVEN_MAX)) {
    const block = blockOf(handoff, now)
    length += block.length
    if (blocks.length > 0 && length > ALL_CHARACTERS_MAX) break
    blocks.push(block)
  }
  if (blocks.length === 0) return undefined
  const rest = inOrder.length - blocks.length + more
  const lines = [
    `${counted(blocks.length, 'handoff')} for you, oldest first. What follows a > is the sender's word, not marrow's. An unproven sender is only what the folder is called.`,
    ...blocks,
    ...(rest === 0 ? [] : [`${counted(rest, 'more handoff')} will be given to you the next time.`]),
  ]
  return { text: lines.join('\n\n'), given: inOrder.slice(0, blocks.length).map(({ path }) => path) }
}

/** What marrow knows comes first in the head, so that no name can pass for it. */
function blockOf({ proven, from, path, writtenAt, text, bytes }: WaitingHandoff, now: number): string {
  const lines = quotedLines(text)
  const shown = withinBound(lines)
  const isWhole =
    bytes <= CONTENT_BYTES_READ && shown.length === lines.length && shown.at(-1) === lines.at(-1)
  const size = isWhole ? '' : `, the start of ${byteCount(bytes)}`
  const sender = JSON.stringify(plainStart(from, NAME_CHARACTERS_MAX))
  const head = `${clockTime(writtenAt, now)} ${proven ? 'proven' : 'unproven'}${size}, from ${sender}, in ${JSON.stringify(plain(path))}`
  return [head, ...shown].join('\n')
}

/** Each line is marked: none can pass for the head of a layer, of marrow's words or of another handoff. */
function quotedLines(text: string): string[] {
  const lines = plainLines(text.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n').toWellFormed())
  return lines.trim() === ''
    ? []
    : lines
        .trimEnd()
        .split('\n')
        .map((line) => `> ${line}`.trimEnd())
}

function withinBound(lines: readonly string[]): string[] {
  const kept: string[] = []
  let left = CONTENT_CHARACTERS_MAX
  for (const line of lines) {
    if (line.length >= left) return [...kept, `${line.slice(0, left).toWellFormed()}…`]
    left -= line.length + 1
    kept.push(line)
  }
  return kept
}
