// The one place where a command is put behind a wall before it is launched.
import { bubblewrapWords } from './bubblewrap.ts'
import type { Policy } from './policy.ts'
import { seatbeltWords } from './seatbelt.ts'
import type { Wall } from './wall.ts'

/** What is about to be launched, complete: no shell will read the words. */
export interface Command {
  readonly words: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** What has to be named where nothing can be shown at another place than its own, as on macOS. */
export interface AsItLies {
  /** A folder of this command alone, for its temporary files. */
  readonly temporary: string
  /** The operator's own files of the CLI's login. */
  readonly logins: readonly string[]
  /** What the operator's CLI obeys. */
  readonly obeyed: readonly string[]
  /** The agents' door. */
  readonly sockets: readonly string[]
}

/** A wall around a command. */
export interface WallAround {
  readonly by: Extract<Wall, { program: string }>
  readonly policy: Policy
  /** Where it tells of its first process; undefined: nobody wants to know. */
  readonly infoFd: number | undefined
  /** Whether a person sits in front of it: then it keeps the terminal. */
  readonly terminal: boolean
  readonly asItLies: AsItLies
}

/** What goes around a command. */
export interface Fence {
  /** Undefined: there is no wall, only the words around it. */
  readonly wall: WallAround | undefined
  /** In front of everything, the first one outermost: joins a cgroup, takes a user. */
  readonly outside: readonly string[]
  /** Right in front of the command, behind the wall: its own limits. */
  readonly inside: readonly string[]
}

/** The command as it is really started. */
export function wrapCommand(command: Command, { wall, outside, inside }: Fence): Command {
  const { env, loading } = withoutLoading(command.env)
  const within = { ...command, env, words: [...loading, ...inside, ...command.words] }
  const walled = wall === undefined ? within : behind(wall, within)
  return { ...walled, words: [...openerFor(wall), ...outside, ...walled.words] }
}

/** What tells the system's loader where to look for code: it may be where a run has put some. */
const loaderVariable = /^(?:LD_|GCONV_PATH$|GLIBC_TUNABLES$|LOCPATH$)/

/** Only the command itself gets these, and not the programs that put up its wall, which may be more than it is. */
function withoutLoading(env: Command['env']): { env: Command['env']; loading: readonly string[] } {
  const entries = Object.entries(env)
  const told = entries
    .filter(([name]) => loaderVariable.test(name))
    .map(([name, value]) => `${name}=${value}`)
  if (told.length === 0) return { env, loading: [] }
  const rest = Object.fromEntries(entries.filter(([name]) => !loaderVariable.test(name)))
  return { env: rest, loading: ['/usr/bin/env', ...told] }
}

const FILTER_FD = 8 // The launcher gives 9 to what tells of the wall's first process.

/** Opens the filter before anything else: the user that a run takes may not reach it. */
function openerFor(wall: WallAround | undefined): string[] {
  const filter = wall?.by.filter
  return filter === undefined ? [] : ['/bin/sh', '-c', `exec "$@" ${FILTER_FD}<"$0"`, filter]
}

function behind(
  { by, policy, infoFd, terminal, asItLies }: WallAround,
  { words, cwd, env }: Command,
): Command {
  const { program, filter } = by
  const filterFd = filter === undefined ? undefined : FILTER_FD
  switch (by.kind) {
    case 'bubblewrap':
      return {
        words: bubblewrapWords({ program, policy, words, cwd, terminal, infoFd, filterFd }),
        cwd,
        env,
      }
    case 'seatbelt':
      return {
        words: seatbeltWords({ program, policy, words, ...asItLies }),
        cwd,
        env: { ...env, TMPDIR: asItLies.temporary },
      }
  }
}

/** The words of a command behind a wall that is tested: nothing else is around it, and nobody waits for its first process. */
export function wrapForTest(by: WallAround['by'], policy: Policy, command: Command): Command {
  const asItLies = { temporary: command.cwd, logins: [], obeyed: [], sockets: [] }
  const wall = { by, policy, infoFd: undefined, terminal: false, asItLies }
  return wrapCommand(command, { wall, outside: [], inside: [] })
}
