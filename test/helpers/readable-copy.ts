/** Owns a copy of this checkout that every user of the machine may read, for tests as another user than the checkout's. */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const checkout = join(import.meta.dirname, '..', '..')
const shipped = ['prompts', 'roles', 'roles.toml', 'skills', 'context.d']
const copied = ['bin', 'dist', 'src', 'test', ...shipped, 'package.json']

/** Makes it in a new folder and returns its path and that of Node, which others can start. */
export function makeReadableCopy(folder: string): { readonly root: string; readonly node: string } {
  mkdirSync(folder)
  for (const name of copied)
    cpSync(join(checkout, name), join(folder, name), { recursive: true, verbatimSymlinks: true })
  // Hard links: it is large, and belongs to a user who may not write it there either. On another disk it is copied.
  const modules = [join(checkout, 'node_modules'), join(folder, 'node_modules')]
  try {
    execFileSync('cp', ['-al', ...modules], { stdio: 'ignore' })
  } catch {
    execFileSync('cp', ['-a', ...modules])
  }
  execFileSync('chmod', ['-R', 'go+rX', ...copied.map((name) => join(folder, name))])
  // Its folder, and the one around it, were made for their user alone.
  for (const around of [folder, dirname(folder), dirname(dirname(folder))]) chmodSync(around, 0o711)
  const place = relative(checkout, process.execPath)
  return { root: folder, node: place.startsWith('..') ? process.execPath : join(folder, place) }
}
