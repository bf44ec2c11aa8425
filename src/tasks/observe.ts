// Owns the reading of the queue: which task files wait, as the file system shows them now.
import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MarrowError, reasonOf } from '../base/errors.ts'
import { digest } from '../base/digest.ts'
import { isTaskFile, taskTitle, type QueuedTask } from './queue.ts'

const READ_BYTES_MAX = 64 * 1024 // Of each file: enough for its title and to tell versions apart, with the size.
const OPEN_FILES_MAX = 32

/**
 * The tasks that wait in `dir`, sorted by file name; none when the folder is missing. Only regular files count: an
 * agent could point a link anywhere. Throws NOT_FOUND when the folder cannot be read.
 */
export async function listTasks(dir: string): Promise<QueuedTask[]> {
  const files = (await namesIn(dir)).filter(isTaskFile).toSorted()
  const tasks: QueuedTask[] = []
  for (let start = 0; start < files.length; start += OPEN_FILES_MAX) {
    const batch = files.slice(start, start + OPEN_FILES_MAX)
    const read = await Promise.all(batch.map((file) => readTask(dir, file)))
    tasks.push(...read.filter((task) => task !== undefined))
  }
  return tasks
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
  } catch (error) {
    if (isMissing(error)) return []
    throw new MarrowError('NOT_FOUND', `Cannot list the tasks in ${dir}: ${reasonOf(error)}.`, {
      fix: 'Check that it is a folder and that you may read it.',
      cause: error,
    })
  }
}

/** Undefined when the file went away meanwhile. One that may not be read is still a task that waits. */
async function readTask(dir: string, file: string): Promise<QueuedTask | undefined> {
  try {
    // No following: the file may have become a link since it was listed. Not blocking: or a pipe.
    await using handle = await open(
      join(dir, file),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    )
    const stats = await handle.stat()
    if (!stats.isFile()) return undefined
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(stats.size, READ_BYTES_MAX)))
    const start = buffer.subarray(0, bytesRead)
    return {
      file,
      title: taskTitle(new TextDecoder().decode(start), file),
      // Not every file system knows the birth; some then say 0, some a time after the last change.
      created: Math.floor(Math.min(stats.birthtimeMs || stats.mtimeMs, stats.mtimeMs) / 1_000),
      fingerprint: digest(`${stats.size} ${digest(start)}`),
    }
  } catch (error) {
    if (isMissing(error)) return undefined
    return { file, title: taskTitle('', file), created: 0, fingerprint: 'unreadable' }
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String(error.code))
  )
}
