/** Adds a task without a daemon: the file is all there is to it, and the next daemon finds it. */
import { innerPath } from '../../config/inner.ts'
import { chooseProject, projectsOf, type Wanted } from '../../config/projects.ts'
import type { ResultOf } from '../../ipc/protocol/table.ts'
import { configAt } from '../here.ts'
import { systemClock } from '../../platform/clock.ts'
import { realPath } from '../../platform/paths.ts'
import { addTask } from '../../tasks/apply.ts'

interface LocalTask extends Wanted {
  readonly configPath: string
  readonly title: string
  readonly body: string | undefined
}

/**
 * Writes one task file into the queue of its project. Throws CONFIG_MISSING, CONFIG_INVALID, BAD_REQUEST, CANNOT_WRITE,
 * NOT_FOUND for a project that the file does not have.
 */
export async function addTaskLocally({
  configPath,
  title,
  body,
  ...wanted
}: LocalTask): Promise<Omit<ResultOf<'addTask'>, 'ok' | 'next'>> {
  const config = await configAt(configPath)
  const { project, by } = chooseProject(projectsOf(config), wanted, realPath)
  const queue = innerPath(project.queue, config.agents)
  const added = await addTask(queue, { title, body }, systemClock.now().wall)
  return { ...added, project: project.name, project_by: by }
}
