/** Where an agent's own worktree is, and how its branch is called. */
import { join } from 'node:path'

/**
 * In its workspace: there the agent may write and no other project sees it, it has the same owner and the same disk, and
 * it does not show in the repository as a folder that git does not know.
 */
export function worktreePath(workspace: string, slug: string): string {
  return join(workspace, 'worktrees', slug)
}

/** The name of the branch below `refs/heads/`. Names that begin so are marrow's. */
export function worktreeBranch(slug: string): string {
  return `marrow/${slug}`
}
