// The door to a single file that others read and write at the same time: looked at cheaply, read whole or not at all, and
// exchanged in one step. A link is followed only where that is asked for.
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  type BigIntStats,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { reasonOf } from '../base/errors.ts'
import { codeOf } from './files.ts'

const DRAFT = '.marrow-'

/** What stands at a path. */
export type WholeFile =
  | { readonly kind: 'missing' }
  /** A reason without full stop. */
  | { readonly kind: 'unreadable'; readonly reason: string }
  | {
      readonly kind: 'file'
      readonly text: string
      /** Epoch ms of the last change of the file or of what is known of it: nobody but the system can set it. */
      readonly changedAt: number
      readonly access: FileAccess
    }

/** To whom a file belongs, and who may open it. */
export interface FileAccess {
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

/** A few words that differ whenever the file may; one system call. Undefined: nothing is there. */
export function signatureOf(path: string, follow: boolean): string | undefined {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = follow
      ? statSync(path, { bigint: true })
      : lstatSync(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join(':')
  } catch {
    return undefined
  }
}

/** Reads a regular file of at most `bytesMax`. Waits for no pipe and throws nothing. */
export function readWhole(
  path: string,
  { follow, bytesMax }: { follow: boolean; bytesMax: number },
): WholeFile {
  let file: number
  try {
    const link = follow ? 0 : constants.O_NOFOLLOW
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | link)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'missing' }
    return unreadable(codeOf(error) === 'ELOOP' ? 'it is a link' : reasonOf(error))
  }
  try {
    const stats = fstatSync(file, { bigint: true })
    if (!stats.isFile()) return unreadable('it is no file')
    // Another name of a file that is somebody else's.
    if (!follow && stats.nlink > 1n) return unreadable('it is a hard link')
    if (stats.size > bytesMax) return unreadable(`it is larger than ${bytesMax} bytes`)
    return {
      kind: 'file',
      text: contentOf(file, bytesMax),
      changedAt: changeOf(stats),
      access: accessOf(stats),
    }
  } catch (error) {
    return unreadable(reasonOf(error))
  } finally {
    closeSync(file)
  }
}

/** Epoch ms at which something was last put into or taken out of a folder; undefined: there is none. */
export function folderChangedAt(path: string): number | undefined {
  try {
    return changeOf(statSync(path, { bigint: true }))
  } catch {
    return undefined
  }
}

/**
 * Puts a new file in the place of whatever has the name, links too; a folder is moved aside. `follow`: what a link leads
 * to is replaced instead. Throws what the system says; then nothing has changed.
 */
export function replaceWhole(
  path: string,
  text: string,
  { follow, access }: { follow: boolean; access: FileAccess },
): void {
  const target = follow ? realPathOf(path) : path
  const draft = join(dirname(target), `${DRAFT}${basename(target)}.${randomUUID()}`)
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  const file = openSync(draft, flags, 0o600)
  try {
    try {
      writeFileSync(file, text)
      if (process.geteuid?.() === 0) fchownSync(file, access.uid, access.gid)
      fchmodSync(file, access.mode)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    putInPlace(draft, target)
  } catch (error) {
    unlinkQuietly(draft)
    throw error
  }
}

/** Gives a folder to somebody else, who alone may open it then. Throws what the system says. */
export function giveFolder(path: string, { uid, gid }: Pick<FileAccess, 'uid' | 'gid'>): void {
  if (process.geteuid?.() === 0) chownSync(path, uid, gid)
}

/** Lets everybody pass through a folder to what is below, but see no name in it. Throws what the system says. */
export function openWay(path: string): void {
  chmodSync(path, 0o711)
}

/** Removes what a program left behind that was killed while it replaced this file. Throws what the system says. */
export function removeDrafts(path: string): void {
  const folder = dirname(realPathOf(path))
  const left = namesOf(folder).filter((name) => name.startsWith(`${DRAFT}${basename(realPathOf(path))}.`))
  for (const draft of left.map((name) => join(folder, name)))
    if (lstatSync(draft, { throwIfNoEntry: false })?.isFile()) unlinkQuietly(draft)
}

/** Removes what has the name; a folder is moved aside. */
export function removeWhole(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    if (!isFolderCode(codeOf(error))) throw error
    moveAside(path)
  }
}

function putInPlace(draft: string, target: string): void {
  try {
    renameSync(draft, target)
  } catch (error) {
    if (!isFolderCode(codeOf(error))) throw error
    moveAside(target)
    renameSync(draft, target)
  }
}

/** Nothing below it is touched: whoever made it may be changing it. */
function moveAside(path: string): void {
  renameSync(path, join(dirname(path), `${DRAFT}${basename(path)}.${randomUUID()}`))
}

/** What the system says of a folder where a file is expected; macOS says EPERM to removing one. */
function isFolderCode(code: unknown): boolean {
  return code === 'EISDIR' || code === 'EPERM' || code === 'ENOTEMPTY' || code === 'EEXIST'
}

function contentOf(file: number, bytesMax: number): string {
  const buffer = Buffer.alloc(bytesMax + 1)
  let length = 0
  for (;;) {
    const read = readSync(file, buffer, length, buffer.length - length, null)
    length += read
    if (read === 0 || length === buffer.length) break
  }
  if (length > bytesMax) throw new Error(`it is larger than ${bytesMax} bytes`)
  return buffer.toString('utf8', 0, length)
}

function changeOf({ ctimeNs }: BigIntStats): number {
  return Number(ctimeNs / 1_000_000n)
}

function accessOf({ uid, gid, mode }: BigIntStats): FileAccess {
  return { uid: Number(uid), gid: Number(gid), mode: Number(mode & 0o777n) }
}

function unreadable(reason: string): WholeFile {
  return { kind: 'unreadable', reason }
}

/** Of a link to what is not there, where that would be. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function namesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // There is nothing to remove.
  }
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It was put in its place, or never made.
  }
}
