// What can be done in a held folder of an agent's: with plain names, never through a link, never waiting for a pipe.
import { randomUUID } from 'node:crypto'
import {
  chownSync,
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs'
import { getSystemErrorMessage } from 'node:util'
import { codeOf, entryOf, listFolder, type FileEntry } from '../files.ts'
import type { Hold } from './hold.ts'

/** To whom new files are given. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** The start of a file's content, and what the system says of it. */
export interface InnerFile {
  readonly start: Buffer
  readonly stats: Stats
}

/**
 * An open folder. What cannot be done throws the system's reason, without a path: the caller knows what it was about.
 */
export interface InnerFolder extends Disposable {
  /** As people know it. */
  readonly path: string
  /** By which the system finds it as long as it is open: for a watch. */
  readonly place: string
  readonly stats: Stats
  /** What is in it, by name. */
  list(): FileEntry[]
  /** The names of one kind, in order: of a large folder much quicker than `list`. */
  names(kind: 'file' | 'folder'): string[]
  entry(name: string): FileEntry | undefined
  /** The system's own word on an entry; undefined when there is none. */
  statsOf(name: string): Stats | undefined
  /** A folder in it; throws for whatever else has the name. */
  enter(name: string): InnerFolder
  /** At most `bytesMax` from its start; undefined for what is missing or no regular file. */
  read(name: string, bytesMax: number): InnerFile | undefined
  /** Where a link of this name points to. */
  target(name: string): string
  /** Makes a file under the first of the names that is free; it appears whole. Undefined when none is. */
  create(names: Iterable<string>, content: string | Uint8Array, mode: number): string | undefined
  /** Puts a file in place of any file or link of this name, in one step; a folder of this name is an error. */
  replace(name: string, content: string | Uint8Array, mode: number): void
  /**
   * Moves a file into a folder in it, which is made when it is missing, under the first of the names that is free: never
   * over what is there. The new name; undefined for what is no file, for none of the names, and when `number` (of its
   * inode) is another file's by now.
   */
  moveInto(
    folder: string,
    file: { name: string; number: number },
    names: Iterable<string>,
  ): string | undefined
  /** Makes a link in place of any file or link of this name; a folder of this name is an error. */
  link(target: string, name: string): void
  /** Removes a file or a link; nothing happens when there is none. A folder is an error. */
  remove(name: string): void
}

/** Gives what it makes to `owner`. Closes `hold` when it is disposed of. */
export function innerFolder(path: string, hold: Hold, owner: Owner | undefined): InnerFolder {
  // Where another folder was put in its place, what was done before is not to be believed.
  const safely = <T>(work: () => T): T => {
    try {
      hold.check()
      const result = work()
      hold.check()
      return result
    } catch (error) {
      throw plainError(error)
    }
  }
  return {
    path,
    place: hold.place,
    stats: hold.stats(),
    list: () => safely(() => listFolder(hold.place)),
    names: (kind) => safely(() => namesOf(hold.place, kind)),
    entry: (name) => safely(() => entryOf(hold.at(name))),
    statsOf: (name) => safely(() => lstatSync(hold.at(name), { throwIfNoEntry: false })),
    enter: (name) => safely(() => innerFolder(`${path}/${name}`, hold.enter(name), owner)),
    read: (name, bytesMax) => safely(() => readStart(hold.at(name), bytesMax, owner)),
    target: (name) => safely(() => readlinkSync(hold.at(name))),
    create: (names, content, mode) => safely(() => createWhole(hold, names, { content, mode, owner })),
    replace: (name, content, mode) => safely(() => replaceWhole(hold, name, { content, mode, owner })),
    moveInto: (folder, file, names) => safely(() => moveWhole(hold, { folder, ...file, owner }, names)),
    link: (target, name) => safely(() => replaceLink(hold, target, name)),
    remove: (name) => safely(() => unlinkIfThere(hold.at(name))),
    [Symbol.dispose]: () => hold.close(),
  }
}

/** Makes a folder and holds it; one that somebody else makes meanwhile is as good. */
export function makeOwned(folder: Hold, name: string, owner: Owner | undefined): Hold {
  try {
    mkdirSync(folder.at(name))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
  const made = folder.enter(name)
  try {
    // An agent may have put another folder of ours in its place meanwhile: an empty one gives nothing away.
    const isNew = made.stats().uid === process.geteuid?.() && readdirSync(made.place).length === 0
    if (owner && isNew) chownSync(made.place, owner.uid, owner.gid)
    return made
  } catch (error) {
    made.close()
    throw error
  }
}

/** The same error without the path, which is one of /proc that helps nobody. */
export function plainError(error: unknown): unknown {
  if (!(error instanceof Error && 'errno' in error && 'code' in error)) return error
  const text = `${String(error.code)}: ${getSystemErrorMessage(Number(error.errno))}`
  return Object.assign(new Error(text, { cause: error }), { code: error.code })
}

function namesOf(place: string, kind: 'file' | 'folder'): string[] {
  return readdirSync(place, { withFileTypes: true })
    .filter((entry) => (kind === 'file' ? entry.isFile() : entry.isDirectory()))
    .map((entry) => entry.name)
    .toSorted()
}

function readStart(path: string, bytesMax: number, owner: Owner | undefined): InnerFile | undefined {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    // ELOOP: a link. ENXIO: a socket.
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(String(codeOf(error)))) return undefined
    throw error
  }
  try {
    const stats = fstatSync(file)
    if (!stats.isFile()) return undefined
    // A link that root reads through may be the name of a file that its maker could not read.
    if (owner && stats.nlink > 1 && stats.uid !== owner.uid)
      throw new Error('it is a hard link to a file of somebody else')
    const start = Buffer.alloc(Math.min(stats.size, bytesMax))
    return { start: start.subarray(0, readSync(file, start, 0, start.length, 0)), stats }
  } finally {
    closeSync(file)
  }
}

interface Whole {
  readonly content: string | Uint8Array
  readonly mode: number
  readonly owner: Owner | undefined
}

function createWhole(hold: Hold, names: Iterable<string>, whole: Whole): string | undefined {
  return withDraft(hold, whole, (draft) => {
    for (const name of names) if (linkUnlessTaken(draft, hold.at(name))) return name
    return undefined
  })
}

/** A rename takes the place of a link, not of what it leads to. */
function replaceWhole(hold: Hold, name: string, whole: Whole): void {
  withDraft(hold, whole, (draft) => renameSync(draft, hold.at(name)))
}

function withDraft<T>(hold: Hold, { content, mode, owner }: Whole, use: (draft: string) => T): T {
  const draft = hold.at(`.${randomUUID()}.tmp`)
  try {
    // Exclusive: never through a link that was put there first.
    const file = openSync(draft, 'wx', mode)
    try {
      if (owner) fchownSync(file, owner.uid, owner.gid)
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    return use(draft)
  } finally {
    unlinkIfThere(draft)
  }
}

/** A hard link appears at once and never replaces what is there, as a rename would. */
function linkUnlessTaken(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

interface Move {
  readonly folder: string
  readonly name: string
  readonly number: number
  readonly owner: Owner | undefined
}

function moveWhole(
  hold: Hold,
  { folder, name, number, owner }: Move,
  names: Iterable<string>,
): string | undefined {
  const from = hold.at(name)
  const isIt = (path: string) => {
    const found = lstatSync(path, { throwIfNoEntry: false })
    return found?.isFile() === true && found.ino === number
  }
  if (!isIt(from)) return undefined
  const target = makeOwned(hold, folder, owner)
  try {
    for (const free of names) {
      const to = target.at(free)
      const isNew = linkUnlessTaken(from, to)
      if (isIt(to)) {
        unlinkIfThere(from) // Also of a move that was cut off here before.
        return free
      }
      if (!isNew) continue
      unlinkIfThere(to) // Swapped for something else right now, which nobody asked to be moved.
      return undefined
    }
    return undefined
  } finally {
    target.close()
  }
}

function replaceLink(hold: Hold, target: string, name: string): void {
  unlinkIfThere(hold.at(name))
  symlinkSync(target, hold.at(name))
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}
