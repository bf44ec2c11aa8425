// The door to folders that agents write. Everything below a root is reached without following any link, so that nothing
// an agent plants there makes marrow read or write anywhere else. The root itself is the operator's choice and may be a link.
import { existsSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { MarrowError, reasonOf } from '../base/errors.ts'
import { codeOf, entryOf, makeFolder, type FileEntry } from './files.ts'
import { innerFolder, makeOwned, plainError, type InnerFolder, type Owner } from './inside/folder.ts'
import { holdByDescriptor, holdByLooking, type Hold, type HoldFolder } from './inside/hold.ts'

/** A path, and the folder from which on no link is followed to it. Both absolute, without `..`. */
export interface InnerPath {
  readonly root: string
  /** The root or below it. */
  readonly path: string
}

// Where a container shows no /proc, looking is all that is left.
const holdFolder: HoldFolder =
  process.platform === 'linux' && existsSync('/proc/self/fd') ? holdByDescriptor : holdByLooking

/** Opens a folder for reading; undefined when it is missing. Throws NOT_FOUND for a link or a file in its way. */
export function openInside(inner: InnerPath, hold: HoldFolder = holdFolder): InnerFolder | undefined {
  try {
    return reach(inner, hold, (folder, name) => folder.enter(name))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw refusal('NOT_FOUND', 'read', inner, error)
  }
}

/**
 * Opens a folder for writing. What is missing below the root is made, and belongs to the root's owner; of the root
 * only one that is itself the folder. Throws CANNOT_WRITE.
 */
export function makeInside(inner: InnerPath, hold: HoldFolder = holdFolder): InnerFolder {
  if (inner.path === inner.root) makeFolder(inner.root)
  try {
    return reach(inner, hold, (folder, name, owner) => {
      try {
        return folder.enter(name)
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error
        return makeOwned(folder, name, owner)
      }
    })
  } catch (error) {
    throw refusal('CANNOT_WRITE', 'write', inner, error)
  }
}

/** Throws NOT_FOUND like `openInside`. */
export function checkInside(inner: InnerPath): void {
  openInside(inner)?.[Symbol.dispose]()
}

/** What is in a folder, by name; empty when it is missing. Throws NOT_FOUND like `openInside`. */
export function listInside(inner: InnerPath): FileEntry[] {
  using folder = openInside(inner)
  return folder?.list() ?? []
}

/** What stands at a path below its root; undefined when nothing does. Throws NOT_FOUND like `openInside`. */
export function entryInside({ root, path }: InnerPath): FileEntry | undefined {
  const cut = path.lastIndexOf(sep)
  using folder = openInside({ root, path: path.slice(0, cut) })
  return folder?.entry(path.slice(cut + 1))
}

/** Goes down from the root, one held folder after the other. */
function reach(
  { root, path }: InnerPath,
  hold: HoldFolder,
  enter: (folder: Hold, name: string, owner: Owner | undefined) => Hold,
): InnerFolder {
  let folder = hold(root)
  try {
    const { uid, gid } = folder.stats()
    // Only root can give files away, and only what root makes would lie in an agent's way.
    const owner = process.geteuid?.() === 0 && uid !== 0 ? { uid, gid } : undefined
    let reached = root
    for (const name of namesBelow(root, path)) {
      reached += `${sep}${name}`
      const next = orStep(folder, { name, reached }, () => enter(folder, name, owner))
      folder.close()
      folder = next
    }
    return innerFolder(path, folder, owner)
  } catch (error) {
    folder.close()
    throw error
  }
}

function namesBelow(root: string, path: string): string[] {
  const below = relative(root, path)
  return below === '' ? [] : below.split(sep)
}

/** What stands in the way of a path, and at which part of it. */
class Obstacle extends Error {
  readonly reached: string
  readonly kind: FileEntry['kind']

  constructor(reached: string, kind: FileEntry['kind'], cause: unknown) {
    super(kind, { cause })
    this.reached = reached
    this.kind = kind
  }
}

function orStep<T>(folder: Hold, step: { name: string; reached: string }, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!['ENOTDIR', 'ELOOP'].includes(String(codeOf(error)))) throw error
    throw new Obstacle(step.reached, entryOf(folder.at(step.name))?.kind ?? 'other', error)
  }
}

function refusal(
  code: 'NOT_FOUND' | 'CANNOT_WRITE',
  verb: 'read' | 'write',
  { root, path }: InnerPath,
  cause: unknown,
): MarrowError {
  const what = path === root ? root : `${relative(root, path)} in ${root}`
  if (!(cause instanceof Obstacle)) {
    const fix = `Check that it is a folder and that you may ${verb} ${verb === 'read' ? 'it' : 'in it'}.`
    const reason = reasonOf(plainError(cause))
    return new MarrowError(code, `Cannot ${verb} ${what}: ${reason}.`, { fix, cause })
  }
  const { reached, kind } = cause
  const subject = reached === path ? 'it' : relative(root, reached)
  const reason =
    kind === 'link'
      ? `${subject} is a symbolic link, and marrow follows none in a workspace`
      : `${subject} is not a folder`
  const fix = `Take ${reached} away and make a folder in its place.`
  return new MarrowError(code, `Cannot ${verb} ${what}: ${reason}.`, { fix, cause })
}
