import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { array, assert, asyncProperty, constantFrom } from 'fast-check'
import { describe } from 'vitest'
import { commit, git, hasBranch, makeRepository } from '../../test/helpers/repository.ts'
import { makeTempDir, removeTempDir, test } from '../../test/helpers/temp-dir.ts'
import { runCommand } from '../platform/command.ts'
import { makeWorktree, removeWorktree, type Change } from './apply.ts'
import { listWorktrees, lookAt, ownGitFolder, tipOf } from './observe.ts'
import { reasonsToKeep } from './proof.ts'
import type { Site } from './worktree.ts'

const branch = 'marrow/scout'

function siteIn(dir: string): Site {
  const repository = makeRepository(join(dir, 'site'))
  const root = join(dir, 'ws')
  mkdirSync(root, { recursive: true })
  const gitDir = join(repository, '.git')
  return {
    path: { root, path: join(root, 'worktrees', 'scout') },
    branch,
    repository,
    gitDir,
    commonDir: gitDir,
  }
}

class Killed extends Error {}

/** Runs everything as it is; the daemon dies at one of the steps that change something, before it or right after. */
function dyingAt(step: number, when: 'before' | 'after'): Change {
  let count = 0
  const run: Change['tie'] = async (words, options) => {
    count += 1
    if (count === step && when === 'before') throw new Killed()
    const result = await runCommand(words, options)
    if (count === step) throw new Killed()
    return result
  }
  return { signal: AbortSignal.timeout(60_000), run: runCommand, tie: run, untie: run, work: run }
}

const living = dyingAt(0, 'before')

/** As the daemon's job does it. */
async function tidy(site: Site, change: Change): Promise<string[]> {
  const listed = (await listWorktrees(site, change)) ?? []
  const tip = await tipOf(site, change)
  const reasons = reasonsToKeep(await lookAt(site, listed, change))
  if (reasons.length > 0) return reasons
  const left = await removeWorktree(site, tip, change)
  return left === undefined ? [] : [left]
}

function isWhole({ path, repository }: Site): boolean {
  const own =
    git(path.path, 'branch', '--show-current') === branch && git(path.path, 'status', '--porcelain') === ''
  return own && git(repository, 'worktree', 'list').split('\n').length === 2
}

const deaths = [1, 2, 3].flatMap((step) => [[step, 'before'] as const, [step, 'after'] as const])

describe('a daemon that dies', () => {
  test.for(deaths)(
    'at step %s of making, %s it, leaves what the next one goes on with',
    async ([step, when], { dir, expect }) => {
      const site = siteIn(dir)
      await makeWorktree(site, dyingAt(step, when)).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error
      })
      await makeWorktree(site, living)
      expect(isWhole(site)).toBe(true)
    },
  )

  test.for(deaths)(
    'at step %s of removing, %s it, leaves what the next one goes on with',
    async ([step, when], { dir, expect }) => {
      const site = siteIn(dir)
      await makeWorktree(site, living)
      commit(site.path.path, 'work')
      git(site.repository, 'merge', '-q', branch)
      await tidy(site, dyingAt(step, when)).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error
      })
      expect(await tidy(site, living)).toEqual([])
      expect([existsSync(site.path.path), hasBranch(site.repository, branch)]).toEqual([false, false])
      expect(git(site.repository, 'log', '--format=%s')).toBe('work\nfile')
    },
  )

  test('while git ties folder and repository together leaves what the next one takes away', async ({
    dir,
    expect,
  }) => {
    const site = siteIn(dir)
    git(site.repository, 'worktree', 'add', '-q', '--no-checkout', '-b', branch, site.path.path)
    writeFileSync(join(site.gitDir, 'worktrees', 'scout', 'locked'), 'initializing')
    rmSync(join(site.gitDir, 'worktrees', 'scout', 'commondir'))
    await makeWorktree(site, living)
    expect(isWhole(site)).toBe(true)
  })

  test('while git checks files out leaves what the next one goes on with', async ({ dir, expect }) => {
    const site = siteIn(dir)
    git(site.repository, 'worktree', 'add', '-q', '--no-checkout', '-b', branch, site.path.path)
    writeFileSync(join(site.path.path, 'file'), 'half of')
    writeFileSync(join(site.gitDir, 'worktrees', 'scout', 'index.lock'), '')
    await makeWorktree(site, living)
    expect(isWhole(site)).toBe(true)
  })
})

test('what a removal that was ended had deleted is there again, and nothing else is touched', async ({
  dir,
  expect,
}) => {
  const site = siteIn(dir)
  await makeWorktree(site, living)
  rmSync(join(site.path.path, 'file'))
  appendFileSync(join(site.path.path, '.gitignore'), 'mine')
  await makeWorktree(site, living)
  expect(git(site.path.path, 'status', '--porcelain')).toBe('M .gitignore')
})

test('a branch that moved on since it was looked at stays, with its commit', async ({ dir, expect }) => {
  const site = siteIn(dir)
  await makeWorktree(site, living)
  const seen = await tipOf(site, living)
  commit(site.path.path, 'late')
  expect(await removeWorktree(site, seen, living)).toMatch(/but expected/)
  expect(git(site.repository, 'log', '--format=%s', branch)).toBe('late\nfile')
})

test('a branch that was made another name of a second one goes without that one', async ({ dir, expect }) => {
  const site = siteIn(dir)
  await makeWorktree(site, living)
  git(site.path.path, 'switch', '-qc', 'feature')
  commit(site.path.path, 'work')
  git(site.repository, 'symbolic-ref', `refs/heads/${branch}`, 'refs/heads/feature')
  expect(await tidy(site, living)).toEqual([])
  expect(git(site.repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads')).toBe(
    'feature\ntrunk',
  )
})

test('a commit that another branch has only as another name of the own one keeps it', async ({
  dir,
  expect,
}) => {
  const site = siteIn(dir)
  await makeWorktree(site, living)
  commit(site.path.path, 'work')
  git(site.repository, 'symbolic-ref', 'refs/heads/alias', `refs/heads/${branch}`)
  git(site.repository, 'symbolic-ref', 'refs/remotes/origin/HEAD', `refs/heads/${branch}`)
  expect(await tidy(site, living)).toEqual(['1 commit in no other branch'])
})

test('a worktree whose git folder was made to mean another repository is not believed', async ({
  dir,
  expect,
}) => {
  const site = siteIn(dir)
  await makeWorktree(site, living)
  expect(ownGitFolder(site)).toBeDefined()
  writeFileSync(join(site.gitDir, 'worktrees', 'scout', 'commondir'), join(dir, 'elsewhere'))
  expect(ownGitFolder(site)).toBeUndefined()
})

test('a deleted folder in which a commit without a branch was checked out is not made anew over it', async ({
  dir,
  expect,
}) => {
  const site = siteIn(dir)
  await makeWorktree(site, living)
  git(site.path.path, 'switch', '-q', '--detach')
  const loose = commit(site.path.path, 'loose')
  rmSync(site.path.path, { recursive: true })
  await expect(makeWorktree(site, living)).rejects.toMatchObject({
    code: 'CANNOT_WRITE',
    message: expect.stringContaining(loose),
  })
  git(site.repository, 'branch', 'rescued', loose)
  await makeWorktree(site, living)
  expect(isWhole(site)).toBe(true)
})

/** What people and agents do, in the worktree or in the repository's own copy. */
const deeds: Record<string, (site: Site, mark: string) => void> = {
  commit: ({ path }, mark) => commit(path.path, mark),
  change: ({ path }, mark) => appendFileSync(join(path.path, 'file'), mark),
  ignored: ({ path }, mark) => writeFileSync(join(path.path, `${mark}.log`), ''),
  stash: ({ path }) => git(path.path, 'stash', '-q'),
  switch: ({ path }, mark) => git(path.path, 'switch', '-qc', `own-${mark}`),
  back: ({ path }) => git(path.path, 'switch', '-q', branch),
  detach: ({ path }) => git(path.path, 'switch', '-q', '--detach'),
  merge: ({ repository }) => git(repository, 'merge', '-q', branch),
  squash: ({ repository }, mark) => {
    git(repository, 'merge', '-q', '--squash', branch)
    git(repository, 'commit', '-qm', mark)
  },
  theirs: ({ repository }, mark) => commit(repository, mark),
  tag: ({ path }, mark) => git(path.path, 'tag', mark),
  drop: ({ repository }) => git(repository, 'branch', '-q', '-D', 'own-m0'),
}

function reachable({ repository }: Site, head: string): Set<string> {
  const refs = git(repository, 'rev-list', '--branches', '--remotes', '--glob=refs/stash*', head)
  return new Set(refs.split('\n'))
}

test(
  'whatever was done before, a removal loses no commit and no file',
  { timeout: 120_000 },
  async ({ expect }) => {
    const rounds = process.env['MARROW_TEST_LONG'] === '1' ? 200 : 12
    const step = constantFrom(...Object.keys(deeds))
    await assert(
      asyncProperty(array(step, { maxLength: 8 }), async (steps) => {
        const dir = await makeTempDir()
        try {
          const site = siteIn(dir)
          await makeWorktree(site, living)
          for (const [index, name] of steps.entries()) {
            try {
              deeds[name]?.(site, `m${index}`)
            } catch {} // Nothing to stash, a conflict: such is life.
          }
          const before = reachable(site, git(site.path.path, 'rev-parse', 'HEAD'))
          const unsaved = git(site.path.path, 'status', '--porcelain') !== ''
          const kept = await tidy(site, living)
          expect(existsSync(site.path.path)).toBe(kept.length > 0)
          if (kept.length > 0) return
          expect(unsaved).toBe(false)
          const after = reachable(site, 'HEAD')
          expect([...before].filter((one) => !after.has(one))).toEqual([])
        } finally {
          await removeTempDir(dir)
        }
      }),
      { numRuns: rounds, examples: [[['commit']], [['change']], [['detach', 'commit', 'merge']]] },
    )
  },
)
