/** Worktrees of agents under a daemon: made before the first run, whatever is there already. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { test, type LiveDaemon } from '../helpers/daemon.ts'
import { commit, git, makeRepository } from '../helpers/repository.ts'
import { begin, branch, letGo, placeOf, runScout, writeScout } from '../helpers/worktree-home.ts'

/** Why scout was not run. */
async function refusal(daemon: LiveDaemon): Promise<string> {
  const { ticks } = await daemon.handlers.runOnce({ agents: ['scout'] })
  return ticks[0]?.ok === false && ticks[0].run === null ? ticks[0].outcome : `it ran: ${ticks[0]?.outcome}`
}

describe('an agent with a worktree', () => {
  test('works on its own branch, and leaves the copy of people alone', async ({ home, expect }) => {
    const script =
      'git -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m work && pwd > "$MARROW_WORKSPACE/where"; test "$MARROW_WORK_DIR" = "$PWD"'
    const { daemon, repository, worktree } = await begin(home, script)
    expect(git(worktree, 'branch', '--show-current')).toBe(branch)
    expect(git(worktree, 'log', '--format=%s')).toBe('work\nfile')
    expect(git(repository, 'log', '--format=%s')).toBe('file')
    expect(git(repository, 'status', '--porcelain')).toBe('')
    expect(await daemon.events('worktree.made')).toMatchObject([
      { agent: 'scout', data: { path: worktree, branch, repository } },
    ])
    await runScout(daemon)
    expect(await daemon.events('worktree.made')).toHaveLength(1)
    expect(git(worktree, 'log', '--format=%s')).toBe('work\nwork\nfile')
  })

  test('gets it again when somebody deleted the folder, with what its branch has', async ({
    home,
    expect,
  }) => {
    const { daemon, worktree } = await begin(home)
    commit(worktree, 'more')
    rmSync(worktree, { recursive: true })
    await runScout(daemon)
    expect(git(worktree, 'log', '--format=%s')).toBe('more\nfile')
    expect(git(worktree, 'status', '--porcelain')).toBe('')
  })

  test('gets it again when only the empty folder was left', async ({ home, expect }) => {
    const { daemon, worktree } = await begin(home)
    commit(worktree, 'more')
    for (const name of readdirSync(worktree)) rmSync(join(worktree, name), { recursive: true })
    await runScout(daemon)
    expect(git(worktree, 'log', '--format=%s')).toBe('more\nfile')
    expect(git(worktree, 'status', '--porcelain')).toBe('')
  })

  test('works in one that a person made where marrow could not, and leaves what they changed', async ({
    home,
    expect,
  }) => {
    const { repository, worktree } = placeOf(home)
    git(makeRepository(repository), 'switch', '-qc', branch)
    await writeScout(home, 'true')
    const daemon = await home.start({ scheduled: false })
    expect(await refusal(daemon)).toMatch(/already/)
    git(repository, 'switch', '-q', 'trunk')
    git(repository, 'worktree', 'add', '-q', worktree, branch)
    appendFileSync(join(worktree, 'file'), 'not committed')
    await runScout(daemon)
    expect(readFileSync(join(worktree, 'file'), 'utf8')).toContain('not committed')
  })

  test('goes on with a branch that is there already', async ({ home, expect }) => {
    const { repository, worktree } = placeOf(home)
    makeRepository(repository)
    git(repository, 'switch', '-qc', branch)
    commit(repository, 'before')
    git(repository, 'switch', '-q', 'trunk')
    await writeScout(home, 'true')
    const daemon = await home.start({ scheduled: false })
    await runScout(daemon)
    expect(git(worktree, 'log', '--format=%s')).toBe('before\nfile')
  })

  test('begins at a commit that is checked out without a branch', async ({ home, expect }) => {
    const { repository, worktree } = placeOf(home)
    makeRepository(repository)
    git(repository, 'switch', '-q', '--detach')
    commit(repository, 'loose')
    await writeScout(home, 'true')
    await runScout(await home.start({ scheduled: false }))
    expect(git(worktree, 'log', '--format=%s')).toBe('loose\nfile')
  })

  test.for([
    ['a folder without a repository', (dir: string) => mkdirSync(dir), /is not the top of a git repository/],
    [
      'a folder in a repository',
      (dir: string) => {
        makeRepository(join(dir, '..'))
        mkdirSync(dir)
      },
      /is not the top of a git repository/,
    ],
    [
      'a repository without a commit',
      (dir: string) => {
        mkdirSync(dir)
        git(dir, 'init', '-q')
      },
      /has no commit yet/,
    ],
    [
      'a branch that is checked out elsewhere',
      (dir: string) => git(makeRepository(dir), 'switch', '-qc', branch),
      /already (?:checked out|used)/,
    ],
    [
      'something else in its place',
      (dir: string) => {
        makeRepository(dir)
        mkdirSync(join(dir, '../ws/worktrees/scout/mine'), { recursive: true })
      },
      /is no worktree of/,
    ],
    [
      'a link in its place',
      (dir: string) => {
        makeRepository(dir)
        mkdirSync(join(dir, '../ws/worktrees'))
        symlinkSync(dir, join(dir, '../ws/worktrees/scout'))
      },
      /symbolic link|is no worktree of/,
    ],
  ] as const)('is not run with %s, and that is said', async ([, prepare, reason], { home, expect }) => {
    prepare(placeOf(home).repository)
    await writeScout(home, 'true')
    const daemon = await home.start({ scheduled: false })
    expect(await refusal(daemon)).toMatch(reason)
  })

  test('never runs what the repository would have git run beside that', async ({ home, expect }) => {
    const { repository, worktree } = placeOf(home)
    makeRepository(repository)
    const planted = join(home.dir, 'planted')
    writeFileSync(planted, `#!/bin/sh\ntouch ${home.dir}/called\n`, { mode: 0o755 })
    for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction'])
      symlinkSync(planted, join(repository, '.git', 'hooks', hook))
    git(repository, 'config', 'core.fsmonitor', planted)
    await writeScout(home, 'true')
    const daemon = await home.start({ scheduled: false })
    await runScout(daemon)
    expect(await letGo(home, daemon)).toBe('removed')
    expect(existsSync(worktree)).toBe(false)
    expect(existsSync(join(home.dir, 'called'))).toBe(false)
  })
})
