/** Owns how handoffs are shown: those that wait with their age, those that were given, and all of one. */
import { formatDuration } from '../../base/duration.ts'
import { byteCount, counted } from '../../base/numbers.ts'
import { plain, plainLines } from '../../base/plain.ts'
import { clockTime } from '../../base/time.ts'
import type { HandoffView } from '../../ipc/protocol/handoffs.ts'
import type { ResultOf } from '../../ipc/protocol/table.ts'
import type { Screen } from './screen.ts'
import { table, type Cell, type Column } from './table.ts'

const columns: readonly Column[] = [
  { title: 'AGE', right: true },
  { title: 'FROM', shrinkTo: 8 },
  { title: 'TO', shrinkTo: 8 },
  { title: 'STATE' },
  { title: 'TITLE', shrinkTo: 16 },
  { title: 'FILE', shrinkTo: 20 },
]

/** Those that wait, oldest first, then the last that were given; what could not be looked at at the end. */
export function handoffLines({ waiting, more, done, notes }: ResultOf<'handoffs'>, screen: Screen): string[] {
  const rows = [...waiting, ...done].map((one) => row(one, screen.now))
  return [
    ...(rows.length === 0 ? ['(no handoffs)'] : table(columns, rows, screen)),
    ...(more === 0 ? [] : [`and ${counted(more, 'more handoff')} waiting`]),
    ...notes.map((note) => `not looked at: ${plain(note)}`),
  ]
}

function row(one: HandoffView, now: number): Cell[] {
  const isWaiting = one.state === 'waiting'
  return [
    { text: ageOf(one.at, now) },
    { text: senderOf(one), style: one.proven ? undefined : 'yellow' },
    { text: one.to },
    { text: one.state, style: isWaiting ? 'cyan' : 'green' },
    { text: one.title },
    { text: one.file, style: 'dim' },
  ]
}

/** In seconds, then in minutes. Of a clock that was set back nothing is older than now. */
function ageOf(at: string, now: number): string {
  const ms = Math.max(1_000, now - Date.parse(at))
  return formatDuration(
    ms < MINUTE_MS ? Math.floor(ms / 1_000) * 1_000 : Math.floor(ms / MINUTE_MS) * MINUTE_MS,
  )
}

const MINUTE_MS = 60_000

function senderOf({ from, role, proven }: HandoffView): string {
  if (!proven) return `${from} (unproven)`
  return role === null ? from : `${from} as ${role}`
}

/** Everything known of one, a fact a line, then what it says. */
export function handoffDetailLines(one: ResultOf<'showHandoff'>, screen: Screen): string[] {
  const facts: readonly (readonly [name: string, value: string | null])[] = [
    ['from', senderOf(one)],
    ['to', one.to],
    ['run', one.run],
    ['written', `${clockTime(Date.parse(one.at), screen.now)}, ${ageOf(one.at, screen.now)} ago`],
    ['state', one.done_at === null ? one.state : `done at ${clockTime(Date.parse(one.done_at), screen.now)}`],
    ['file', one.path],
  ]
  const shown = facts.flatMap(([name, value]) =>
    value === null ? [] : [`${name.padEnd(8)} ${plain(value)}`],
  )
  const rest = one.cut ? [`(the start of ${byteCount(one.bytes)})`] : []
  return [...shown, '', plainLines(one.text).trimEnd(), ...rest]
}
