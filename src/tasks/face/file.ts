/** Owns how a task of the board is written as a file, so that reading it back gives the same task. */
import { digest } from '../../base/digest.ts'
import { formatDuration, parseDuration } from '../../base/duration.ts'
import { plainStart } from '../../base/plain.ts'
import { isoTime } from '../../base/time.ts'
import { taskContent } from '../queue.ts'
import { describeParty, type Task } from '../task.ts'
import { draftKeys } from './draft.ts'
import { HEAD_MAX, normalBody, normalTitle, readTaskFile, type TaskText } from './front-matter.ts'

/** A task with what the file says of others. */
export interface FaceTask {
  readonly task: Task
  /** The ids of its dependencies. */
  readonly dependsOn: readonly string[]
}

/** The whole file: what the board knows and a person wants to see, the title, the body. */
export function writeTaskFile(shown: FaceTask): string {
  const { title, body } = textOfTask(shown.task)
  return `---\n${head(shown)}---\n\n${taskContent(title, body)}`
}

/** Title and body of a task as its file says them. */
export function textOfTask({ title, body }: Pick<Task, 'title' | 'body'>): TaskText {
  return { title: normalTitle(title), body: normalBody(body) }
}

/** Tells texts of tasks apart. */
export function textDigest({ title, body }: TaskText): string {
  return digest(JSON.stringify([title, body]))
}

/** The keys of an edited file that say something else than the board: they count only when a task is created. */
export function keysNotTaken(values: ReadonlyMap<unknown, unknown>, shown: FaceTask): string[] {
  const own = readTaskFile(writeTaskFile(shown), '').values
  return [...values].flatMap(([key, value]) => {
    const isState = typeof key === 'string' && !isDraftKey(key) && own.has(key)
    return isState || isSame(value, own.get(key)) ? [] : [plainStart(String(key), KEY_LETTERS_MAX)]
  })
}

const KEY_LETTERS_MAX = 40

function isDraftKey(key: string): boolean {
  return draftKeys.some((known) => known === key)
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null)
}

function head(shown: FaceTask): string {
  const state = stateLines(shown.task)
  const all = [...state, ...fieldLines(shown), ''].join('\n')
  // A task of other ways in may have longer lists than a file can say.
  return all.length <= HEAD_MAX ? all : [...state, ''].join('\n')
}

function stateLines({ id, state, waitsFor, deadEnds }: Task): string[] {
  const lines = [
    `id: ${id}`,
    `status: ${deadEnds > 0 && state.status === 'todo' ? 'unreachable' : state.status}`,
  ]
  if (state.status === 'claimed') lines.push(`held_by: ${quoted(describeParty(state.holder.by))}`)
  if (state.status === 'blocked' || state.status === 'failed')
    lines.push(`reason: ${quoted(plainStart(state.reason, REASON_LETTERS_MAX))}`)
  if (waitsFor > 0) lines.push(`waits_for: ${waitsFor}`)
  return lines
}

const REASON_LETTERS_MAX = 200

function fieldLines({ task, dependsOn }: FaceTask): string[] {
  const { priority, labels, role, verification, review, attemptsMax, notBefore } = task
  const lines = [`priority: ${priority}`]
  if (labels.length > 0) lines.push(`labels: ${list(labels)}`)
  if (role !== undefined) lines.push(`role: ${quoted(role)}`)
  if (dependsOn.length > 0) lines.push(`depends_on: [${dependsOn.join(', ')}]`)
  if (verification !== undefined) {
    lines.push(`verify: ${list(verification.commands)}`)
    lines.push(`verify_deadline: ${exactDuration(verification.deadlineMs)}`)
  }
  if (review) lines.push('review: true')
  lines.push(`attempts_max: ${attemptsMax}`)
  if (notBefore !== undefined) lines.push(`not_before: ${isoTime(notBefore)}`)
  return lines
}

function list(items: readonly string[]): string {
  return `[${items.map(quoted).join(', ')}]`
}

/** JSON is YAML but for some characters, which YAML wants written as their codes. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/gu,
    (letter) => String.raw`\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function exactDuration(ms: number): string {
  const short = formatDuration(ms)
  return parseDuration(short) === ms ? short : `${ms}ms`
}
