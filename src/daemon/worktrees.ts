/** Worktrees of agents: made before a run needs one, and removed when nobody wants it any more and nothing would be lost. */
import { quote } from 'shlex'
import { MarrowError, reasonAndFix } from '../base/errors.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import { innerPath } from '../config/inner.ts'
import { isInside } from '../config/paths.ts'
import { worktreeBranch } from '../config/worktree.ts'
import { openTicks } from '../heartbeat/store/ticks.ts'
import type { StatusResult } from '../ipc/protocol/status.ts'
import { gitFoldersOf } from '../platform/git-view.ts'
import { listInside, type InnerPath } from '../platform/inside.ts'
import { realPath } from '../platform/paths.ts'
import type { Tx } from '../platform/sqlite.ts'
import { openRuns } from '../runner/store.ts'
import { makeWorktree, removeWorktree } from '../worktrees/apply.ts'
import { kindAt, listWorktrees, lookAt, ownGitFolder, tipOf } from '../worktrees/observe.ts'
import { reasonsToKeep } from '../worktrees/proof.ts'
import {
  forgetWorktree,
  hasWorktrees,
  insertWorktree,
  readWorktree,
  readWorktrees,
  setKept,
  setMade,
} from '../worktrees/store.ts'
import type { Site, Worktree } from '../worktrees/worktree.ts'
import { write, type Core } from './core.ts'
import { groundOf } from './standing.ts'
import { rightsFor } from './worktree-rights.ts'

/**
 * Makes the worktree of an agent that is to have one, unless it is there. Throws CONFIG_INVALID when its work_dir is no
 * repository of which one can be made, CANNOT_WRITE with what stands in the way.
 */
export async function ensureWorktree(core: Core, agent: AgentConfig, signal: AbortSignal): Promise<void> {
  const { repository } = agent
  if (repository === undefined) return
  await inTurn(core, async () => {
    const site = siteOf(core.config, {
      ...agent,
      path: agent.workDir,
      branch: worktreeBranch(agent.slug),
      repository,
    })
    if (site === undefined) throw noRepository(repository, 'is not the top of a git repository')
    if (kindAt(site.path) === 'link') throw untied(site)
    if (isInside(realPath(agent.workDir), realPath(repository)))
      throw noRepository(repository, `holds the workspace ${agent.workspace}`)
    const known = await core.db.read((tx) => readWorktree(tx, agent.workDir))
    if (known !== undefined && known.repository !== repository) throw inTheWay(known)
    const isTied = kindAt(site.path) === 'folder' && ownGitFolder(site) !== undefined
    // One that marrow does not know is used as it is, and never removed.
    if (isTied && (known === undefined || known.madeAt !== undefined)) return
    if (!isTied && !isFree(site.path) && known?.madeAt !== undefined) throw untied(site)
    if (known === undefined && !isFree(site.path)) throw untied(site)
    await core.db.write((tx) => {
      if (known === undefined) insertWorktree(tx, rowOf(agent, repository))
      else setMade(tx, known.path, undefined)
    })
    await makeWorktree(site, rightsFor(groundOf(core), agent, site, signal))
    const { path, branch } = rowOf(agent, repository)
    await write(core, (tx, emit) => {
      setMade(tx, path, core.clock.now().wall)
      setKept(tx, path, undefined)
      emit('worktree.made', { agent: agent.name }, { path, branch, repository })
    })
  })
}

/** For status, report and doctor: what could not be removed, and how to look at it. */
export function keptWorktrees(tx: Tx): StatusResult['worktrees_kept'] {
  if (!hasWorktrees(tx)) return []
  return readWorktrees(tx).flatMap(({ path, branch, agent, repository, kept }) => {
    if (kept === undefined) return []
    const look = `git -C ${quote(repository)} log --oneline ${branch} --not --exclude=${branch} --branches --remotes; git -C ${quote(path)} status`
    return [{ path, branch, agent, reason: kept, look }]
  })
}

/** Starts the job that removes worktrees which nobody wants any more, or says why they are kept. */
export function tidyWorktrees(core: Core): void {
  core.jobs.start('worktrees', async (signal) => {
    for (const worktree of await core.db.read(readWorktrees)) {
      if (signal.aborted) return
      await inTurn(core, () => tidyOne(core, worktree, signal))
    }
  })
}

async function tidyOne(core: Core, worktree: Worktree, signal: AbortSignal): Promise<void> {
  if (isWanted(core.config, worktree)) return welcomeBack(core, worktree)
  if (await isInUse(core, worktree)) return
  const site = siteOf(core.config, worktree)
  const kept = site
    ? await removeIfSafe(core, worktree, site, signal).catch(reasonAndFix)
    : `its repository ${worktree.repository} is not there`
  if (signal.aborted || (kept !== undefined && kept === worktree.kept)) return
  const { path, branch, agent } = worktree
  await write(core, (tx, emit) => {
    if (kept === undefined) {
      forgetWorktree(tx, path)
      emit('worktree.removed', { agent }, { path, branch })
    } else {
      setKept(tx, path, kept)
      emit('worktree.kept', { agent }, { path, branch, reason: kept })
    }
  })
}

async function welcomeBack(core: Core, { path, kept }: Worktree): Promise<void> {
  if (kept !== undefined) await core.db.write((tx) => setKept(tx, path, undefined))
}

/** Returns why it is kept; undefined: it is gone. */
async function removeIfSafe(
  core: Core,
  worktree: Worktree,
  site: Site,
  signal: AbortSignal,
): Promise<string | undefined> {
  const agent = standIn(core.config, worktree)
  const change = rightsFor(groundOf(core), agent, site, signal)
  const listed = await listWorktrees(site, change)
  if (listed === undefined) return 'git does not list the working copies of its repository'
  const tip = await tipOf(site, change)
  const reasons = reasonsToKeep(await lookAt(site, listed, change))
  if (reasons.length > 0) return reasons.join('; ')
  // Should this be ended in the middle, no run may begin in what is left.
  await core.db.write((tx) => setMade(tx, worktree.path, undefined))
  return removeWorktree(site, tip, change)
}

function isWanted({ agents }: Config, { path, repository }: Worktree): boolean {
  return agents.some((agent) => agent.workDir === path && agent.repository === repository)
}

/** Its agent is at work, or will be in a moment; or a run of somebody else has it as its work_dir. */
async function isInUse(core: Core, { agent, path }: Worktree): Promise<boolean> {
  return core.db.read(
    (tx) =>
      openTicks(tx).some((tick) => tick.agent === agent) ||
      openRuns(tx).some((run) => run.agent === agent || isInside(run.workDir, path)),
  )
}

/** For git in the worktree of an agent that has left the file: with the wall and the user that it had. */
function standIn({ agents }: Config, worktree: Worktree): AgentConfig {
  const [any] = agents
  if (any === undefined)
    throw new MarrowError('CONFIG_INVALID', 'Cannot look at a worktree: there is no agent.')
  const { agent, slug, workspace, path, repository, isolation } = worktree
  const { limits } = any.isolation
  const own = { ...isolation, limits, readOnly: [], readWrite: [], secrets: [], network: false }
  return {
    ...any,
    name: agent,
    slug,
    workspace,
    workDir: path,
    repository,
    contextDirs: [],
    command: ['git'],
    adapter: 'generic',
    env: { pass: [], set: {} },
    isolation: { ...own, bypassWithoutIsolation: false },
  }
}

/** Undefined where its repository is none, or has gone. */
function siteOf(
  { agents }: Config,
  { path, workspace, repository, branch }: Pick<Worktree, 'path' | 'workspace' | 'repository' | 'branch'>,
): Site | undefined {
  const folders = gitFoldersOf(innerPath(repository, agents))
  // Whoever has left the file has written its workspace all the same.
  const { root } = innerPath(workspace, agents)
  return (
    folders && {
      path: { root, path },
      branch,
      repository,
      gitDir: folders.gitDir,
      commonDir: folders.commonDir,
    }
  )
}

function rowOf(agent: AgentConfig, repository: string): Omit<Worktree, 'madeAt' | 'kept'> {
  const { name, slug, workspace, workDir, isolation } = agent
  const { mode, user } = isolation
  const branch = worktreeBranch(slug)
  return { path: workDir, agent: name, slug, workspace, repository, branch, isolation: { mode, user } }
}

/** Nothing stands there, or a folder with nothing in it. */
function isFree(path: InnerPath): boolean {
  const kind = kindAt(path)
  return kind === undefined || (kind === 'folder' && listInside(path).length === 0)
}

/** One after the other: what is made for one tick must not be removed by a look that began before. */
async function inTurn<T>(core: Core, work: () => Promise<T>): Promise<T> {
  const before = core.life.worktreeTurn
  const { promise, resolve } = Promise.withResolvers<void>()
  core.life.worktreeTurn = promise
  try {
    await before
    return await work()
  } finally {
    resolve()
  }
}

function noRepository(repository: string, why: string): MarrowError {
  return new MarrowError('CONFIG_INVALID', `Cannot make a worktree: ${repository} ${why}.`, {
    fix: 'Write the top folder of a git repository as work_dir, or take worktree = true away.',
  })
}

function inTheWay({ path, repository, kept }: Worktree): MarrowError {
  const why = kept === undefined ? '' : `, which is kept: ${kept}`
  return new MarrowError(
    'CANNOT_WRITE',
    `Cannot make the worktree ${path}: there is one of ${repository}${why}.`,
    {
      fix: `Look with: git -C ${quote(path)} status; it goes when nothing in it would be lost.`,
    },
  )
}

function untied({ path, repository }: Site): MarrowError {
  const reason = `what stands there is no worktree of ${repository}`
  return new MarrowError('CANNOT_WRITE', `Cannot use the worktree ${path.path}: ${reason}.`, {
    fix: `Mend it with: git -C ${quote(repository)} worktree repair ${quote(path.path)}; or move it away.`,
  })
}
