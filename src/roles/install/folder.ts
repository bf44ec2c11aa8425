// Reads a source that is a folder of this machine. An agent may have written it, so no link in it is followed.
import { basename, dirname, join } from 'node:path'
import { MarrowError } from '../../base/errors.ts'
import { entryInside, openInside, type InnerPath } from '../../platform/inside.ts'
import { FILE_BYTES_MAX, type Entry } from '../offer.ts'
import type { SourceTree } from './tree.ts'

const ENTRIES_MAX = 20_000 // A folder of roles has some dozen; this one is another folder.
const DEPTH_MAX = 20

/** A folder as it lies there. Reading throws NOT_FOUND for a link on the way. */
export function folderTree(top: string): SourceTree {
  return {
    list: async (path) => {
      const place = innerOf(top, path)
      const found = entryInside(place)
      if (found === undefined) return []
      if (found.kind !== 'folder') return [entryOf(found, path)]
      const entries: Entry[] = []
      walk(place, { path, entries, depth: 0 })
      return entries
    },
    read: async (entries) => new Map(entries.map(({ path }) => [path, textAt(innerOf(top, path))])),
  }
}

function walk(
  place: InnerPath,
  { path, entries, depth }: { readonly path: string; readonly entries: Entry[]; readonly depth: number },
): void {
  using folder = openInside(place)
  if (folder === undefined) return
  for (const found of folder.list()) {
    if (entries.length >= ENTRIES_MAX || depth > DEPTH_MAX)
      throw new MarrowError(
        'TOO_LARGE',
        `Cannot read ${path}: there is too much in it for a folder of roles.`,
      )
    const below = `${path}/${found.name}`
    if (found.kind !== 'folder') entries.push(entryOf(found, below))
    else walk(innerOf(place.root, below), { path: below, entries, depth: depth + 1 })
  }
}

function entryOf({ kind, bytes }: { kind: string; bytes: number }, path: string): Entry {
  return { path, id: path, bytes, kind: kind === 'file' || kind === 'link' ? kind : 'other' }
}

function textAt({ root, path }: InnerPath): string {
  using folder = openInside({ root, path: dirname(path) })
  const start = folder?.read(basename(path), FILE_BYTES_MAX + 1)?.start
  try {
    if (start !== undefined) return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(start)
  } catch (cause) {
    throw new MarrowError('BAD_REQUEST', `Cannot read ${path}: it is no text in UTF-8.`, { cause })
  }
  throw new MarrowError('NOT_FOUND', `Cannot read ${path}: it is gone, or no file.`)
}

function innerOf(root: string, path: string): InnerPath {
  return { root, path: join(root, path) }
}
