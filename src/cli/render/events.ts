/** Owns how events are shown on a terminal: when, of whom, and what. */
import { counted } from '../../base/numbers.ts'
import { plain } from '../../base/plain.ts'
import { clockTime, withClockTimes } from '../../base/time.ts'
import type { GapView } from '../../ipc/protocol/events.ts'
import type { EventView } from '../../ipc/protocol/status.ts'
import { describeEvent } from '../../observability/sentences.ts'
import type { Screen } from './screen.ts'

/** `12:59  scout  stayed quiet: …`, one line per event in the given order. */
export function eventLines(events: readonly EventView[], screen: Screen): string[] {
  return events.map((event) => {
    const who = event.agent === null ? '' : `${screen.paint('cyan', plain(event.agent))}  `
    const sentence = withClockTimes(describeEvent(event), screen.now)
    const told = isBad(event) ? screen.paint('yellow', sentence) : sentence
    return `${screen.paint('dim', clockTime(Date.parse(event.at), screen.now))}  ${who}${told}`
  })
}

/** What a reader is told whose place in the journal is no more. */
export function gapLine({ gone, from }: GapView): string {
  if (gone === null) return `(the journal is another one than before: going on with event ${from})`
  return `(${counted(gone, 'event')} ${gone === 1 ? 'is' : 'are'} gone from the journal: going on with event ${from})`
}

function isBad({ kind, data }: EventView): boolean {
  if (kind === 'run.ended') return !isSuccess(data['outcome'])
  return /\.(failed|rejected|opened)$/.test(kind) || kind === 'agent.held'
}

function isSuccess(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && 'kind' in outcome && outcome.kind === 'succeeded'
}
