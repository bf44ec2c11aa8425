// What lies at a path. Light on purpose: `marrow status` looks for its configuration with it.
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'

/** Follows links in the part of the path that exists, so that a folder can be judged before it is made. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realPath(parent), basename(path))
  }
}

/** Whether it is a program that this process may start. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The absolute path of a program, looked up in the absolute folders of a PATH; undefined when there is none. */
export function programOn(path: string, name: string): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder.startsWith('/'))
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

/** Where temporary files go. $TMPDIR may be gone by now, or hold a space, at which words of a script would end. */
export function temporaryFolder(): string {
  return [tmpdir(), '/tmp', '/var/tmp'].find(isUsable) ?? tmpdir()
}

function isUsable(folder: string): boolean {
  if (/\s/.test(folder)) return false
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
