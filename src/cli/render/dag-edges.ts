/** Owns the lines between two levels of the picture of a graph: each parent has a line of its own, which never touches another's. */
import { middleOf, type Slot } from './dag-layout.ts'

/** The line from one slot to all below it. */
interface Net {
  /** Where it leaves the level above. */
  readonly from: number
  readonly to: Target[]
}

interface Target {
  readonly column: number
  readonly isBox: boolean
}

/** The rows between a level and the next one. `exits` are the columns in which slots of this level are left. */
export interface Channel {
  readonly rows: readonly string[]
  readonly exits: ReadonlyMap<Slot, number>
}

/**
 * Chooses the columns of all lines and draws them. `exits`: where the slots above are left. No column is used by two lines,
 * so that lines only cross (`─│─`) and never share a corner. Undefined: a box has too few columns for its lines.
 */
export function drawChannel(
  above: readonly Slot[],
  below: readonly Slot[],
  exits: ReadonlyMap<Slot, number>,
): Channel | undefined {
  const nets = new Map<Slot, Net>()
  for (const slot of above)
    if (slot.below.length > 0) nets.set(slot, { from: exits.get(slot) ?? middleOf(slot), to: [] })
  const owner = new Map([...nets.values()].map((net) => [net.from, net]))
  const next = new Map<Slot, number>()
  for (const slot of below) {
    const parents = slot.above
      .flatMap((one) => nets.get(one) ?? [])
      .toSorted((one, other) => one.from - other.from)
    const taken = new Set<number>()
    for (const [index, net] of parents.entries()) {
      const column = entry(slot, wish(slot, net, index, parents.length), (one) => {
        const other = owner.get(one)
        return !taken.has(one) && (other === undefined || other === net)
      })
      if (column === undefined) return undefined
      taken.add(column)
      net.to.push({ column, isBox: slot.task !== undefined })
      if (slot.task === undefined) next.set(slot, column)
    }
    if (slot.task !== undefined) next.set(slot, middleOf(slot))
  }
  return { rows: draw([...nets.values()]), exits: next }
}

/** Straight down if the box is right below, else spread over its width in the order in which the lines come. */
function wish(slot: Slot, net: Net, index: number, count: number): number {
  const [first, last] = inside(slot)
  if (net.from >= first && net.from <= last) return net.from
  return first + Math.round(((index + 1) * (last - first)) / (count + 1))
}

/** A line goes in between the corners of a box; a passing edge has no corners. */
function inside({ x, width, task }: Slot): [first: number, last: number] {
  return task === undefined ? [x, x + width - 1] : [x + 1, x + width - 2]
}

function entry(slot: Slot, near: number, isFree: (column: number) => boolean): number | undefined {
  const [first, last] = inside(slot)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    .filter(isFree)
    .toSorted((one, other) => Math.abs(one - near) - Math.abs(other - near))[0]
}

interface Track {
  readonly net: Net
  readonly row: number
  readonly first: number
  readonly last: number
}

function draw(nets: readonly Net[]): string[] {
  const tracks = tracksOf(nets)
  const height = Math.max(0, ...tracks.map(({ row }) => row + 1))
  const width = Math.max(0, ...nets.flatMap(({ from, to }) => [from, ...to.map(({ column }) => column)])) + 1
  const cells = Array.from({ length: height + 1 }, () => Array.from({ length: width }, () => ' '))
  const put = (row: number, column: number, stroke: string): void => {
    const line = cells[row]
    if (line) line[column] = stroke
  }
  for (const { row, first, last } of tracks)
    for (let column = first; column <= last; column++) put(row, column, '─')
  for (const net of nets) {
    const turn = tracks.find((track) => track.net === net)?.row ?? height
    for (let row = 0; row < turn; row++) put(row, net.from, '│')
    for (const { column, isBox } of net.to) {
      for (let row = turn; row < height; row++) put(row, column, '│')
      put(height, column, isBox ? '▼' : '│')
    }
  }
  // Corners last: a line passes in front of others, but never in front of a corner.
  for (const { net, row, first, last } of tracks)
    for (const column of new Set([net.from, ...net.to.map((one) => one.column)]))
      put(row, column, corner(net, column, first, last))
  return cells.map((line) => line.join('').trimEnd())
}

/** A row for the level part of each line that has one; lines that do not meet share a row. */
function tracksOf(nets: readonly Net[]): Track[] {
  const spans = nets.map((net) => {
    const columns = [net.from, ...net.to.map(({ column }) => column)]
    return { net, first: Math.min(...columns), last: Math.max(...columns) }
  })
  const ends: number[] = []
  return spans
    .filter(({ first, last }) => last > first)
    .toSorted((one, other) => one.first - other.first)
    .map((span) => {
      const free = ends.findIndex((end) => end + 1 < span.first)
      const row = free === -1 ? ends.length : free
      ends[row] = span.last
      return { ...span, row }
    })
}

const corners: Readonly<Record<string, string>> = {
  'up right': '└',
  'up left': '┘',
  'up left right': '┴',
  'down right': '┌',
  'down left': '┐',
  'down left right': '┬',
  'up down right': '├',
  'up down left': '┤',
  'up down left right': '┼',
}

function corner({ from, to }: Net, column: number, first: number, last: number): string {
  const ways = [
    ...(column === from ? ['up'] : []),
    ...(to.some((one) => one.column === column) ? ['down'] : []),
    ...(column > first ? ['left'] : []),
    ...(column < last ? ['right'] : []),
  ]
  return corners[ways.join(' ')] ?? '─'
}
