// The door to the file system: the few things that marrow does with files, each under its own name. All are
// synchronous, because a pass may wait for a local file but not be interrupted by other work.
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { MarrowError, reasonOf } from '../base/errors.ts'

/** What `entryOf` says of a path; a symbolic link is itself, not what it points to. */
export interface FileEntry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly bytes: number
  /** Epoch ms, an integer. */
  readonly modifiedAt: number
  readonly executable: boolean
}

/** The text of a file, or undefined when there is none. Throws when there is one that cannot be read. */
export function readIfExists(path: string): string | undefined {
  return unlessMissing(() => {
    // Not blocking: a pipe that somebody put there would hold the whole program.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return fstatSync(file).isFIFO() ? '' : readFileSync(file, 'utf8')
    } finally {
      closeSync(file)
    }
  })
}

/** Replaces a file in one step, so that nobody reads half of it. Follows links. Throws CANNOT_WRITE. */
export function writeAtomic(path: string, text: string, mode = 0o644): void {
  writing(path, () => writeFileAtomic.sync(path, text, { mode }))
}

/**
 * Creates a file whose name must be free; it appears complete. False when the name is taken, by whatever kind of
 * file. By default only this user can read it. Throws CANNOT_WRITE.
 */
export function createExclusive(path: string, content: string | Uint8Array, mode = 0o600): boolean {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}`)
  return writing(path, () => {
    try {
      writeFileSync(draft, content, { flag: 'wx', mode })
      linkSync(draft, path) // Unlike a rename, a link never replaces what is there.
      return true
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      throw error
    } finally {
      rmSync(draft, { force: true })
    }
  })
}

/** Creates a folder and those above it. False when it is there already; it stays as it is. Throws CANNOT_WRITE. */
export function makeFolder(path: string): boolean {
  return writing(path, () => mkdirSync(path, { recursive: true })) !== undefined
}

/** The same, but the folders that are created are open to this user only. */
export function makePrivateFolder(path: string): void {
  writing(path, () => mkdirSync(path, { recursive: true, mode: 0o700 }))
}

/** Removes a file or a folder with all in it; nothing happens when there is none. Throws CANNOT_WRITE. */
export function remove(path: string): void {
  writing(path, () => rmSync(path, { recursive: true, force: true }))
}

/** What is in a folder, by name; empty when there is no such folder. */
export function listFolder(path: string): FileEntry[] {
  const names = unlessMissing(() => readdirSync(path)) ?? []
  return names.toSorted().flatMap((name) => entryOf(join(path, name)) ?? [])
}

/** The names in a folder, sorted; empty when it is not there or cannot be read. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path).toSorted()
  } catch {
    return []
  }
}

/** What stands at a path, or undefined when nothing does. */
export function entryOf(path: string): FileEntry | undefined {
  const found = unlessMissing(() => lstatSync(path))
  if (found === undefined) return undefined
  return {
    name: basename(path),
    kind: found.isFile()
      ? 'file'
      : found.isDirectory()
        ? 'folder'
        : found.isSymbolicLink()
          ? 'link'
          : 'other',
    bytes: found.size,
    modifiedAt: Math.floor(found.mtimeMs),
    executable: (found.mode & 0o111) !== 0,
  }
}

/** Differs when another file stands at a path, or the same one was written; links are followed. */
export function changeStampOf(path: string): string {
  const found = unlessMissing(() => statSync(path))
  return found === undefined ? 'missing' : [found.ino, found.size, found.mtimeMs, found.ctimeMs].join(' ')
}

/** Whether a folder stands at a path; links are followed. */
export function isFolder(path: string): boolean {
  return unlessMissing(() => statSync(path))?.isDirectory() ?? false
}

/** Does what writes `path`. Throws CANNOT_WRITE for whatever it throws. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (error instanceof MarrowError) throw error
    throw new MarrowError('CANNOT_WRITE', `Cannot write ${path}: ${reasonOf(error)}.`, {
      fix: 'Check that its folder belongs to you and that its disk is neither full nor read-only.',
      cause: error,
    })
  }
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    // ENOTDIR: something above it is a file.
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String(codeOf(error)))) return undefined
    throw error
  }
}

/** The system's name of what went wrong, such as ENOENT. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
