/** The world of an agent as far as its work can be seen in it: its tasks, its repository, what it handed to others. */
import { join, relative } from 'node:path'
import { reasonAndFix } from '../base/errors.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import { innerPath } from '../config/inner.ts'
import { handoffDir } from '../handoffs/folders.ts'
import { handoffsFrom } from '../handoffs/observe.ts'
import type { InnerPath } from '../platform/inside.ts'
import { cleanStatus, gitState, type GitState as SeenGit } from '../platform/git.ts'
import type { RunGit } from '../platform/git-ask.ts'
import { worldFingerprint } from '../prompt/progress.ts'
import type { GitState } from '../runner/record.ts'
import { queueFolders } from '../tasks/folders.ts'
import { listTasks } from '../tasks/observe.ts'
import type { QueuedTask } from '../tasks/queue.ts'

interface WorldRequest {
  readonly config: Config
  /** Undefined: they are read. */
  readonly known: readonly QueuedTask[] | undefined
  readonly signal: AbortSignal
  /** Starts git, which executes what the repository tells it. */
  readonly run: RunGit
}

/** What an agent works on and for. */
export type AgentPlace = Pick<AgentConfig, 'name' | 'slug' | 'workspace' | 'workDir'>

/** What a run can be seen to change. */
export interface ObservedWorld {
  readonly git: GitState | undefined
  /** The same with all that git said. */
  readonly seen: SeenGit | undefined
  readonly fingerprint: string
}

/** Tasks, git and handoffs as they are now. */
export async function observeWorld(
  agent: AgentPlace,
  { config, known, signal, run }: WorldRequest,
): Promise<ObservedWorld> {
  const [tasks, git, handoffs] = await Promise.all([
    known ?? readQueues(agent, config).then((queues) => queues.flatMap((queue) => queue.tasks)),
    gitState(innerPath(agent.workDir, config.agents), { signal, except: ownFolders(agent), run }),
    handoffsFrom(innerPath(handoffDir(agent.workspace), config.agents), agent).catch(() => []), // Said in the prompt.
  ])
  const state = git && { head: git.head ?? '', status: git.status, ...changedIn(git) }
  return { git: state, seen: git, fingerprint: worldFingerprint({ tasks, git: state, handoffs }) }
}

const CHANGED_KEPT_MAX = 200 // Kept with each run. Who leaves more lying about is told that it cannot be told apart.

function changedIn({ status, changed }: SeenGit): Pick<GitState, 'changed'> {
  if (status === cleanStatus || changed.length > CHANGED_KEPT_MAX) return {}
  return { changed: changed.map(({ path, digest: own }) => [path, own]) }
}

/** marrow's own files in a workspace that lies in the work_dir are no work. */
export function ownFolders({ workspace, workDir }: Pick<AgentConfig, 'workspace' | 'workDir'>): string[] {
  const inside = relative(workDir, workspace)
  return inside.startsWith('..') ? [] : ['runtime', 'tasks'].map((folder) => join(inside, folder))
}

/** One folder of tasks. */
export interface Queue {
  readonly folder: string
  readonly tasks: readonly QueuedTask[]
  /** Why it cannot be read. */
  readonly problem: string | undefined
}

/** The queues that an agent works on, those that cannot be read with the reason. */
export function readQueues(agent: Pick<AgentConfig, 'workspace'>, config: Config): Promise<Queue[]> {
  return Promise.all(queueFolders(agent, config).map(readQueue))
}

async function readQueue(queue: InnerPath): Promise<Queue> {
  try {
    return { folder: queue.path, tasks: await listTasks(queue), problem: undefined }
  } catch (error) {
    return { folder: queue.path, tasks: [], problem: reasonAndFix(error) }
  }
}
