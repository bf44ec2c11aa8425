/** Owns the names by which people choose kinds of events. */
import { MarrowError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { eventKinds } from './sentences.ts'

/** The first halves of all kinds: `run` stands for every `run.…`. */
export const eventNouns: readonly string[] = [
  ...new Set(eventKinds.map((kind) => kind.split('.')[0] ?? kind)),
]

/**
 * Throws USAGE for a kind, or one of several with commas, that looks like a slip: an empty answer would pass for
 * silence. A name like no other is let through, for the journal may hold kinds of another version. Returns them one by one.
 */
export function refuseMistypedKinds(written: string): string[] {
  const kinds = written.split(',').map((kind) => kind.trim())
  if (kinds.includes(''))
    throw new MarrowError('USAGE', 'Cannot look for events: a kind is empty.', {
      fix: 'Write kinds with commas between them: --kind run.ended,tick',
    })
  const names = [...eventNouns, ...eventKinds]
  for (const kind of kinds.filter((one) => !names.includes(one))) {
    const meant = nearest(kind, names)
    if (meant === undefined) continue
    throw new MarrowError('USAGE', `Cannot look for events of the kind ${kind}: there is no such kind.`, {
      fix: `Did you mean ${meant}?`,
    })
  }
  return kinds
}
