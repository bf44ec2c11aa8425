/** Finds out what `marrow init` knows before it asks, and looks up what an answer names. Changes nothing. */
import { accessSync, constants, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { adapterFor } from '../../agents/adapters.ts'
import { plain } from '../../base/plain.ts'
import { observeLogin } from '../../checks/observe/login.ts'
import { versionIn } from '../../checks/versions.ts'
import type { Config } from '../../config/config.ts'
import { projectsOf } from '../../config/projects.ts'
import { runEnvironment } from '../../isolation/environment.ts'
import { runCommand, type CommandResult } from '../../platform/command.ts'
import { destinationsOf } from '../../notify/destinations.ts'
import { programOn, realPath } from '../../platform/paths.ts'
import type {
  Existing,
  FoundCli,
  FoundFolder,
  FoundRepository,
  InitFacts,
  Lookup,
} from '../../scaffold/init/facts.ts'
import { starterClis } from '../../scaffold/starter.ts'
import { installedProgram } from '../here.ts'
import { testedWall } from '../steps/wall.ts'

const ASK_MS_MAX = 10_000
const BYTES_MAX = 65_536

/** Everything that does not depend on an answer; some seconds, for programs are asked. */
export async function initFacts(existing: Config | undefined): Promise<InitFacts> {
  const ground = { program: installedProgram(), env: process.env, agents: [] }
  const [clis, folder, wall, keys] = await Promise.all([
    Promise.all(Object.keys(starterClis).map(findCli)),
    topOf(process.cwd()),
    testedWall(ground, new AbortController().signal),
    findKeys(),
  ])
  return {
    clis: clis.filter((cli) => cli !== undefined),
    folder,
    noWall: wall.state === 'fails' ? { reason: wall.reason, fix: wall.fix } : undefined,
    tokens: ['GITHUB_TOKEN', 'GH_TOKEN', 'GITLAB_TOKEN'].filter(isSet),
    keys,
    desktop: hasDesktop(),
    existing: existing && existingOf(existing),
  }
}

/** What answers name, on this machine. */
export const lookup: Lookup = {
  folder: findFolder,
  program: (word) => {
    if (!word.includes('/')) return programOn(process.env['PATH'] ?? '', word)
    const path = absolute(word)
    return isProgram(path) ? path : undefined
  },
  keyProblem,
  isSet,
  path: absolute,
}

function existingOf(config: Config): Existing {
  const { path, agents, notify } = config
  return {
    path,
    projects: projectsOf(config).map(({ name }) => name),
    workDirs: agents.map(({ name, workDir }) => ({ path: realPath(workDir), agent: name })),
    hasNotify: destinationsOf(notify).length > 0,
  }
}

async function findCli(name: string): Promise<FoundCli | undefined> {
  const path = programOn(process.env['PATH'] ?? '', name)
  if (path === undefined || !isKnown(name)) return undefined
  const adapter = adapterFor(name)
  const env = environmentOfRuns(adapter.env(ASK_MS_MAX))
  const [said, login] = await Promise.all([
    ask([path, '--version'], env),
    observeLogin(adapter, path, { env, own: process.env }),
  ])
  const version = said.kind === 'exited' ? versionIn(`${said.stdout}\n${said.stderr}`) : undefined
  return { name, path, version, login }
}

function isKnown(name: string): name is FoundCli['name'] {
  return Object.hasOwn(starterClis, name)
}

/** As a run without anything passed has it. */
function environmentOfRuns(adapterEnv: Readonly<Record<string, string>>): Record<string, string> {
  return runEnvironment({
    inherited: process.env,
    programBin: installedProgram().binDir,
    agent: 'init',
    role: undefined,
    run: undefined,
    workspace: '/',
    workDir: '/',
    notes: undefined,
    socket: undefined,
    policy: { pass: [], set: {} },
    adapterEnv,
  })
}

async function findFolder(written: string): Promise<FoundFolder> {
  const path = realPath(absolute(written))
  try {
    if (!statSync(path).isDirectory()) return unusable(`${path} is not a folder`, 'Name its folder.')
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return isMissing
      ? unusable(`${path} does not exist`, 'Correct it, or make the folder first.')
      : unusable(`${path} cannot be written by you`, 'Name a folder of your own.')
  }
  const home = realPath(homedir())
  if (home === path || home.startsWith(path === '/' ? path : `${path}/`))
    return unusable(`${path} holds your whole home, with all that your shell obeys`, 'Name a folder in it.')
  return { kind: 'folder', path, repository: await repositoryAt(path) }
}

function unusable(reason: string, fix: string): FoundFolder {
  return { kind: 'unusable', reason, fix }
}

async function repositoryAt(path: string): Promise<FoundRepository | undefined> {
  if ((await gitLine(path, ['rev-parse', '--git-dir'])) === undefined) return undefined
  const remote =
    (await gitLine(path, ['remote', 'get-url', '--push', 'origin'])) ??
    (await gitLine(path, ['config', '--get-regexp', String.raw`^remote\..*\.url$`]))?.split(' ')[1]
  return { remote: remote === undefined ? undefined : plain(remote) }
}

async function topOf(folder: string): Promise<string> {
  return realPath((await gitLine(folder, ['rev-parse', '--show-toplevel'])) ?? folder)
}

/** One line of git's about a folder of the operator's, read with the operator's own settings; undefined: it has none. */
async function gitLine(folder: string, words: readonly string[]): Promise<string | undefined> {
  const { PATH = '', HOME = '/' } = process.env
  const env = { PATH, HOME, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' }
  const said = await ask(['git', '-C', folder, ...words], env)
  const line = said.kind === 'exited' && said.exitCode === 0 ? said.stdout.split('\n')[0] : undefined
  return line === '' ? undefined : line
}

/** Those that ssh tries by itself. */
async function findKeys(): Promise<string[]> {
  const folder = join(homedir(), '.ssh')
  const names = new Set(await readdir(folder).catch(() => []))
  return ['id_ed25519', 'id_ecdsa', 'id_rsa']
    .filter((name) => names.has(name))
    .map((name) => join(folder, name))
}

/** Tried as a run would have to use it: with nobody there to type a passphrase. */
async function keyProblem(path: string): Promise<string | undefined> {
  const hosts = join(dirname(path), 'known_hosts')
  for (const file of [path, hosts]) {
    try {
      if (!statSync(file).isFile()) return `${file} is not a file`
      accessSync(file, constants.R_OK)
    } catch {
      return `${file} cannot be read`
    }
  }
  const said = await ask(['ssh-keygen', '-y', '-P', '', '-f', path], {
    PATH: process.env['PATH'] ?? '',
    LC_ALL: 'C',
  })
  if (said.kind === 'missing') return 'ssh-keygen is not on PATH, so the key cannot be tried'
  if (said.kind === 'exited' && said.exitCode === 0) return undefined
  return `${path} is no key that works without a passphrase, and nobody is there to type one`
}

/** Where a notice can be shown: always on a Mac, else where a session has said how to reach its screen. */
function hasDesktop(): boolean {
  const { PATH = '' } = process.env
  if (process.platform === 'darwin') return programOn(PATH, 'osascript') !== undefined
  return programOn(PATH, 'notify-send') !== undefined && isSet('DBUS_SESSION_BUS_ADDRESS')
}

function isSet(variable: string): boolean {
  return Boolean(process.env[variable])
}

/** As a shell would read it, from the current folder. */
function absolute(written: string): string {
  const text = written === '~' || written.startsWith('~/') ? homedir() + written.slice(1) : written
  return isAbsolute(text) ? resolve(text) : resolve(process.cwd(), text)
}

function isProgram(path: string): boolean {
  return programOn(dirname(path), path.slice(dirname(path).length + 1)) === path
}

function ask(words: readonly string[], env: Readonly<Record<string, string>>): Promise<CommandResult> {
  return runCommand(words, {
    cwd: '/',
    env,
    deadlineMs: ASK_MS_MAX,
    signal: new AbortController().signal,
    maxBytes: BYTES_MAX,
  })
}
