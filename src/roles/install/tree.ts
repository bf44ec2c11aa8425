// Owns how the files of a source are read, whether it is a commit or a folder.
import type { Entry } from '../offer.ts'

/** One state of a source. Nothing in it is followed or run. */
export interface SourceTree {
  /** The file at a path from its top, or everything below the folder there; empty when it has neither. */
  readonly list: (path: string) => Promise<readonly Entry[]>
  /** The texts of such files, by path. Throws BAD_REQUEST for what is no text. */
  readonly read: (entries: readonly Entry[]) => Promise<ReadonlyMap<string, string>>
}
