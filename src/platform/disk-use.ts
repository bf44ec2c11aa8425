import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { entryOf, namesIn, type FileEntry } from './files.ts'

/** What a file, or a folder with all in it, takes on the disk, about; 0 for what is missing or cannot be looked at. Links are themselves. */
export async function bytesBelow(path: string): Promise<number> {
  const found = visible(path)
  if (found?.kind !== 'folder') return found?.bytes ?? 0
  await breathe() // Others get their turn, however much there is.
  let bytes = 0
  for (const name of namesIn(path)) bytes += await bytesBelow(join(path, name))
  return bytes
}

/** An agent can nest folders deeper than any path may be long. */
function visible(path: string): FileEntry | undefined {
  try {
    return entryOf(path)
  } catch {
    return undefined
  }
}
