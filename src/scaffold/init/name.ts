/** Owns what the project of a folder is called. */
import { slugOf } from '../../base/ids.ts'

const LENGTH_MAX = 48 // An agent's name has at most 64, with its own word in front and perhaps a number behind.

/** A name that agents can have behind their `@`: short enough, and without the word that parts the names of a handoff. */
export function projectNameOf(folder: string): string {
  const words = slugOf(folder)
    .split('-')
    .filter((word) => word !== 'to')
  return slugOf(words.join('-').slice(0, LENGTH_MAX))
}
