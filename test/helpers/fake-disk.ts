/** A disk in memory for code that asks about paths: folders, files with a text, links. Folders above are there by themselves. */
import { dirname, join, resolve } from 'node:path'
import type { PathFacts } from '../../src/isolation/policy.ts'

/** What stands at a path: a folder, a link to somewhere, or a file with this text. */
export type FakeEntry = 'folder' | { readonly link: string } | { readonly text: string }

/** A file without anything in it. */
export const file: FakeEntry = { text: '' }

/** Facts about the disk that these entries make. A link may be relative, and may lead to nothing. */
export function fakeDisk(entries: Readonly<Record<string, FakeEntry>>): PathFacts {
  const all = new Map<string, FakeEntry>([['/', 'folder']])
  for (const path of Object.keys(entries))
    for (let above = dirname(path); above !== '/'; above = dirname(above)) all.set(above, 'folder')
  for (const [path, entry] of Object.entries(entries)) all.set(path, entry)

  const realPath = (path: string, links = 0): string => {
    if (path === '/') return path
    const place = join(realPath(dirname(path), links), path.slice(path.lastIndexOf('/') + 1))
    const entry = all.get(place)
    // As the system does, it gives up on links that lead in a circle.
    if (entry === undefined || entry === 'folder' || 'text' in entry || links > 20) return place
    return realPath(resolve(dirname(place), entry.link), links + 1)
  }
  return {
    realPath: (path) => realPath(path),
    kindOf: (path) => {
      const entry = all.get(realPath(path))
      if (entry === undefined || (entry !== 'folder' && 'link' in entry)) return undefined
      return entry === 'folder' ? 'folder' : 'file'
    },
    textOf: (path) => {
      const entry = all.get(join(realPath(dirname(path)), path.slice(path.lastIndexOf('/') + 1)))
      return entry !== undefined && entry !== 'folder' && 'text' in entry ? entry.text : undefined
    },
  }
}
