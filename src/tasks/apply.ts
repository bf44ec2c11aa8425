// Owns the writing of task files: whole or not at all, and never over another one.
import { MarrowError, reasonOf } from '../base/errors.ts'
import { makeInside, type InnerPath } from '../platform/inside.ts'
import { taskContent, taskFile, TITLE_CHARS_MAX } from './queue.ts'

const COPIES_MAX = 10_000 // Of one title in one second. More is a caller gone wild.

/**
 * Writes one task file into the queue, which is made when it is missing. `at` is epoch ms. Any number of
 * callers, in any number of processes, may add the same title at once: each gets a file of its own.
 * Throws BAD_REQUEST for a title without text or with too much, CANNOT_WRITE, also for a link in the queue's way.
 */
export async function addTask(
  queue: InnerPath,
  { title, body = '' }: { readonly title: string; readonly body?: string | undefined },
  at: number,
): Promise<{ file: string; path: string }> {
  if (title.trim() === '') throw new MarrowError('BAD_REQUEST', 'title is required')
  if (title.length > TITLE_CHARS_MAX)
    throw new MarrowError('BAD_REQUEST', `title has more than ${TITLE_CHARS_MAX} characters`, {
      fix: 'Write what does not fit into the body.',
    })
  using folder = makeInside(queue)
  try {
    const file = folder.create(names(title, at), taskContent(title, body), 0o666)
    if (file === undefined) throw new Error(`there are ${COPIES_MAX} tasks of this name already`)
    return { file, path: `${queue.path}/${file}` }
  } catch (error) {
    throw new MarrowError('CANNOT_WRITE', `Cannot add the task to ${queue.path}: ${reasonOf(error)}.`, {
      fix: 'Check that the folder belongs to you and that its disk is neither full nor read-only.',
      cause: error,
    })
  }
}

function* names(title: string, at: number): Generator<string> {
  for (let copy = 1; copy <= COPIES_MAX; copy += 1) yield taskFile(title, at, copy)
}
