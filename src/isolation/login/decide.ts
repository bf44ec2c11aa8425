/** Decides in which direction a login is carried between the operator's file and the runs that share it. */
import { digest } from '../../base/digest.ts'
import { isObject, refreshedLogin } from './refreshed.ts'

/** What stands on one side. */
export type Side =
  | { readonly state: 'absent'; readonly settled: boolean }
  /** No plain file of a sensible size. */
  | { readonly state: 'unreadable'; readonly reason: string }
  /** `settled`: nobody has written it for a moment, so that it is whole. */
  | { readonly state: 'there'; readonly text: string; readonly settled: boolean }

/** The digests of both sides as they were after the last carrying; undefined: nothing was there. */
export interface Carried {
  readonly own: string | undefined
  readonly shared: string | undefined
}

export type Carrying =
  | { readonly kind: 'nothing' }
  /** Somebody is writing, or the operator's file cannot be read. */
  | { readonly kind: 'wait'; readonly problem: string | undefined }
  /** Both sides are right; only to be remembered. */
  | { readonly kind: 'note' }
  /** The operator's file replaces what runs see; undefined: he has logged out. */
  | { readonly kind: 'to runs'; readonly text: string | undefined }
  /** A run has refreshed the login. `shared`: what runs are to see then; undefined: it is that already. */
  | { readonly kind: 'to the operator'; readonly text: string; readonly shared: string | undefined }

export interface Sides {
  readonly own: Side
  readonly shared: Side
  readonly last: Carried
  readonly refreshed: readonly string[]
}

/**
 * What the operator did wins: a login of his own, and logging out. Of a run only a refresh counts; whatever else it left there,
 * or took away, is mended from his file.
 */
export function decideCarrying({ own, shared, last, refreshed }: Sides): Carrying {
  if (own.state === 'unreadable') return { kind: 'wait', problem: own.reason }
  if (own.state === 'absent') return loggedOut(own.settled, shared, last)
  const text = own.text
  if (shared.state === 'there' && shared.text === text)
    return isAsCarried(text, last.own) && isAsCarried(text, last.shared)
      ? { kind: 'nothing' }
      : { kind: 'note' }
  if (!isAsCarried(text, last.own)) {
    const half = refreshed.length > 0 && !own.settled && !isObject(text)
    return half ? WAIT : { kind: 'to runs', text }
  }
  if (shared.state !== 'there') return { kind: 'to runs', text }
  return isAsCarried(shared.text, last.shared) ? { kind: 'nothing' } : changedByRun(text, shared, refreshed)
}

/** The digest to remember of a side. */
export function carriedDigest(text: string | undefined): string | undefined {
  return text === undefined ? undefined : digest(text)
}

const WAIT: Carrying = { kind: 'wait', problem: undefined }

function isAsCarried(text: string, before: string | undefined): boolean {
  return digest(text) === before
}

/** Some programs remove a file right before they write it anew. */
function loggedOut(settled: boolean, shared: Side, last: Carried): Carrying {
  if (shared.state !== 'absent') return settled ? { kind: 'to runs', text: undefined } : WAIT
  return last.own === undefined && last.shared === undefined ? { kind: 'nothing' } : { kind: 'note' }
}

function changedByRun(
  own: string,
  shared: Extract<Side, { state: 'there' }>,
  refreshed: readonly string[],
): Carrying {
  const found = refreshedLogin(own, shared.text, refreshed)
  // Half of a file that is written in place would mean the loss of a token that works once.
  if (found === undefined) return shared.settled ? { kind: 'to runs', text: own } : WAIT
  const { text, fresh, foreign } = found
  if (fresh) return { kind: 'to the operator', text, shared: foreign ? text : undefined }
  return foreign ? { kind: 'to runs', text: own } : { kind: 'note' }
}
