import { describe, test } from 'vitest'
import { accessIn, agentOf, policyIn } from '../../test/helpers/policies.ts'
import { file } from '../../test/helpers/fake-disk.ts'
import { ruleOf } from './policy.ts'
import { openLayer, type PolicyRequest } from './wishes.ts'

test.for([
  ['/ws/scout/tasks', 'read-write'],
  ['/home/ada/core/dist/cli.js', 'read-only'],
  ['/home/ada/.config/marrow/marrow.toml', 'read-only'],
  ['/home/ada/.config/marrow/roles/l1.md', 'read-only'],
  ['/home/ada/.config/marrow/notes.txt', 'hidden'],
  ['/home/ada/.local/state/marrow/marrow.db', 'hidden'],
  ['/home/ada/.local/state/marrow/marrow.sock', 'hidden'],
  ['/home/ada/.local/state/marrow/door/agent.sock', 'read-only'],
  ['/home/ada/.local/state/marrow/runs/one/token', 'read-only'],
  ['/home/ada/.local/state/marrow/runs/one/prompt', 'hidden'],
  ['/home/ada/.ssh/id', 'hidden'],
  ['/usr/bin/git', 'read-only'],
] as const)('a usual run has %s %s', ([path, access], { expect }) => {
  expect(accessIn({})(path)).toBe(access)
})

test('packages of the program that lie elsewhere behind a link are seen', ({ expect }) => {
  const disk = { '/home/ada/core/node_modules': { link: '/tmp/packages' }, '/tmp/packages/zod': file }
  expect(accessIn({ disk })('/tmp/packages/zod')).toBe('read-only')
})

describe('other agents', () => {
  const others = [{ name: 'critic', workspace: '/ws/critic', workDir: '/ws/critic/repo' }]

  test('are hidden with all their folders', ({ expect }) => {
    const access = accessIn({ others })
    expect(access('/ws/critic/file')).toBe('hidden')
    expect(access('/ws/critic/repo/file')).toBe('hidden')
  })

  test('that share the work_dir share it', ({ expect }) => {
    const access = accessIn({ workDir: '/ws/critic/repo', others })
    expect(access('/ws/critic/repo/file')).toBe('read-write')
    expect(access('/ws/critic/file')).toBe('hidden')
  })

  test("are hidden inside of one's own workspace, too", ({ expect }) => {
    const access = accessIn({ others: [{ name: 'critic', workspace: '/ws/scout/critic' }] })
    expect(access('/ws/scout/critic/file')).toBe('hidden')
    expect(access('/ws/scout/file')).toBe('read-write')
  })

  test('are read-only where they work inside of what one works on: what is unseen, git takes for deleted', ({
    expect,
  }) => {
    const access = accessIn({
      workDir: '/ws/mono',
      others: [{ name: 'critic', workspace: '/ws/critic', workDir: '/ws/mono/part' }],
    })
    expect(access('/ws/mono/part/file')).toBe('read-only')
    expect(access('/ws/mono/file')).toBe('read-write')
  })

  test('cannot make the machine invisible by the folder that they were given', ({ expect }) => {
    const access = accessIn({ others: [{ name: 'odd', workspace: '/ws/odd', workDir: '/usr' }] })
    expect(access('/usr/lib/x')).toBe('read-only')
  })

  test('keep the values of their environments to themselves', ({ expect }) => {
    const toml = '/home/ada/.config/marrow/marrow.toml'
    expect(accessIn({ others: [{ name: 'critic', set: { TOKEN: 'x' } }] })(toml)).toBe('hidden')
    expect(accessIn({ set: { TOKEN: 'x' } })(toml)).toBe('read-only')
  })
})

describe('folders inside of each other', () => {
  test('a state_dir in the work_dir is hidden there', ({ expect }) => {
    const access = accessIn({
      workDir: '/home/ada/project',
      disk: {
        '/home/ada/project/.marrow/marrow.db': file,
        '/home/ada/project/.marrow/door/agent.sock': file,
      },
      config: { stateDir: '/home/ada/project/.marrow' },
    })
    expect(access('/home/ada/project/file')).toBe('read-write')
    expect(access('/home/ada/project/.marrow/marrow.db')).toBe('hidden')
    expect(access('/home/ada/project/.marrow/door/agent.sock')).toBe('read-only')
  })

  test('a work_dir that is the home leaves its secrets and the core alone', ({ expect }) => {
    const access = accessIn({ workDir: '/home/ada' })
    expect(access('/home/ada/project/x')).toBe('read-write')
    expect(access('/home/ada/.ssh/id')).toBe('hidden')
    expect(access('/home/ada/core/dist/cli.js')).toBe('read-only')
    expect(access('/home/ada/.local/state/marrow/marrow.db')).toBe('hidden')
  })

  test("an operator's layer in the work_dir is read-only as a whole", ({ expect }) => {
    const access = accessIn({
      workDir: '/home/ada/project',
      disk: { '/home/ada/project/conf/marrow.toml': file },
      config: { operatorDir: '/home/ada/project/conf', path: '/home/ada/project/conf/marrow.toml' },
    })
    expect(access('/home/ada/project/conf/marrow.toml')).toBe('read-only')
    expect(access('/home/ada/project/conf/roles/new.md')).toBe('read-only')
  })

  test.for([
    ['the workspace', '/ws/scout', '/ws/scout'],
    ['a folder of its own', '/etc/marrow', undefined],
    ['a folder within the workspace', '/ws/scout/conf', undefined],
  ] as const)(
    'a layer in %s is told of only where a run could add to it',
    ([, operatorDir, open], { expect }) => {
      const agent = agentOf({})
      expect(openLayer({ agent, config: { ...policyConfig, operatorDir } })).toBe(open)
    },
  )

  test('a socket beside everything else hides only itself', ({ expect }) => {
    const ipc = { enabled: true, socketPath: '/ws/marrow.sock', taskDir: '' }
    const access = accessIn({ config: { ipc }, disk: { '/ws/marrow.sock': file } })
    expect(access('/ws/marrow.sock')).toBe('hidden')
    expect(access('/ws/scout/file')).toBe('read-write')
  })
})

const policyConfig: PolicyRequest['config'] = {
  path: '/etc/marrow/marrow.toml',
  operatorDir: '/etc/marrow',
  stateDir: '/s',
  coreDir: '/c',
  ipc: { enabled: true, socketPath: '/s/marrow.sock', taskDir: '' },
  agents: [],
}

test('of a repository of which a run has a worktree it does not see the copy of people', ({ expect }) => {
  const [main, own] = ['/src/site', '/ws/scout/worktrees/scout']
  const agent = { ...agentOf({ workDir: own }), repository: main }
  const access = accessIn({
    workDir: own,
    request: { agent },
    disk: {
      [`${main}/.env`]: file,
      [`${main}/.git/config`]: file,
      [`${main}/.git/objects/x`]: file,
      [`${main}/.git/worktrees/scout/gitdir`]: { text: `${own}/.git\n` },
      [`${own}/.git`]: { text: `gitdir: ${main}/.git/worktrees/scout\n` },
    },
  })
  expect(access(`${main}/.env`)).toBe('hidden')
  expect(access(`${main}/.git/config`)).toBe('read-only')
  expect(access(`${main}/.git/objects/x`)).toBe('read-write')
  expect(access(`${own}/file`)).toBe('read-write')
})

test('the table of an agent has the last word', ({ expect }) => {
  const access = accessIn({
    isolation: { readOnly: ['/ws/scout/fixed'], readWrite: ['/data/out'], secrets: ['/home/ada/.ssh/id'] },
    disk: { '/ws/scout/fixed/x': file, '/data/out/x': file, '/home/ada/.ssh/other': file },
  })
  expect(access('/ws/scout/fixed/x')).toBe('read-only')
  expect(access('/data/out/x')).toBe('read-write')
  expect(access('/home/ada/.ssh/id')).toBe('read-only')
  expect(access('/home/ada/.ssh/other')).toBe('hidden')
})

test('a home that is worked on has nothing of what is there for people and their programs', ({ expect }) => {
  const access = accessIn({
    workDir: '/home/ada',
    disk: {
      '/home/ada/.local/bin/tool': file,
      '/home/ada/.gitconfig': file,
      '/home/ada/.bash_profile': file,
      '/home/ada/.config/systemd/user': 'folder',
    },
    request: { path: '/home/ada/.local/bin:/usr/bin' },
  })
  expect(access('/home/ada/.ssh/authorized_keys')).toBe('hidden')
  expect(access('/home/ada/.bash_profile')).toBe('hidden')
  expect(access('/home/ada/.config/systemd/user/x.service')).toBe('hidden')
  expect(access('/home/ada/.gitconfig')).toBe('read-only')
  expect(access('/home/ada/.local/bin/tool')).toBe('read-only')
  expect(access('/home/ada/notes.txt')).toBe('read-write')
})

test('a file of a worktree that points to what an agent CLI keeps is not believed', ({ expect }) => {
  const kept = '/home/ada/.local/state/marrow/homes/scout/.claude/projects/ev'
  const policy = policyIn({
    disk: {
      '/ws/scout/.git': { text: `gitdir: ${kept}/worktrees/x\n` },
      [`${kept}/worktrees/x/gitdir`]: { text: '/ws/scout/.git\n' },
      [`${kept}/objects`]: { link: '/data/out' },
      '/data/out/file': file,
    },
  })
  expect(ruleOf('/data/out/file', policy.rules)?.access).toBe('read-only')
})

test('a layer with values of other agents is let through part by part, so that replacing a file shows none', ({
  expect,
}) => {
  const { rules } = policyIn({ others: [{ name: 'critic', set: { TOKEN: 'x' } }] })
  expect(rules.find(({ path }) => path === '/home/ada/.config/marrow/marrow.toml')).toBeUndefined()
  expect(ruleOf('/home/ada/.config/marrow/roles/l1.md', rules)?.access).toBe('read-only')
})

describe('a link that a run made', () => {
  test.for([
    ['for its work_dir', { workDir: '/ws/scout/repo' }, '/ws/scout/repo'],
    ['for a folder of its table', { isolation: { readWrite: ['/ws/scout/repo'] } }, '/ws/scout/repo'],
    ['for a file of its table', { isolation: { readOnly: ['/ws/scout/repo/id'] } }, '/ws/scout/repo/id'],
    [
      'for a context provider',
      { contextDirs: ['/ws/other/repo'], others: [{ name: 'other', workspace: '/ws/other' }] },
      '/ws/other/repo',
    ],
  ] as const)('%s opens nothing, and is told of', ([, more, refused], { expect }) => {
    const policy = policyIn({
      ...more,
      disk: {
        '/ws/scout/repo': { link: '/home/ada/.ssh' },
        '/ws/other/repo': { link: '/home/ada/.ssh' },
      },
    })
    expect(policy.refused).toEqual([refused])
    expect(policy.rules.filter(({ path, from }) => [path, from].includes('/home/ada/.ssh'))).toEqual([])
    expect(ruleOf('/home/ada/.ssh/id', policy.rules)?.access).toBe('hidden')
  })

  test('for a program opens nothing either, and stops nothing: folders of packages are full of them', ({
    expect,
  }) => {
    const policy = policyIn({
      disk: { '/ws/scout/bin/agent': { link: '/home/ada/.ssh/id' } },
      request: { words: ['/ws/scout/bin/agent'], path: '/ws/scout/bin' },
    })
    expect(policy.refused).toEqual([])
    expect(ruleOf('/home/ada/.ssh/id', policy.rules)?.access).toBe('hidden')
  })

  test('is not meant by one that the operator made on the way to a workspace', ({ expect }) => {
    const policy = policyIn({
      workspace: '/home/ada/ws',
      disk: { '/home/ada/ws': { link: '/data/ws' }, '/data/ws/file': file },
    })
    expect(policy.refused).toEqual([])
    expect(ruleOf('/data/ws/file', policy.rules)?.access).toBe('read-write')
    expect(ruleOf('/home/ada/ws', policy.rules)).toMatchObject({ kind: 'link', from: '/data/ws' })
  })
})
