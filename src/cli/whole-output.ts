/** Owns output that goes into a file: whole or not at all, and for nobody else to read. */
import { randomUUID } from 'node:crypto'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MarrowError, reasonOf } from '../base/errors.ts'

/**
 * Writes the texts into a new file and puts it in the place of `path` when all is in it; a link is followed. Until then, and
 * where it fails or is interrupted, nothing at `path` changes. Returns the path that was written. Throws CANNOT_WRITE.
 */
export async function writeWhole(path: string, texts: AsyncIterable<string>): Promise<string> {
  const target = await realpath(path).catch(() => path)
  await refuseOther(target)
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}`)
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  for (const signal of signals) process.once(signal, interrupt)
  try {
    await fill(draft, texts, interrupted.signal)
    await changing(target, () => rename(draft, target))
    return target
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  } finally {
    for (const signal of signals) process.removeListener(signal, interrupt)
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

async function fill(draft: string, texts: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
  await using file = await changing(draft, () => open(draft, 'wx', 0o600))
  for await (const text of texts) {
    if (signal.aborted) {
      throw new MarrowError('CANNOT_WRITE', 'Cannot finish the file: it was interrupted.', {
        fix: 'Nothing was changed. Start it again.',
      })
    }
    await changing(draft, () => file.writeFile(text))
  }
  await changing(draft, () => file.sync())
}

/** To replace a device or a folder is never what is meant. */
async function refuseOther(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || found.isFile()) return
  throw new MarrowError('CANNOT_WRITE', `Cannot write ${path}: it is no file.`, {
    fix: 'Name a file. Without --to everything goes to stdout.',
  })
}

async function changing<T>(path: string, change: () => Promise<T>): Promise<T> {
  try {
    return await change()
  } catch (error) {
    throw new MarrowError('CANNOT_WRITE', `Cannot write ${path}: ${reasonOf(error)}.`, {
      fix: 'Check that its folder exists and belongs to you, and that its disk is neither full nor read-only.',
      cause: error,
    })
  }
}
