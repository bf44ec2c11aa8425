/** Adds a task without a daemon: the file is all there is to it, and the next daemon finds it. */
import { configAt } from '../here.ts'
import { systemClock } from '../../platform/clock.ts'
import { addTask } from '../../tasks/apply.ts'
import { configuredQueue } from '../../tasks/folders.ts'

/** Writes one task file into the configured queue. Throws CONFIG_MISSING, CONFIG_INVALID, BAD_REQUEST, CANNOT_WRITE. */
export async function addTaskLocally(request: {
  readonly configPath: string
  readonly title: string
  readonly body: string | undefined
}): Promise<{ file: string; path: string }> {
  const { configPath, title, body } = request
  const config = await configAt(configPath)
  return addTask(configuredQueue(config), { title, body }, systemClock.now().wall)
}
