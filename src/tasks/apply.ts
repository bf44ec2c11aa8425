// Owns the writing of task files: whole or not at all, and never over another one.
import { randomUUID } from 'node:crypto'
import { link, mkdir, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MarrowError, reasonOf } from '../base/errors.ts'
import { taskContent, taskFile, TITLE_CHARS_MAX } from './queue.ts'

const COPIES_MAX = 10_000 // Of one title in one second. More is a caller gone wild.

/**
 * Writes one task file into the queue `dir`, which is made when it is missing. `at` is epoch ms. Any number of
 * callers, in any number of processes, may add the same title at once: each gets a file of its own.
 * Throws BAD_REQUEST for a title without text or with too much, CANNOT_WRITE.
 */
export async function addTask(
  dir: string,
  { title, body = '' }: { readonly title: string; readonly body?: string | undefined },
  at: number,
): Promise<{ file: string; path: string }> {
  if (title.trim() === '') throw new MarrowError('BAD_REQUEST', 'title is required')
  if (title.length > TITLE_CHARS_MAX)
    throw new MarrowError('BAD_REQUEST', `title has more than ${TITLE_CHARS_MAX} characters`, {
      fix: 'Write what does not fit into the body.',
    })
  const draft = join(dir, `.task-${randomUUID()}.tmp`)
  try {
    await mkdir(dir, { recursive: true })
    await writeFile(draft, taskContent(title, body), { flag: 'wx', flush: true })
    return await publish(draft, dir, (copy) => taskFile(title, at, copy))
  } catch (error) {
    throw new MarrowError('CANNOT_WRITE', `Cannot add the task to ${dir}: ${reasonOf(error)}.`, {
      fix: 'Check that the folder belongs to you and that its disk is neither full nor read-only.',
      cause: error,
    })
  } finally {
    await unlink(draft).catch(() => {})
  }
}

/** A link appears whole and fails when the name is taken; a rename would replace what is there. */
async function publish(
  draft: string,
  dir: string,
  nameOf: (copy: number) => string,
): Promise<{ file: string; path: string }> {
  for (let copy = 1; copy <= COPIES_MAX; copy += 1) {
    const file = nameOf(copy)
    const path = join(dir, file)
    try {
      await link(draft, path)
      return { file, path }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
  throw new Error(`there are ${COPIES_MAX} tasks of this name already`)
}
