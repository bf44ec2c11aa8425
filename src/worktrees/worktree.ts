/** Owns what an agent's own worktree is: its folder, its repository, its branch, and what git lists of it. */
import type { IsolationMode } from '../config/config.ts'
import type { InnerPath } from '../platform/inside.ts'

/** A worktree that marrow made, or is about to make, as it stands in the store. */
export interface Worktree {
  /** Where it is; one path has one worktree. */
  readonly path: string
  readonly agent: string
  readonly slug: string
  readonly workspace: string
  /** The folder of which it is a worktree, as the file named it. */
  readonly repository: string
  /** Below `refs/heads/`. */
  readonly branch: string
  /** How its git is run once its agent has left the file. */
  readonly isolation: { readonly mode: IsolationMode; readonly user: string | undefined }
  /** Epoch ms; undefined: it is not complete, and no run was ever started in it. */
  readonly madeAt: number | undefined
  /** Why it was not removed when nobody wanted it any more. */
  readonly kept: string | undefined
}

/** The same with what is known of the disk. */
export interface Site {
  readonly path: InnerPath
  readonly branch: string
  readonly repository: string
  /** The git folder of the repository's own working copy, and the one that all its working copies share. */
  readonly gitDir: string
  readonly commonDir: string
}

/** One working copy as `git worktree list --porcelain -z` names it. */
export interface Listed {
  readonly path: string
  /** Undefined in one without a commit. */
  readonly head: string | undefined
  /** The whole name, `refs/heads/…`; undefined when no branch is checked out. */
  readonly branch: string | undefined
  /** Why somebody locked it, which may be empty; undefined: nobody did. */
  readonly locked: string | undefined
}

/** Reads the list. The first one is the repository's own working copy. */
export function parseList(text: string): Listed[] {
  return text
    .split('\0\0')
    .map((record) => record.split('\0').filter((line) => line !== ''))
    .filter((lines) => lines.length > 0)
    .map((lines) => {
      const value = (name: string) =>
        lines.flatMap((line) =>
          line === name ? [''] : line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : [],
        )[0]
      const head = value('HEAD')
      return {
        path: value('worktree') ?? '',
        head: head === undefined || /^0+$/.test(head) ? undefined : head,
        branch: value('branch'),
        locked: value('locked'),
      }
    })
}

/** What git writes there while it makes one: it was ended in the middle. */
export const HALF_MADE = 'initializing'
