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
  const heading = `# ${title.trim().replace(/\s+/gu, ' ')}\n`
  return body.trim() === '' ? heading : `${heading}\n${body.trimEnd()}\n`
}

/** The first heading of the content, else the file's name. Only the start of the content needs to be given. */
export function taskTitle(content: string, file: string): string {
  const heading = /^#{1,6}[ \t]+(\S.*?)[ \t#]*$/m.exec(content)?.[1]
  return heading ?? file.replace(/\.[^.]*$/, '')
}

/** False for hidden files and for what editors and half-done copies leave behind. */
export function isTaskFile(file: string): boolean {
  return !file.startsWith('.') && !/(?:~|\.(?:tmp|part|swp))$/.test(file)
}
