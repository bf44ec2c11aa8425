// What happened in a working copy between two looks at it, asked without touching it.
import { dirname, join } from 'node:path'
import type { GitState } from './git.ts'
import { askGit, filesThatCount, type GitQuestion } from './git-ask.ts'
import { openView, type GitView } from './git-view.ts'
import { openInside, type InnerPath } from './inside.ts'

/** One commit, as a list shows it. */
export interface Commit {
  readonly id: string
  readonly subject: string
}

/** How far a working copy is from a commit. */
export interface DiffStat {
  readonly files: number
  /** Lines. Of untracked files as many as could be read. */
  readonly insertions: number
  readonly deletions: number
}

/** Commits and changed files since an earlier look. */
export interface GitChanges {
  /** Newest first. */
  readonly commits: readonly Commit[]
  /** How many there are besides those. */
  readonly moreCommits: number
  /** The commit from before is not in the history any more: it was rewritten, or another branch was checked out. */
  readonly rewritten: boolean
  /** Undefined when git cannot tell. */
  readonly diff: DiffStat | undefined
}

/** The earlier look. */
export interface GitBefore {
  /** Undefined in a repository without a commit. */
  readonly head: string | undefined
  /** Digests of what was changed already, by path: as long as these are the same, that is nobody's work since. */
  readonly changed: ReadonlyMap<string, string>
}

const COMMITS_MAX = 50

/**
 * What happened since an earlier look at the repository that `dir` lies in, up to `after`. Undefined when there is no
 * repository. Executes nothing that the repository names, like `gitState`, and throws as it does.
 */
export async function gitChanges(
  dir: InnerPath,
  question: GitQuestion,
  { before, after }: { readonly before: GitBefore; readonly after: GitState },
): Promise<GitChanges | undefined> {
  using view = openView(dir)
  if (!view) return undefined
  const place: Place = { view, dir, question }
  const history = await historyBetween(place, before.head, after.head)
  return { ...history, diff: await diffSince(place, before, after) }
}

interface Place {
  readonly view: GitView
  readonly dir: InnerPath
  readonly question: GitQuestion
}

async function historyBetween(
  place: Place,
  from: string | undefined,
  to: string | undefined,
): Promise<Omit<GitChanges, 'diff'>> {
  if (from === to || to === undefined)
    return { commits: [], moreCommits: 0, rewritten: from !== undefined && to === undefined }
  const range = from === undefined ? [to] : [`${from}..${to}`]
  // In a part of a repository only what touches it: the rest may be the work of others.
  const part = place.view.top.path === place.dir.path ? [] : filesThatCount(place.question)
  const [kept, log, count] = await Promise.all([
    from === undefined ? true : ask(place, ['merge-base', '--is-ancestor', from, to]),
    ask(place, ['log', `--max-count=${COMMITS_MAX}`, '--no-color', '--format=%H %s', ...range, ...part]),
    ask(place, ['rev-list', '--count', ...range, ...part]),
  ])
  const commits = (log?.text ?? '').split('\n').flatMap(commitOf)
  const moreCommits = Math.max(0, Number(count?.text ?? 0) - commits.length)
  return { commits, moreCommits, rewritten: kept === undefined }
}

function commitOf(line: string): Commit[] {
  const [, id, subject] = /^([0-9a-f]{40,64}) ([^]*)$/.exec(line) ?? []
  return id === undefined ? [] : [{ id, subject: subject ?? '' }]
}

async function diffSince(place: Place, before: GitBefore, after: GitState): Promise<DiffStat | undefined> {
  const base = before.head ?? (await emptyTree(place))
  if (base === undefined) return undefined
  const answer = await ask(place, [...diff, base, ...filesThatCount(place.question)])
  if (answer === undefined || answer.truncated) return undefined
  const untouched = new Set(
    after.changed.filter((file) => before.changed.get(file.path) === file.digest).map(({ path }) => path),
  )
  const tracked = parseNumstat(answer.text).filter(({ path }) => !untouched.has(path))
  const untracked = after.changed.filter((file) => file.untracked && !untouched.has(file.path))
  const lines = linesOf(
    place.view.top,
    untracked.map(({ path }) => path),
  )
  return {
    files: tracked.length + untracked.length,
    insertions: tracked.reduce((sum, { insertions }) => sum + insertions, 0) + lines,
    deletions: tracked.reduce((sum, { deletions }) => sum + deletions, 0),
  }
}

const diff = [
  'diff',
  '--numstat',
  '-z',
  '--no-renames',
  '--no-color',
  '--no-ext-diff', // Neither is in the settings that git is given; said once more, because it would execute them.
  '--no-textconv',
  '--ignore-submodules=dirty',
]

/** What the first commit of a repository is compared with. Its name depends on the repository's form of names. */
async function emptyTree(place: Place): Promise<string | undefined> {
  return (await ask(place, ['hash-object', '-t', 'tree', '/dev/null']))?.text.trim()
}

function ask({ question, ...place }: Place, words: readonly string[]): ReturnType<typeof askGit> {
  return askGit(place, words, question)
}

/** Reads `git diff --numstat -z --no-renames`. A binary file has no lines. */
export function parseNumstat(text: string): (Omit<DiffStat, 'files'> & { readonly path: string })[] {
  return text.split('\0').flatMap((entry) => {
    const [, insertions, deletions, path] = /^(\d+|-)\t(\d+|-)\t([^]+)$/.exec(entry) ?? []
    if (path === undefined) return []
    return [{ path, insertions: Number(insertions) || 0, deletions: Number(deletions) || 0 }]
  })
}

// Read while the loop waits: some ms. What lies beyond is counted as files only.
const LINES_FILES_MAX = 500
const LINES_BYTES_MAX = 4 * 1024 * 1024
const BINARY_LOOK_BYTES = 8_000 // As far as git itself looks for a zero byte.

/** Lines of files that git does not know yet. */
function linesOf(top: InnerPath, paths: readonly string[]): number {
  let [lines, bytesLeft] = [0, LINES_BYTES_MAX]
  for (const path of paths.slice(0, LINES_FILES_MAX)) {
    const content = contentOf(top, path, bytesLeft)
    bytesLeft -= content.length
    if (!content.subarray(0, BINARY_LOOK_BYTES).includes(0)) lines += countLines(content)
  }
  return lines
}

/** Empty for what is gone, is a link, or is called in a way that leads elsewhere: the list is somebody else's. */
function contentOf({ root, path }: InnerPath, below: string, bytesMax: number): Buffer {
  const full = join(path, below)
  try {
    using folder = openInside({ root, path: dirname(full) })
    return folder?.read(full.slice(dirname(full).length + 1), bytesMax)?.start ?? Buffer.alloc(0)
  } catch {
    return Buffer.alloc(0)
  }
}

function countLines(content: Buffer): number {
  if (content.length === 0) return 0
  let lines = content.at(-1) === NEWLINE ? 0 : 1 // The last line may have no end.
  for (let at = content.indexOf(NEWLINE); at !== -1; at = content.indexOf(NEWLINE, at + 1)) lines += 1
  return lines
}

const NEWLINE = 10
