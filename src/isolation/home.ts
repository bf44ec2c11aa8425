/** The home that a run sees: empty but for its tools, the operator's git identity, and what its agent CLI needs. */
import { join, relative } from 'node:path'
import { isInside } from '../config/paths.ts'
import type { PathFacts, Wish } from './policy.ts'
import { stores } from './stores.ts'
import { isOfSystem } from './system.ts'
import { toolPlaces } from './tools.ts'

/** What an agent CLI finds in its home. Absolute paths. */
export interface CliFolders {
  /** The folder of its login, `folder` outside and `at` behind the wall. All runs with this login share it. */
  readonly login: { readonly folder: string; readonly at: string } | undefined
  /** Where the CLI looks for what lies in the folder of its login. */
  readonly links: readonly { readonly path: string; readonly target: string }[]
  /** What the operator's CLI obeys or executes: settings, hooks, plugins, agents, commands. */
  readonly obeyed: readonly string[]
  /** Files of the operator's that it writes in place and that nothing obeys. */
  readonly shared: readonly string[]
  /** Folders in which it remembers: each agent has its own. */
  readonly kept: readonly string[]
  /** Folders of which only what is obeyed is shown, and in which nothing can be made. */
  readonly closed: readonly string[]
  /** Folders of its own outside of the home: private and empty like that. */
  readonly own: readonly string[]
}

/** Of a program that is no agent CLI. */
export const noCliFolders: CliFolders = {
  login: undefined,
  links: [],
  obeyed: [],
  shared: [],
  kept: [],
  closed: [],
  own: [],
}

export interface HomeRequest {
  readonly home: string
  /** The PATH of the run. */
  readonly path: string
  /** The words of the command before the wall. */
  readonly words: readonly string[]
  /** Where the folders are that an agent's CLI keeps. */
  readonly keep: string
  readonly cli: CliFolders
  /** Where agents write: a program there may lead anywhere. */
  readonly writable: readonly string[]
}

const gitFiles = ['.gitconfig', '.config/git/config', '.config/git/ignore', '.config/git/attributes']

/** The home hidden, and in it what a run needs. */
export function homeWishes(request: HomeRequest, facts: PathFacts): Wish[] {
  const { home, cli } = request
  const below = (path: string) => join(home, path)
  return [
    // In some containers it is the whole machine.
    ...(isOfSystem(home) ? [] : [hidden(home, 'the home: empty, private, and gone with the run')]),
    ...toolPlaces(request, facts).map((path) => toolWish(path, request)),
    ...namedFiles(request, facts).map((path) => revealed(path, 'named by the command')),
    ...stores.map((path) => hidden(below(path), 'secrets and settings of people')),
    ...gitFiles.map((path): Wish => ({
      path: below(path),
      access: 'read-only',
      why: "the operator's git settings",
    })),
    ...cli.own.map((path) => hidden(path, "the CLI's own: private, and gone with the run")),
    ...cli.closed.map((path): Wish => ({ ...hidden(path, 'of the CLI: only what it obeys'), closed: true })),
    ...cli.kept.map((path): Wish => ({
      path,
      access: 'read-write',
      from: keptFolder(request, path),
      why: "the agent's own: what its CLI remembers",
    })),
    ...cli.obeyed.map((path): Wish => ({
      path,
      access: 'read-only',
      why: "the operator's settings of the CLI",
    })),
    ...cli.shared.map((path): Wish => ({ path, access: 'read-write', why: 'the login of the CLI, shared' })),
    ...(cli.login === undefined ? [] : [loginWish(cli.login)]),
    ...cli.links.map(({ path, target }): Wish => ({
      path,
      access: 'read-write',
      link: target,
      why: 'leads to the login of the CLI',
    })),
  ]
}

/** Of a home that a run writes, programs that people start are not its own to change. */
function toolWish(path: string, { home, writable }: HomeRequest): Wish {
  const inHome = isInside(path, home) && writable.some((folder) => isInside(home, folder))
  return inHome ? { path, access: 'read-only', why: 'programs' } : revealed(path, 'programs')
}

function loginWish({ folder, at }: NonNullable<CliFolders['login']>): Wish {
  return { path: at, access: 'read-write', from: folder, why: 'the login of the CLI, shared' }
}

function hidden(path: string, why: string): Wish {
  return { path, access: 'hidden', why }
}

function revealed(path: string, why: string): Wish {
  return { path, access: 'read-only', why, reveals: true }
}

/** Where what an agent's CLI keeps at `path` really lies. */
export function keptFolder({ home, keep }: Pick<HomeRequest, 'home' | 'keep'>, path: string): string {
  const inHome = relative(home, path)
  return join(keep, inHome.startsWith('..') ? path : inHome)
}

/** Files that stand in the command as they are: whoever wrote it wants them read. */
function namedFiles({ words }: HomeRequest, { kindOf }: PathFacts): string[] {
  return words.filter((word) => word.startsWith('/') && kindOf(word) === 'file')
}
