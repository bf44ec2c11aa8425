/** Owns how events are shown on a terminal: when, of whom, and what. */
import { plain } from '../../base/plain.ts'
import { clockTime, withClockTimes } from '../../base/time.ts'
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

function isBad({ kind, data }: EventView): boolean {
  if (kind === 'run.ended') return !isSuccess(data['outcome'])
  return /\.(failed|rejected|opened)$/.test(kind) || kind === 'agent.held'
}

function isSuccess(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && 'kind' in outcome && outcome.kind === 'succeeded'
}
