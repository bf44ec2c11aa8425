/** Decides whether a worktree may go: only with proof that nothing in it is unsaved or unmerged. */
import { namesOf } from '../base/names.ts'
import { counted } from '../base/numbers.ts'
import type { Unsaved } from '../platform/git.ts'

/** What was found at the place of a worktree, in its git folder and among the branches of its repository. */
export interface Found {
  /** What stands at its path. */
  readonly place: 'folder' | 'nothing' | 'other'
  /** Whether folder and repository name each other. */
  readonly tied: boolean
  /** Undefined when git does not say; not asked for where there is no folder. */
  readonly unsaved: Unsaved | undefined
  /** Names in its own git folder. */
  readonly gitNames: readonly string[]
  /** Why somebody locked it; undefined: nobody did. */
  readonly locked: string | undefined
  /** Commits of its branch and of what is checked out in it that no other branch has; undefined when git does not say. */
  readonly unmerged: number | undefined
}

/** Files in a git folder that stand for work that is not finished. */
const underWay: Readonly<Record<string, string>> = {
  MERGE_HEAD: 'a merge is under way',
  CHERRY_PICK_HEAD: 'a cherry-pick is under way',
  REVERT_HEAD: 'a revert is under way',
  'rebase-merge': 'a rebase is under way',
  'rebase-apply': 'a rebase is under way',
  sequencer: 'a sequence of picks is under way',
  BISECT_LOG: 'a bisect is under way',
  'index.lock': 'its index is locked: something is at work in it',
  'HEAD.lock': 'its HEAD is locked: something is at work in it',
  'refs/worktree': 'it has references of its own',
  modules: 'it has submodules, into which marrow does not look',
}

/** Everything that speaks against removing it, a phrase each; empty: nothing would be lost. */
export function reasonsToKeep(found: Found): string[] {
  const { place, tied, locked, unmerged } = found
  if (place === 'other') return ['something else than a folder stands in its place']
  if (place === 'folder' && !tied) return ['its folder is no longer tied to the repository']
  return [
    ...(place === 'folder' ? unsavedReasons(found.unsaved) : []),
    ...new Set(found.gitNames.flatMap((name) => underWay[name] ?? [])),
    ...(locked === undefined ? [] : [`it is locked${locked === '' ? '' : `: ${locked}`}`]),
    ...unmergedReasons(unmerged),
  ]
}

function unsavedReasons(unsaved: Unsaved | undefined): string[] {
  if (unsaved === undefined) return ['git does not say what in it is not committed']
  const { changed, unlooked, ignoredRepositories } = unsaved
  return [
    ...(changed.length === 0
      ? []
      : [`${counted(changed.length, 'file')} not committed: ${namesOf(changed)}`]),
    ...(unlooked.length === 0
      ? []
      : [`git was told not to look at ${counted(unlooked.length, 'file')}: ${namesOf(unlooked)}`]),
    ...(ignoredRepositories.length === 0
      ? []
      : [`a repository of its own is in what it ignores: ${namesOf(ignoredRepositories)}`]),
  ]
}

function unmergedReasons(unmerged: number | undefined): string[] {
  if (unmerged === undefined) return ['git does not say whether its commits are in another branch']
  return unmerged === 0 ? [] : [`${counted(unmerged, 'commit')} in no other branch`]
}
