/** The queued tasks as they are shown, by a daemon or without one. */
import type { Config } from '../config/config.ts'
import { innerPath } from '../config/inner.ts'
import { ALL_PROJECTS, chooseProject, projectsOf, type Project, type Wanted } from '../config/projects.ts'
import type { ResultOf } from '../ipc/protocol/table.ts'
import { realPath } from '../platform/paths.ts'
import { listTasks } from '../tasks/observe.ts'

/** Those of one project or of all, each sorted by file name. Throws NOT_FOUND. */
export async function tasksOf(config: Config, wanted: Wanted): Promise<ResultOf<'tasks'>> {
  const projects = projectsOf(config)
  const one = wanted.project === ALL_PROJECTS ? undefined : chooseProject(projects, wanted, realPath).project
  const lists = (one === undefined ? projects : [one]).map((project) => tasksIn(config, project))
  return { tasks: (await Promise.all(lists)).flat(), project: one?.name ?? null }
}

async function tasksIn({ agents }: Config, project: Project): Promise<ResultOf<'tasks'>['tasks']> {
  const tasks = await listTasks(innerPath(project.queue, agents))
  return tasks.map(({ file, title, created }) => ({ file, title, created, project: project.name }))
}
