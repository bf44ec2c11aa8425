// Owns what all role files together are: which file counts for an id, what refers to what, and every mistake in it.
import type { Problem } from '../base/errors.ts'
import type { LinkedRole } from './role.ts'

/** The roles that count, by id, sorted by id. What has a mistake is not among them. */
export interface Catalogue {
  readonly roles: ReadonlyMap<string, LinkedRole>
  /** Everything that is wrong with any file, by file and line. */
  readonly mistakes: readonly Problem[]
  /** Files of the core in whose place one of the operator's counts: id and both paths. */
  readonly replaced: readonly { readonly id: string; readonly core: string; readonly operator: string }[]
}
