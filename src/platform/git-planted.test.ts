/** What a repository can say that git would execute, planted by somebody who can write it: none of it may run. */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, vi } from 'vitest'
import { test as base } from '../../test/helpers/temp-dir.ts'
import { runCommand } from './command.ts'
import { gitState, type GitState } from './git.ts'
import type { RunGit } from './git-ask.ts'
import { gitChanges } from './git-changes.ts'
import { settingsFrom } from './git-view.ts'

function git(dir: string, ...words: string[]): string {
  return execFileSync('git', ['-c', 'protocol.file.allow=always', ...words], { cwd: dir, encoding: 'utf8' })
}

function stateOf(path: string, root = path) {
  return gitState({ root, path }, { signal: AbortSignal.timeout(30_000), except: [], run: runCommand })
}

/** What happened since an earlier look, by which git reads files and commits too. */
async function changesSince(path: string, before: GitState | undefined) {
  const after = await stateOf(path)
  if (!before || !after) throw new Error('git told nothing')
  const question = { signal: AbortSignal.timeout(30_000), except: [], run: runCommand }
  const earlier = { head: before.head, changed: new Map<string, string>() }
  return await gitChanges({ root: path, path }, question, { before: earlier, after })
}

interface Repository {
  readonly dir: string
  /** A program that leaves a trace when it is executed. */
  readonly program: string
  readonly wasExecuted: () => boolean
  /** Changes a file so that git has to read it. */
  readonly change: () => void
}

function makeRepository(dir: string): void {
  mkdirSync(dir, { recursive: true })
  git(dir, 'init', '-q')
  writeFileSync(join(dir, 'file'), 'one\n')
  git(dir, 'add', '.')
  git(dir, 'commit', '-q', '-m', 'first')
}

const test = base.extend<{ repo: Repository }>({
  repo: async ({ dir: place }, use) => {
    const [dir, program, trace] = [join(place, 'repo'), join(place, 'program'), join(place, 'trace')]
    makeRepository(dir)
    writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> ${trace}\ncat 2>/dev/null\n`)
    chmodSync(program, 0o755)
    const change = () => {
      writeFileSync(join(dir, 'file'), 'two\n') // Of the same size: only its content tells.
      utimesSync(join(dir, 'file'), 1, 1)
    }
    await use({ dir, program, change, wasExecuted: () => existsSync(trace) })
  },
})

/** Each is written into the repository's own settings, with `PROGRAM` for the planted one. */
const settings: Record<string, readonly [string, string][]> = {
  'core.fsmonitor': [['core.fsmonitor', 'PROGRAM']],
  'a clean filter': [['filter.planted.clean', 'PROGRAM']],
  'a filter process': [
    ['filter.planted.process', 'PROGRAM'],
    ['filter.planted.required', 'true'],
  ],
  'core.hooksPath': [['core.hooksPath', 'HOOKS']],
  'diff.external and textconv': [
    ['diff.external', 'PROGRAM'],
    ['diff.planted.textconv', 'PROGRAM'],
    ['diff.planted.command', 'PROGRAM'],
  ],
  'core.sshCommand and gpg.program': [
    ['core.sshCommand', 'PROGRAM'],
    ['gpg.program', 'PROGRAM'],
    ['log.showSignature', 'true'],
    ['core.alternateRefsCommand', 'PROGRAM'],
  ],
  'a pager, an editor, an alias': [
    ['core.pager', 'PROGRAM'],
    ['core.editor', 'PROGRAM'],
    ['pager.status', 'true'],
    ['alias.status', '!PROGRAM'],
  ],
  'a remote that fetches what is missing': [
    ['core.repositoryFormatVersion', '1'],
    ['extensions.partialClone', 'origin'],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.url', 'ext::PROGRAM'],
    ['protocol.ext.allow', 'always'],
  ],
}

/** Without a look at the files, so that not even the test's own git obeys what was planted. */
function commitQuietly(dir: string, subject: string): void {
  const id = git(dir, 'commit-tree', '-p', 'HEAD', '-m', subject, 'HEAD^{tree}').trim()
  git(dir, '-c', 'core.hooksPath=/dev/null', 'update-ref', 'HEAD', id)
}

describe('a repository cannot make marrow execute', () => {
  test.for(Object.entries(settings))('%s', async ([, planted], { repo, expect }) => {
    const hooks = join(repo.dir, '..', 'hooks')
    mkdirSync(hooks)
    for (const name of ['post-index-change', 'reference-transaction', 'fsmonitor-watchman'])
      symlinkSync(repo.program, join(hooks, name))
    const before = await stateOf(repo.dir)
    writeFileSync(join(repo.dir, '.gitattributes'), '* filter=planted diff=planted\n')
    for (const [key, value] of planted)
      git(repo.dir, 'config', key, value.replace('PROGRAM', repo.program).replace('HOOKS', hooks))
    repo.change()
    const after = await stateOf(repo.dir)
    expect(repo.wasExecuted()).toBe(false)
    expect(after?.head).toBe(before?.head)
    expect(after?.status).not.toBe(before?.status)
    const { diff } = (await changesSince(repo.dir, before)) ?? {}
    expect(diff).toEqual({ files: 2, insertions: 2, deletions: 1 })
    commitQuietly(repo.dir, 'second')
    expect((await changesSince(repo.dir, before))?.commits).toMatchObject([{ subject: 'second' }])
    expect(repo.wasExecuted()).toBe(false)
  })

  test('what an included file says, or the settings of one working copy', async ({ repo, expect }) => {
    const config = join(repo.dir, '..', 'included')
    writeFileSync(
      config,
      `[filter "planted"]\n\tclean = ${repo.program}\n[core]\n\tfsmonitor = ${repo.program}\n`,
    )
    git(repo.dir, 'config', 'core.repositoryFormatVersion', '1')
    git(repo.dir, 'config', 'extensions.worktreeConfig', 'true')
    git(repo.dir, 'config', 'includeIf.gitdir:**.path', config)
    writeFileSync(join(repo.dir, '.git', 'config.worktree'), `[include]\n\tpath = ${config}\n`)
    writeFileSync(join(repo.dir, '.git', 'info', 'attributes'), '* filter=planted\n')
    repo.change()
    expect(await stateOf(repo.dir)).toBeDefined()
    expect(repo.wasExecuted()).toBe(false)
  })

  test('the settings of a submodule', async ({ repo, expect }) => {
    const inner = join(repo.dir, '..', 'inner')
    makeRepository(inner)
    git(repo.dir, 'submodule', '--quiet', 'add', inner, 'sub')
    git(repo.dir, 'commit', '-q', '-m', 'sub')
    const before = await stateOf(repo.dir)
    const sub = join(repo.dir, 'sub')
    for (const key of ['core.fsmonitor', 'filter.planted.clean']) git(sub, 'config', key, repo.program)
    writeFileSync(join(sub, '.gitattributes'), '* filter=planted\n')
    writeFileSync(join(sub, 'file'), 'two\n')
    git(repo.dir, 'config', 'submodule.sub.ignore', 'none')
    expect(await stateOf(repo.dir)).toEqual(before) // Only its commit counts.
    expect(repo.wasExecuted()).toBe(false)
    git(
      sub,
      '-c',
      'core.fsmonitor=false',
      '-c',
      'filter.planted.clean=cat',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'second',
    )
    expect(await stateOf(repo.dir)).not.toEqual(before)
  })

  test("the user's own filters, which obey what lies in the repository", async ({ repo, expect }) => {
    git(repo.dir, 'config', '--global', 'filter.own.clean', repo.program)
    writeFileSync(join(repo.dir, '.gitattributes'), '* filter=own\n')
    repo.change()
    try {
      expect(await stateOf(repo.dir)).toBeDefined()
      expect(repo.wasExecuted()).toBe(false)
    } finally {
      git(repo.dir, 'config', '--global', '--remove-section', 'filter.own')
    }
  })

  test('what a repository elsewhere says, to which .git points', async ({ repo, expect }) => {
    const elsewhere = join(repo.dir, '..', 'elsewhere')
    renameSync(join(repo.dir, '.git'), elsewhere)
    git(elsewhere, '--git-dir=.', 'config', 'core.fsmonitor', repo.program)
    git(elsewhere, '--git-dir=.', 'config', 'core.worktree', '/etc')
    writeFileSync(join(repo.dir, '.git'), `gitdir: ${elsewhere}\n`)
    repo.change()
    expect(await stateOf(repo.dir)).toMatchObject({ head: expect.any(String) })
    expect(repo.wasExecuted()).toBe(false)
  })
})

describe('what stands in place of a repository', () => {
  test('a link to one is none', async ({ repo, expect }) => {
    renameSync(join(repo.dir, '.git'), join(repo.dir, '..', 'elsewhere'))
    symlinkSync(join(repo.dir, '..', 'elsewhere'), join(repo.dir, '.git'))
    expect(await stateOf(repo.dir)).toBeUndefined()
  })

  test('a pipe for its index, or for its HEAD, holds nobody up', async ({ repo, expect }) => {
    for (const name of ['index', 'HEAD']) {
      renameSync(join(repo.dir, '.git', name), join(repo.dir, '.git', 'away'))
      execFileSync('mkfifo', [join(repo.dir, '.git', name)])
      const run = vi.fn<RunGit>() // git itself would wait for its deadline.
      const inner = { root: repo.dir, path: repo.dir }
      expect(await gitState(inner, { signal: new AbortController().signal, except: [], run })).toBeUndefined()
      expect(run).not.toHaveBeenCalled()
    }
  })

  test('a HEAD that is a secret of somebody else is not read', async ({ repo, expect }) => {
    writeFileSync(join(repo.dir, '.git', 'HEAD'), 'root:x:0:0:root:/root:/bin/bash\n')
    expect(await stateOf(repo.dir)).toBeUndefined()
  })

  test('the folder itself as a link is refused', async ({ repo, expect }) => {
    const root = join(repo.dir, '..')
    symlinkSync(repo.dir, join(root, 'work'))
    await expect(stateOf(join(root, 'work'), root)).rejects.toThrow('work in')
  })
})

describe('the state is seen all the same', () => {
  test('in a second working copy, and in a bare look from a folder below', async ({ repo, expect }) => {
    const second = join(repo.dir, '..', 'second')
    git(repo.dir, 'worktree', 'add', '-q', '-b', 'side', second)
    const before = await stateOf(second)
    expect(before).toMatchObject({ branch: 'side', head: git(repo.dir, 'rev-parse', 'HEAD').trim() })
    appendFileSync(join(second, 'file'), 'more\n')
    expect((await stateOf(second))?.status).not.toBe(before?.status)
    git(second, 'commit', '-qam', 'second')
    expect((await stateOf(second))?.head).toBe(git(second, 'rev-parse', 'HEAD').trim())
  })

  test('with other hashes, a split index, packed names and a list of what is left out', async ({
    dir,
    expect,
  }) => {
    git(dir, 'init', '-q', '--object-format=sha256')
    writeFileSync(join(dir, 'file'), 'one\n')
    git(dir, 'add', '.')
    git(dir, 'commit', '-q', '-m', 'first')
    git(dir, 'update-index', '--split-index')
    git(dir, 'pack-refs', '--all')
    appendFileSync(join(dir, '.git', 'info', 'exclude'), 'junk\n')
    const before = await stateOf(dir)
    expect(before?.head).toBe(git(dir, 'rev-parse', 'HEAD').trim())
    writeFileSync(join(dir, 'junk'), '')
    expect(await stateOf(dir)).toEqual(before)
    writeFileSync(join(dir, 'new'), '')
    expect(await stateOf(dir)).not.toEqual(before)
  })

  test.skipIf(process.geteuid?.() !== 0)(
    'by root in a repository of another user',
    async ({ repo, expect }) => {
      execFileSync('chown', ['-R', '65534:65534', repo.dir])
      expect(await stateOf(repo.dir)).toMatchObject({ head: expect.any(String) })
      chownSync(join(repo.dir, 'file'), 0, 0)
    },
  )

  test('and nothing stays in the folder of temporary files, or is written in the repository', async ({
    repo,
    expect,
  }) => {
    const files = () => readdirSync(join(repo.dir, '.git'), { recursive: true })
    const before = files()
    repo.change()
    await stateOf(repo.dir)
    expect(files()).toEqual(before)
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('marrow-git-'))).toEqual([])
  })
})

test.for<[string, string]>([
  ['', '[core]\n\trepositoryFormatVersion = 0\n\tbare = false\n'],
  [
    '[extensions]\n\tobjectformat = sha256\n[core]\n\tfsmonitor = x\n',
    '[core]\n\trepositoryFormatVersion = 1\n\tbare = false\n[extensions]\n\tobjectFormat = sha256\n',
  ],
  [
    '[extensions]\n\trefStorage = "reftable"\n\tpartialClone = x\n',
    '[core]\n\trepositoryFormatVersion = 1\n\tbare = false\n[extensions]\n\trefStorage = reftable\n',
  ],
])('of the settings %j git gets %j', ([config, expected], { expect }) => {
  expect(settingsFrom(config)).toBe(expected)
})
