import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test as base } from '../../test/helpers/temp-dir.ts'
import { runCommand } from './command.ts'
import { gitState, type GitState } from './git.ts'
import { gitChanges, parseNumstat, type GitChanges } from './git-changes.ts'

const signal = AbortSignal.timeout(60_000)

function git(dir: string, ...words: string[]): string {
  return execFileSync('git', words, { cwd: dir, encoding: 'utf8' }).trim()
}

function commit(dir: string, subject: string): void {
  git(dir, 'add', '.')
  git(dir, 'commit', '-q', '--allow-empty', '-m', subject)
}

interface Repository {
  readonly dir: string
  readonly write: (file: string, text: string) => void
  look(except?: string[]): Promise<GitState>
  /** What happened since a look, seen from a folder of the repository. */
  since(before: GitState, from?: string, except?: string[]): Promise<GitChanges | undefined>
}

const test = base.extend<{ repo: Repository }>({
  repo: async ({ dir: place }, use) => {
    const dir = join(place, 'repo')
    mkdirSync(dir)
    git(dir, 'init', '-q', '-b', 'trunk')
    writeFileSync(join(dir, 'file'), 'one\ntwo\n')
    commit(dir, 'first')
    const look = async (from: string, except: string[]) => {
      const state = await gitState({ root: dir, path: from }, { signal, except, run: runCommand })
      if (!state) throw new Error('git told nothing')
      return state
    }
    await use({
      dir,
      write: (file, text) => {
        mkdirSync(join(dir, file, '..'), { recursive: true })
        writeFileSync(join(dir, file), text)
      },
      look: (except = []) => look(dir, except),
      since: async (before, from = dir, except = []) => {
        const after = await look(from, except)
        const changed = new Map(before.changed.map((file) => [file.path, file.digest]))
        const question = { signal, except, run: runCommand }
        const looks = { before: { head: before.head, changed }, after }
        return await gitChanges({ root: dir, path: from }, question, looks)
      },
    })
  },
})

test('commits are told newest first, with all lines that differ from the commit before', async ({
  repo,
  expect,
}) => {
  const before = await repo.look()
  repo.write('file', 'one\nTWO\n')
  commit(repo.dir, 'Shout the second line')
  repo.write('new', 'a\nb\nc\n')
  commit(repo.dir, 'Add three lines')
  expect(await repo.since(before)).toEqual({
    commits: [
      { id: git(repo.dir, 'rev-parse', 'HEAD'), subject: 'Add three lines' },
      { id: git(repo.dir, 'rev-parse', 'HEAD~'), subject: 'Shout the second line' },
    ],
    moreCommits: 0,
    rewritten: false,
    diff: { files: 2, insertions: 4, deletions: 1 },
  })
})

test('what is not committed counts too: changed, removed and untracked files', async ({ repo, expect }) => {
  repo.write('gone', 'x\ny\n')
  commit(repo.dir, 'second')
  const before = await repo.look()
  appendFileSync(join(repo.dir, 'file'), 'three\n')
  rmSync(join(repo.dir, 'gone'))
  repo.write('deep/ü "new"', 'a\nb') // The last line has no end.
  repo.write('deep/binary', 'a\0b\n')
  repo.write('deep/empty', '')
  expect(await repo.since(before)).toEqual({
    commits: [],
    moreCommits: 0,
    rewritten: false,
    diff: { files: 5, insertions: 3, deletions: 2 },
  })
})

test('files that lay there changed and were not touched are nobody’s work', async ({ repo, expect }) => {
  appendFileSync(join(repo.dir, 'file'), 'mine\n')
  repo.write('draft', 'mine\n')
  repo.write('other draft', 'mine\n')
  const before = await repo.look()
  repo.write('new', 'a\n')
  repo.write('other draft', 'mine\nand its\n')
  expect((await repo.since(before))?.diff).toEqual({ files: 2, insertions: 3, deletions: 0 })
})

test('of many commits the newest fifty are named and the rest counted', async ({ repo, expect }) => {
  const before = await repo.look()
  for (let number = 1; number <= 53; number += 1) commit(repo.dir, `commit ${number}`)
  const { commits, moreCommits } = (await repo.since(before)) ?? {}
  expect(commits).toHaveLength(50)
  expect(commits?.at(-1)?.subject).toBe('commit 4')
  expect(moreCommits).toBe(3)
})

test('a subject is told whatever signs are in it', async ({ repo, expect }) => {
  const before = await repo.look()
  commit(repo.dir, 'one\u2028two\rthree')
  expect((await repo.since(before))?.commits.map(({ subject }) => subject)).toEqual(['one\u2028two\rthree'])
})

test('a history that was rewritten, or left for another branch, is said', async ({ repo, expect }) => {
  repo.write('file', 'other\n')
  commit(repo.dir, 'second')
  const before = await repo.look()
  git(repo.dir, 'commit', '-q', '--amend', '-m', 'another second')
  expect(await repo.since(before)).toMatchObject({
    commits: [{ subject: 'another second' }],
    rewritten: true,
    diff: { files: 0 },
  })
  git(repo.dir, 'checkout', '-q', '--orphan', 'side')
  expect(await repo.since(before)).toMatchObject({ commits: [], rewritten: true })
})

test('in a clone without all of its history a new commit is no rewritten one', async ({
  repo,
  dir,
  expect,
}) => {
  commit(repo.dir, 'second')
  const clone = join(dir, 'clone')
  git(dir, 'clone', '-q', '--depth=1', `file://${repo.dir}`, clone)
  const question = { signal, except: [], run: runCommand }
  const look = () => gitState({ root: clone, path: clone }, question)
  const [before, after] = [await look(), (commit(clone, 'third'), await look())]
  if (!before || !after) throw new Error('git told nothing')
  const looks = { before: { head: before.head, changed: new Map<string, string>() }, after }
  expect(await gitChanges({ root: clone, path: clone }, question, looks)).toMatchObject({
    commits: [{ subject: 'third' }],
    rewritten: false,
  })
})

test('a head that is gone for good leaves nothing to compare with', async ({ repo, expect }) => {
  const before = await repo.look()
  const lost = { ...before, head: 'f'.repeat(40) }
  expect(await repo.since(lost)).toEqual({ commits: [], moreCommits: 0, rewritten: true, diff: undefined })
})

test.for(['sha1', 'sha256'])(
  'the first commit of all is compared with nothing, with names of %s',
  async (form, { dir, expect }) => {
    git(dir, 'init', '-q', `--object-format=${form}`)
    const before = { head: undefined, changed: new Map<string, string>() }
    writeFileSync(join(dir, 'file'), 'one\ntwo\n')
    const changes = async () => {
      const question = { signal, except: [], run: runCommand }
      const after = await gitState({ root: dir, path: dir }, question)
      return after && (await gitChanges({ root: dir, path: dir }, question, { before, after }))
    }
    expect(await changes()).toMatchObject({ commits: [], diff: { files: 1, insertions: 2, deletions: 0 } })
    commit(dir, 'first')
    expect(await changes()).toMatchObject({
      commits: [{ subject: 'first' }],
      rewritten: false,
      diff: { files: 1, insertions: 2, deletions: 0 },
    })
  },
)

test('in a part of a repository only what touches it is told', async ({ repo, expect }) => {
  repo.write('mine/file', 'one\n')
  repo.write('theirs/file', 'one\n')
  commit(repo.dir, 'second')
  const before = await repo.look()
  repo.write('theirs/file', 'two\n')
  commit(repo.dir, 'theirs')
  repo.write('mine/file', 'two\n')
  commit(repo.dir, 'mine')
  expect(await repo.since(before, join(repo.dir, 'mine'))).toMatchObject({
    commits: [{ subject: 'mine' }],
    moreCommits: 0,
    diff: { files: 1, insertions: 1, deletions: 1 },
  })
})

test('folders that do not count are left out', async ({ repo, expect }) => {
  repo.write('runtime/log', 'one\n')
  commit(repo.dir, 'second')
  const before = await repo.look(['runtime'])
  repo.write('runtime/log', 'two\n')
  repo.write('runtime/new', 'two\n')
  repo.write('work', 'two\n')
  expect((await repo.since(before, repo.dir, ['runtime']))?.diff).toMatchObject({ files: 1, insertions: 1 })
})

test('the content of a file behind a link is not read', async ({ repo, dir, expect }) => {
  writeFileSync(join(dir, 'secret'), 'a\nb\nc\n')
  const before = await repo.look()
  symlinkSync(join(dir, 'secret'), join(repo.dir, 'link'))
  expect((await repo.since(before))?.diff).toEqual({ files: 1, insertions: 0, deletions: 0 })
})

test.for([
  ['', []],
  ['1\t2\tfile\0', [{ path: 'file', insertions: 1, deletions: 2 }]],
  ['-\t-\ta\tb\nc\0', [{ path: 'a\tb\nc', insertions: 0, deletions: 0 }]],
  ['what is this\0', []],
] as const)('of the figures %j %j is read', ([text, figures], { expect }) => {
  expect(parseNumstat(text)).toEqual(figures)
})
