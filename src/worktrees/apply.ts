/** Makes worktrees and removes them, step by step: whatever was ended in the middle is found and gone on with. */
import { join } from 'node:path'
import { quote } from 'shlex'
import { MarrowError } from '../base/errors.ts'
import { plain } from '../base/plain.ts'
import type { CommandOptions, CommandResult } from '../platform/command.ts'
import { gitEnvironment } from '../platform/git-ask.ts'
import { entryInside, listInside, openInside } from '../platform/inside.ts'
import {
  askGit,
  kindAt,
  listedAt,
  listWorktrees,
  ownGitFolder,
  repositoryEnvironment,
  tipOf,
  withoutFilters,
  type Look,
} from './observe.ts'
import { HALF_MADE, type Listed, type Site } from './worktree.ts'

/** Runs git with some rights; see daemon/worktree-rights.ts for what each of them is. */
export type RunWords = (words: readonly string[], options: CommandOptions) => Promise<CommandResult>

/** How a repository may be changed. */
export interface Change extends Look {
  /** Writes what git keeps of the repository, and in the workspace. Nothing that the repository names is executed with it. */
  readonly tie: RunWords
  /** The same without branches and commits: what removing a worktree needs. */
  readonly untie: RunWords
  /** Has exactly the rights of the agent's own runs. */
  readonly work: RunWords
}

const STEP_MS_MAX = 60_000
const CHECKOUT_MS_MAX = 10 * 60_000 // Of a large repository on a slow disk.
const SAID_CHARS_MAX = 300

/**
 * Makes what is missing of a worktree in which nobody has worked yet, and its branch from the commit that the repository
 * stands at. Throws CANNOT_WRITE with what git says.
 */
export async function makeWorktree(site: Site, change: Change): Promise<void> {
  await clearRemains(site, change)
  if (ownGitFolder(site) === undefined) await addWorktree(site, change)
  const own = ownGitFolder(site)
  if (own === undefined) throw unmade(site, 'git made something else')
  const env = { ...repositoryEnvironment(own), GIT_WORK_TREE: site.path.path }
  const work = (...words: string[]) =>
    change.work(['git', ...words], { ...options(change, env, CHECKOUT_MS_MAX), cwd: site.path.path })
  if (isCheckedOut(own)) {
    // What a removal that was ended took away. It refuses for files that are there and changed, and leaves them.
    await work('checkout-index', '--all', '--quiet')
    if (must(site, await work('ls-files', '--deleted')) === '') return
    throw unmade(site, 'git does not write all of its files')
  }
  clearLock(own)
  must(site, await work('reset', '--hard', '--quiet'))
}

/** Takes away what a step left that was ended in the middle, and the entry of a folder that somebody deleted. */
async function clearRemains(site: Site, change: Change): Promise<void> {
  const entry = listedAt(site, await listed(site, change))
  if (entry === undefined) return
  if (entry.locked === HALF_MADE) {
    await clearHalfMade(site, change)
    await ask(site, change.tie, change, ['worktree', 'unlock', site.path.path])
  } else {
    const left = kindAt(site.path)
    if (left !== undefined && !isEmptied(site)) return
    await checkLeft(site, entry, change)
    if (left !== undefined) await removeEmpty(site, change)
  }
  await ask(site, change.tie, change, ['worktree', 'remove', site.path.path])
}

/** Nothing was checked out yet: there is only the file by which git knows the folder. Anything more stays, and git refuses. */
async function clearHalfMade(site: Site, change: Change): Promise<void> {
  using folder = openInside(site.path)
  if (folder === undefined || !folder.list().every(({ name, kind }) => name === '.git' && kind === 'file'))
    return
  folder.remove('.git')
  await removeEmpty(site, change)
}

/** A run that deletes its work_dir leaves the folder: behind its wall that cannot go. */
function isEmptied({ path }: Site): boolean {
  return kindAt(path) === 'folder' && listInside(path).length === 0
}

async function removeEmpty({ path }: Site, change: Change): Promise<void> {
  await change.tie(['rmdir', path.path], options(change, gitEnvironment(), STEP_MS_MAX))
}

/** What was checked out in it when its folder was deleted. */
async function checkLeft(site: Site, { head, branch }: Listed, change: Change): Promise<void> {
  if (head === undefined || branch !== undefined) return
  const text = await ask(site, change.tie, change, [
    'rev-list',
    '--count',
    head,
    '--not',
    '--branches',
    '--remotes',
  ])
  if (text.trim() === '0') return
  throw unmade(site, `its folder was deleted, and the commit ${head} that was checked out is in no branch`, {
    fix: `Keep it with: git -C ${quote(site.repository)} branch NAME ${head}; or drop it with: git -C ${quote(site.repository)} worktree remove ${quote(site.path.path)}`,
  })
}

async function addWorktree(site: Site, change: Change): Promise<void> {
  const { branch, path, repository } = site
  const add = ['worktree', 'add', '--no-checkout']
  if ((await tipOf(site, change)) !== undefined) {
    await ask(site, change.tie, change, [...add, path.path, branch])
    return
  }
  if ((await askGit(site, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], change)) === undefined)
    throw unmade(site, `${repository} has no commit yet`, {
      fix: `Make the first one, such as: git -C ${quote(repository)} commit --allow-empty -m Begin`,
    })
  await ask(site, change.tie, change, [...add, '--no-track', '-b', branch, path.path, 'HEAD'])
}

/** git writes the index last: whoever finds one may have worked there since, which a reset would undo. */
function isCheckedOut(own: string): boolean {
  return entryInside({ root: own, path: join(own, 'index') }) !== undefined
}

/** Of a checkout that was ended: nobody else has been in there yet. */
function clearLock(own: string): void {
  using folder = openInside({ root: own, path: own })
  folder?.remove('index.lock')
}

/**
 * Removes a worktree of which is known that nothing would be lost, then its branch, if it still stands at `tip` and nobody has it
 * checked out. Returns why something was left; undefined: all is gone.
 */
export async function removeWorktree(
  site: Site,
  tip: string | undefined,
  change: Change,
): Promise<string | undefined> {
  const entry = listedAt(site, await listed(site, change))
  const refused = entry && (await removeFolder(site, change))
  if (refused !== undefined) return refused
  if (tip === undefined) return undefined
  const name = `refs/heads/${site.branch}`
  const users = (await listed(site, change)).filter(({ branch }) => branch === name)
  if (users.length > 0) return undefined // It is somebody else's by now.
  const result = await change.tie(
    ['git', 'update-ref', '--no-deref', '-d', name, tip], // A run may have made it a name of another branch.
    options(change, repositoryEnvironment(site.gitDir), STEP_MS_MAX),
  )
  return refusalOf(result)
}

/** Without filters: git looks itself whether all is committed, and would start them with more rights than the agent has. */
async function removeFolder(site: Site, change: Change): Promise<string | undefined> {
  const own = ownGitFolder(site) ?? site.gitDir
  const settings = await withoutFilters(site, own, change)
  if (settings === undefined) return 'git does not say which filters its repository names'
  const env = repositoryEnvironment(site.gitDir, settings)
  const words = ['git', 'worktree', 'remove', site.path.path]
  return refusalOf(await change.untie(words, options(change, env, CHECKOUT_MS_MAX)))
}

async function listed(site: Site, change: Change): Promise<Listed[]> {
  const all = await listWorktrees(site, change)
  if (all === undefined) throw unmade(site, 'git does not list the working copies of the repository')
  return all
}

async function ask(site: Site, run: RunWords, change: Change, words: readonly string[]): Promise<string> {
  const env = repositoryEnvironment(site.gitDir)
  return must(site, await run(['git', ...words], options(change, env, STEP_MS_MAX)))
}

function options({ signal }: Change, env: CommandOptions['env'], deadlineMs: number): CommandOptions {
  return { cwd: '/', env, deadlineMs, signal, maxBytes: 1024 * 1024 }
}

function must(site: Site, result: CommandResult): string {
  const refusal = refusalOf(result)
  if (refusal === undefined && result.kind === 'exited') return result.stdout
  throw unmade(site, refusal ?? 'git was ended')
}

/** What git says of why it did not; undefined: it did. */
function refusalOf(result: CommandResult): string | undefined {
  switch (result.kind) {
    case 'exited': {
      if (result.exitCode === 0) return undefined
      const words = [...result.stderr.matchAll(/^(?:fatal|error): (.*)$/gm)].map(([, line = '']) => line)
      const said = plain(words.join('; ')).slice(0, SAID_CHARS_MAX)
      return said === '' ? `git ended with ${result.exitCode}` : `git says: ${said.replace(/\.$/, '')}`
    }
    case 'deadline':
      return 'git did not answer in time'
    case 'aborted':
      return 'the daemon leaves'
    case 'missing':
      return result.detail
  }
}

function unmade(
  { path, repository }: Site,
  reason: string,
  { fix = `Look with: git -C ${quote(repository)} worktree list` }: { readonly fix?: string } = {},
): MarrowError {
  return new MarrowError('CANNOT_WRITE', `Cannot make the worktree ${path.path}: ${reason}.`, { fix })
}
