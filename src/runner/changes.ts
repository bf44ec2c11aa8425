/** Owns what a run changed in its work_dir: how it is kept and told. Pure. */
import { counted } from '../base/numbers.ts'
import type { ChangesView } from '../ipc/protocol/runs.ts'

/** What a run left behind in the repository of its work_dir. */
export interface RunChanges {
  /** Newest first. */
  readonly commits: readonly { readonly id: string; readonly subject: string }[]
  readonly moreCommits: number
  /** The head from before is not in the history any more. */
  readonly rewritten: boolean
  /** From the head before to the files after; null when git could not tell. */
  readonly diff: {
    readonly files: number
    readonly insertions: number
    readonly deletions: number
  } | null
  /** Something was changed already before the run: where the run went on with it, it cannot be told apart. */
  readonly dirtyBefore: boolean
}

/** As it goes over the wire. */
export function changesView({ commits, moreCommits, rewritten, diff, dirtyBefore }: RunChanges): ChangesView {
  return {
    commits: commits.map((commit) => ({ ...commit })),
    more_commits: moreCommits,
    rewritten,
    diff,
    dirty_before: dirtyBefore,
  }
}

/** `2 commits, 3 files +12 -4`, with what makes the figures less certain behind it. */
export function describeChanges(changes: ChangesView): string {
  const { commits, more_commits, rewritten, diff, dirty_before } = changes
  const count = commits.length + more_commits
  const told = [
    ...(count === 0 ? [] : [counted(count, 'commit')]),
    diff === null
      ? 'files that could not be compared'
      : `${counted(diff.files, 'file')} +${diff.insertions} -${diff.deletions}`,
  ]
  const doubts = [
    ...(rewritten ? ['the head before is no longer in the history'] : []),
    ...(dirty_before ? ['some lines may be older: not all was committed before'] : []),
  ]
  return `${told.join(', ')}${doubts.length === 0 ? '' : ` (${doubts.join('; ')})`}`
}

/** One line for each commit, and one for those that are left out. */
export function commitLines({ commits, more_commits }: ChangesView): string[] {
  const more = more_commits === 0 ? [] : [`and ${more_commits} more`]
  return [...commits.map(({ id, subject }) => `${id.slice(0, ID_CHARS)} ${subject}`), ...more]
}

const ID_CHARS = 9
