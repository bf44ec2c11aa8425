/** Owns how rows become aligned lines that fit the screen. */
import { plain } from '../../base/plain.ts'
import type { Screen, Style } from './screen.ts'

/** One cell: its text, and the colour that it has after padding. */
export interface Cell {
  readonly text: string
  readonly style?: Style | undefined
}

/** One column. Numbers stand to the right; at most a few columns give way when the screen is narrow. */
export interface Column {
  readonly title: string
  readonly right?: boolean
  /** The fewest columns of the screen to which it may be cut; undefined: it is never cut. */
  readonly shrinkTo?: number
}

const GAP = '  '

/** The lines of a table, title line first; without rows only that line. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  screen: Screen,
): string[] {
  const texts = rows.map((row) => row.map((cell) => ({ ...cell, text: plain(cell.text) })))
  const widths = fit(columns, naturalWidths(columns, texts, screen), screen.columns)
  const titles = columns.map(({ title }): Cell => ({ text: title, style: 'dim' }))
  return [titles, ...texts].map((row) => line(columns, row, widths, screen))
}

function naturalWidths(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  screen: Screen,
): number[] {
  return columns.map(({ title }, index) =>
    Math.max(screen.widthOf(title), ...rows.map((row) => screen.widthOf(row[index]?.text ?? ''))),
  )
}

/** Takes what is too much from the widest column that may give way, again and again. */
function fit(columns: readonly Column[], natural: readonly number[], available: number): number[] {
  const widths = [...natural]
  const total = () => widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1)
  while (total() > available) {
    const giving = widths
      .map((width, index) => ({ width, index, least: columns[index]?.shrinkTo ?? Infinity }))
      .filter(({ width, least }) => width > least)
      .toSorted((one, other) => other.width - one.width)[0]
    if (giving === undefined) return widths
    widths[giving.index] = giving.width - 1
  }
  return widths
}

function line(
  columns: readonly Column[],
  row: readonly Cell[],
  widths: readonly number[],
  screen: Screen,
): string {
  const cells = columns.map((column, index) => {
    const { text, style } = row[index] ?? { text: '' }
    const width = widths[index] ?? 0
    const cut = shorten(text, width, screen.widthOf)
    const space = ' '.repeat(Math.max(0, width - screen.widthOf(cut)))
    const painted = style === undefined || cut === '' ? cut : screen.paint(style, cut)
    return column.right === true ? space + painted : painted + space
  })
  return cells.join(GAP).trimEnd()
}

/** The text, or as much of it as fits before an ellipsis. */
export function shorten(text: string, width: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  for (const letter of text) {
    if (widthOf(kept + letter) > width - 1) break
    kept += letter
  }
  return `${kept.trimEnd()}…`
}
