/** Owns how a task file is read: its front matter, its title, its text, and all mistakes with line and key. */
import { formatProblem, type Problem } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { newReport, problemOf, type Issue, type Report } from '../../config/report.ts'
import { splitFrontMatter, type FrontMatter } from '../../front-matter/split.ts'
import { firstHeading, TITLE_CHARS_MAX } from '../queue.ts'
import { TaskId } from '../task.ts'
import { draftKeys, readDraft, type Draft } from './draft.ts'

/** How much text a task file may have, in bytes. What is longer belongs into files that the task names. */
export const TASK_FILE_BYTES_MAX = 256 * 1024

/** In characters, of the front matter. */
export const HEAD_MAX = 16_384

/** Title and body as they can be compared, whoever wrote them. */
export interface TaskText {
  readonly title: string
  readonly body: string
}

/** A task file as it was read. */
export interface ReadTaskFile {
  /** The task that it says it belongs to. */
  readonly id: TaskId | undefined
  /** Undefined when not even that can be read. Without a heading there is no title. */
  readonly text: (Omit<TaskText, 'title'> & { readonly title: string | undefined }) | undefined
  /** Undefined when there is any mistake. */
  readonly draft: Draft | undefined
  /** What stands at the top of its front matter. */
  readonly values: ReadonlyMap<unknown, unknown>
  readonly mistakes: readonly Problem[]
  readonly hints: readonly Problem[]
}

// Fields that marrow writes: they say how a task stands, and nobody changes it by them.
const stateKeys = ['id', 'status', 'held_by', 'reason', 'waits_for']

const MISTAKES_MAX = 50 // Of one file: nobody reads more, and agents write such files too.

/** Reads a task file; `name` is how its mistakes call it. Never throws. */
export function readTaskFile(text: string, name: string): ReadTaskFile {
  const report = newReport()
  const isLong = text.length > TASK_FILE_BYTES_MAX
  if (isLong) report.problem([], ...tooLong)
  const front = isLong ? undefined : splitFrontMatter(text, HEAD_MAX, report)
  const values = front?.values ?? new Map<unknown, unknown>()
  const draft = readDraft({ values, at: [], report })
  hintAtSlips(values, report)
  const said = front && textIn(front, report)
  const shown = (issue: Issue) => problemOf(issue, name, front?.lineOf(issue.path) ?? 1)
  const id = TaskId.safeParse(values.get('id'))
  return {
    id: id.success ? id.data : undefined,
    text: said,
    draft: report.problems.length === 0 ? draft : undefined,
    values,
    mistakes: report.problems.slice(0, MISTAKES_MAX).map(shown),
    hints: report.warnings.slice(0, MISTAKES_MAX).map(shown),
  }
}

const tooLong = [
  `has more than ${TASK_FILE_BYTES_MAX / 1024} KiB.`,
  'Put the long text into a file of its own and name that in the task.',
] as const

function textIn(front: FrontMatter, report: Report): ReadTaskFile['text'] {
  const heading = firstHeading(front.body)
  const title = heading === undefined ? undefined : normalTitle(heading.title)
  if (title !== undefined && title.length > TITLE_CHARS_MAX)
    report.problem(
      [],
      `has a title of more than ${TITLE_CHARS_MAX} characters.`,
      'Put it into the text below.',
    )
  return { title: title === '' ? undefined : title, body: normalBody(heading?.rest ?? front.body) }
}

/** A title as a heading can say it: one line, with single spaces. */
export function normalTitle(title: string): string {
  return cleaned(title).trim().replace(/\s+/gu, ' ')
}

/** A body as a file can say it: without empty lines around it, and with line feeds alone at the ends of its lines. */
export function normalBody(body: string): string {
  return cleaned(body)
    .replace(/\r\n?/gu, '\n')
    .replace(/^(?:[^\S\n]*\n)+/u, '')
    .trimEnd()
}

/** What UTF-8, prompts and terminals take. */
function cleaned(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}

const knownKeys = [...draftKeys, ...stateKeys]

/** Other programs have keys of their own; one that nearly is ours is a slip of the hand. */
function hintAtSlips(values: ReadonlyMap<unknown, unknown>, report: Report): void {
  for (const key of values.keys()) {
    if (typeof key !== 'string' || knownKeys.includes(key)) continue
    const meant = nearest(key, draftKeys)
    if (meant !== undefined) report.warning([key], 'is no field of a task.', `Did you mean ${meant}?`)
  }
}

/** The mistakes as they are shown to whoever wrote the file. */
export function describeMistakes(mistakes: readonly Problem[]): string {
  return mistakes.map((mistake) => `- ${formatProblem(mistake)}`).join('\n')
}
