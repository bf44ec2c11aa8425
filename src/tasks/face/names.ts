/** Owns what files in the face of the board are called, and what a name says of a file. */
import { fileStamp } from '../../base/time.ts'
import { titleSlug } from '../../base/title-slug.ts'
import { isTaskFile } from '../queue.ts'
import type { Task } from '../task.ts'

/** What says how many open tasks have no file. */
export const MORE_FILE = '_more.md'

const TITLE_LETTERS_MAX = 40
const NAME_BYTES_MAX = 200 // 255 are allowed; the rest is for what notes add to a name.

/** Different for all tasks that are likely to be open at once, and the same for as long as title and time of one are. */
export function nameOfTask({ id, title, createdAt }: Pick<Task, 'id' | 'title' | 'createdAt'>): string {
  return `${fileStamp(createdAt)}-${titleSlug(title, TITLE_LETTERS_MAX, 'task')}-${id.slice(2, 6)}.md`
}

/** What may say a task: a Markdown file that is whole by its name, and that marrow did not write beside one. */
export function saysTask(name: string): boolean {
  return isTaskFile(name) && /\.md$/i.test(name) && name !== MORE_FILE && !isNote(name)
}

function isNote(name: string): boolean {
  return isConflict(name) || /\.reason\.md$/i.test(name)
}

/** Whether it is a text of a person that was kept. */
export function isConflict(name: string): boolean {
  return /\.conflict(?:-\d+)?\.md$/i.test(name)
}

/** Where the reason stands that belongs to a file. */
export function reasonName(name: string): string {
  return `${stemOf(name)}.reason.md`
}

/** Where a text of a person is kept that has lost its place to the store. */
export function conflictName(name: string): string {
  return `${stemOf(name)}.conflict.md`
}

/** The name, or the same with the first number that makes it one that is not taken. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  const stem = name.replace(/\.md$/i, '')
  let free = name
  for (let copy = 2; isTaken(free); copy += 1) free = `${stem}-${copy}.md`
  return free
}

function stemOf(name: string): string {
  const letters = Array.from(name.replace(/\.md$/i, ''))
  while (byteLength(letters.join('')) > NAME_BYTES_MAX) letters.pop()
  return letters.join('')
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}
