/** Owns the board on a terminal: a column for each stage of work, as many side by side as there is room for. */
import { formatDuration } from '../../base/duration.ts'
import { counted } from '../../base/numbers.ts'
import { plainStart } from '../../base/plain.ts'
import { clockTime } from '../../base/time.ts'
import { unreachableOf } from '../../tasks/progress.ts'
import { silenceOf, type BoardTask } from '../../tasks/view.ts'
import type { Screen, Style } from './screen.ts'
import { shorten } from './table.ts'
import { marks, stageOf, type Stage } from './task-words.ts'

const COLUMN_MIN = 18 // A mark, an id and a short word beside it.
const COLUMN_MAX = 40
const GAP = '  '
const TEXT_CHARACTERS_MAX = 200 // More never fits, and titles may have 10 kB.

/** In the order of work; those that are always there first tell the shape of the board. */
const stages: readonly Stage[] = [
  'waiting',
  'ready',
  'claimed',
  'blocked',
  'review',
  'done',
  'failed',
  'unreachable',
  'cancelled',
]
const always: ReadonlySet<Stage> = new Set(['waiting', 'ready', 'claimed', 'done'])

interface Line {
  readonly text: string
  readonly style?: Style | undefined
}

/** The lines of the board; `cardsMax` tasks are shown of each column, and only these are measured. */
export function boardLines(tasks: readonly BoardTask[], cardsMax: number, screen: Screen): string[] {
  if (tasks.length === 0) return ['(no tasks)']
  const staged = Map.groupBy(tasks, stageOf)
  const shown = stages.filter((stage) => always.has(stage) || staged.has(stage))
  const { perRow, width } = fit(shown.length, screen.columns)
  const roots = rootWords(tasks, staged.has('unreachable'))
  const columns = shown.map((stage) => {
    const all = staged.get(stage) ?? []
    const cards = firstOf(all, stage, cardsMax).flatMap((task) => card(task, stage, roots, screen))
    const more =
      all.length > cardsMax ? [{ text: `and ${all.length - cardsMax} more`, style: 'dim' as const }] : []
    return [...headOf(stage, all.length, width, screen), ...cards, ...more]
  })
  return chunks(columns, perRow).flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...sideBySide(row, width, screen),
  ])
}

/** All in one row if there is room, else in rows of equal length. */
function fit(count: number, available: number): { readonly perRow: number; readonly width: number } {
  const most = Math.max(1, Math.floor((available + GAP.length) / (COLUMN_MIN + GAP.length)))
  const perRow = Math.ceil(count / Math.ceil(count / Math.min(count, most)))
  const width = Math.floor((available + GAP.length) / perRow) - GAP.length
  return { perRow, width: Math.max(1, Math.min(COLUMN_MAX, width)) }
}

function headOf(stage: Stage, count: number, width: number, { widthOf }: Screen): Line[] {
  const [, style] = marks[stage]
  const head = shorten(`${stage.toUpperCase()} ${count}`, width, widthOf)
  return [
    { text: head, style: count === 0 ? 'dim' : style },
    { text: '─'.repeat(width), style: 'dim' },
  ]
}

/** What matters most of a column: what is claimed next, who is at it the longest, what ended last. */
function firstOf(tasks: readonly BoardTask[], stage: Stage, count: number): BoardTask[] {
  const rank = (task: BoardTask): number => {
    if (stage === 'ready' || stage === 'waiting') return -task.priority
    if (stage === 'claimed') return task.holder?.since ?? task.updated_at
    return -(task.finished_at ?? task.updated_at)
  }
  return tasks
    .toSorted((one, other) => rank(one) - rank(other) || one.created_at - other.created_at)
    .slice(0, count)
}

function card(task: BoardTask, stage: Stage, roots: ReadonlyMap<string, string>, screen: Screen): Line[] {
  const [glyph, style] = marks[stage]
  const silence = silenceOf(task, screen.now)
  const title = plainStart(task.title, TEXT_CHARACTERS_MAX)
  const about = plainStart(aboutOf(task, stage, roots, screen.now), TEXT_CHARACTERS_MAX)
  return [
    { text: `${glyph} ${title}`, style: stage === 'waiting' || stage === 'done' ? undefined : style },
    { text: `  ${task.id}`, style: 'dim' },
    ...(about === ''
      ? []
      : [{ text: `  ${about}`, style: silence === undefined ? ('dim' as const) : ('yellow' as const) }]),
  ]
}

function aboutOf(task: BoardTask, stage: Stage, roots: ReadonlyMap<string, string>, now: number): string {
  const { holder, by, reason, role, waits_for_open: open } = task
  switch (stage) {
    case 'ready':
      return role === null ? '' : `for ${role}`
    case 'waiting':
      if (open > 0) return `after ${counted(open, 'task')}`
      return task.not_before === null ? '' : `from ${clockTime(task.not_before, now)}`
    case 'claimed': {
      if (holder === null) return ''
      const silence = silenceOf(task, now)
      const since = formatDuration(now - holder.since)
      return silence === undefined
        ? `${holder.name}, ${since}`
        : `silent ${formatDuration(silence)}, ${holder.name}`
    }
    case 'review':
      return by === null ? '' : `by ${by}`
    case 'done':
      return `${by === null ? '' : `${by}, `}${clockTime(task.finished_at ?? task.updated_at, now)}`
    case 'unreachable':
      return roots.get(task.id) ?? ''
    case 'blocked':
    case 'failed':
    case 'cancelled':
      return reason ?? ''
  }
}

function rootWords(tasks: readonly BoardTask[], some: boolean): ReadonlyMap<string, string> {
  if (!some) return new Map()
  return new Map(
    unreachableOf(tasks).flatMap(({ id, root }) =>
      root === undefined ? [] : [[id, `after ${root.id}`] as const],
    ),
  )
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  )
}

function sideBySide(columns: readonly (readonly Line[])[], width: number, screen: Screen): string[] {
  const height = Math.max(...columns.map((lines) => lines.length))
  return Array.from({ length: height }, (_, row) =>
    columns
      .map((lines) => cell(lines[row], width, screen))
      .join(GAP)
      .trimEnd(),
  )
}

function cell(line: Line | undefined, width: number, { widthOf, paint }: Screen): string {
  if (line === undefined) return ' '.repeat(width)
  const text = shorten(line.text, width, widthOf)
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  return `${line.style === undefined ? text : paint(line.style, text)}${space}`
}
