// What git says of a folder, asked without touching it.
import { digest } from '../base/digest.ts'
import type { FileEntry } from './files.ts'
import { askGit, filesThatCount, type GitQuestion } from './git-ask.ts'
import { openView } from './git-view.ts'
import { entryInside, type InnerPath } from './inside.ts'

/** Where a working copy stands: two equal states mean that nothing happened to it in between. */
export interface GitState {
  /** The commit, or undefined in a repository without one. */
  readonly head: string | undefined
  /** Undefined when no branch is checked out. */
  readonly branch: string | undefined
  /** A digest of the changed and untracked files: their kinds of change, sizes and times. */
  readonly status: string
  /** The changed and untracked files one by one. */
  readonly changed: readonly ChangedFile[]
}

/** A file that is not as the commit has it. */
export interface ChangedFile {
  /** From the top of the working copy. */
  readonly path: string
  readonly untracked: boolean
  /** Differs when anything happened to it. */
  readonly digest: string
}

const FILES_LOOKED_AT_MAX = 1_000 // Beyond that the list of names has to tell two states apart.

/**
 * The state of the repository that `dir` lies in; undefined when there is none, when git is missing, or when it does
 * not answer in time. Executes nothing that the repository names, whoever wrote it. Throws NOT_FOUND for a link on the
 * way to `dir`.
 */
export async function gitState(dir: InnerPath, question: GitQuestion): Promise<GitState | undefined> {
  using view = openView(dir)
  if (!view) return undefined // Most workspaces: git would cost a process to say the same.
  const answer = await askGit({ view, dir }, [...status, ...filesThatCount(question)], question)
  if (answer === undefined) return undefined
  const { head, branch, entries } = parseStatus(answer.text)
  const seen = entries.map((entry, index) => {
    const path = pathIn(entry)
    const found = index < FILES_LOOKED_AT_MAX ? fileAt(view.top, path) : undefined
    return { entry, path, line: `${entry} ${found?.bytes} ${found?.modifiedAt}` }
  })
  return {
    head,
    branch,
    status: digest(seen.map(({ line }) => line).join('\n')),
    changed: seen.map(({ entry, path, line }) => ({
      path,
      untracked: entry.startsWith('? '),
      digest: digest(line),
    })),
  }
}

/** What is not committed in a working copy. */
export interface Unsaved {
  /** Paths that differ from the commit or that it does not have. What the repository ignores is not among them. */
  readonly changed: readonly string[]
  /** Paths at which git was told not to look, and at which a file lies. */
  readonly unlooked: readonly string[]
  /** Repositories in what it ignores: their commits may be nowhere else. */
  readonly ignoredRepositories: readonly string[]
}

/** The same way: undefined when that cannot be known. Throws NOT_FOUND. */
export async function gitUnsaved(
  dir: InnerPath,
  question: Omit<GitQuestion, 'except'>,
): Promise<Unsaved | undefined> {
  using view = openView(dir)
  if (!view) return undefined
  const said = await askGit({ view, dir }, status, question)
  const listed = await askGit({ view, dir }, ['ls-files', '-v', '-z'], question)
  const ignored = await askGit({ view, dir }, ['ls-files', '-oi', '--exclude-standard', '-z'], question)
  if (said === undefined || listed === undefined || ignored === undefined) return undefined
  if (listed.truncated || ignored.truncated) return undefined
  // A small letter: its changes are to be overlooked. S: it is not to be there.
  const marked = listed.text.split('\0').filter((file) => /^(?:[a-z]|S) /.test(file))
  return {
    changed: parseStatus(said.text).entries.map(pathIn),
    unlooked: marked.map((file) => file.slice(2)).filter((path) => fileAt(view.top, path) !== undefined),
    // Git does not look into them, and so lists them as folders.
    ignoredRepositories: ignored.text.split('\0').filter((path) => path.endsWith('/')),
  }
}

const status = [
  'status',
  '--porcelain=v2',
  '--branch',
  '-z',
  '--untracked-files=all',
  '--no-renames', // They cost a look into every file, and tell the same.
  '--ignore-submodules=dirty', // Only their commit: for more, git would run itself in them, by their settings.
]

/** The `status` of a working copy that is just as its commit has it. */
export const cleanStatus = digest('')

/** What is listed may be gone, or be called in a way that leads elsewhere: the list is somebody else's. */
function fileAt({ root, path }: InnerPath, below: string): FileEntry | undefined {
  try {
    return entryInside({ root, path: `${path}/${below}` })
  } catch {
    return undefined
  }
}

/** Reads `git status --porcelain=v2 --branch -z`: the headers, and the entries as they are. */
export function parseStatus(
  text: string,
): Pick<GitState, 'head' | 'branch'> & { readonly entries: readonly string[] } {
  const parts = text.split('\0').filter((part) => part !== '')
  const header = (name: string) => parts.find((part) => part.startsWith(`# branch.${name} `))?.split(' ')[2]
  const head = header('oid')
  const branch = header('head')
  return {
    head: head === '(initial)' ? undefined : head,
    branch: branch === '(detached)' ? undefined : branch,
    entries: parts.filter((part) => !part.startsWith('# ')),
  }
}

/** How many fields stand before the path, by the first letter. A rename's old path is an entry of its own. */
const fieldsBefore: Readonly<Record<string, number>> = { '1': 8, '2': 9, u: 10, '?': 1 }

function pathIn(entry: string): string {
  const fields = entry.charAt(1) === ' ' ? (fieldsBefore[entry.charAt(0)] ?? 0) : 0
  return entry.split(' ').slice(fields).join(' ')
}
