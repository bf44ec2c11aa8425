/** Owns the names of the files that marrow writes into handoff folders. */
import { fileStamp } from '../base/time.ts'
import { titleSlug } from '../base/title-slug.ts'
import type { HandoffParty } from './folders.ts'

const TITLE_LENGTH_MAX = 40 // Characters. With four bytes each, a sender of 64 and a stamp they fit in the 255 of a file system.

/**
 * `<YYYYMMDD-HHMMSS>-<sender>-<title>.md` in UTC, so that names sort by time; from the second of the same name on `-2`,
 * `-3` … before the extension. Never a path, whatever the title.
 */
export function handoffFile(
  { slug }: Pick<HandoffParty, 'slug'>,
  title: string,
  at: number,
  copy = 1,
): string {
  const named = titleSlug(title, TITLE_LENGTH_MAX, 'handoff')
  return `${fileStamp(at)}-${slug}-${named}${copy === 1 ? '' : `-${copy}`}.md`
}
