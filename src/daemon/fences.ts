/** What goes around everything that is started for an agent, worked out from its configuration and this machine. */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { MarrowError } from '../base/errors.ts'
import type { AgentConfig } from '../config/config.ts'
import { noCliFolders, type CliFolders } from '../isolation/home.ts'
import { diskFacts } from '../isolation/observe.ts'
import type { PathFacts, Policy } from '../isolation/policy.ts'
import { notStarted } from '../isolation/unable.ts'
import { policyFor } from '../isolation/wishes.ts'
import { wrapCommand, type Fence, type WallAround } from '../isolation/wrap.ts'
import { JOB_SANDBOX_FD, runCommand } from '../platform/command.ts'
import { remove } from '../platform/files.ts'
import type { RunGit } from '../platform/git-ask.ts'
import { realPath, temporaryFolder } from '../platform/paths.ts'
import { canReach, findSetpriv, systemProgram } from '../platform/users.ts'
import { standingIn, userOf, type Ground } from './standing.ts'

/** What is to be started. */
export interface Start {
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cli?: CliFolders
  /** Files of the run's folder that it may read. */
  readonly runFiles?: readonly string[]
  /** Those that will be there by the time that it starts. */
  readonly comingFiles?: readonly string[]
  /** Folders of its own that it may read, and that will be there by then. */
  readonly comingFolders?: readonly string[]
  /** Where it was worked out before. */
  readonly policy?: Policy | undefined
  /** Where the wall tells of its first process. */
  readonly infoFd?: number
  /** Whether a person sits in front of it. */
  readonly terminal?: boolean
  /** A folder for its temporary files, and the files of its CLI's login: for a wall that shows all as it lies. */
  readonly temporary: string
  readonly logins?: readonly string[]
  /** In front of everything, and right in front of the words: limits. */
  readonly outside?: readonly string[]
  readonly inside?: readonly string[]
}

/**
 * The fence around one command. Without a wall only its limits and its user are left. Throws CONFIG_INVALID for a link by which
 * a run could have the wall let something else through.
 */
export function fenceIn(ground: Ground, agent: AgentConfig, start: Start): Fence {
  const standing = standingIn(ground, agent)
  const outside = [...(start.outside ?? []), ...userWords(agent)]
  const inside = start.inside ?? []
  if (standing.kind !== 'walled') return { wall: undefined, outside, inside }
  const policy = start.policy ?? policyOf(ground, agent, start)
  const around = [...(start.outside ?? []), ...ownMounts(standing.wall), ...userWords(agent)]
  const { infoFd, terminal = false, temporary, logins = [], cli = noCliFolders } = start
  const sockets = [join(ground.config.stateDir, 'door', 'agent.sock')]
  const asItLies = { temporary, logins, obeyed: cli.obeyed, sockets }
  return { wall: { by: standing.wall, policy, infoFd, terminal, asItLies }, outside: around, inside }
}

function policyOf(ground: Ground, agent: AgentConfig, start: Omit<Start, 'temporary'>): Policy {
  const policy = policyIn(ground, agent, start)
  const { refused } = policy
  if (refused.length === 0) return policy
  throw new MarrowError(
    'CONFIG_INVALID',
    `Cannot isolate the agent: a link leads from ${refused.join(', ')} to somewhere else.`,
    {
      fix: 'An agent may have put it there. Remove the link, or write the real path into marrow.toml.',
    },
  )
}

/**
 * Runs jobs of one look at an agent's world (its context providers, git) behind its wall; what must not be started says why. The
 * policy is worked out once for all of them: it takes some ms, and they lie where all can be seen.
 */
export function providerRunner(ground: Ground, agent: AgentConfig): typeof runCommand {
  const standing = standingIn(ground, agent)
  if (standing.kind === 'held') return () => Promise.resolve({ kind: 'missing', detail: standing.reason })
  let policy: Policy | undefined
  return async (words, options) => {
    const { cwd, env } = options
    if (standing.kind === 'walled') policy ??= policyOf(ground, agent, { words: [], env })
    using stack = new DisposableStack()
    const temporary = standing.kind === 'walled' ? temporaryFor(standing.wall, stack) : ''
    const fence = fenceIn(ground, agent, { words, env, temporary, policy, infoFd: JOB_SANDBOX_FD })
    const command = wrapCommand({ words, cwd, env }, fence)
    const sandboxed = fence.wall?.by.kind === 'bubblewrap'
    const result = await runCommand(command.words, { ...options, env: command.env, sandboxed })
    const refusal =
      sandboxed && result.kind === 'exited' ? notStarted(result.stderr, result.exitCode) : undefined
    return refusal === undefined ? result : { kind: 'missing', detail: refusal }
  }
}

/** Only where `/tmp` cannot be private. */
function temporaryFor({ kind }: WallAround['by'], stack: DisposableStack): string {
  if (kind === 'bubblewrap') return ''
  return stack.adopt(realPath(mkdtempSync(join(temporaryFolder(), 'marrow-job-'))), remove)
}

/** Runs git in an agent's work_dir behind its wall: it changes nothing there and reaches nobody. */
export function gitRunner(ground: Ground, agent: AgentConfig): RunGit {
  return (words, options, folders) => {
    const { isolation, workDir } = agent
    const readOnly = [...isolation.readOnly, workDir, ...folders]
    const looking = { ...agent, isolation: { ...isolation, network: false, readOnly } }
    return providerRunner(ground, looking)(words, options)
  }
}

function policyIn({ config, program }: Ground, agent: AgentConfig, start: Omit<Start, 'temporary'>): Policy {
  const { words, env, cli = noCliFolders, runFiles = [], comingFiles = [], comingFolders = [] } = start
  const { HOME = '/', PATH = '' } = env
  const request = {
    agent,
    config,
    programRoot: program.root,
    home: HOME,
    path: PATH,
    words,
    cli,
    runFiles: [...runFiles, ...comingFiles, ...comingFolders],
  }
  return policyFor(request, factsFor(agent, comingFiles, comingFolders))
}

/** What its user cannot reach, bubblewrap cannot show it: it is started as that user. */
function factsFor(agent: AgentConfig, files: readonly string[], folders: readonly string[]): PathFacts {
  const user = userOf(agent)
  const seen = (path: string) =>
    user === undefined || canReach(user, path) ? diskFacts.kindOf(path) : undefined
  const kindOf: PathFacts['kindOf'] = (path) => {
    if (files.includes(path)) return 'file'
    return folders.includes(path) ? 'folder' : seen(path)
  }
  return { ...diskFacts, kindOf }
}

/** The agent with one more folder that it may write. */
export function withFolder(agent: AgentConfig, folder: string): AgentConfig {
  const { isolation } = agent
  return { ...agent, isolation: { ...isolation, readWrite: [...isolation.readWrite, folder] } }
}

/** Without it what is mounted while a run goes on appears in it, as writable as it is outside. Only root can have it so. */
function ownMounts({ kind }: WallAround['by']): string[] {
  const unshare = process.getuid?.() === 0 && kind === 'bubblewrap' ? systemProgram('unshare') : undefined
  return unshare === undefined ? [] : [unshare, '--mount', '--propagation', 'private', '--']
}

function userWords(agent: AgentConfig): string[] {
  const user = userOf(agent)
  const setpriv = findSetpriv()
  if (user === undefined || setpriv === undefined) return []
  return [setpriv, `--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--inh-caps=-all', '--']
}
