/** Owns what the face of the board is decided from, and what a decision consists of. All data. */
import type { TaskEvent } from '../transitions.ts'
import type { Draft } from './draft.ts'
import type { FaceTask } from './file.ts'
import type { TaskText } from './front-matter.ts'

/** The folders below `tasks/`. */
export type FaceFolder = 'queue' | 'done' | 'delegated'

/** A regular file as it was found. */
export interface FaceFile {
  readonly folder: FaceFolder
  readonly name: string
  readonly digest: string
  /** Undefined when it is too long, no UTF-8, or may not be read. */
  readonly text: string | undefined
  /** Epoch ms; when the file system saw it change, whatever its own time says. */
  readonly changedAt: number
}

/** Whether the file of a task was found where it was written. */
export type Seen =
  /** It may be that it was never written. */
  | { readonly state: 'never' }
  | { readonly state: 'there' }
  /** Epoch ms. Editors take a file away for a moment when they save it. */
  | { readonly state: 'missing'; readonly since: number }

/** What the store remembers of the file of a task. */
export interface ShownTask {
  readonly task: string
  readonly folder: FaceFolder
  readonly name: string
  /** Digests of everything that stands there if nobody else wrote: of what was there, and of what was to be written. */
  readonly digests: readonly string[]
  /** `textDigest` of the title and body in it. */
  readonly content: string
  readonly seen: Seen
}

/** Why a note is there; it goes when that is over. */
export type NoteAbout =
  /** A file in the queue that is no task. */
  | { readonly kind: 'file'; readonly name: string }
  /** A text that was kept. */
  | { readonly kind: 'conflict'; readonly name: string }
  /** A request that was refused, until the file of the task has another digest. */
  | { readonly kind: 'task'; readonly task: string; readonly until: string }
  | { readonly kind: 'more' }

/** What the store remembers of a file in the queue that tells a person something. */
export interface ShownNote {
  readonly name: string
  readonly text: string
  /** As of a task. */
  readonly digests: readonly string[]
  readonly about: NoteAbout
  readonly isSeen: boolean
}

/** Everything that a decision looks at. */
export interface FaceWorld {
  /** The open tasks of the project. */
  readonly tasks: readonly FaceTask[]
  readonly shown: { readonly tasks: readonly ShownTask[]; readonly notes: readonly ShownNote[] }
  readonly files: readonly FaceFile[]
  /** `missing`: there is no queue. `partial`: there are more files than were looked at, so that none counts as deleted. */
  readonly listing: 'whole' | 'partial' | 'missing'
  /** Whether there is a task of this id, open or over, in any project. */
  readonly isTask: (id: string) => boolean
  readonly now: number
}

/** What the board is asked, in the name of whoever changed the files. */
export type FaceRequest =
  | {
      readonly kind: 'add'
      readonly text: TaskText
      readonly draft: Draft
      /** To be remembered with the id that the task gets. */
      readonly shown: Omit<ShownTask, 'task'>
      readonly reason: string
    }
  | { readonly kind: 'edit'; readonly task: string; readonly text: TaskText; readonly reason: string }
  | { readonly kind: 'event'; readonly task: string; readonly event: TaskEvent; readonly reason: string }

/** What the store is to remember, in the transaction of the requests. */
export type FaceMemory =
  | { readonly kind: 'task'; readonly shown: ShownTask }
  | { readonly kind: 'forget-task'; readonly task: string }
  | { readonly kind: 'note'; readonly shown: ShownNote }
  | { readonly kind: 'forget-note'; readonly name: string }

/** What happens to files, in this order, once the transaction is through. One that finds another file than it expects does nothing. */
export type FaceWrite =
  | {
      readonly kind: 'write'
      readonly folder: FaceFolder
      readonly name: string
      readonly text: string
      /** Digest of what it replaces; undefined: there must be nothing. */
      readonly expects: string | undefined
      readonly reason: string
    }
  | {
      readonly kind: 'remove'
      readonly folder: FaceFolder
      readonly name: string
      readonly expects: string
      readonly reason: string
    }
  | {
      /** There must be nothing where it goes. */
      readonly kind: 'move'
      readonly from: { readonly folder: FaceFolder; readonly name: string }
      readonly to: { readonly folder: FaceFolder; readonly name: string }
      readonly reason: string
    }

/** What is to be done; empty lists: the face says what the board says. */
export interface FaceDecision {
  readonly requests: readonly FaceRequest[]
  readonly memory: readonly FaceMemory[]
  readonly writes: readonly FaceWrite[]
  /** When a file that was changed just now, or is missing, is to be looked at again; epoch ms. */
  readonly lookAgainAt: number | undefined
}
