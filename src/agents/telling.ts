/** Owns what is told of a run's events to whoever reads along: pieces as one text, calls by their name, nothing twice. */
import type { LiveEvent, Usage } from './adapter.ts'

/** One thing that was said or done. `at` is the epoch ms that the stream tells of it; undefined: it tells none. */
export type Step = { readonly at: number | undefined } & (
  | Said
  /** A tool was called, with its input on one line. */
  | { readonly kind: 'call'; readonly call: string; readonly tool: string; readonly text: string }
  | {
      readonly kind: 'returned'
      readonly call: string
      /** Undefined: the call itself was not seen. */
      readonly tool: string | undefined
      /** What it gave, on one line; undefined: nothing was said of it. */
      readonly text: string | undefined
      readonly failed: string | undefined
      /** Nothing came between the call and its end. */
      readonly follows: boolean
    }
  | { readonly kind: 'usage'; readonly usage: Usage; readonly costUsd: number | undefined }
  /** Lines of the stream that are cut, malformed or too long. */
  | { readonly kind: 'unreadable' }
)

interface Said {
  readonly kind: 'text' | 'result' | 'limit' | 'error'
  readonly text: string
}

/** What has been told so far, as far as what follows depends on it. */
export interface Telling {
  /** Names of the tools that were called, by the ids of calls that have not ended. */
  readonly calls: Map<string, string>
  /** The begin of a text that goes on. */
  pieces: string
  lastWords: string
  /** The call that was told last; undefined: something came after it. */
  lastCall: string | undefined
  /** Nothing else was told since. */
  unreadable: boolean
}

/** Nothing has been told. */
export function startTelling(): Telling {
  return { calls: new Map(), pieces: '', lastWords: '', lastCall: undefined, unreadable: false }
}

type Told = LiveEvent | { readonly kind: 'unreadable' }

const CALLS_MAX = 1_000 // That have not ended: a CLI has a few at a time.
const PIECES_CHARS_MAX = 65_536 // Of a text without a line end.

/** The steps that this event makes, after those of a text that it ends. */
export function tell(telling: Telling, event: Told, at: number | undefined): Step[] {
  if (event.kind === 'session') return []
  if (event.kind === 'piece') return tellPiece(telling, event.text, at)
  const isMore = event.kind === 'unreadable' && telling.unreadable
  telling.unreadable = event.kind === 'unreadable'
  if (isMore) return []
  const steps = [...tellRest(telling, at), ...tellWhole(telling, event, at)]
  telling.lastCall = event.kind === 'call' ? event.id : undefined
  return steps
}

/** A text that was waited for. */
export function tellRest(telling: Telling, at?: number): Step[] {
  const text = telling.pieces
  telling.pieces = ''
  return text === '' ? [] : [{ kind: 'text', at, text }]
}

/** Whole lines are told at once. */
function tellPiece(telling: Telling, piece: string, at: number | undefined): Step[] {
  telling.lastCall = undefined
  telling.unreadable = false
  telling.lastWords = (telling.lastWords + piece).slice(-PIECES_CHARS_MAX)
  const all = telling.pieces + piece
  const end = all.length > PIECES_CHARS_MAX ? all.length : all.lastIndexOf('\n')
  if (end < 0) {
    telling.pieces = all
    return []
  }
  telling.pieces = all.slice(0, end)
  const steps = tellRest(telling, at)
  telling.pieces = all.slice(end + 1)
  return steps
}

function tellWhole(
  telling: Telling,
  event: Exclude<Told, { kind: 'piece' | 'session' }>,
  at: number | undefined,
): Step[] {
  switch (event.kind) {
    case 'text':
      telling.lastWords = event.text
      return [{ kind: 'text', at, text: event.text }]
    case 'call':
      telling.lastWords = ''
      remember(telling.calls, event)
      return [{ kind: 'call', at, call: event.id, tool: event.name, text: event.input }]
    case 'returned': {
      const { id: call, output: text, failed } = event
      const tool = telling.calls.get(call)
      telling.calls.delete(call)
      return [{ kind: 'returned', at, call, tool, text, failed, follows: telling.lastCall === call }]
    }
    case 'usage':
      return [{ kind: 'usage', at, usage: event.usage, costUsd: event.costUsd }]
    case 'result':
      return once(telling, { kind: 'result', at, text: event.text })
    case 'limit':
    case 'error':
      return once(telling, { kind: event.kind, at, text: event.failure.detail })
    case 'unreadable':
      return [{ kind: 'unreadable', at }]
  }
}

/** A result may repeat the last words, and an error may be told by a message and again by the end of its turn. */
function once(telling: Telling, step: Said & { readonly at: number | undefined }): Step[] {
  const isRepeated = step.text.trim() === telling.lastWords.trim()
  telling.lastWords = step.text
  return isRepeated ? [] : [step]
}

function remember(calls: Map<string, string>, { id, name }: { id: string; name: string }): void {
  const [oldest] = calls.keys()
  if (calls.size >= CALLS_MAX && oldest !== undefined) calls.delete(oldest)
  calls.set(id, name)
}
