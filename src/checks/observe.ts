/** Gathers the facts that doctor judges. Reads only; a thing that cannot be looked at is a fact too. */
import { constants, type Stats } from 'node:fs'
import { access, readdir, stat, statfs } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { platform, version } from 'node:process'
import type { AgentConfig, Config } from '../config/config.ts'
import { roleFiles } from '../prompt/role-files.ts'
import {
  diskKind,
  type Access,
  type AgentFacts,
  type DiskFacts,
  type FolderFacts,
  type Observed,
} from './observed.ts'

/** What doctor cannot know by itself. */
export interface Surroundings {
  /** The PATH that a run of this agent will get. */
  readonly runPath: (agent: AgentConfig) => string
  /** The context providers that this agent's ticks leave out, and why. */
  readonly skippedProviders: (agent: AgentConfig) => Promise<AgentFacts['skipped']>
  /** The PATH of marrow itself, on which it finds git and tmux. */
  readonly ownPath: string
  /** The oldest Node that marrow runs on, as `24.15`. */
  readonly nodeMinimum: string
}

/** All facts, agents in the order of the configuration. Throws only what `skippedProviders` throws. */
export async function observe(config: Config, surroundings: Surroundings): Promise<Observed> {
  const { ownPath, nodeMinimum } = surroundings
  const [git, tmux, state, disk, core, rules, agents] = await Promise.all([
    isOnPath('git', ownPath),
    isOnPath('tmux', ownPath),
    folderFacts(config.stateDir),
    diskFacts(config.stateDir),
    statOf(config.coreDir),
    statOf(join(config.coreDir, 'prompts', 'rules.md')),
    Promise.all(config.agents.map((agent) => agentFacts(config, agent, surroundings))),
  ])
  return {
    config: config.path,
    warnings: config.warnings,
    syncEnabled: config.sync.enabled,
    node: { version, minimum: nodeMinimum },
    programs: { git, tmux },
    state: { ...state, disk },
    socket: {
      enabled: config.ipc.enabled,
      path: config.ipc.socketPath,
      bytes: Buffer.byteLength(config.ipc.socketPath),
    },
    core: { path: config.coreDir, exists: core?.isDirectory() ?? false, hasRules: rules?.isFile() ?? false },
    agents,
  }
}

async function agentFacts(
  config: Config,
  agent: AgentConfig,
  surroundings: Surroundings,
): Promise<AgentFacts> {
  const word = agent.command[0] ?? ''
  const roleFolders = [...new Set([config.operatorDir, config.coreDir])].map((dir) => join(dir, 'roles'))
  const rolePlaces = roleFolders.flatMap((folder) =>
    (roleFiles(agent.role ?? '') ?? []).map((file) => join(folder, file)),
  )
  const [workspace, workDir, contextDirs, files, skipped, found, roles] = await Promise.all([
    folderFacts(agent.workspace),
    folderFacts(agent.workDir),
    Promise.all(agent.contextDirs.map(folderFacts)),
    Promise.all(agent.contextDirs.map(contextFiles)),
    surroundings.skippedProviders(agent),
    isProgram(word, surroundings.runPath(agent), agent.workDir),
    Promise.all(rolePlaces.map(statOf)),
  ])
  return {
    name: agent.name,
    workspace,
    workDir,
    contextDirs,
    contextFiles: files.flat(),
    skipped: skipped.filter(({ path }) =>
      files.flat().every((file) => file.path !== path || file.executable),
    ),
    program: { word, found },
    role:
      agent.role === undefined
        ? undefined
        : { name: agent.role, found: roles.some((role) => role?.isFile() ?? false), folders: roleFolders },
    gateWritten: agent.gateWritten,
  }
}

async function contextFiles(folder: string): Promise<{ path: string; executable: boolean }[]> {
  const names = await readdir(folder).catch(() => [])
  const paths = names
    .filter((name) => !name.startsWith('.'))
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((name) => join(folder, name))
  const found = await Promise.all(
    paths.map(async (path) => ({
      path,
      regular: (await statOf(path))?.isFile() ?? false,
      executable: await may(path, constants.X_OK),
    })),
  )
  return found.filter(({ regular }) => regular).map(({ path, executable }) => ({ path, executable }))
}

async function folderFacts(path: string): Promise<FolderFacts> {
  return { path, access: await accessOf(path) }
}

async function accessOf(path: string): Promise<Access> {
  const found = await statOf(path)
  if (!found) return (await isMakeable(path)) ? 'missing-but-makeable' : 'missing'
  if (!found.isDirectory()) return 'not-a-folder'
  if (!(await may(path, constants.R_OK | constants.X_OK))) return 'unreadable'
  return (await may(path, constants.W_OK)) ? 'writable' : 'read-only'
}

async function isMakeable(path: string): Promise<boolean> {
  const parent = await nearestFolder(path)
  return (
    (await statOf(parent))?.isDirectory() === true && (await may(parent, constants.W_OK | constants.X_OK))
  )
}

async function diskFacts(path: string): Promise<DiskFacts | undefined> {
  try {
    const { type, bsize, bavail, blocks } = await statfs(await nearestFolder(path))
    return { kind: diskKind(type, platform), freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch {
    return undefined
  }
}

/** `path` itself or its first parent that exists; the root always does. */
async function nearestFolder(path: string): Promise<string> {
  let current = path
  while (!(await statOf(current)) && dirname(current) !== current) current = dirname(current)
  return current
}

/** A word with a slash is a path from the folder that the run starts in; any other is looked up. */
async function isProgram(word: string, path: string, workDir: string): Promise<boolean> {
  if (word === '') return false
  if (!word.includes('/')) return isOnPath(word, path)
  return isExecutable(isAbsolute(word) ? word : join(workDir, word))
}

async function isOnPath(word: string, path: string): Promise<boolean> {
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  const found = await Promise.all(folders.map((folder) => isExecutable(join(folder, word))))
  return found.includes(true)
}

async function isExecutable(path: string): Promise<boolean> {
  return ((await statOf(path))?.isFile() ?? false) && (await may(path, constants.X_OK))
}

async function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined)
}
