/** Worktrees that nobody wants any more: removed only when nothing would be lost, else kept and told of. */
import { appendFileSync, existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { keptIn } from '../../src/daemon/local/kept-worktrees.ts'
import { sh, test } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { commit, git, hasBranch, makeRepository } from '../helpers/repository.ts'
import { begin, branch, letGo, placeOf, runScout, writeScout, type Place } from '../helpers/worktree-home.ts'

describe('a worktree that nobody wants any more', () => {
  test('goes with its branch when nothing was done in it', async ({ home, expect }) => {
    const { daemon, repository, worktree } = await begin(home)
    expect(await letGo(home, daemon)).toBe('removed')
    expect(existsSync(worktree)).toBe(false)
    expect(hasBranch(repository, branch)).toBe(false)
    expect(git(repository, 'worktree', 'list').split('\n')).toHaveLength(1)
    expect((await daemon.handlers.status({})).worktrees_kept).toEqual([])
  })

  test('goes when its agent has left the file, also while no daemon ran', async ({ home, expect }) => {
    const { daemon, repository, worktree } = await begin(home)
    daemon.stop()
    await daemon.gone()
    await home.write({ other: { agent_command: sh('true') } })
    const next = await home.start({ scheduled: false })
    await eventually('the removal', async () => (await next.events('worktree.removed'))[0])
    expect([existsSync(worktree), hasBranch(repository, branch)]).toEqual([false, false])
  })

  const losses: [string, (place: Place) => void, string][] = [
    [
      'a changed file',
      ({ worktree }) => appendFileSync(join(worktree, 'file'), 'x'),
      '1 file not committed: file',
    ],
    [
      'an untracked file',
      ({ worktree }) => writeFileSync(join(worktree, 'new'), ''),
      '1 file not committed: new',
    ],
    [
      'a staged file',
      ({ worktree }) => {
        writeFileSync(join(worktree, 'new'), '')
        git(worktree, 'add', 'new')
      },
      '1 file not committed: new',
    ],
    [
      'a change that git was told to overlook',
      ({ worktree }) => {
        git(worktree, 'update-index', '--assume-unchanged', 'file')
        appendFileSync(join(worktree, 'file'), 'x')
      },
      'git was told not to look at 1 file: file',
    ],
    ['a commit', ({ worktree }) => commit(worktree, 'work'), '1 commit in no other branch'],
    [
      'a commit that was squashed into another branch',
      ({ worktree, repository }) => {
        commit(worktree, 'work')
        git(repository, 'merge', '-q', '--squash', branch)
        git(repository, 'commit', '-qm', 'squashed')
      },
      '1 commit in no other branch',
    ],
    [
      'a commit that only a tag has',
      ({ worktree }) => {
        commit(worktree, 'work')
        git(worktree, 'tag', 'mine')
      },
      '1 commit in no other branch',
    ],
    [
      'a commit without a branch',
      ({ worktree }) => {
        git(worktree, 'switch', '-q', '--detach')
        commit(worktree, 'loose')
      },
      '1 commit in no other branch',
    ],
    [
      'a rebase under way',
      ({ worktree, repository }) => {
        commit(worktree, 'file', 'mine\n')
        commit(repository, 'file', 'theirs\n')
        git(repository, 'branch', 'saved', branch)
        try {
          git(worktree, 'rebase', '-q', 'trunk')
        } catch {
          git(worktree, 'checkout', '-q', '-f', 'HEAD')
        }
      },
      'a rebase is under way',
    ],
    [
      'a lock of a person',
      ({ repository, worktree }) => git(repository, 'worktree', 'lock', '--reason', 'mine', worktree),
      'it is locked: mine',
    ],
    [
      'a branch that somebody else has checked out, with a commit',
      ({ repository, worktree }) => {
        git(worktree, 'switch', '-q', '--detach')
        git(repository, 'switch', '-q', branch)
        commit(repository, 'work')
      },
      '1 commit in no other branch',
    ],
    [
      'a repository in what is ignored',
      ({ worktree }) => makeRepository(join(worktree, 'mine.log')),
      'a repository of its own is in what it ignores: mine.log/',
    ],
    [
      'no tie to its repository',
      ({ worktree }) => writeFileSync(join(worktree, '.git'), 'gitdir: /nowhere\n'),
      'its folder is no longer tied to the repository',
    ],
  ]

  test.for(losses)('is kept with %s, and that is said', async ([, spoil, reason], { home, expect }) => {
    const { daemon, ...place } = await begin(home)
    spoil(place)
    expect(await letGo(home, daemon)).toContain(reason)
    expect(existsSync(place.worktree)).toBe(true)
    expect(hasBranch(place.repository, branch)).toBe(true)
    const { worktrees_kept } = await daemon.handlers.status({})
    expect(worktrees_kept).toMatchObject([{ path: place.worktree, branch, agent: 'scout' }])
    expect(worktrees_kept[0]?.reason).toContain(reason)
    expect(await keptIn(home.stateDir)).toEqual(worktrees_kept) // For doctor, which needs no daemon.
    const { needs } = await daemon.handlers.report({ since: 'last' })
    expect(needs).toContainEqual({
      kind: 'worktree',
      agent: 'scout',
      what: expect.stringContaining(`${place.worktree} of scout is no longer wanted and is kept: `),
      since: expect.any(String),
      fix: expect.stringContaining(branch),
    })
  })

  const safe: [string, (place: Place) => void][] = [
    ['files that the repository ignores', ({ worktree }) => writeFileSync(join(worktree, 'a.log'), '')],
    [
      'a commit that was merged',
      ({ worktree, repository }) => {
        commit(worktree, 'work')
        git(repository, 'merge', '-q', '--no-ff', '-m', 'merge', branch)
      },
    ],
    [
      'a commit that another branch was rebased onto',
      ({ worktree, repository }) => {
        commit(worktree, 'work')
        git(repository, 'rebase', '-q', branch)
      },
    ],
    [
      'a commit that was pushed',
      ({ worktree, repository }) => {
        git(repository, 'init', '-q', '--bare', '../remote')
        git(repository, 'remote', 'add', 'origin', '../remote')
        commit(worktree, 'work')
        git(repository, 'push', '-q', 'origin', branch)
      },
    ],
    [
      'another branch checked out in it',
      ({ worktree }) => {
        git(worktree, 'switch', '-qc', 'feature')
        commit(worktree, 'work')
      },
    ],
    [
      'a stash, which is the repository’s',
      ({ worktree }) => {
        appendFileSync(join(worktree, 'file'), 'x')
        git(worktree, 'stash', '-q')
      },
    ],
    ['a folder that was deleted', ({ worktree }) => rmSync(worktree, { recursive: true })],
  ]

  test.for(safe)('goes with %s, and nothing is lost', async ([, change], { home, expect }) => {
    const { daemon, ...place } = await begin(home)
    change(place)
    const before = commitsOf(place.repository)
    expect(await letGo(home, daemon)).toBe('removed')
    expect([existsSync(place.worktree), hasBranch(place.repository, branch)]).toEqual([false, false])
    expect(commitsOf(place.repository)).toEqual(before)
  })

  test('goes later, once what held it is settled', async ({ home, expect }) => {
    const { daemon, repository, worktree } = await begin(home)
    commit(worktree, 'work')
    expect(await letGo(home, daemon)).toContain('1 commit')
    git(repository, 'merge', '-q', branch)
    daemon.reload()
    await eventually('the removal', async () => (await daemon.events('worktree.removed'))[0])
    expect((await daemon.handlers.status({})).worktrees_kept).toEqual([])
  })

  test('is no longer told of once it is wanted again', async ({ home, expect }) => {
    const { daemon, worktree } = await begin(home)
    commit(worktree, 'work')
    await letGo(home, daemon)
    await writeScout(home, 'pwd')
    daemon.reload()
    await eventually('the silence', async () =>
      (await daemon.handlers.status({})).worktrees_kept.length === 0 ? true : undefined,
    )
    await runScout(daemon)
    expect(git(worktree, 'log', '--format=%s')).toBe('work\nfile')
  })

  test('keeps a branch that somebody else has checked out', async ({ home, expect }) => {
    const { daemon, repository, worktree } = await begin(home)
    git(worktree, 'switch', '-q', '--detach')
    git(repository, 'switch', '-q', branch)
    expect(await letGo(home, daemon)).toBe('removed')
    expect([existsSync(worktree), git(repository, 'branch', '--show-current')]).toEqual([false, branch])
  })

  test('is never looked for through a link', async ({ home, expect }) => {
    const { daemon, repository, worktree } = await begin(home)
    const elsewhere = join(home.dir, 'elsewhere')
    git(repository, 'worktree', 'move', worktree, elsewhere)
    symlinkSync(elsewhere, worktree)
    expect(await letGo(home, daemon)).toContain('something else than a folder')
    expect(existsSync(join(elsewhere, 'file'))).toBe(true)
  })

  test('stays while a run of its agent is open', async ({ home, expect }) => {
    const { daemon, worktree } = await begin(home, 'test -e "$MARROW_WORKSPACE/go" || exit 0; sleep 98761')
    writeFileSync(join(home.workspace, 'go'), '')
    const asked = daemon.handlers.runOnce({ agents: ['scout'] })
    await eventually('the run', async () =>
      (await daemon.runs()).some(({ state }) => state === 'running') ? true : undefined,
    )
    await writeScout(home, 'pwd', false)
    daemon.reload()
    await eventually('the file', async () => (await daemon.events('config.loaded'))[0])
    await daemon.core.jobs.idle()
    expect(existsSync(worktree)).toBe(true)
    await daemon.handlers.cancel({ target: 'scout' })
    await asked
    daemon.reload()
    await eventually('the removal', async () => (await daemon.events('worktree.removed'))[0])
  })

  test('of somebody else is never touched', async ({ home, expect }) => {
    const { repository, worktree } = placeOf(home)
    makeRepository(repository)
    git(repository, 'worktree', 'add', '-q', '-b', branch, worktree)
    await writeScout(home, 'true')
    const daemon = await home.start({ scheduled: false })
    await runScout(daemon)
    await writeScout(home, 'true', false)
    daemon.reload()
    await eventually('the file', async () => (await daemon.events('config.loaded'))[0])
    await daemon.core.jobs.idle()
    expect([existsSync(worktree), hasBranch(repository, branch)]).toEqual([true, true])
  })
})

/** Every commit that a branch or the stash of a repository has. */
function commitsOf(repository: string): string {
  return git(repository, 'rev-list', '--branches', '--remotes', '--glob=refs/stash*')
    .split('\n')
    .toSorted()
    .join('\n')
}
