// Owns the reading of handoffs: which files wait for an agent, and which ones it wrote.
import { basename, dirname, join } from 'node:path'
import { sha256 } from '../base/digest.ts'
import { openInside, type InnerPath } from '../platform/inside.ts'
import type { InnerFolder } from '../platform/inside/folder.ts'
import { taskTitle } from '../tasks/queue.ts'
import { FILE_BYTES_MAX } from './content.ts'
import { fingerprintOf } from '../base/file-fingerprint.ts'
import {
  DONE_FOLDER,
  foldersFrom,
  foldersTo,
  parseFolder,
  PERSON,
  type Handoff,
  type HandoffFolder,
  type HandoffParty,
} from './folders.ts'
import { CONTENT_BYTES_READ } from './message.ts'

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

/** All that wait, for whomever, sorted by path. Throws NOT_FOUND like `handoffsTo`. */
export async function allHandoffs(dir: InnerPath): Promise<Handoff[]> {
  return handoffsIn(dir, (folders) => folders.flatMap((folder) => parseFolder(folder) ?? []))
}

/** Those that their receivers were given, `most` of them at most, the last ones first. Throws NOT_FOUND like `handoffsTo`. */
export async function doneHandoffs(
  dir: InnerPath,
  most: number,
): Promise<(Handoff & { readonly movedAt: number })[]> {
  using all = openInside(dir)
  if (!all) return []
  const found = finished(all.names('folder')).flatMap((name) => {
    const ends = parseFolder(name)
    return ends === undefined ? [] : doneIn({ root: dir.root, path: join(dir.path, name, DONE_FOLDER) }, ends)
  })
  return found.toSorted((one, other) => other.movedAt - one.movedAt).slice(0, most)
}

function doneIn(inner: InnerPath, ends: HandoffFolder): (Handoff & { readonly movedAt: number })[] {
  using folder = openedOr(inner)
  if (!folder) return []
  return finished(folder.names('file'))
    .slice(-HANDOFFS_MAX)
    .flatMap((file) => {
      const one = readHandoff(folder, file, ends)
      const stats = folder.statsOf(file)
      return one && stats ? [{ ...one, movedAt: Math.floor(stats.ctimeMs) }] : []
    })
}

/** A link in place of one folder hides what is behind it, and nothing else. */
function openedOr(inner: InnerPath): InnerFolder | undefined {
  try {
    return openInside(inner)
  } catch {
    return undefined
  }
}

/** What a file says, and by which it is told from what was sent. */
export interface HandoffText {
  /** Its first `bytesMax`, or all of it. */
  readonly text: string
  /** Of the whole file; undefined when it is longer than anything that marrow writes, or cannot be read. */
  readonly digest: string | undefined
  readonly bytes: number
  readonly fingerprint: string
}

/**
 * Reads one that waits or is done. `whole`: it may be one that marrow wrote, and is read to its end. Undefined when it is gone. One that
 * marrow may not read says nothing.
 */
export function readText(
  dir: InnerPath,
  { path, fingerprint, bytes }: Pick<Handoff, 'path' | 'fingerprint' | 'bytes'>,
  { whole, bytesMax = CONTENT_BYTES_READ }: { readonly whole: boolean; readonly bytesMax?: number },
): HandoffText | undefined {
  using folder = openedOr({ root: dir.root, path: dirname(path) })
  if (!folder) return undefined
  try {
    const file = folder.read(basename(path), whole ? Math.max(FILE_BYTES_MAX + 1, bytesMax) : bytesMax)
    if (!file) return undefined
    const { start, stats } = file
    return {
      text: new TextDecoder().decode(start.subarray(0, bytesMax)),
      digest: start.length < stats.size ? undefined : sha256(start),
      bytes: stats.size,
      fingerprint: fingerprintOf({ bytes: stats.size, modifiedAt: Math.floor(stats.mtimeMs) }),
    }
  } catch {
    return { text: '', digest: undefined, bytes, fingerprint }
  }
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
const person: HandoffParty = { name: PERSON, slug: PERSON }

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
  if (stats === undefined) return undefined
  const entry = { bytes: stats.size, modifiedAt: Math.floor(stats.mtimeMs) }
  return { from, to, path: join(folder.path, file), fingerprint: fingerprintOf(entry), ...entry }
}
