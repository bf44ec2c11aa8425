/** Owns how doctor looks at single files and folders. Reads only; what cannot be looked at is a fact too. */
import { constants, type Stats } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { MarrowError, reasonOf } from '../../base/errors.ts'
import { checkInside, listInside, type InnerPath } from '../../platform/inside.ts'
import type { ContextFolder } from '../../prompt/providers.ts'
import type { Access, FolderFacts } from '../observed.ts'

export async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined)
}

export async function folderFacts(path: string): Promise<FolderFacts> {
  return { path, access: await accessOf(path) }
}

/** `path` itself or its first parent that exists; the root always does. */
export async function nearestFolder(path: string): Promise<string> {
  let current = path
  while (!(await statOf(current)) && dirname(current) !== current) current = dirname(current)
  return current
}

/** A word with a slash is a path from the folder that the run starts in; any other is looked up. */
export async function isProgram(word: string, path: string, workDir: string): Promise<boolean> {
  if (word === '') return false
  if (!word.includes('/')) return isOnPath(word, path)
  return isExecutable(isAbsolute(word) ? word : join(workDir, word))
}

export async function isOnPath(word: string, path: string): Promise<boolean> {
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  const found = await Promise.all(folders.map((folder) => isExecutable(join(folder, word))))
  return found.includes(true)
}

export async function isExecutable(path: string): Promise<boolean> {
  return ((await statOf(path))?.isFile() ?? false) && (await may(path, constants.X_OK))
}

/** The regular files of a folder of context providers that are not hidden, by name. */
export async function contextFiles({
  path,
  root,
}: ContextFolder): Promise<{ path: string; executable: boolean }[]> {
  return root === undefined ? ownFiles(path) : innerFiles({ root, path })
}

/** Where agents write; what is refused there is a provider that fails. */
function innerFiles(inner: InnerPath): { path: string; executable: boolean }[] {
  try {
    return listInside(inner)
      .filter(({ name, kind }) => kind === 'file' && !name.startsWith('.'))
      .map(({ name, executable }) => ({ path: join(inner.path, name), executable }))
  } catch {
    return []
  }
}

/** Why a folder where work comes in, or a run's traces go, is not used; undefined: it is, or is still to be made. */
export function obstacleAt(inner: InnerPath): { readonly problem: string; readonly fix: string } | undefined {
  try {
    checkInside(inner)
    return undefined
  } catch (error) {
    const fix = error instanceof MarrowError ? error.fix : undefined
    return { problem: reasonOf(error).replace(/\.$/, ''), fix: fix ?? 'Make it a folder that you may read.' }
  }
}

async function ownFiles(folder: string): Promise<{ path: string; executable: boolean }[]> {
  const names = await readdir(folder).catch(() => [])
  const paths = names
    .filter((name) => !name.startsWith('.'))
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((name) => join(folder, name))
  const found = await Promise.all(
    paths.map(async (path) => ({
      path,
      regular: (await statOf(path))?.isFile() ?? false,
      executable: await may(path, constants.X_OK),
    })),
  )
  return found.filter(({ regular }) => regular).map(({ path, executable }) => ({ path, executable }))
}

async function accessOf(path: string): Promise<Access> {
  const found = await statOf(path)
  if (!found) return (await isMakeable(path)) ? 'missing-but-makeable' : 'missing'
  if (!found.isDirectory()) return 'not-a-folder'
  if (!(await may(path, constants.R_OK | constants.X_OK))) return 'unreadable'
  return (await may(path, constants.W_OK)) ? 'writable' : 'read-only'
}

async function isMakeable(path: string): Promise<boolean> {
  const parent = await nearestFolder(path)
  return (
    (await statOf(parent))?.isDirectory() === true && (await may(parent, constants.W_OK | constants.X_OK))
  )
}

async function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}

export async function isFile(path: string): Promise<boolean> {
  return (await statOf(path))?.isFile() ?? false
}

export async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path))?.isDirectory() ?? false
}
