/** The wall on Linux: the words that start a command behind bubblewrap. */
import { isInside } from '../config/paths.ts'
import type { Policy, Rule } from './policy.ts'

/** The first version that can forbid user namespaces inside (bubblewrap's release notes for 0.8.0). */
export const BUBBLEWRAP_VERSION_MIN = '0.8.0'

/**
 * Everything is its own but the network and, where the policy lets them through, files. The capabilities are dropped in a
 * user namespace of its own: as root bubblewrap would keep them all, and with them a run could remount what is
 * read-only. No value of the environment stands here, because every user may read the words of a process.
 */
const always = [
  '--unshare-user',
  '--disable-userns',
  '--cap-drop',
  'ALL',
  '--unshare-pid',
  '--unshare-ipc',
  '--unshare-uts',
  '--unshare-cgroup-try',
  '--die-with-parent',
]

/**
 * bubblewrap covers the parts of a new /proc that root could write, but takes /proc/sys for read-only, because asking for
 * the folder says so. Its files ask for the user alone: a run as root could set core_pattern, which is run outside.
 */
const sysctls = ['--ro-bind-try', '/proc/sys', '/proc/sys']

export interface BubblewrapRequest {
  /** The path of `bwrap`. */
  readonly program: string
  readonly policy: Policy
  readonly words: readonly string[]
  readonly cwd: string
  /** Whether it has a terminal, which it then keeps. Without one it gets a session of its own. */
  readonly terminal: boolean
  /** The open file in which it writes the pid of the sandbox's first process, before the command begins. */
  readonly infoFd: number | undefined
  /** The open file of `seccompFilter`. */
  readonly filterFd?: number | undefined
}

/** The words to start instead of `words`. */
export function bubblewrapWords(request: BubblewrapRequest): string[] {
  const { program, policy, words, cwd, terminal, infoFd, filterFd } = request
  return [
    program,
    ...always,
    ...(terminal ? [] : ['--new-session']),
    ...(infoFd === undefined ? [] : ['--info-fd', String(infoFd)]),
    ...(filterFd === undefined ? [] : ['--seccomp', String(filterFd)]),
    ...(policy.network ? [] : ['--unshare-net']),
    ...policy.rules.flatMap((rule) => mountWords(rule, policy)),
    '--remount-ro', // bubblewrap's own /dev is memory that nothing counts; what is mounted in it stays writable.
    '/dev',
    '--chdir',
    cwd,
    '--',
    ...words,
  ]
}

function mountWords(rule: Rule, { roomBytes }: Policy): string[] {
  const { path, access, kind, closed, from = path } = rule
  if (kind === 'link') return ['--symlink', from, path]
  const room = roomBytes === undefined ? [] : ['--size', String(roomBytes)]
  const shared = [...room, '--perms', '1777', '--tmpfs', '/dev/shm']
  if (path === '/') return ['--ro-bind', '/', '/', '--dev', '/dev', ...shared, '--proc', '/proc', ...sysctls]
  if (access === 'hidden' && kind === 'file') return ['--ro-bind', '/dev/null', path]
  if (access === 'hidden') return [...(closed ? ['--perms', '0555'] : []), ...room, '--tmpfs', path]
  // A device that is bound without `dev` cannot be opened.
  const device = isInside(from, '/dev') ? '--dev-bind' : '--bind'
  return [access === 'read-only' ? '--ro-bind' : device, from, path]
}
