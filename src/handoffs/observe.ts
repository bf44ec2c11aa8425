// Owns the reading of handoffs: which files wait for an agent, and which ones it wrote.
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { digest } from '../base/digest.ts'
import { openInside, type InnerPath } from '../platform/inside.ts'
import type { InnerFolder } from '../platform/inside/folder.ts'
import { taskTitle } from '../tasks/queue.ts'
import { foldersFrom, foldersTo, type Handoff, type HandoffFolder, type HandoffParty } from './folders.ts'

/** Files looked at in one folder: the last ones by name, so that stamped names show the newest. */
export const HANDOFFS_MAX = 1_000

/**
 * The files that wait for the agent in the workspace whose handoffs lie in `dir`, sorted by path. Throws NOT_FOUND when
 * `dir` cannot be read, or leads through a link.
 */
export async function handoffsTo(dir: InnerPath, receiver: HandoffParty): Promise<Handoff[]> {
  return handoffsIn(dir, (folders) => foldersTo(receiver, folders))
}

/** The files of the agent that still lie there, sorted by path. Throws NOT_FOUND like `handoffsTo`. */
export async function handoffsFrom(dir: InnerPath, sender: HandoffParty): Promise<Handoff[]> {
  return handoffsIn(dir, (folders) => foldersFrom(sender, folders))
}

/** A handoff that waits for a person. */
export interface LeftForPerson {
  readonly from: string
  readonly path: string
  /** Its first heading, else the name of the file. */
  readonly title: string
  /** Epoch ms. */
  readonly modifiedAt: number
}

const LEFT_MAX = 20 // Of one workspace, the newest. Nobody reads more of them in one morning.
const TITLE_BYTES_READ = 4_096

/** What lies there for a person, oldest first, and how much more does. Throws NOT_FOUND like `handoffsTo`. */
export function handoffsToPerson({ root, path }: InnerPath): { left: LeftForPerson[]; more: number } {
  using dir = openInside({ root, path })
  if (!dir) return { left: [], more: 0 }
  const found = foldersTo(person, finished(dir.names('folder'))).flatMap(({ folder: name, from }) => {
    using folder = openInside({ root, path: join(path, name) })
    if (!folder) return [] // Taken away meanwhile.
    const files = finished(folder.names('file')).slice(-HANDOFFS_MAX)
    return files.flatMap((file) => {
      const stats = folder.statsOf(file)
      return stats === undefined ? [] : [{ from, name, file, modifiedAt: Math.floor(stats.mtimeMs) }]
    })
  })
  const newest = found.toSorted((one, other) => one.modifiedAt - other.modifiedAt).slice(-LEFT_MAX)
  const left = newest.map(({ from, name, file, modifiedAt }) => {
    using folder = openInside({ root, path: join(path, name) })
    const start = folder?.read(file, TITLE_BYTES_READ)?.start
    return {
      from,
      path: join(path, name, file),
      title: taskTitle(new TextDecoder().decode(start), file),
      modifiedAt,
    }
  })
  return { left, more: found.length - left.length }
}

/** As folders name whoever is no agent. */
const person: HandoffParty = { name: 'human', slug: 'human' }

function handoffsIn(
  { root, path }: InnerPath,
  choose: (folders: readonly string[]) => HandoffFolder[],
): Handoff[] {
  using dir = openInside({ root, path })
  if (!dir) return []
  return choose(finished(dir.names('folder'))).flatMap((ends) => {
    using folder = openInside({ root, path: join(path, ends.folder) })
    if (!folder) return [] // Taken away meanwhile.
    const files = finished(folder.names('file')).slice(-HANDOFFS_MAX)
    return files.flatMap((file) => readHandoff(folder, file, ends) ?? [])
  })
}

/** Visible, finished ones only. */
function finished(names: readonly string[]): string[] {
  return names.filter((name) => !/^\.|(?:~|\.(?:tmp|part|swp))$/.test(name))
}

function readHandoff(folder: InnerFolder, file: string, { from, to }: HandoffFolder): Handoff | undefined {
  const stats = folder.statsOf(file)
  return stats && { from, to, path: join(folder.path, file), fingerprint: fingerprintOf(stats) }
}

function fingerprintOf({ size, mtimeMs }: Stats): string {
  return digest(`${size} ${mtimeMs}`)
}
