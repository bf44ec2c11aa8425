/** What a run left behind: the world after it, what it changed in its repository, the tasks that it finished. */
import { reasonOf } from '../base/errors.ts'
import { plain, plainStart } from '../base/plain.ts'
import { innerPath } from '../config/inner.ts'
import { cleanStatus, type GitState as SeenGit } from '../platform/git.ts'
import type { RunGit } from '../platform/git-ask.ts'
import { gitChanges } from '../platform/git-changes.ts'
import type { Tx } from '../platform/sqlite.ts'
import type { RunChanges } from '../runner/changes.ts'
import type { GitState, RunRecord } from '../runner/record.ts'
import { openRuns } from '../runner/store.ts'
import { doneFolder } from '../tasks/folders.ts'
import { listFinished, type Finished } from '../tasks/observe.ts'
import { forgetReturned, markFinished } from '../tasks/store.ts'
import { observeWorld, ownFolders, type AgentPlace } from './world.ts'
import type { Core, Emit } from './core.ts'
import { gitRunner } from './fences.ts'
import { redactorFor } from './redaction.ts'
import { groundOf } from './standing.ts'

/** Undefined members could not be seen. */
export interface Aftermath {
  readonly world: { readonly git: GitState | undefined; readonly fingerprint: string } | undefined
  readonly changes: RunChanges | undefined
  readonly finished: Finished | undefined
}

/** What an agent left in its folders must not keep its own run from being recorded: what cannot be seen is only logged. */
export async function observeAftermath(
  core: Core,
  run: RunRecord,
  { endedAt, signal }: { readonly endedAt: number | undefined; readonly signal: AbortSignal },
): Promise<Aftermath> {
  const unless = <T>(what: string, look: Promise<T>): Promise<T | undefined> =>
    look.catch((error: unknown) => {
      if (!signal.aborted)
        core.log.warn(`what a run ${what} cannot be seen`, { run: run.id, error: reasonOf(error) })
      return undefined
    })
  const { config } = core
  const agent = config.agents.find(({ name }) => name === run.agent)
  const place = agent ?? { name: run.agent, slug: run.agent, workspace: run.workspace, workDir: run.workDir }
  const git = agent ? gitRunner(groundOf(core), agent) : unknownFence
  const done = doneFolder(run.workspace, config.agents)
  // What came later is told of whoever else works there; else it is told here, for the clock of a network disk may differ.
  const others = (await core.db.read(openRuns)).filter(({ workspace }) => workspace === run.workspace)
  const until = others.length > 1 ? endedAt : undefined
  const [world, finished] = await Promise.all([
    unless('changed', observeWorld(place, { config, known: undefined, signal, run: git })),
    unless('finished', listFinished(done, { since: run.recordedAt, until })),
  ])
  const seen = world?.seen
  const changes = seen && (await unless('committed', changesOf(core, run, { place, seen, signal, run: git })))
  return {
    world: world && { git: whereItStands(world.git), fingerprint: world.fingerprint },
    changes,
    finished,
  }
}

/** Of an agent that is no longer in the file nobody knows behind what its git may run. */
const unknownFence: RunGit = () => Promise.resolve({ kind: 'missing', detail: 'no agent' })

/** What had changed is of interest before a run, to be told apart from its own. */
function whereItStands(git: GitState | undefined): GitState | undefined {
  return git && { head: git.head, status: git.status }
}

interface Look {
  readonly place: AgentPlace
  readonly seen: SeenGit
  readonly signal: AbortSignal
  readonly run: RunGit
}

/** git is asked for more only when something is different. */
async function changesOf(
  core: Pick<Core, 'config' | 'env'>,
  { gitBefore }: RunRecord,
  { place, seen, signal, run }: Look,
): Promise<RunChanges | undefined> {
  if (gitBefore === null || (gitBefore.head === (seen.head ?? '') && gitBefore.status === seen.status))
    return undefined
  const before = {
    head: gitBefore.head === '' ? undefined : gitBefore.head,
    changed: new Map(gitBefore.changed),
  }
  const dir = innerPath(place.workDir, core.config.agents)
  const question = { signal, except: ownFolders(place), run }
  const changes = await gitChanges(dir, question, { before, after: seen })
  if (changes === undefined) return undefined
  const { moreCommits, rewritten, diff } = changes
  const redact = redactorFor(core)
  const commits = changes.commits.map(({ id, subject }) => ({
    id,
    subject: plainStart(redact(subject), TOLD_CHARS_MAX),
  }))
  const dirtyBefore = gitBefore.status !== cleanStatus
  return { commits, moreCommits, rewritten, diff: diff ?? null, dirtyBefore }
}

const TOLD_CHARS_MAX = 120 // Of a title or a subject, which agents make as long as they like.

/** Tells of each finished task once, in the transaction of the caller. */
export function tellFinished(
  tx: Tx,
  emit: Emit,
  run: Pick<RunRecord, 'id' | 'agent' | 'workspace'>,
  {
    core,
    finished,
    at,
  }: { readonly core: Core; readonly finished: Finished | undefined; readonly at: number },
): void {
  if (finished?.names === undefined) return
  const redact = redactorFor(core)
  const { path: folder } = doneFolder(run.workspace, core.config.agents)
  forgetReturned(tx, folder, finished.names)
  for (const { file, title } of finished.tasks) {
    if (!markFinished(tx, `${folder}/${file}`, at)) continue
    const short = plainStart(redact(title), TOLD_CHARS_MAX)
    emit('task.finished', { agent: run.agent, run: run.id }, { file: plain(file), title: short })
  }
}
