/** Gathers the facts that doctor judges. Reads only; a thing that cannot be looked at is a fact too. */
import { join } from 'node:path'
import { version as nodeVersion } from 'node:process'
import { adapterFor } from '../agents/adapters.ts'
import { fillPlaceholders } from '../agents/placeholders.ts'
import type { Problem } from '../base/errors.ts'
import type { Standing } from '../isolation/wall.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import { contextFolder, innerPath } from '../config/inner.ts'
import { handoffDir } from '../handoffs/folders.ts'
import { unkeptLimits } from '../limits/unkept.ts'
import { queueFolders } from '../tasks/folders.ts'
import { gitFoldersOf } from '../platform/git-view.ts'
import type { InnerPath } from '../platform/inside.ts'
import { unmetPresumptions } from '../platform/presumptions.ts'
import { observeCli, observeGit, VERSION_MS_MAX } from './observe/cli.ts'
import {
  contextFiles,
  folderFacts,
  isExecutable,
  isFile,
  isFolder,
  isOnPath,
  isProgram,
  obstacleAt,
  statOf,
} from './observe/files.ts'
import { observeNotify } from './observe/notify.ts'
import { newShared, type Shared } from './observe/shared.ts'
import { fileOfTheFuture, observeState, type StatePlace } from './observe/state.ts'
import type { GuardFacts } from './guards.ts'
import type { AgentFacts, DaemonFacts, FolderFacts, KeptWorktree, Observed, RoleMeaning } from './observed.ts'
import type { AgentRole, RoleCheck } from '../roles/agent-role.ts'

/** What is looked at: a configuration, or what is known of one that cannot be used. */
export interface Target {
  readonly path: string | undefined
  readonly config: Config | undefined
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** Undefined when not even that much of the configuration can be read. */
  readonly place: StatePlace | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** What doctor cannot know by itself. */
export interface Surroundings {
  /** Of whoever asks. */
  readonly env: Environment
  /** What a run of this agent gets; `role`: the id of its role. */
  readonly runEnvironment: (agent: AgentConfig, role: string | undefined) => Record<string, string>
  /** The context providers that this agent's ticks run, and those that they leave out. */
  readonly providersOf: (
    agent: AgentConfig,
  ) => Promise<{ readonly run: readonly string[]; readonly skipped: AgentFacts['skipped'] }>
  /** Runs these as a dry run would; what fails comes back. */
  readonly tryProviders: (
    agent: AgentConfig,
    role: string | undefined,
    paths: readonly string[],
  ) => Promise<AgentFacts['failedProviders']>
  /** Whether it may be started, and behind what. */
  readonly standingOf: (agent: AgentConfig) => Standing
  /** Why the rules of core or operator cannot be read. */
  readonly rulesProblem: (config: Config) => Promise<string | undefined>
  /** What is wrong with roles, and what the roles of agents mean. */
  readonly checkRoles: (config: Config) => Promise<RoleCheck>
  /** What its CLI says of the agent that a run would be. */
  readonly cliAgentOf: (agent: AgentConfig, deadlineMs: number) => Promise<AgentFacts['cliAgent']>
  /** What is cast into workspaces. */
  readonly castIn: (config: Config) => Promise<Observed['cast']>
  /** Those that stand in the store of this state_dir. */
  readonly keptWorktrees: (stateDir: string) => Promise<readonly KeptWorktree[]>
  /** How their roles are guarded. */
  readonly guardsOf: (config: Config) => Promise<readonly GuardFacts[]>
  readonly askDaemon: (socketPath: string) => Promise<DaemonFacts>
  /** The oldest Node that marrow runs on, as `24.15`. */
  readonly nodeMinimum: string
  readonly version: string
  /** The number of the schema that this program writes. */
  readonly schema: number
  /** The path of `bin/launch`. */
  readonly launcher: string
  /** Epoch ms. */
  readonly now: number
  /** How long a program may take to say its version; undefined: as long as real ones need. */
  readonly versionMsMax?: number
}

const AGENTS_AT_ONCE = 4 // Each of them starts some programs.

/** All facts, agents in the order of the configuration. Throws only what `surroundings` throw. */
export async function observe(target: Target, surroundings: Surroundings): Promise<Observed> {
  const { config, place, path } = target
  const { env, launcher, version, schema, nodeMinimum, now } = surroundings
  const ownPath = env['PATH'] ?? ''
  // First and alone: a check of a large store holds up everything else, and an answer would seem to come late.
  const daemon = place?.enabled ? await surroundings.askDaemon(place.socketPath) : undefined
  const [git, tmux, canLaunch, mode, state, future, core, roles] = await Promise.all([
    isOnPath('git', ownPath),
    isOnPath('tmux', ownPath),
    isExecutable(launcher),
    path === undefined ? undefined : statOf(path),
    place && observeState(place, schema),
    place && fileOfTheFuture(place.stateDir, now),
    config && coreFacts(config, surroundings),
    config && surroundings.checkRoles(config),
  ])
  return {
    config: path,
    problems: target.problems,
    warnings: target.warnings,
    configOpen: mode !== undefined && (mode.mode & 0o002) !== 0,
    syncEnabled: config?.sync.enabled ?? false,
    notify: config ? await observeNotify(config, env, process.platform) : { missing: [], noSession: false },
    version,
    node: { version: nodeVersion, minimum: nodeMinimum },
    programs: { git, tmux },
    unknownZone: unknownZone(env),
    future,
    brokenLauncher: canLaunch ? undefined : launcher,
    state,
    core,
    roleMistakes: roles?.mistakes ?? [],
    roleWarnings: roles?.roleWarnings ?? [],
    agents: config && roles ? await observeAgents({ config, roles }, surroundings) : [],
    cast: config ? await surroundings.castIn(config) : [],
    worktreesKept: place === undefined ? [] : await surroundings.keptWorktrees(place.stateDir),
    guards: config === undefined ? [] : await surroundings.guardsOf(config),
    daemon: daemon ?? { kind: 'none' },
  }
}

/** Node reads the clock in UTC when it does not know the zone, and says so only here. */
function unknownZone({ TZ }: Environment): string | undefined {
  const zone: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone
  const isKnown = zone !== undefined && zone !== 'Etc/Unknown'
  return TZ === undefined || TZ === '' || isKnown ? undefined : TZ
}

async function coreFacts(
  config: Config,
  { rulesProblem }: Surroundings,
): Promise<NonNullable<Observed['core']>> {
  const [exists, hasRules, problem] = await Promise.all([
    isFolder(config.coreDir),
    isFile(join(config.coreDir, 'prompts', 'rules.md')),
    rulesProblem(config),
  ])
  return { path: config.coreDir, exists, hasRules, rulesProblem: problem }
}

/** What is known before any agent is looked at. */
interface Known {
  readonly config: Config
  readonly roles: RoleCheck
}

async function observeAgents(known: Known, surroundings: Surroundings): Promise<AgentFacts[]> {
  const plans = await providerPlans(known.config, surroundings)
  const shared = newShared()
  const found: AgentFacts[] = []
  for (let first = 0; first < plans.length; first += AGENTS_AT_ONCE) {
    const some = plans.slice(first, first + AGENTS_AT_ONCE)
    found.push(
      ...(await Promise.all(some.map((plan) => agentFacts({ ...known, shared }, plan, surroundings)))),
    )
  }
  return found
}

/** An agent with the context providers that are run for it. */
interface ProviderPlan {
  readonly agent: AgentConfig
  readonly workspace: FolderFacts
  readonly tries: readonly string[]
  readonly skipped: AgentFacts['skipped']
}

/** Each is run once, for the first agent that has it and a workspace to run it in. */
async function providerPlans(config: Config, { providersOf }: Surroundings): Promise<ProviderPlan[]> {
  const tried = new Set<string>()
  const plans: ProviderPlan[] = []
  for (const agent of config.agents) {
    const [workspace, { run, skipped }] = await Promise.all([
      folderFacts(agent.workspace),
      providersOf(agent),
    ])
    const tries = workspace.access === 'writable' ? run.filter((path) => !tried.has(path)) : []
    for (const path of tries) tried.add(path)
    plans.push({ agent, workspace, tries, skipped })
  }
  return plans
}

async function agentFacts(
  { config, roles, shared }: Known & { readonly shared: Shared },
  { agent, workspace, tries, skipped }: ProviderPlan,
  surroundings: Surroundings,
): Promise<AgentFacts> {
  const workDir = agent.repository ?? agent.workDir
  const meaning = roles.roles.get(agent.name)
  // With a role that cannot be used it is looked at all the same.
  const roleId = meaning?.kind === 'found' ? meaning.role.id : agent.role
  const env = surroundings.runEnvironment(agent, roleId)
  const places = {
    prompt: '',
    promptFile: '',
    workspace: agent.workspace,
    workDir,
    agent: agent.name,
    runId: '',
    role: '',
  }
  const { words } = fillPlaceholders(agent.command, places)
  const word = words[0] ?? ''
  const adapter = adapterFor(agent.adapter)
  const deadlineMs = surroundings.versionMsMax ?? VERSION_MS_MAX
  const [workDirFacts, contextDirs, files, failedProviders, found, git, cli] = await Promise.all([
    folderFacts(workDir),
    Promise.all(agent.contextDirs.map(folderFacts)),
    Promise.all(agent.contextDirs.map((dir) => contextFiles(contextFolder(dir, config.agents)))),
    tries.length === 0 ? [] : surroundings.tryProviders(agent, roleId, tries),
    isProgram(word, env['PATH'] ?? '', workDir),
    observeGit(workDir, env, shared),
    observeCli({ adapter, words, workDir, env, own: surroundings.env, deadlineMs, shared }),
  ])
  const known = files.flat()
  const answers = found && cli?.version?.kind !== 'silent'
  return {
    name: agent.name,
    workspace,
    workDir: workDirFacts,
    worktreeProblem: worktreeProblem(agent, config),
    contextDirs,
    contextFiles: known,
    obstacles: innerFolders(agent, config).flatMap((folder) => obstacleAt(folder) ?? []),
    skipped: skipped.filter(({ path }) => known.every((file) => file.path !== path || file.executable)),
    failedProviders,
    program: { word, found },
    role: roleFacts(config, agent, meaning),
    gateWritten: agent.gateWritten,
    unkeptLimits: unkeptLimits({ all: config.limits, agent: agent.limits }, adapter),
    standing: surroundings.standingOf(agent),
    git,
    cli,
    cliAgent: answers ? await surroundings.cliAgentOf(agent, deadlineMs) : undefined,
    presumed: unmetPresumptions(adapter.presumes?.(words, env) ?? []).map(({ otherwise }) => otherwise),
  }
}

function worktreeProblem({ repository }: AgentConfig, { agents }: Config): string | undefined {
  if (repository === undefined || gitFoldersOf(innerPath(repository, agents)) !== undefined) return undefined
  return `${repository} is not the top of a git repository, and it is to have a worktree of it`
}

/** Where work comes in, and where marrow itself writes. */
function innerFolders(agent: AgentConfig, config: Config): InnerPath[] {
  const { workspace, slug } = agent
  const paths = [
    handoffDir(workspace),
    join(workspace, 'runtime', 'notes', slug),
    join(workspace, 'runtime', 'logs', 'exec'),
  ]
  return [...queueFolders(agent, config), ...paths.map((path) => innerPath(path, config.agents))]
}

function roleFacts(
  config: Config,
  { role }: AgentConfig,
  meaning: AgentRole | undefined,
): AgentFacts['role'] {
  if (role === undefined || meaning === undefined) return undefined
  const folders = [...new Set([config.operatorDir, config.coreDir])].map((dir) => join(dir, 'roles'))
  return { name: role, folders, meaning: withoutRole(meaning) }
}

function withoutRole(meaning: AgentRole): RoleMeaning {
  return meaning.kind === 'found' || meaning.kind === 'custom' ? { kind: meaning.kind } : meaning
}
