/** Owns which period a report is about. Pure. */
import { parseDuration } from '../base/duration.ts'
import { MarrowError } from '../base/errors.ts'
import { dayAround, parseTime } from '../base/time.ts'

/** From and before which time, in epoch ms. */
export interface Period {
  readonly from: number
  readonly to: number
}

/** When the operator asked last, and from when on that report told. Epoch ms. */
export interface Asked {
  readonly from: number
  readonly at: number
}

const DAY_MS = 86_400_000
/** A second look so soon (as Markdown, say) is about the same period: it would find next to nothing otherwise. */
const SAME_LOOK_MS = 15 * 60_000

/** The period that `since` means: `last`, `yesterday`, how long ago, or a time. Throws USAGE. */
export function periodOf(since: string, now: number, asked: Asked | undefined): Period {
  const text = since.trim()
  if (text === 'last') return { from: lastFrom(now, asked), to: now }
  if (text === 'yesterday') return yesterday(now)
  const ago = parseDuration(text)
  const from = ago === undefined ? parseTime(text, now) : Math.max(0, now - ago)
  if (from !== undefined && from < now) return { from, to: now }
  const why =
    from === undefined
      ? 'it is neither last, yesterday, a duration nor a time'
      : 'no time has passed since then'
  throw new MarrowError('USAGE', `Cannot report since ${JSON.stringify(since)}: ${why}.`, {
    fix: 'Write last, yesterday, how long ago (12h, 1d12h), or when: 22:00, 2026-11-20, 2026-11-20T22:00.',
  })
}

/** The whole local day before; it may have 23 or 25 hours. */
function yesterday(now: number): Period {
  const today = dayAround(now).start
  return { from: dayAround(today - 1).start, to: today }
}

function lastFrom(now: number, asked: Asked | undefined): number {
  if (asked === undefined || asked.at >= now) return now - DAY_MS // Asked later than now: the clock was set.
  return now - asked.at < SAME_LOOK_MS ? asked.from : asked.at
}

/** What to remember after a report of `period`. One that leaves something out since the last does not count. */
export function askedAfter(period: Period, now: number, asked: Asked | undefined): Asked | undefined {
  const isGap = period.from > lastFrom(now, asked)
  if (period.to < now || isGap) return asked
  const isSameLook = asked !== undefined && asked.at < now && now - asked.at < SAME_LOOK_MS
  return isSameLook
    ? { from: Math.min(asked.from, period.from), at: asked.at }
    : { from: period.from, at: now }
}

/** What a period is compared with: the same hours of the day before, or the time before that is as long. */
export function periodBefore({ from, to }: Period): Period {
  const back = Math.max(DAY_MS, to - from)
  return { from: from - back, to: to - back }
}
