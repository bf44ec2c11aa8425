/** Lists queues without a daemon: the folders are all there is to it. */
import type { Wanted } from '../../config/projects.ts'
import { configAt } from '../here.ts'
import type { ResultOf } from '../../ipc/protocol/table.ts'
import { tasksOf } from '../task-lists.ts'

/** The tasks of a project or of all, sorted by file name. Throws CONFIG_MISSING, CONFIG_INVALID, NOT_FOUND. */
export async function listTasksLocally({
  configPath,
  ...wanted
}: Wanted & { readonly configPath: string }): Promise<ResultOf<'tasks'>> {
  return tasksOf(await configAt(configPath), wanted)
}
