/** The projects of a configuration: which agents belong together, where they work, and where their tasks wait. */
import { MarrowError } from '../base/errors.ts'
import { slugOf } from '../base/ids.ts'
import { didYouMean } from '../base/nearest.ts'
import { ownQueue } from '../tasks/folders.ts'
import type { InnerPath } from '../platform/inside.ts'
import type { AgentConfig, Config } from './config.ts'
import { innerPath } from './inner.ts'
import { isInside } from './paths.ts'
import type { Report } from './report.ts'

/** The project of agents for which the file names none. */
export const DEFAULT_PROJECT = 'default'

/** Stands for all of them: no project can be called so. */
export const ALL_PROJECTS = '*'

/** Agents that work on one thing. */
export interface Project {
  readonly name: string
  /** Where its tasks are put. */
  readonly queue: string
  /** Whoever is in one of these is in the project: workspaces, work_dirs, repositories. */
  readonly folders: readonly InnerPath[]
  /** By name. */
  readonly agents: readonly string[]
}

/** In the order of their first agents. The first one has the configured queue. */
export function projectsOf({ agents, ipc }: Pick<Config, 'agents' | 'ipc'>): Project[] {
  const first = agents[0]?.project
  return [...Map.groupBy(agents, ({ project }) => project)].map(([name, own]) => ({
    name,
    queue: name === first ? ipc.taskDir : ownQueue(own[0]?.workspace ?? ''),
    folders: [...new Set(own.flatMap(foldersOf))].map((path) => innerPath(path, agents)),
    agents: own.map((agent) => agent.name),
  }))
}

function foldersOf({ workspace, workDir, repository }: AgentConfig): string[] {
  return repository === undefined ? [workspace, workDir] : [workspace, workDir, repository]
}

/** Why a project was taken: it was named, a folder lies in it, it is the first one, or there is no other. */
export type ChosenBy = 'name' | 'folder' | 'first' | 'only'

/** The project that somebody means, and why. */
export interface Choice {
  readonly project: Project
  readonly by: ChosenBy
}

/** By what a project is chosen. */
export interface Wanted {
  readonly project?: string | undefined
  /** Absolute. */
  readonly folder?: string | undefined
}

/**
 * The project of that name, else the one that holds the folder, the deepest of several, else the first. `realPath` follows
 * links: the folder and the file may name one place in two ways. Throws NOT_FOUND for a name that no project has.
 */
export function chooseProject(
  projects: readonly Project[],
  { project: name, folder }: Wanted,
  realPath: (path: string) => string,
): Choice {
  const [first] = projects
  if (first === undefined) throw new MarrowError('NOT_FOUND', 'Cannot choose a project: there is none.')
  if (name !== undefined) return { project: projectNamed(projects, name), by: 'name' }
  if (projects.length === 1) return { project: first, by: 'only' }
  const around = folder === undefined ? undefined : projectAround(projects, realPath(folder), realPath)
  return around === undefined ? { project: first, by: 'first' } : { project: around, by: 'folder' }
}

function projectNamed(projects: readonly Project[], written: string): Project {
  const found = projects.find(({ name }) => name === written || slugOf(name) === slugOf(written))
  if (found !== undefined) return found
  const names = projects.map(({ name }) => name)
  throw new MarrowError('NOT_FOUND', `unknown project: ${written}`, {
    fix: `${didYouMean(written, names)}There is ${names.join(', ')}.`,
  })
}

/** Below its root a folder is where it is written: whoever works there could lead it into another project. */
function projectAround(
  projects: readonly Project[],
  folder: string,
  realPath: (path: string) => string,
): Project | undefined {
  const around = projects.flatMap((project) =>
    project.folders
      .map(({ root, path }) => realPath(root) + path.slice(root.length))
      .filter((path) => isInside(folder, path))
      .map((path) => ({ project, depth: path.length })),
  )
  return around.toSorted((one, other) => other.depth - one.depth)[0]?.project
}

/** Reports what would let the tasks of one project reach another, or nobody. */
export function checkProjects(
  { agents, ipc }: Pick<Config, 'agents' | 'ipc'>,
  { realPath }: { readonly realPath: (path: string) => string },
  report: Report,
): void {
  const names = new Map<string, string>()
  const workspaces = new Map<string, string>()
  const owners = new Map<string, string>()
  for (const [index, { project, workspace }] of agents.entries()) {
    const at = ['agents', index]
    const sameSlug = names.get(slugOf(project)) ?? project
    names.set(slugOf(project), sameSlug)
    if (sameSlug !== project) {
      const fix = 'Write it in one way.'
      report.problem([...at, 'project'], `${project} and ${sameSlug} are one name in two ways.`, fix)
    }
    if (workspace === '') continue
    const place = realPath(workspace)
    const shared = workspaces.get(project) ?? place
    workspaces.set(project, shared)
    // Files from before there were projects have agents of many workspaces, all of them in this one.
    if (shared !== place && project !== DEFAULT_PROJECT) {
      const reason = `the agents of the project ${project} have two workspaces: ${shared} and ${place}.`
      report.problem([...at, 'workspace'], reason, 'Give them one: they share its queue and its handoffs.')
    }
    const owner = owners.get(place) ?? project
    owners.set(place, owner)
    if (owner !== project) {
      const reason = `${workspace} is the workspace of the project ${owner} already.`
      report.problem([...at, 'workspace'], reason, 'Give each project a workspace of its own.')
    }
  }
  checkTaskDir({ agents, ipc }, realPath, report)
}

function checkTaskDir(
  { agents, ipc }: Pick<Config, 'agents' | 'ipc'>,
  realPath: (path: string) => string,
  report: Report,
): void {
  const first = agents[0]?.project
  const taken = agents.find(
    ({ project, workspace }) =>
      project !== first && workspace !== '' && realPath(ownQueue(workspace)) === realPath(ipc.taskDir),
  )
  if (taken === undefined) return
  const reason = `${ipc.taskDir} is the queue of the project ${taken.project}.`
  report.problem(['ipc', 'task_dir'], reason, 'Leave it out, or name another folder.')
}
