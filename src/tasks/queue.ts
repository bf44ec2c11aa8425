// Owns the form of a task file in `tasks/queue`: its name, its content, and what either says of the task.
import { fileStamp } from '../base/time.ts'
import { titleSlug } from '../base/title-slug.ts'

/** What a title may have at most; the rest belongs into the body. */
export const TITLE_CHARS_MAX = 10_000

/** A task as it waits in the queue. */
export interface QueuedTask {
  /** The file's name; the queue is worked in the order of names. */
  readonly file: string
  readonly title: string
  /** Whole seconds since 1970. */
  readonly created: number
  /** Differs when the content does; touching the file is no change. */
  readonly fingerprint: string
}

const TITLE_LENGTH_MAX = 50 // Characters in a file name. 50 of four bytes each still fit in the 255 of a file system.

/** `<YYYYMMDD-HHMMSS>-<title>.md`, and from the second of the same name on `-2`, `-3` … before the extension. */
export function taskFile(title: string, at: number, copy = 1): string {
  return `${fileStamp(at)}-${titleSlug(title, TITLE_LENGTH_MAX, 'task')}${copy === 1 ? '' : `-${copy}`}.md`
}

/** The heading, a blank line, the body. A title of several lines becomes one. */
export function taskContent(title: string, body: string): string {
  const line = title.trim().replace(/\s+/gu, ' ')
  // What ends in # gets marks behind it: those are taken for the end of the heading, and the title's own are not.
  const heading = `# ${line}${line.endsWith('#') ? ' #' : ''}\n`
  return body.trim() === '' ? heading : `${heading}\n${body.trimEnd()}\n`
}

/** The first heading of the content, else the file's name. Only the start of the content needs to be given. */
export function taskTitle(content: string, file: string): string {
  return firstHeading(content)?.title ?? file.replace(/\.[^.]*$/, '')
}

/** The first heading, and the text without its line; undefined where there is none. */
export function firstHeading(content: string): { readonly title: string; readonly rest: string } | undefined {
  const found = /^#{1,6}[ \t]+(\S.*)$/m.exec(content)
  if (found === null) return undefined
  const [line, title = ''] = found
  const rest = content.slice(0, found.index) + content.slice(found.index + line.length)
  return { title: withoutMarks(title.trimEnd()), rest }
}

/** No pattern: on a line of spaces without end it would look at each of them again and again. */
function withoutMarks(title: string): string {
  let end = title.length
  while (title[end - 1] === '#') end -= 1
  const isMarked = end > 0 && end < title.length && title.slice(0, end).trimEnd().length < end
  return isMarked ? title.slice(0, end).trimEnd() : title
}

/** False for hidden files and for what editors and half-done copies leave behind. */
export function isTaskFile(file: string): boolean {
  return !file.startsWith('.') && !/(?:~|\.(?:tmp|part|swp))$/.test(file)
}
