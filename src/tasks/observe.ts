// Owns the reading of task folders: which tasks wait and which were finished, as the file system shows them now.
import { setImmediate as breathe } from 'node:timers/promises'
import { digest } from '../base/digest.ts'
import { MarrowError, reasonOf } from '../base/errors.ts'
import { openInside, type InnerPath } from '../platform/inside.ts'
import type { InnerFolder } from '../platform/inside/folder.ts'
import { isTaskFile, taskTitle, type QueuedTask } from './queue.ts'

const READ_BYTES_MAX = 64 * 1024 // Of each file: enough for its title and to tell versions apart, with the size.
const READ_FILES_MAX = 32 // In one go: others get their turn in between, however long the queue.

/**
 * The tasks that wait in the queue, sorted by file name; none when the folder is missing. Only regular files count: an
 * agent could point a link anywhere. Throws NOT_FOUND when the folder cannot be read, or leads through a link.
 */
export async function listTasks(queue: InnerPath): Promise<QueuedTask[]> {
  using folder = openInside(queue)
  if (!folder) return []
  const files = namesIn(folder).filter(isTaskFile)
  const tasks: QueuedTask[] = []
  for (const [index, file] of files.entries()) {
    if (index % READ_FILES_MAX === 0) await breathe()
    const task = readTask(folder, file)
    if (task) tasks.push(task)
  }
  return tasks
}

function namesIn(folder: InnerFolder): string[] {
  try {
    return folder.names('file')
  } catch (error) {
    throw new MarrowError('NOT_FOUND', `Cannot list the tasks in ${folder.path}: ${reasonOf(error)}.`, {
      fix: 'Check that you may read it.',
      cause: error,
    })
  }
}

/** Undefined when the file went away meanwhile. One that may not be read is still a task that waits. */
function readTask(folder: InnerFolder, file: string): QueuedTask | undefined {
  try {
    const found = folder.read(file, READ_BYTES_MAX)
    if (!found) return undefined
    const { start, stats } = found
    return {
      file,
      title: taskTitle(new TextDecoder().decode(start), file),
      // Not every file system knows the birth; some then say 0, some a time after the last change.
      created: Math.floor(Math.min(stats.birthtimeMs || stats.mtimeMs, stats.mtimeMs) / 1_000),
      fingerprint: digest(`${stats.size} ${digest(start)}`),
    }
  } catch {
    return { file, title: taskTitle('', file), created: 0, fingerprint: 'unreadable' }
  }
}

/** What came into a folder of finished tasks. */
export interface Finished {
  /** All task files in the folder; undefined when nothing in it changed. */
  readonly names: ReadonlySet<string> | undefined
  readonly tasks: readonly FinishedTask[]
}

/** A task that was finished. */
export interface FinishedTask {
  readonly file: string
  readonly title: string
}

// Nobody finishes so many in one run. The journal must not be filled by an agent that moves a thousand files.
const FINISHED_MAX = 100
const CHANGE_MS_TOLERANCE = 1_000 // Some file systems know whole seconds only.

/**
 * The task files that came into a folder of finished ones between two times (epoch ms; `until` may be undefined): moving a
 * file changes it for the system, whatever its own time says. Costs next to nothing when the folder did not change. Throws
 * as `listTasks`.
 */
export async function listFinished(
  done: InnerPath,
  { since, until }: { readonly since: number; readonly until: number | undefined },
): Promise<Finished> {
  using folder = openInside(done)
  const from = since - CHANGE_MS_TOLERANCE
  const to = until === undefined ? Number.POSITIVE_INFINITY : until + CHANGE_MS_TOLERANCE
  if (!folder || folder.stats.ctimeMs < from) return { names: undefined, tasks: [] }
  const files = namesIn(folder).filter(isTaskFile)
  const tasks: FinishedTask[] = []
  for (const [index, file] of files.entries()) {
    if (index % LOOKED_AT_MAX === 0) await breathe()
    if (tasks.length === FINISHED_MAX) break
    const stats = folder.statsOf(file)
    if (stats === undefined || stats.ctimeMs < from || stats.ctimeMs > to) continue
    tasks.push({ file, title: readTask(folder, file)?.title ?? file })
  }
  return { names: new Set(files), tasks }
}

const LOOKED_AT_MAX = 500 // In one go, of files that are not opened: about a millisecond.
