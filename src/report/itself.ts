/** Owns what marrow did without being asked: restarts, catching up, cooling down, new configurations. Pure. */
import { formatDuration } from '../base/duration.ts'
import { counted } from '../base/numbers.ts'
import { fromIso, isoTime } from '../base/time.ts'
import type { Report } from '../ipc/protocol/report.ts'
import type { JournalRow } from '../observability/events.ts'
import { describeEvent } from '../observability/sentences.ts'
import type { Facts } from './facts.ts'
import type { Section } from './section.ts'

/** Sums of the period, and the rows that are worth a line. */
export function itselfOf({ journal }: Facts): Report['by_itself'] {
  const starts = journal.rows.filter(({ kind }) => kind === 'daemon.started')
  const all = [...journal.activity.values()]
  const jumps = journal.rows.filter(({ kind }) => kind === 'clock.jumped')
  return {
    starts: starts.length,
    adopted: sum(starts, 'adopted'),
    finished: sum(starts, 'finished'),
    lost: sum(starts, 'lost'),
    unstarted: sum(starts, 'unstarted'),
    downtime: journal.downtime.map(({ from, to, stopped }) => ({
      from: isoTime(from),
      to: to === undefined ? null : isoTime(to),
      stopped,
    })),
    caught_up: all.reduce((count, { caughtUp }) => count + caughtUp, 0),
    missed_slots: all.reduce((count, { missedSlots }) => count + missedSlots, 0),
    asleep_ms: sum(
      jumps.filter((row) => numberIn(row, 'ms') > 0),
      'ms',
    ),
    events: journal.rows.filter(isTold).map((row) => ({ ...row, at: isoTime(row.at) })),
  }
}

/** What waits until the operator says so, and what they switched, is no doing of marrow's; sleep is told as a sum. */
function isTold(row: JournalRow): boolean {
  if (row.kind === 'clock.jumped') return numberIn(row, 'ms') < 0
  if (row.kind === 'agent.held') return typeof row.data['until'] === 'string'
  return row.kind !== 'work.paused'
}

function sum(rows: readonly JournalRow[], name: string): number {
  return rows.reduce((all, row) => all + numberIn(row, name), 0)
}

function numberIn({ data }: JournalRow, name: string): number {
  const value = data[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

function caughtUpLine({ caught_up, missed_slots }: Report['by_itself']): string {
  const missed = missed_slots === 0 ? '' : `; ${counted(missed_slots, 'slot')} passed without one`
  return `${counted(caught_up, 'tick')} caught up after sleep, downtime or a long run${missed}`
}

/** Sums first, then one sentence for each thing that happened. */
export function itselfSection({ by_itself: did }: Report): Section {
  const sums = [
    ...did.downtime.map(({ from, to, stopped }) => downtimeLine(from, to, stopped)),
    ...(did.asleep_ms === 0 ? [] : [`the machine slept for ${formatDuration(did.asleep_ms)}`]),
    ...(did.caught_up === 0 ? [] : [caughtUpLine(did)]),
  ]
  const events = did.events.map(({ at, agent, kind, data }) => {
    return `${at} ${agent === null ? '' : `${agent}: `}${describeEvent({ kind, data })}`
  })
  return { title: 'By itself', entries: [...sums, ...events].map((text) => ({ text })) }
}

function downtimeLine(from: string, to: string | null, stopped: boolean): string {
  const how = stopped ? 'it was stopped' : 'the last one left no word'
  if (to === null) return `no daemon runs since ${from} (${how})`
  const long = formatDuration(fromIso(to) - fromIso(from))
  return `no daemon ran from ${from} to ${to}, ${long} (${how})`
}
