/** Owns the picture of a graph of tasks: boxes, and lines from above to below that one can follow. */
import { plainStart } from '../../base/plain.ts'
import type { BoardTask } from '../../tasks/view.ts'
import { drawChannel } from './dag-edges.ts'
import { layOut, middleOf, type Slot } from './dag-layout.ts'
import type { Screen, Style } from './screen.ts'
import { shorten } from './table.ts'
import { marks, stageOf } from './task-words.ts'

/** What the text of a box may take, widest first; the least is a mark and an id. */
const TEXT_WIDTHS = [32, 24, 18, 12]
const FRAME = 4
const WORD_MIN = 4 // Of less nobody guesses the word; the mark says it too.
const TITLE_CHARACTERS_MAX = 100

/** The lines; undefined: the screen is too narrow for it. */
export function pictureLines(tasks: readonly BoardTask[], screen: Screen): string[] | undefined {
  for (const width of TEXT_WIDTHS) {
    const lines = drawn(tasks, width, screen)
    if (lines !== undefined) return lines
  }
  return undefined
}

interface Box {
  readonly texts: readonly [text: string, style: Style | undefined][]
  readonly width: number
}

function drawn(tasks: readonly BoardTask[], textWidth: number, screen: Screen): string[] | undefined {
  const boxes = new Map(tasks.map((task) => [task.id, boxOf(task, textWidth, screen)]))
  const levels = layOut(tasks, (id) => (boxes.get(id)?.width ?? 0) + FRAME, screen.columns)
  if (levels === undefined) return undefined
  const lines: string[] = []
  let exits: ReadonlyMap<Slot, number> = new Map((levels[0] ?? []).map((slot) => [slot, middleOf(slot)]))
  for (const [index, level] of levels.entries()) {
    lines.push(...levelLines(level, boxes, exits, screen))
    const next = levels[index + 1]
    if (next === undefined) continue
    const channel = drawChannel(level, next, exits)
    if (channel === undefined) return undefined
    for (const row of channel.rows) lines.push(screen.paint('dim', row))
    exits = channel.exits
  }
  return lines
}

function boxOf(task: BoardTask, textWidth: number, { widthOf }: Screen): Box {
  const stage = stageOf(task)
  const [glyph, style] = marks[stage]
  const who = task.holder === null ? stage : task.holder.name
  const title = shorten(plainStart(task.title, TITLE_CHARACTERS_MAX), textWidth, widthOf)
  const head = `${glyph} ${task.id}`
  const room = textWidth - widthOf(head) - 1
  const said = room < WORD_MIN ? '' : ` ${shorten(plainStart(who, TITLE_CHARACTERS_MAX), room, widthOf)}`
  const about = `${head}${said}`
  return {
    texts: [
      [title, undefined],
      [about, style],
    ],
    width: Math.max(widthOf(title), widthOf(about)),
  }
}

/** A level is four rows high: frame, title, where the task stands, frame. */
function levelLines(
  level: readonly Slot[],
  boxes: ReadonlyMap<string, Box>,
  exits: ReadonlyMap<Slot, number>,
  screen: Screen,
): string[] {
  return [0, 1, 2, 3].map((row) => {
    let [line, column] = ['', 0]
    for (const slot of level) {
      const exit = exits.get(slot) ?? middleOf(slot)
      const box = slot.task === undefined ? undefined : boxes.get(slot.task)
      const start = box === undefined ? exit : slot.x
      line += ' '.repeat(start - column)
      line += box === undefined ? screen.paint('dim', '│') : boxRow(box, row, slot, exit, screen)
      column = start + (box === undefined ? 1 : slot.width)
    }
    return line
  })
}

function boxRow({ texts, width }: Box, row: number, slot: Slot, exit: number, screen: Screen): string {
  const { paint, widthOf } = screen
  if (row === 0) return paint('dim', `┌${'─'.repeat(width + 2)}┐`)
  if (row === 3) {
    const before = exit - slot.x - 1
    const strokes = '─'.repeat(width + 2)
    if (slot.below.length === 0) return paint('dim', `└${strokes}┘`)
    return paint('dim', `└${strokes.slice(0, before)}┬${strokes.slice(before + 1)}┘`)
  }
  const [text, style] = texts[row - 1] ?? ['', undefined]
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  return `${paint('dim', '│')} ${style === undefined ? text : paint(style, text)}${space} ${paint('dim', '│')}`
}
