/** Owns the graph of tasks on a terminal: what hangs together as a picture, or as a tree where that does not fit. */
import { partsOf } from '../../tasks/parts.ts'
import type { BoardTask } from '../../tasks/view.ts'
import { pictureLines } from './dag-picture.ts'
import { treeLines } from './dag-tree.ts'
import type { Screen } from './screen.ts'

/** Nobody follows the lines of a larger picture, and to lay one out takes long. */
const PICTURE_TASKS_MAX = 150

/** The lines of the whole graph. What waits for a task that is not among them is shown as a tree, which can name it. */
export function dagLines(tasks: readonly BoardTask[], screen: Screen): string[] {
  if (tasks.length === 0) return ['(no tasks)']
  const parts = partsOf(tasks)
  const alone = parts.filter((part) => part.length === 1).flat()
  const joined = parts.filter((part) => part.length > 1)
  const told = joined.map((part) => partLines(part, screen))
  return [...told, ...(alone.length === 0 ? [] : [treeLines(alone, screen)])].flatMap((lines, index) =>
    index === 0 ? lines : ['', ...lines],
  )
}

function partLines(part: readonly BoardTask[], screen: Screen): string[] {
  const known = new Set(part.map(({ id }) => id))
  // A line needs two ends: what waits for a task that is not shown can only name it.
  const isWhole = part.every(({ waits_for }) => waits_for.every((id) => known.has(id)))
  const picture = isWhole && part.length <= PICTURE_TASKS_MAX ? pictureLines(part, screen) : undefined
  return picture ?? treeLines(part, screen)
}
