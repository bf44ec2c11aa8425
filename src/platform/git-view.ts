// A git folder of marrow's own through which git looks at somebody's repository. What git would execute because a
// repository says so (filters, hooks, monitors, helpers) is said in its settings, and those stay behind: of the
// repository git gets the commits, the names and the index.
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { namesIn, remove } from './files.ts'
import { openInside, type InnerPath } from './inside.ts'
import type { InnerFolder } from './inside/folder.ts'
import { temporaryFolder } from './paths.ts'

/** One look at a repository; disposing of it removes the folder. */
export interface GitView extends Disposable {
  /** Of marrow's own, to be read by git. */
  readonly folder: string
  /** The top folder of the working copy. */
  readonly top: InnerPath
  /** What points git to all of it. */
  readonly env: Readonly<Record<string, string>>
}

const TEXT_BYTES_MAX = 1024 * 1024 // HEAD has some dozen bytes, a list of what to leave out some thousand.

/** Undefined where `dir` lies in no repository that can be understood. Throws what the disk of temporary files does. */
export function openView(dir: InnerPath): GitView | undefined {
  const place = findRepository(dir)
  if (!place) return undefined
  const { top, gitDir, head, exclude, settings, shallow, shared, commonDir } = place
  const folder = mkdtempSync(join(temporaryFolder(), `marrow-git-${process.pid}-`))
  try {
    if (process.geteuid?.() === 0) chmodSync(folder, 0o755) // git may run as the agent's user, who may read only.
    writeFileSync(join(folder, 'HEAD'), head)
    writeFileSync(join(folder, 'config'), settings)
    mkdirSync(join(folder, 'info'))
    writeFileSync(join(folder, 'info', 'exclude'), exclude)
    if (shallow !== '') writeFileSync(join(folder, 'shallow'), shallow)
    for (const name of ['refs', 'packed-refs', 'reftable'])
      symlinkSync(join(commonDir, name), join(folder, name))
    for (const name of shared) symlinkSync(join(gitDir, name), join(folder, name))
  } catch (error) {
    remove(folder)
    throw error
  }
  const env = {
    GIT_DIR: folder,
    GIT_WORK_TREE: top.path,
    GIT_INDEX_FILE: join(gitDir, 'index'),
    GIT_OBJECT_DIRECTORY: join(commonDir, 'objects'),
  }
  return { folder, top, env, [Symbol.dispose]: () => remove(folder) }
}

const viewName = /^marrow-git-(\d+)-[A-Za-z0-9]{6}$/
const LOOK_MS_MAX = 3_600_000 // A look takes seconds; a process that is not seen may live in another container.

/** Removes what looks left behind whose process was killed: only folders of this user. `now` in epoch ms. */
export function sweepViews(isAlive: (pid: number) => boolean, now: number): void {
  const parent = temporaryFolder()
  for (const name of namesIn(parent)) {
    const pid = viewName.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    const found = lstatSync(join(parent, name), { throwIfNoEntry: false })
    const isOwn = found?.isDirectory() === true && found.uid === process.geteuid?.()
    if (isOwn && found.mtimeMs < now - LOOK_MS_MAX) remove(join(parent, name))
  }
}

/** Where git keeps what it knows of a working copy. */
export interface GitFolders {
  readonly gitDir: string
  /** Where all working copies of the repository keep what they share. */
  readonly commonDir: string
}

/** Of a folder that is itself the top of a working copy; undefined for any other, and for one that a link leads to. */
export function gitFoldersOf(top: InnerPath): GitFolders | undefined {
  const found = repositoryAt(top)
  return found === 'none' ? undefined : found
}

interface Repository extends GitFolders {
  readonly top: InnerPath
  readonly head: string
  readonly exclude: string
  /** The few that git needs to read the rest. */
  readonly settings: string
  /** Where the history of a clone that has not all of it ends; empty for a whole one. */
  readonly shallow: string
  /** Parts of a split index. */
  readonly shared: readonly string[]
}

function findRepository(dir: InnerPath): Repository | undefined {
  for (let place: InnerPath = dir; ; place = above(place)) {
    const found = repositoryAt(place)
    if (found !== 'none') return found
    if (dirname(place.path) === place.path) return undefined
  }
}

/** Undefined for one that cannot be understood. */
function repositoryAt(place: InnerPath): Repository | undefined | 'none' {
  using folder = openInside(place)
  const kind = folder?.entry('.git')?.kind
  if (kind === 'folder') return readRepository(place, { root: place.root, path: join(place.path, '.git') })
  if (kind === 'file') {
    // A working copy of a repository elsewhere, or a submodule. What is there is only read.
    const written = textOf(folder, '.git').match(/^gitdir: (.+?)\n?$/)?.[1]
    const gitDir = written === undefined ? undefined : resolve(place.path, written)
    return gitDir === undefined ? undefined : readRepository(place, { root: gitDir, path: gitDir })
  }
  return kind === undefined ? 'none' : undefined
}

/** Above its root no agent writes. */
function above({ root, path }: InnerPath): InnerPath {
  const parent = dirname(path)
  return { root: path === root ? parent : root, path: parent }
}

function readRepository(top: InnerPath, place: InnerPath): Repository | undefined {
  using gitDir = openInside(place)
  if (!gitDir) return undefined
  const head = textOf(gitDir, 'HEAD')
  if (!/^(?:ref: refs\/\S+|[0-9a-f]{40}|[0-9a-f]{64})\n?$/.test(head)) return undefined
  // A pipe in its place would hold git until its deadline.
  if (!['file', undefined].includes(gitDir.entry('index')?.kind)) return undefined
  const written = textOf(gitDir, 'commondir').trim()
  const common = written === '' ? place : innerOf(resolve(place.path, written))
  using commonDir = openInside(common)
  if (!commonDir) return undefined
  return {
    top,
    gitDir: place.path,
    commonDir: common.path,
    head,
    exclude: excludeOf(common),
    settings: settingsFrom(textOf(commonDir, 'config')),
    shallow: textOf(commonDir, 'shallow'),
    shared: gitDir.names('file').filter((name) => /^sharedindex\.[0-9a-f]+$/.test(name)),
  }
}

function innerOf(path: string): InnerPath {
  return { root: path, path }
}

function excludeOf({ root, path }: InnerPath): string {
  using info = openInside({ root, path: join(path, 'info') })
  return info ? textOf(info, 'exclude') : ''
}

/** Which hashes and which form of names: nothing that could make git do anything. */
export function settingsFrom(config: string): string {
  const hash = /^\s*objectformat\s*=\s*"?(sha1|sha256)\b/im.exec(config)?.[1]?.toLowerCase()
  const names = /^\s*refstorage\s*=\s*"?(files|reftable)\b/im.exec(config)?.[1]?.toLowerCase()
  const extensions = [
    ...(hash === undefined ? [] : [`\tobjectFormat = ${hash}`]),
    ...(names === undefined ? [] : [`\trefStorage = ${names}`]),
  ]
  const version = extensions.length > 0 ? 1 : 0
  const lines = ['[core]', `\trepositoryFormatVersion = ${version}`, '\tbare = false']
  return [...lines, ...(version === 1 ? ['[extensions]', ...extensions] : []), ''].join('\n')
}

/** Empty when it is missing or no regular file. */
function textOf(folder: InnerFolder | undefined, name: string): string {
  return folder?.read(name, TEXT_BYTES_MAX)?.start.toString('utf8') ?? ''
}
