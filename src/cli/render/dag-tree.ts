/** Owns the graph of tasks as an indented tree, where boxes do not fit: each task once, with whatever else it waits for. */
import { plainStart } from '../../base/plain.ts'
import { levelsOf } from '../../tasks/levels.ts'
import type { BoardTask } from '../../tasks/view.ts'
import type { Screen } from './screen.ts'
import { shorten } from './table.ts'
import { marks, stageOf } from './task-words.ts'

const STEP = 3
const TEXT_MIN = 28 // A mark, an id, and the beginning of a title.
const DEPTH_MAX = 20
const TITLE_CHARACTERS_MAX = 200

/**
 * The lines. A task stands below the one that it waits for the longest; the others are named behind it. What would stand
 * too far to the right begins a tree of its own, further down.
 */
export function treeLines(tasks: readonly BoardTask[], screen: Screen): string[] {
  const levels = levelsOf(tasks)
  const mainOf = (task: BoardTask): string | undefined =>
    task.waits_for
      .filter((id) => levels.has(id))
      .toSorted((one, other) => (levels.get(other) ?? 0) - (levels.get(one) ?? 0))[0]
  const children = Map.groupBy(tasks, mainOf)
  const depthMax = Math.max(0, Math.min(DEPTH_MAX, Math.floor((screen.columns - TEXT_MIN) / STEP)))
  const later: BoardTask[] = []
  const branch = (task: BoardTask, front: string, below: string, depth: number): string[] => {
    const main = depth === 0 ? undefined : mainOf(task)
    const all = children.get(task.id) ?? []
    const lines = taskLines(task, main, { front, below: `${below}${all.length > 0 ? '│  ' : '   '}` }, screen)
    if (depth === depthMax) later.push(...all)
    else
      for (const [index, child] of all.entries()) {
        const isLast = index === all.length - 1
        lines.push(
          ...branch(
            child,
            `${below}${isLast ? '└─ ' : '├─ '}`,
            `${below}${isLast ? '   ' : '│  '}`,
            depth + 1,
          ),
        )
      }
    return lines
  }
  const lines = (children.get(undefined) ?? []).flatMap((task) => branch(task, '', '', 0))
  for (let task = later.shift(); task !== undefined; task = later.shift())
    lines.push(...branch(task, '', '', 0))
  return lines
}

interface Fronts {
  readonly front: string
  readonly below: string
}

function taskLines(
  task: BoardTask,
  main: string | undefined,
  { front, below }: Fronts,
  screen: Screen,
): string[] {
  const { widthOf, paint, columns } = screen
  const [glyph, style] = marks[stageOf(task)]
  const head = `${glyph} ${task.id}`
  const room = columns - widthOf(front) - widthOf(head) - 1
  const title = shorten(plainStart(task.title, TITLE_CHARACTERS_MAX), Math.max(1, room), widthOf)
  const others = task.waits_for.filter((id) => id !== main)
  return [
    `${paint('dim', front)}${paint(style, head)} ${title}`.trimEnd(),
    ...referenceLines(others, main === undefined ? 'after' : 'also after', columns - widthOf(below)).map(
      (line) => paint('dim', `${below}${line}`),
    ),
  ]
}

/** Ids are ASCII, so a letter is a column. */
function referenceLines(ids: readonly string[], word: string, room: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const id of ids) {
    const longer = line === '' ? `${word} ${id}` : `${line}, ${id}`
    if (line !== '' && longer.length + 1 > room) {
      lines.push(`${line},`)
      line = id
    } else line = longer
  }
  return line === '' ? [] : [...lines, line]
}
