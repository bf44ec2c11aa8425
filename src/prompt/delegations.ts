// Owns what an agent is told of the work for which it is accountable: what it handed on that goes on, and what came of the rest.
import { isoTime } from '../base/time.ts'
import { plain, plainStart } from '../base/plain.ts'
import type { Layer } from './layers.ts'

/** One task that a run of the agent handed on, or a run below it. */
export interface HandedOn {
  readonly run: string
  /** By id. */
  readonly role: string
  readonly task: string
  /** How many runs are between the agent's own and this one, plus one. */
  readonly depth: number
  /** Epoch ms; of one that goes on. */
  readonly deadline: number
  /** How it ended; undefined: it goes on. */
  readonly outcome: string | undefined
  readonly result: string | undefined
}

const SHOWN_MAX = 30
const TASK_CHARS = 160
const WORDS_CHARS = 600

/**
 * Undefined when there is nothing to tell. Volatile: that something ended is no reason for a run by itself; what was detached
 * reports by a handoff, which is one.
 */
export function delegationsLayer(all: readonly HandedOn[]): Layer | undefined {
  if (all.length === 0) return undefined
  const open = all.filter(({ outcome }) => outcome === undefined)
  const ended = all.filter(({ outcome }) => outcome !== undefined)
  const shown = [...open, ...ended].slice(0, SHOWN_MAX)
  const more = all.length - shown.length
  const text = [
    'What you handed on, or a run of yours did. You stay accountable: take up what is open, check what is done before you build on it.',
    ...shown.map(describe),
    ...(more > 0 ? [`and ${more} more: marrow runs tree`] : []),
  ].join('\n')
  return { kind: 'context', name: 'delegations', source: 'built in', text, volatile: true, failed: undefined }
}

function describe({ run, role, task, depth, deadline, outcome, result }: HandedOn): string {
  const whose = depth > 1 ? ' (by a run below yours)' : ''
  const stands = outcome === undefined ? `goes on until ${isoTime(deadline)} at the latest` : plain(outcome)
  const words = result === undefined ? [] : [`  Its last words: ${plainStart(result, WORDS_CHARS)}`]
  return [`- ${plain(role)}${whose}: ${plainStart(task, TASK_CHARS)}`, `  ${run}: ${stands}`, ...words].join(
    '\n',
  )
}
