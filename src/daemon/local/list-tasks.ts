/** Lists the queue without a daemon: the folder is all there is to it. */
import { configAt } from '../here.ts'
import type { ResultOf } from '../../ipc/protocol/table.ts'
import { configuredQueue } from '../../tasks/folders.ts'
import { listTasks } from '../../tasks/observe.ts'

/** The tasks of the configured queue, sorted by file name. Throws CONFIG_MISSING, CONFIG_INVALID, NOT_FOUND. */
export async function listTasksLocally({
  configPath,
}: {
  readonly configPath: string
}): Promise<ResultOf<'tasks'>> {
  const config = await configAt(configPath)
  const tasks = await listTasks(configuredQueue(config))
  return { tasks: tasks.map(({ file, title, created }) => ({ file, title, created })) }
}
