/** Owns how a whole folder looked at one moment, to be compared with later. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Every file, folder and link below, by its path in `folder`, with what is in it. */
export function treeOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  return Object.fromEntries(
    entries.map((path) => [relative(folder, join(folder, path)), contentOf(join(folder, path))]),
  )
}

function contentOf(path: string): string {
  const found = lstatSync(path)
  const mode = (found.mode & 0o7777).toString(8)
  if (found.isSymbolicLink()) return `a link to ${readlinkSync(path)}`
  if (found.isFile()) return `${mode} ${readFileSync(path, 'utf8')}`
  return found.isDirectory() ? `${mode} a folder` : `${mode} something else`
}
