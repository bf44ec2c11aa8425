// Copies what an agent wrote to a folder of marrow's own, with a limit: an agent can make files of any size and number.
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MarrowError, reasonOf } from '../../base/errors.ts'
import { openInside, type InnerPath } from '../inside.ts'
import type { InnerFolder } from './folder.ts'

const BYTES_MAX = 256 * 1024 * 1024 // Notes are texts. More is no notes, and would fill the disk of temporary files.
const ENTRIES_MAX = 20_000
const DEPTH_MAX = 32 // Each level holds a folder open.

/**
 * Copies what is in a folder into `to`, which exists; nothing when it is missing. Links are copied as links, modes and
 * times are kept, pipes and the like are left out. Throws NOT_FOUND for a link in its way, TOO_LARGE, CANNOT_WRITE.
 */
export function copyOut(inner: InnerPath, to: string): void {
  using folder = openInside(inner)
  if (!folder) return
  try {
    copyAll(folder, to, { bytes: BYTES_MAX, entries: ENTRIES_MAX, depth: DEPTH_MAX })
  } catch (error) {
    if (error instanceof MarrowError) throw error
    throw new MarrowError('CANNOT_WRITE', `Cannot copy ${inner.path}: ${reasonOf(error)}.`, {
      fix: 'Check that you may read all in it, and that the disk of temporary files is not full.',
      cause: error,
    })
  }
}

interface Room {
  bytes: number
  entries: number
  depth: number
}

function copyAll(from: InnerFolder, to: string, room: Room): void {
  if (room.depth === 0) throw tooLarge(from.path, `folders in ${DEPTH_MAX} others`)
  for (const { name, kind } of from.list()) {
    if (room.entries-- === 0) throw tooLarge(from.path, `more than ${ENTRIES_MAX} files`)
    const path = join(to, name)
    if (kind === 'file') copyFile(from, name, path, room)
    if (kind === 'link') symlinkSync(from.target(name), path)
    if (kind !== 'folder') continue
    using inner = from.enter(name)
    mkdirSync(path)
    room.depth -= 1
    copyAll(inner, path, room)
    room.depth += 1
    utimesSync(path, inner.stats.atime, inner.stats.mtime)
  }
}

function copyFile(from: InnerFolder, name: string, path: string, room: Room): void {
  const bytes = from.entry(name)?.bytes ?? 0
  // Asked before it is read, and again of what was read: it may have grown.
  if (bytes > room.bytes) throw tooLarge(from.path, `more than ${BYTES_MAX} bytes`)
  const file = from.read(name, room.bytes)
  if (!file) return // Taken away meanwhile.
  room.bytes -= file.start.length
  writeFileSync(path, file.start, { mode: file.stats.mode & 0o777 })
  utimesSync(path, file.stats.atime, file.stats.mtime)
}

function tooLarge(path: string, what: string): MarrowError {
  return new MarrowError('TOO_LARGE', `Cannot copy ${path}: it holds ${what}.`, {
    fix: 'Move what is not needed out of it.',
  })
}
