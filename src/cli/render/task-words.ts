/** Owns how a task is marked and described in views of the board. */
import type { BoardTask, TaskStatus } from '../../tasks/view.ts'
import type { Style } from './screen.ts'

/** What a person sees of where a task stands: a task to do is ready, waits, or can never be reached. */
export type Stage = Exclude<TaskStatus, 'todo'> | 'ready' | 'waiting' | 'unreachable'

/** The stage of a task. */
export function stageOf({ status, ready, unreachable }: BoardTask): Stage {
  if (unreachable) return 'unreachable'
  if (status !== 'todo') return status
  return ready ? 'ready' : 'waiting'
}

/** The mark of each stage, and its colour; the word stands beside it wherever there is room. */
export const marks: Readonly<Record<Stage, readonly [glyph: string, style: Style]>> = {
  ready: ['○', 'cyan'],
  waiting: ['…', 'dim'],
  claimed: ['▶', 'green'],
  blocked: ['‖', 'yellow'],
  review: ['?', 'yellow'],
  done: ['✓', 'green'],
  failed: ['✖', 'red'],
  cancelled: ['–', 'dim'],
  unreachable: ['✖', 'red'],
}
