/** What is put on record about a task while it is worked on: by agents for each other, and by the operator. */
import type { Party } from './task.ts'

/** `note`: of the work itself. `artifact`: something made that others build on. `decision`: what was chosen, and why. */
export type RecordKind = 'note' | 'artifact' | 'decision'

/** One of them. */
export interface TaskRecord {
  /** In the order in which they were made, over all tasks. */
  readonly number: number
  readonly task: string
  readonly kind: RecordKind
  /** Of an artifact; undefined for the others. */
  readonly name: string | undefined
  /** Of an artifact that is a file: where it lies, as it was told; undefined: it is all in the text. */
  readonly path: string | undefined
  readonly text: string
  readonly by: Party
  /** Epoch ms. */
  readonly at: number
}

/** How many records a task may have. */
export const RECORDS_MAX = 200
