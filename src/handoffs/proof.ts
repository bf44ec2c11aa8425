/** Owns when a handoff is proven: by what marrow has on record of sending it, never by anything in the file. */
import type { HandoffFolder } from './folders.ts'
import type { Origin } from './hops.ts'

/** What is on record of a handoff that marrow wrote for a run or the operator. */
export interface SentHandoff extends Origin {
  readonly path: string
  /** Of the whole content, as it was written. */
  readonly digest: string
  /** The name of the agent whose run sent it; undefined: the operator. */
  readonly from: string | undefined
}

/** Who wrote a handoff. Unproven: `from` is only what its folder is called. */
export interface Sender {
  readonly proven: boolean
  readonly from: string
}

/** The sender of a file that lies there now. A file that was changed since is no longer what was sent. */
export function senderOf(
  file: { readonly path: string; readonly digest: string },
  folder: Pick<HandoffFolder, 'from'>,
  sent: SentHandoff | undefined,
): Sender {
  const isProven = sent !== undefined && sent.path === file.path && sent.digest === file.digest
  return isProven ? { proven: true, from: sent.from ?? 'the operator' } : { proven: false, from: folder.from }
}
