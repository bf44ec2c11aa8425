/** Owns the words with which tests put a run into a sandbox: what the end of a run must cope with, whatever the policy is. */
import { SANDBOX_FD } from '../../src/runner/folder.ts'

/** How a test wants its sandbox. */
export interface SandboxOptions {
  /** False leaves out what ends the sandbox together with bubblewrap itself: as if the run had got rid of it. */
  readonly diesWithParent?: boolean
  /** False leaves everything in the launcher's group, as in a terminal. */
  readonly newSession?: boolean
}

/** `words` behind bubblewrap, which says who its first process is. Only `dir` may be written. */
export function sandboxed(
  dir: string,
  words: readonly string[],
  { diesWithParent = true, newSession = true }: SandboxOptions = {},
): string[] {
  const own = '--unshare-user --disable-userns --cap-drop ALL --unshare-pid --unshare-ipc'.split(' ')
  const seen = '--ro-bind / / --dev /dev --proc /proc'.split(' ')
  return [
    'bwrap',
    ...own,
    ...(diesWithParent ? ['--die-with-parent'] : []),
    ...(newSession ? ['--new-session'] : []),
    ...seen,
    '--bind',
    dir,
    dir,
    '--info-fd',
    String(SANDBOX_FD),
    '--',
    ...words,
  ]
}
