// How git is asked about somebody's repository: through a view, with an environment in which it finds no settings.
import type { CommandOptions, CommandResult } from './command.ts'
import type { GitView } from './git-view.ts'
import type { InnerPath } from './inside.ts'

/** Runs git, which has to read `folders` besides the repository itself. */
export type RunGit = (
  words: readonly string[],
  options: CommandOptions,
  folders: readonly string[],
) => Promise<CommandResult>

/** How git is asked. */
export interface GitQuestion {
  readonly signal: AbortSignal
  /** Folders in the folder that do not count, such as marrow's own files in a workspace. */
  readonly except: readonly string[]
  readonly run: RunGit
}

const DEADLINE_MS = 10_000 // A status of a very large tree takes seconds; one on a dead network disk would take forever.
const MAX_BYTES = 16 * 1024 * 1024 // The names of some hundred thousand files.

/** What git printed; undefined when it failed, is missing, or did not answer in time. */
export async function askGit(
  { view, dir }: { readonly view: GitView; readonly dir: InnerPath },
  words: readonly string[],
  { signal, run }: Omit<GitQuestion, 'except'>,
): Promise<{ readonly text: string; readonly truncated: boolean } | undefined> {
  const result = await run(
    ['git', '-C', dir.path, ...words],
    {
      cwd: '/',
      env: { ...gitEnvironment(), ...view.env },
      deadlineMs: DEADLINE_MS,
      signal,
      maxBytes: MAX_BYTES,
    },
    [view.folder],
  )
  if (result.kind !== 'exited' || result.exitCode !== 0) return undefined
  return { text: result.stdout, truncated: result.truncated }
}

/** The words that choose the files of the folder which count. */
export function filesThatCount({ except }: Pick<GitQuestion, 'except'>): string[] {
  return ['--', '.', ...except.map((folder) => `:(exclude)${folder}`)]
}

/** What git needs to find itself, and the user's list of files to leave out. No settings: see git-view.ts. */
export function gitEnvironment(): Record<string, string> {
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
