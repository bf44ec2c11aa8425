/** Owns what marrow changes in handoff folders: what it writes, what it moves away, what it removes at last. */
import { basename, dirname, join } from 'node:path'
import { sha256 } from '../base/digest.ts'
import { fingerprintOf } from '../base/file-fingerprint.ts'
import { MarrowError, reasonOf } from '../base/errors.ts'
import { makeInside, openInside, type InnerPath } from '../platform/inside.ts'
import { DONE_FOLDER } from './folders.ts'

/** `there`: this very content lies there already. `taken`: something else does. */
export type Written = 'written' | 'there' | 'taken'

/** Writes one file whole under exactly this path, never over another. Throws CANNOT_WRITE, also for a link in its way. */
export function writeHandoff({ root, path }: InnerPath, content: string): Written {
  using folder = makeInside({ root, path: dirname(path) })
  const name = basename(path)
  try {
    if (folder.create([name], content, 0o666) !== undefined) return 'written'
    const bytes = Buffer.byteLength(content)
    const lies = folder.read(name, bytes + 1)
    return lies !== undefined && sha256(lies.start) === sha256(content) ? 'there' : 'taken'
  } catch (error) {
    throw new MarrowError('CANNOT_WRITE', `Cannot write the handoff ${path}: ${reasonOf(error)}.`, {
      fix: 'Check that the folder belongs to you and that its disk is neither full nor read-only.',
      cause: error,
    })
  }
}

/** Whether exactly this content was moved into the folder `done` beside it, by whomever. */
export function isDone({ root, path }: InnerPath, content: string): boolean {
  try {
    using folder = openInside({ root, path: join(dirname(path), DONE_FOLDER) })
    const lies = folder?.read(basename(path), Buffer.byteLength(content) + 1)
    return lies !== undefined && sha256(lies.start) === sha256(content)
  } catch {
    return false // What cannot be looked at was not given to anybody.
  }
}

const COPIES_MAX = 1_000 // Of one name.

/**
 * Moves a file into the folder `done` beside it, never over another, if it is still the one of that fingerprint. Its new path;
 * undefined when it is gone or another one by now. Throws CANNOT_WRITE.
 */
export function moveToDone({ root, path }: InnerPath, fingerprint: string): string | undefined {
  const [dir, name] = [dirname(path), basename(path)]
  try {
    using folder = openInside({ root, path: dir })
    const stats = folder?.statsOf(name)
    if (!folder || !stats?.isFile()) return undefined
    const found = fingerprintOf({ bytes: stats.size, modifiedAt: Math.floor(stats.mtimeMs) })
    if (found !== fingerprint) return undefined
    const moved = folder.moveInto(DONE_FOLDER, { name, number: stats.ino }, copies(name))
    if (moved !== undefined) return join(dir, DONE_FOLDER, moved)
    if (folder.statsOf(name)?.ino !== stats.ino) return undefined
    throw new Error(`there are ${COPIES_MAX} files of this name in ${DONE_FOLDER}`)
  } catch (error) {
    throw new MarrowError('CANNOT_WRITE', `Cannot move the handoff ${path} away: ${reasonOf(error)}.`, {
      fix: `Check that ${DONE_FOLDER} beside it is a folder that belongs to you.`,
      cause: error,
    })
  }
}

function* copies(name: string): Generator<string> {
  yield name
  const dot = name.lastIndexOf('.')
  const cut = dot > 0 ? dot : name.length
  for (let copy = 2; copy <= COPIES_MAX; copy += 1) yield `${name.slice(0, cut)}-${copy}${name.slice(cut)}`
}

const DONE_KEPT_MAX = 200
const DONE_KEPT_MS = 30 * 86_400_000

/** Removes what lies in a folder `done` for too long, or is too much. Throws what cannot be read or removed. */
export function pruneDone(done: InnerPath, now: number): void {
  using folder = openInside(done)
  if (!folder) return
  // By when it was moved: a file may have waited for a month before.
  const files = folder
    .names('file')
    .flatMap((name) => {
      const movedAt = folder.statsOf(name)?.ctimeMs
      return movedAt === undefined ? [] : [{ name, movedAt }]
    })
    .toSorted((one, other) => other.movedAt - one.movedAt)
  for (const [index, { name, movedAt }] of files.entries()) {
    if (index >= DONE_KEPT_MAX || movedAt < now - DONE_KEPT_MS) folder.remove(name)
  }
}
