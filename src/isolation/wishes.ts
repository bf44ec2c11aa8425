/** What a run of an agent is to see of the machine, wish by wish; of two about one path the later wins. */
import { dirname, join } from 'node:path'
import type { AgentConfig, Config } from '../config/config.ts'
import { isInside } from '../config/paths.ts'
import { homeWishes, type CliFolders } from './home.ts'
import { rulesFor, type PathFacts, type Policy, type Wish } from './policy.ts'
import { repositoryWishes } from './repository.ts'
import { isOfSystem, systemWishes } from './system.ts'
import { trustedWishes } from './trust.ts'

export interface PolicyRequest {
  readonly agent: Pick<AgentConfig, 'name' | 'slug' | 'workspace' | 'workDir' | 'contextDirs' | 'isolation'> &
    Partial<Pick<AgentConfig, 'repository'>>
  readonly config: Pick<Config, 'path' | 'operatorDir' | 'stateDir' | 'coreDir' | 'ipc'> & {
    readonly agents: readonly Pick<
      AgentConfig,
      'name' | 'workspace' | 'workDir' | 'contextDirs' | 'env' | 'isolation'
    >[]
  }
  /** The folder of the installed program. */
  readonly programRoot: string
  readonly home: string
  /** The PATH of the run. */
  readonly path: string
  /** The words of the command before the wall. */
  readonly words: readonly string[]
  readonly cli: CliFolders
  /** Files of the run's folder that it may read: its token, and its prompt where the command names that file. */
  readonly runFiles: readonly string[]
}

/** The folder of everything that an agent's CLI keeps between runs. No run sees more of it than what is its own. */
export function keepFolder(stateDir: string, { slug }: Pick<AgentConfig, 'slug'>): string {
  return join(stateDir, 'homes', slug)
}

/** What the operator's layer consists of: nothing else in that folder is marrow's business to show. */
const layerNames = ['marrow.toml', 'rules.md', 'roles', 'roles.toml', 'skills', 'detect.d', 'context.d']

/** The whole policy of one agent's runs and context providers. */
export function policyFor(request: PolicyRequest, disk: PathFacts): Policy {
  const facts = { ...disk, realPath: remembered(disk.realPath), kindOf: remembered(disk.kindOf) }
  const writable = writableFolders(request.config)
  const { wishes, refused } = trustedWishes(wishesFor(request, writable, facts), writable, facts)
  const rules = rulesFor(wishes, facts, namedFolders(request.config))
  const { network, limits } = request.agent.isolation
  // They are memory, which only a cgroup would count as the run's.
  return { rules, network, refused, roomBytes: limits.memoryBytes }
}

/** Each path is asked about many times, by its parts above all. */
function remembered<T>(ask: (path: string) => T): (path: string) => T {
  const known = new Map<string, { readonly answer: T }>()
  return (path) => {
    const found = known.get(path) ?? { answer: ask(path) }
    known.set(path, found)
    return found.answer
  }
}

/** By any agent: while one run makes its wall another must not be able to put a link in place of what it names. */
function namedFolders({ agents }: PolicyRequest['config']): string[] {
  return agents.flatMap(({ workDir, contextDirs, isolation }) => [
    workDir,
    ...contextDirs,
    ...isolation.readOnly,
    ...isolation.readWrite,
    ...isolation.secrets,
  ])
}

/** By any agent: what one has made there must lead no other astray either. */
export function writableFolders({ agents, stateDir }: PolicyRequest['config']): string[] {
  const kept = ['homes', 'logins'].map((name) => join(stateDir, name))
  const folders = agents.flatMap(({ workspace, workDir, isolation }) => [
    workspace,
    workDir,
    ...isolation.readWrite,
  ])
  return [...new Set([...kept, ...folders])]
}

function wishesFor(request: PolicyRequest, writable: readonly string[], facts: PathFacts): Wish[] {
  const { agent, config, home, path, words, cli } = request
  const { isolation, workDir } = agent
  const others = otherFolders(request)
  return [
    ...systemWishes(facts),
    ...homeWishes({ home, path, words, cli, keep: keepFolder(config.stateDir, agent), writable }, facts),
    ...mainCopyWishes(agent),
    ...repositoryWishes({ workDir, home, others, stateDir: config.stateDir }, facts),
    ...others.map((one) => otherWish(one, request)),
    // Its packages may lie elsewhere, behind a link.
    ...readOnly([config.coreDir, request.programRoot, join(request.programRoot, 'node_modules')], 'the core'),
    ...layerWishes(request),
    ...readOnly(
      agent.contextDirs.filter((dir) => !isInside(dir, agent.workspace)),
      'context providers',
    ),
    ...readWrite([agent.workDir], 'the work_dir'),
    ...readWrite([agent.workspace], 'the workspace'),
    { path: config.stateDir, access: 'hidden', why: "marrow's memory" },
    doorWish(request),
    ...readOnly([join(config.stateDir, 'door')], "the agents' door"),
    ...readOnly(request.runFiles, "the run's own"),
    ...readWrite(isolation.readWrite, 'read_write of its table'),
    ...readOnly(isolation.readOnly, 'read_only of its table'),
    ...readOnly(isolation.secrets, 'secrets of its table'),
  ]
}

/** Whoever has a worktree gets all that is committed from it; what people keep in their own copy beside that is theirs. */
function mainCopyWishes({ repository }: PolicyRequest['agent']): Wish[] {
  if (repository === undefined || isOfSystem(repository)) return []
  return [{ path: repository, access: 'hidden', closed: true, why: "people's own copy of the repository" }]
}

function readOnly(paths: readonly string[], why: string): Wish[] {
  return paths.map((path) => ({ path, access: 'read-only', why }))
}

function readWrite(paths: readonly string[], why: string): Wish[] {
  return paths.map((path) => ({ path, access: 'read-write', why }))
}

/**
 * A socket is made anew when the daemon starts, and a new one would show through what hides the old one: the folder that
 * holds it is hidden, unless that is also somebody else's.
 */
function doorWish({ agent, config, programRoot }: PolicyRequest): Wish {
  const folder = dirname(config.ipc.socketPath)
  const needed = [agent.workspace, agent.workDir, programRoot, config.coreDir, config.operatorDir]
  const shared = folder.split('/').length < 3 || needed.some((path) => isInside(path, folder))
  return { path: shared ? config.ipc.socketPath : folder, access: 'hidden', why: "the operator's door" }
}

/**
 * A work_dir inside of one's own is read-only: what cannot be seen is gone for git, and the next commit of everything would
 * delete it. In what is hidden nothing can be made, so that nothing is lost there unseen.
 */
function otherWish(path: string, { agent, config }: PolicyRequest): Wish {
  const why = "another agent's"
  const nested = [agent.workspace, agent.workDir].some((own) => isInside(path, own))
  const worked = config.agents.some(({ workDir, workspace }) => workDir === path && workspace !== path)
  return nested && worked
    ? { path, access: 'read-only', why }
    : { path, access: 'hidden', closed: nested, why }
}

/** Of the agents that do not share it. */
function otherFolders({ agent, config }: PolicyRequest): string[] {
  const own = [agent.workspace, agent.workDir]
  const folders = config.agents
    .filter(({ name }) => name !== agent.name)
    .flatMap((other) => [other.workspace, other.workDir])
  return [...new Set(folders)].filter((folder) => !isOfSystem(folder) && !own.includes(folder))
}

/**
 * Where the layer lies in a folder that the run may write, the whole folder is read-only, so that nothing is added to it.
 * marrow.toml is not shown where it holds values of other agents' environments.
 */
function layerWishes({ agent, config }: PolicyRequest): Wish[] {
  const why = "the operator's layer"
  const { operatorDir } = config
  const writable = [agent.workspace, agent.workDir, ...agent.isolation.readWrite]
  const within = writable.some((folder) => isInside(operatorDir, folder) && operatorDir !== folder)
  const parts = layerNames.map((name) => join(operatorDir, name))
  const others = config.agents.some(({ name, env }) => name !== agent.name && Object.keys(env.set).length > 0)
  const shared = isOfSystem(operatorDir) || writable.some((folder) => isInside(folder, operatorDir))
  return [
    // A file that is replaced from outside loses what hides it; a folder does not, and its parts are let through one by one.
    ...(others && !shared ? [{ path: operatorDir, access: 'hidden' as const, why }] : []),
    ...(within && (!others || shared) ? [operatorDir] : []).map((path): Wish => ({
      path,
      access: 'read-only',
      why,
    })),
    ...[...parts, config.path].map((path): Wish => ({ path, access: 'read-only', why })),
    ...(others
      ? [
          {
            path: config.path,
            access: 'hidden' as const,
            why: "it holds values for other agents' environments",
          },
        ]
      : []),
  ]
}

/** The folder in which the parts of the layer lie that a run could add to; undefined: it can add to none. */
export function openLayer({ agent, config }: Pick<PolicyRequest, 'agent' | 'config'>): string | undefined {
  const { operatorDir } = config
  return [agent.workspace, agent.workDir, ...agent.isolation.readWrite].find(
    (folder) => folder === operatorDir,
  )
}
