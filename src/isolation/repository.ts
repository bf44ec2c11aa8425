/** What git needs of a repository that is not all inside the work_dir: a linked worktree, a submodule, one that lies above. */
import { dirname, join, resolve } from 'node:path'
import { isInside } from '../config/paths.ts'
import type { PathFacts, Wish } from './policy.ts'

export interface RepositoryRequest {
  readonly workDir: string
  readonly home: string
  /** Folders of other agents: a repository around a work_dir that lies there is theirs. */
  readonly others: readonly string[]
  /** What lies there is a run's or marrow's, and no repository. */
  readonly stateDir: string
}

/**
 * What git keeps of the repository, as far as commits write it, and the tree around a work_dir that is only a part of it:
 * with the rest unseen a commit would delete that. What people's git would execute of it is read-only.
 */
export function repositoryWishes(request: RepositoryRequest, facts: PathFacts): Wish[] {
  const { workDir, home, others, stateDir } = request
  const tree = treeOf(workDir, facts)
  if (tree === undefined) return []
  const { realPath } = facts
  const isHome = isInside(realPath(home), realPath(tree))
  if (isHome || others.some((folder) => isInside(realPath(tree), realPath(folder)))) return []
  const around: Wish[] =
    tree === workDir ? [] : [{ path: tree, access: 'read-only', why: 'the repository around it' }]
  if (facts.kindOf(join(tree, '.git')) === 'file') return [...around, ...linkedWishes(tree, stateDir, facts)]
  return tree === workDir ? [] : [...around, ...gitFolderWishes(join(tree, '.git'))]
}

/** The nearest folder with a `.git`, from the work_dir upwards. */
function treeOf(folder: string, facts: PathFacts): string | undefined {
  if (facts.kindOf(join(folder, '.git')) !== undefined) return folder
  const parent = dirname(folder)
  return parent === folder ? undefined : treeOf(parent, facts)
}

/**
 * Of a tree whose `.git` is a file that says where git keeps it. A run may have written that file, so it is believed
 * only if what it points to is git's and points back.
 */
function linkedWishes(tree: string, stateDir: string, { realPath, textOf }: PathFacts): Wish[] {
  const written = /^gitdir: (.+)$/m.exec(textOf(join(tree, '.git')) ?? '')?.[1]
  if (written === undefined) return []
  const own = realPath(resolve(tree, written))
  if (isInside(own, realPath(stateDir))) return []
  const isSame = (one: string, other: string) => realPath(one) === realPath(other)
  const back = textOf(join(own, 'gitdir'))?.trim()
  const isWorktree = dirname(own).endsWith('/worktrees') && back !== undefined
  if (isWorktree && isSame(resolve(own, back), join(tree, '.git'))) return worktreeWishes(own)
  const checkout = /^\s*worktree\s*=\s*(.+)$/m.exec(textOf(join(own, 'config')) ?? '')?.[1]
  const isModule = own.includes('/modules/') && checkout !== undefined
  return isModule && isSame(resolve(own, checkout), tree) ? gitFolderWishes(own) : []
}

const why = 'what git keeps of the repository'

/** `own` is `<repository>/worktrees/<name>`. Nothing new can be made in the repository itself, which other trees obey. */
function worktreeWishes(own: string): Wish[] {
  const repository = dirname(dirname(own))
  const written = ['objects', 'refs', 'reftable', 'logs', 'lfs', 'rr-cache'].map((name) =>
    join(repository, name),
  )
  return [
    { path: repository, access: 'read-only', why },
    ...[...written, own].map((path): Wish => ({ path, access: 'read-write', why })),
  ]
}

function gitFolderWishes(folder: string): Wish[] {
  const obeyed = ['config', 'config.worktree', 'hooks', 'modules'].map((name) => join(folder, name))
  return [
    { path: folder, access: 'read-write', why },
    ...obeyed.map((path): Wish => ({ path, access: 'read-only', why: "people's git would execute it" })),
    // An empty folder in its place: most repositories have one, with samples.
    {
      path: join(folder, 'hooks'),
      access: 'read-only',
      mask: 'folder',
      why: "people's git would execute it",
    },
  ]
}
