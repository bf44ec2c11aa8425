// What git says of a folder, asked without touching it.
import { digest } from '../base/digest.ts'
import type { CommandOptions, CommandResult } from './command.ts'
import type { FileEntry } from './files.ts'
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
}

const DEADLINE_MS = 10_000 // A status of a very large tree takes seconds; one on a dead network disk would take forever.
const MAX_BYTES = 1024 * 1024
const FILES_LOOKED_AT_MAX = 1_000 // Beyond that the list of names has to tell two states apart.

/** Runs git, which has to read `folders` besides the repository itself. */
export type RunGit = (
  words: readonly string[],
  options: CommandOptions,
  folders: readonly string[],
) => Promise<CommandResult>

/** How the state is asked for. */
export interface GitQuestion {
  readonly signal: AbortSignal
  /** Folders in the folder that do not count, such as marrow's own files in a workspace. */
  readonly except: readonly string[]
  readonly run: RunGit
}

/**
 * The state of the repository that `dir` lies in; undefined when there is none, when git is missing, or when it does
 * not answer in time. Executes nothing that the repository names, whoever wrote it. Throws NOT_FOUND for a link on the
 * way to `dir`.
 */
export async function gitState(dir: InnerPath, question: GitQuestion): Promise<GitState | undefined> {
  using view = openView(dir)
  if (!view) return undefined // Most workspaces: git would cost a process to say the same.
  const result = await question.run(
    ['git', '-C', dir.path, ...status, '--', '.', ...question.except.map((folder) => `:(exclude)${folder}`)],
    {
      cwd: '/',
      env: { ...gitEnvironment(), ...view.env },
      deadlineMs: DEADLINE_MS,
      signal: question.signal,
      maxBytes: MAX_BYTES,
    },
    [view.folder],
  )
  if (result.kind !== 'exited' || result.exitCode !== 0) return undefined
  const { head, branch, entries } = parseStatus(result.stdout)
  const seen = entries.map((entry, index) => {
    const found = index < FILES_LOOKED_AT_MAX ? fileAt(view.top, pathIn(entry)) : undefined
    return `${entry} ${found?.bytes} ${found?.modifiedAt}`
  })
  return { head, branch, status: digest(seen.join('\n')) }
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
): Omit<GitState, 'status'> & { readonly entries: readonly string[] } {
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

/** What git needs to find itself, and the user's list of files to leave out. No settings: see git-view.ts. */
function gitEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USER']
  const own = names.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0', // An agent may be committing right now.
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null', // A filter of the user's, such as git-lfs, obeys files of the repository.
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_LAZY_FETCH: '1',
  }
}
