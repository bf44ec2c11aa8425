/** Looks at worktrees: what ties one to its repository, and whether anything in it would be lost. Changes nothing. */
import { basename, dirname, join, resolve } from 'node:path'
import type { CommandOptions } from '../platform/command.ts'
import { gitEnvironment, type RunGit } from '../platform/git-ask.ts'
import { gitUnsaved } from '../platform/git.ts'
import { entryInside, openInside, type InnerPath } from '../platform/inside.ts'
import { realPath } from '../platform/paths.ts'
import type { Found } from './proof.ts'
import { parseList, type Listed, type Site } from './worktree.ts'

/** A look at a repository, behind the wall of the agent: nothing can be written. */
export interface Look {
  readonly run: RunGit
  readonly signal: AbortSignal
}

const LOOK_MS_MAX = 60_000 // The history of a very large repository takes seconds.
const TEXT_BYTES_MAX = 4_096
const PARTS_MAX = 1_000

type Setting = readonly [name: string, value: string]

/** Those that would have git start a program, whatever it is asked. */
const startNothing: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['submodule.recurse', 'false'],
]

/**
 * The environment of git in a repository whose settings are read: they would have it start hooks and monitors. Filters are left
 * as they are unless `more` says otherwise, for no command that marrow runs with rights of its own looks into files.
 */
export function repositoryEnvironment(gitDir: string, more: readonly Setting[] = []): Record<string, string> {
  const settings = [...startNothing, ...more]
  const numbered = settings.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return {
    ...gitEnvironment(),
    ...Object.fromEntries(numbered),
    GIT_CONFIG_COUNT: String(settings.length),
    GIT_DIR: gitDir,
    GIT_NO_REPLACE_OBJECTS: '1', // They would let commits seem to be in branches that do not have them.
  }
}

/** Settings that switch off every filter that a working copy names; undefined when git does not say which these are. */
export async function withoutFilters(site: Site, own: string, look: Look): Promise<Setting[] | undefined> {
  const pattern = '^filter\\..*\\.(clean|smudge|process|required)$'
  const words = ['config', '--null', '--name-only', '--get-regexp', pattern]
  const options = optionsFor(own, look)
  const result = await look.run(['git', ...words], options, [site.gitDir, site.commonDir])
  // 1 is its answer when there is none.
  if (result.kind !== 'exited' || result.exitCode > 1 || result.truncated) return undefined
  const names = result.stdout.split('\0').filter((name) => name !== '')
  return [...new Set(names)].map((name) => [name, name.endsWith('.required') ? 'false' : ''])
}

/** What git said, or undefined when it refused or did not answer in time. */
export async function askGit(site: Site, words: readonly string[], look: Look): Promise<string | undefined> {
  const folders = [site.gitDir, site.commonDir]
  const result = await look.run(['git', ...words], optionsFor(site.gitDir, look), folders)
  return result.kind === 'exited' && result.exitCode === 0 ? result.stdout : undefined
}

function optionsFor(gitDir: string, { signal }: Look): CommandOptions {
  const env = repositoryEnvironment(gitDir)
  return { cwd: '/', env, deadlineMs: LOOK_MS_MAX, signal, maxBytes: 1024 * 1024 }
}

/** All working copies of the repository; undefined when git does not say. */
export async function listWorktrees(site: Site, look: Look): Promise<Listed[] | undefined> {
  const text = await askGit(site, ['worktree', 'list', '--porcelain', '-z'], look)
  return text === undefined ? undefined : parseList(text)
}

/** The one at the site's path, which may be written in another way. */
export function listedAt({ path }: Pick<Site, 'path'>, all: readonly Listed[]): Listed | undefined {
  const own = realPath(path.path)
  return all.slice(1).find((one) => realPath(one.path) === own)
}

/**
 * The git folder of the worktree, if folder and repository name each other and neither was led elsewhere: a run may have
 * written what stands there. Throws NOT_FOUND for a link on the way.
 */
export function ownGitFolder({ path, commonDir }: Site): string | undefined {
  using folder = openInside(path)
  const written = /^gitdir: (.+?)\n?$/.exec(textOf(folder, '.git'))?.[1]
  if (written === undefined) return undefined
  const own = resolve(path.path, written)
  const all = join(realPath(commonDir), 'worktrees')
  if (realPath(own) !== join(all, basename(own)) || dirname(own) === own) return undefined
  using gitFolder = openInside({ root: all, path: join(all, basename(own)) })
  const back = textOf(gitFolder, 'gitdir').trim()
  const isTied = realPath(resolve(all, basename(own), back)) === join(realPath(path.path), '.git')
  // Git would read the settings of whatever stands there.
  return isTied && textOf(gitFolder, 'commondir').trim() === '../..' ? own : undefined
}

/** Names in the repository's folder of worktrees that belong to other ones. */
export function otherGitFolders({ path, commonDir }: Site): string[] {
  const all = join(commonDir, 'worktrees')
  using folder = openInside({ root: all, path: all })
  return (folder?.names('folder') ?? []).filter((name) => {
    using one = openInside({ root: all, path: join(all, name) })
    const back = resolve(all, name, textOf(one, 'gitdir').trim())
    return realPath(dirname(back)) !== realPath(path.path)
  })
}

/** Everything on which it depends whether the worktree may go. */
export async function lookAt(site: Site, listed: readonly Listed[], look: Look): Promise<Found> {
  const entry = listedAt(site, listed)
  const kind = kindAt(site.path)
  const own = kind === 'folder' ? ownGitFolder(site) : undefined
  const tied = own !== undefined && entry !== undefined
  return {
    place: kind === undefined ? 'nothing' : kind === 'folder' ? 'folder' : 'other',
    tied,
    unsaved: tied ? await gitUnsaved(site.path, look) : undefined,
    gitNames: own === undefined ? [] : gitNames(own),
    locked: entry?.locked,
    unmerged: await countUnmerged(site, entry, look),
  }
}

/** Undefined when nothing stands there. */
export function kindAt(path: InnerPath): 'file' | 'folder' | 'link' | 'other' | undefined {
  try {
    return entryInside(path)?.kind
  } catch {
    return 'link' // Somewhere above it: whatever is behind is not what was made.
  }
}

/** The commit that a branch stands at; undefined when there is none. */
export async function tipOf(site: Site, look: Look): Promise<string | undefined> {
  const name = `refs/heads/${site.branch}`
  const text = await askGit(site, ['for-each-ref', '--format=%(refname) %(objectname)', name], look)
  const line = text?.split('\n').find((one) => one.startsWith(`${name} `)) // It also lists what is below that name.
  return line?.slice(name.length + 1)
}

/** Of its branch and of what is checked out. A branch from another place counts as a branch, a tag does not. */
async function countUnmerged(site: Site, entry: Listed | undefined, look: Look): Promise<number | undefined> {
  const tips = [await tipOf(site, look), entry?.head].filter((tip) => tip !== undefined)
  if (tips.length === 0) return 0
  const names = await aliases(site, look)
  if (names === undefined) return undefined
  const without = (folder: string) =>
    names.flatMap((name) => (name.startsWith(folder) ? [`--exclude=${name.slice(folder.length)}`] : []))
  const branches = [`--exclude=${site.branch}`, ...without('refs/heads/'), '--branches']
  const others = ['--not', ...branches, ...without('refs/remotes/'), '--remotes']
  const text = await askGit(site, ['rev-list', '--count', ...tips, ...others], look)
  const count = Number(text?.trim() === '' ? Number.NaN : text)
  return Number.isInteger(count) ? count : undefined
}

/** Branches that are only other names of some: without those they have nothing. Undefined when git does not say. */
async function aliases(site: Site, look: Look): Promise<string[] | undefined> {
  const format = '--format=%(if)%(symref)%(then)%(refname)%(end)'
  const text = await askGit(site, ['for-each-ref', format, 'refs/heads', 'refs/remotes'], look)
  return text?.split('\n').filter((name) => name !== '')
}

/** What lies in its own git folder, and one step below in `refs`. */
function gitNames(own: string): string[] {
  const names = ['', 'refs'].flatMap((below) => {
    using folder = openInside({ root: own, path: join(own, below) })
    return folder?.list().map(({ name }) => join(below, name)) ?? []
  })
  return names.slice(0, PARTS_MAX)
}

function textOf(folder: ReturnType<typeof openInside>, name: string): string {
  return folder?.read(name, TEXT_BYTES_MAX)?.start.toString('utf8') ?? ''
}
