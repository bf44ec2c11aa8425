/** Owns where boxes stand in the picture of a graph: levels from above to below, long edges with a place on each level between. */
import { levelsOf, type GraphTask } from '../../tasks/levels.ts'

/** One thing on a level: the box of a task, or the place where a long edge passes. */
export interface Slot {
  readonly key: string
  /** Undefined: an edge passes. */
  readonly task: string | undefined
  readonly width: number
  /** The leftmost column. */
  x: number
  /** The slots of the level above from which an edge comes. */
  readonly above: Slot[]
  readonly below: Slot[]
}

/** The columns that a passing edge may choose from: with three, one is always free of the edges above it. */
const PASS_WIDTH = 3
const GAP = 1
const SWEEPS = 6 // Crossings hardly get fewer after that.

/** The levels with all x set; undefined: they are wider than `columns`. */
export function layOut(
  tasks: readonly GraphTask[],
  boxWidth: (id: string) => number,
  columns: number,
): Slot[][] | undefined {
  const levels = slotLevels(tasks, boxWidth)
  if (levels.some((level) => widthOf(level) > columns)) return undefined
  for (let sweep = 0; sweep < SWEEPS; sweep++) order(levels, sweep % 2 === 0)
  const widest = Math.max(...levels.map(widthOf))
  for (const level of levels) pack(level, Math.floor((widest - widthOf(level)) / 2))
  for (let sweep = 0; sweep < SWEEPS; sweep++) align(levels, columns, sweep % 2 === 0)
  const left = Math.min(...levels.flat().map(({ x }) => x))
  for (const slot of levels.flat()) slot.x -= left
  return levels
}

/** The column in the middle of a slot. */
export function middleOf({ x, width }: Slot): number {
  return x + Math.floor(width / 2)
}

function slotLevels(tasks: readonly GraphTask[], boxWidth: (id: string) => number): Slot[][] {
  const place = levelsOf(tasks)
  const levels: Slot[][] = []
  const slots = new Map<string, Slot>()
  const slotAt = (level: number, key: string, task: string | undefined): Slot => {
    const known = slots.get(key)
    if (known !== undefined) return known
    const width = task === undefined ? PASS_WIDTH : boxWidth(task)
    const slot: Slot = { key, task, width, x: 0, above: [], below: [] }
    slots.set(key, slot)
    ;(levels[level] ??= []).push(slot)
    return slot
  }
  for (const { id } of tasks) slotAt(place.get(id) ?? 0, id, id)
  for (const { id, waits_for } of tasks)
    for (const parent of waits_for) {
      const from = place.get(parent)
      if (from === undefined) continue
      const to = place.get(id) ?? 0
      let above = slotAt(from, parent, parent)
      // The long edges of one task share their way down, as far as they go together.
      for (let level = from + 1; level <= to; level++) {
        const slot = level === to ? slotAt(to, id, id) : slotAt(level, `${parent} ${level}`, undefined)
        if (!above.below.includes(slot)) {
          above.below.push(slot)
          slot.above.push(above)
        }
        above = slot
      }
    }
  return levels
}

function widthOf(level: readonly Slot[]): number {
  return level.reduce((sum, { width }) => sum + width, 0) + GAP * (level.length - 1)
}

/** Brings each level into the order of the middles of its neighbours above (or below). */
function order(levels: Slot[][], isDown: boolean): void {
  for (const level of isDown ? levels : levels.toReversed()) {
    const places = new Map<Slot, number>()
    for (const one of levels) for (const [index, slot] of one.entries()) places.set(slot, index / one.length)
    const wish = (slot: Slot): number => {
      const near = isDown ? slot.above : slot.below
      return near.length === 0 ? (places.get(slot) ?? 0) : mean(near.map((one) => places.get(one) ?? 0))
    }
    level.sort((one, other) => wish(one) - wish(other))
  }
}

function pack(level: readonly Slot[], start: number): void {
  let x = start
  for (const slot of level) {
    slot.x = x
    x += slot.width + GAP
  }
}

/** Brings each slot as near to the middle of its neighbours as the others of its level allow. */
function align(levels: readonly Slot[][], columns: number, isDown: boolean): void {
  for (const level of isDown ? levels : levels.toReversed()) {
    const starts: number[] = []
    let start = 0
    const wishes = level.map((slot) => {
      const near = isDown ? slot.above : slot.below
      const middle = near.length === 0 ? middleOf(slot) : mean(near.map(middleOf))
      starts.push(start)
      const wish = middle - Math.floor(slot.width / 2) - start
      start += slot.width + GAP
      return wish
    })
    const room = columns - widthOf(level)
    for (const [index, shift] of rising(wishes).entries()) {
      const slot = level[index]
      if (slot) slot.x = (starts[index] ?? 0) + Math.min(room, Math.max(0, Math.round(shift)))
    }
  }
}

/** The numbers that come nearest to the wishes without ever falling: neighbours that disagree meet in the middle. */
function rising(wishes: readonly number[]): number[] {
  const pools: { sum: number; count: number }[] = []
  for (const wish of wishes) {
    let pool = { sum: wish, count: 1 }
    for (
      let last = pools.at(-1);
      last && last.sum / last.count > pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pools.pop()
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count }
    }
    pools.push(pool)
  }
  return pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
}

function mean(all: readonly number[]): number {
  return all.reduce((sum, one) => sum + one, 0) / all.length
}
