/** Worktrees behind the wall: what a run in one can do to the repository, and with which rights it is made and removed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { insertWorktree } from '../../src/worktrees/store.ts'
import { sh, test, type Home, type LiveDaemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { git, hasBranch, makeRepository } from '../helpers/repository.ts'

const required = 'isolation.mode = "required"'
const who = '-c user.name=a -c user.email=a@example.org'

async function begin(home: Home, script: string): Promise<{ daemon: LiveDaemon; repository: string }> {
  const repository = makeRepository(join(home.dir, 'site'))
  writeFileSync(join(repository, 'secret.log'), 'of a person\n')
  const scout = { agent_command: sh(script), work_dir: `'${repository}'`, worktree: 'true' }
  await home.write({ scout, other: { agent_command: sh('true') } }, required)
  return { daemon: await home.start({ scheduled: false }), repository }
}

async function printed(home: Home, daemon: LiveDaemon): Promise<string[]> {
  const { ticks } = await daemon.handlers.runOnce({ agents: ['scout'] })
  const [tick] = ticks
  if (tick === undefined || tick.run === null) throw new Error(`It did not run: ${tick?.outcome}`)
  const folder = join(home.stateDir, 'runs', tick.run)
  if (!tick.ok) throw new Error(`${tick.outcome}: ${readFileSync(join(folder, 'stderr'), 'utf8')}`)
  return readFileSync(join(folder, 'stdout'), 'utf8').trimEnd().split('\n')
}

async function removal(home: Home, daemon: LiveDaemon): Promise<void> {
  await home.write({ other: { agent_command: sh('true') } }, required)
  daemon.reload()
  await eventually('the removal', async () => {
    const [kept] = await daemon.events('worktree.kept')
    if (kept) throw new Error(String(kept.data['reason']))
    return (await daemon.events('worktree.removed'))[0]
  })
}

test('a run commits in its worktree, and it goes once that is merged', async ({ home, expect }) => {
  const script = `echo x > work && git add work && git ${who} commit -qm work && git status --porcelain --branch && git log --format=%s`
  const { daemon, repository } = await begin(home, script)
  expect(await printed(home, daemon)).toEqual(['## marrow/scout', 'work', 'file'])
  expect(git(repository, 'log', '--format=%s', 'marrow/scout')).toBe('work\nfile')
  git(repository, 'merge', '-q', 'marrow/scout')
  await removal(home, daemon)
  expect(existsSync(join(home.workspace, 'worktrees', 'scout'))).toBe(false)
  expect(hasBranch(repository, 'marrow/scout')).toBe(false)
})

test('a run sees of the repository only what is committed, and changes nothing that people obey', async ({
  home,
  expect,
}) => {
  const tries = [
    'cat ../../../site/secret.log',
    'cat ../../../site/file',
    'echo x > ../../../site/new',
    'git config core.pager evil',
    'echo x > ../../../site/.git/hooks/pre-commit',
    'mkdir ../../../site/.git/worktrees/evil',
    'rm -rf ../scout',
  ]
  const script = `${tries.map((one) => `(${one}) 2>/dev/null && echo done || echo refused`).join('; ')}; ls`
  const { daemon, repository } = await begin(home, script)
  expect(await printed(home, daemon)).toEqual(tries.map(() => 'refused'))
  expect(existsSync(join(repository, '.git', 'worktrees', 'evil'))).toBe(false)
  expect(readFileSync(join(repository, 'file'), 'utf8')).toBe('file\n')
})

test('a filter of the repository is run with no more than the rights of the agent', async ({
  home,
  expect,
}) => {
  const repository = makeRepository(join(home.dir, 'site'))
  const outside = join(home.dir, 'outside')
  mkdirSync(outside)
  const filter = join(repository, '.git', 'filter')
  writeFileSync(
    filter,
    `#!/bin/sh\ntouch ${home.workspace}/called ${outside}/called ${repository}/.git/worktrees/called ${repository}/.git/config.called\ncat\n`,
    { mode: 0o755 },
  )
  writeFileSync(join(repository, '.gitattributes'), 'file filter=planted\n')
  git(repository, 'add', '.')
  git(repository, 'commit', '-qm', 'attributes')
  for (const way of ['clean', 'smudge']) git(repository, 'config', `filter.planted.${way}`, filter)
  const scout = { agent_command: sh('touch file; pwd'), work_dir: `'${repository}'`, worktree: 'true' }
  await home.write({ scout, other: { agent_command: sh('true') } }, required)
  const daemon = await home.start({ scheduled: false })
  await printed(home, daemon)
  expect(existsSync(join(home.workspace, 'called'))).toBe(true)
  await removal(home, daemon)
  const called = [outside, join(repository, '.git', 'worktrees')].map((dir) =>
    existsSync(join(dir, 'called')),
  )
  expect([...called, existsSync(join(repository, '.git', 'config.called'))]).toEqual([false, false, false])
})

test('an agent of the same workspace reads the worktree of another and writes nothing in it', async ({
  home,
  expect,
}) => {
  const repository = makeRepository(join(home.dir, 'site'))
  const own = (script: string) => ({
    agent_command: sh(script),
    work_dir: `'${repository}'`,
    worktree: 'true',
  })
  await home.write(
    {
      builder: own('true'),
      scout: own('cat ../builder/file; (echo x > ../builder/file) 2>/dev/null || echo refused'),
    },
    required,
  )
  const daemon = await home.start({ scheduled: false })
  const [builder] = (await daemon.handlers.runOnce({ agents: ['builder'] })).ticks
  expect(builder).toMatchObject({ ok: true })
  expect(await printed(home, daemon)).toEqual(['file', 'refused'])
})

test('what a daemon left half made is taken away and made again', async ({ home, expect }) => {
  const { daemon, repository } = await begin(home, 'git status --porcelain --branch')
  const path = join(home.workspace, 'worktrees', 'scout')
  git(repository, 'worktree', 'add', '-q', '--no-checkout', '-b', 'marrow/scout', path)
  writeFileSync(join(repository, '.git', 'worktrees', 'scout', 'locked'), 'initializing')
  await daemon.core.db.write((tx) =>
    insertWorktree(tx, {
      path,
      agent: 'scout',
      slug: 'scout',
      workspace: home.workspace,
      repository,
      branch: 'marrow/scout',
      isolation: { mode: 'required', user: undefined },
    }),
  )
  expect(await printed(home, daemon)).toEqual(['## marrow/scout'])
  await removal(home, daemon)
  expect(existsSync(path)).toBe(false)
})
