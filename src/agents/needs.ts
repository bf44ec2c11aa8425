/** What an agent CLI needs to find in its home, and what of the operator's it obeys there. Paths are below HOME. */
import { join } from 'node:path'

/** Told of each CLI in a file of its own. The last part of a path that is a pattern may hold one `*`. */
export interface Needs {
  /** The variables that move parts of it elsewhere; the first that is set and fits counts. */
  readonly moves: readonly Move[]
  readonly login: Login
  /** The folders in which it works. What nothing below says anything about is gone with a run behind the wall. */
  readonly folders: readonly string[]
  /** Those of them to which it may not even add: it sees the operator's files there, or nothing. */
  readonly closed: readonly string[]
  /** What the operator's CLI obeys or executes: settings, memory, hooks, plugins, agents, commands. Patterns. */
  readonly obeys: readonly string[]
  /** Folders of its conversations, so that one can be opened again. */
  readonly conversations: readonly string[]
  /** Folders that it would otherwise fill anew from the network in each run. */
  readonly caches: readonly string[]
  /** Variables that it wants behind the wall, where `at` says what a path is there. The operator's values win. */
  readonly walledEnv: (at: (path: string) => string) => Readonly<Record<string, string>>
}

/** `$CODEX_HOME` is what `.codex` is without it: `from` lies in the variable's folder under the name `to`. */
export interface Move {
  readonly variable: string
  readonly from: string
  /** Empty: it is that folder itself. */
  readonly to: string
}

export interface Login {
  /** Any one of them holds a login. */
  readonly files: readonly LoginFile[]
  /** It is configuration too: what stands in it can make the CLI execute something, so no two agents share it. */
  readonly obeyed: boolean
  /** Names another folder for those that it refreshes, for a CLI that would replace a link to one by a file. */
  readonly folderVariable: string | undefined
  /** Any one of them is a login, and bills somebody: marrow passes none of them unless the operator says so. */
  readonly variables: readonly string[]
  /** What a person does to log in. */
  readonly how: string
  /** How the CLI itself says whether it is logged in, without asking a model; undefined: it has no command for it. */
  readonly status: LoginStatus | undefined
}

/** A command of a CLI that tells of its login. */
export interface LoginStatus {
  /** Behind the program. */
  readonly words: readonly string[]
  /** Undefined when the answer says neither. */
  readonly read: (answer: { readonly exitCode: number; readonly stdout: string }) => boolean | undefined
}

export interface LoginFile {
  readonly path: string
  /**
   * The names of what a refresh of the login changes in this JSON, at whatever depth: all that may ever get from a run
   * into the operator's file. Empty: the CLI writes it, but nothing of that is worth keeping. Undefined: it never does.
   */
  readonly refreshed: readonly string[] | undefined
}

/** Of a program that is no agent CLI. */
export const noNeeds: Needs = {
  moves: [],
  login: { files: [], obeyed: false, folderVariable: undefined, variables: [], how: '', status: undefined },
  folders: [],
  closed: [],
  obeys: [],
  conversations: [],
  caches: [],
  walledEnv: () => ({}),
}

type Environment = Readonly<Record<string, string | undefined>>

/** Where a path below HOME really is in the environment of a run. */
export function placeOf(
  path: string,
  { moves }: Pick<Needs, 'moves'>,
  home: string,
  env: Environment,
): string {
  const move = moves.find(
    ({ variable, from }) => Boolean(env[variable]) && (path === from || path.startsWith(`${from}/`)),
  )
  if (move === undefined) return join(home, path)
  return join(env[move.variable] ?? '', move.to, path.slice(move.from.length))
}
