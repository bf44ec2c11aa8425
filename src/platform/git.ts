// What git says of a folder, asked without touching it.
import { dirname, join } from 'node:path'
import { digest } from '../base/digest.ts'
import { runCommand } from './command.ts'
import { entryOf } from './files.ts'

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

/**
 * The state of the repository that `dir` lies in; undefined when there is none, when git is missing, or when it does
 * not answer in time. `except` names folders in `dir` that do not count, such as marrow's own files in a workspace.
 */
export async function gitState(
  dir: string,
  signal: AbortSignal,
  except: readonly string[] = [],
): Promise<GitState | undefined> {
  const root = rootOf(dir)
  if (root === undefined) return undefined // Most workspaces: git would cost a process to say the same.
  // No locks: an agent may be committing right now. No fsmonitor: it is a program that the repository names itself.
  const git = ['git', '--no-optional-locks', '-c', 'core.fsmonitor=false', '-C', dir]
  const status = [
    'status',
    '--porcelain=v2',
    '--branch',
    '-z',
    '--untracked-files=all',
    '--ignore-submodules=dirty',
  ]
  const result = await runCommand(
    [...git, ...status, '--', '.', ...except.map((folder) => `:(exclude)${folder}`)],
    {
      cwd: '/',
      env: gitEnvironment(),
      deadlineMs: DEADLINE_MS,
      signal,
      maxBytes: MAX_BYTES,
    },
  )
  if (result.kind !== 'exited' || result.exitCode !== 0) return undefined
  const { head, branch, entries } = parseStatus(result.stdout)
  const seen = entries.map((entry, index) => {
    const found = index < FILES_LOOKED_AT_MAX ? entryOf(join(root, pathIn(entry))) : undefined
    return `${entry} ${found?.bytes} ${found?.modifiedAt}`
  })
  return { head, branch, status: digest(seen.join('\n')) }
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

function rootOf(dir: string): string | undefined {
  if (entryOf(join(dir, '.git')) !== undefined) return dir
  const parent = dirname(dir)
  return parent === dir ? undefined : rootOf(parent)
}

/** What git needs to find itself and the user's settings. GIT_DIR and its like would point it elsewhere. */
function gitEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USER']
  const own = names.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(own), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' }
}
