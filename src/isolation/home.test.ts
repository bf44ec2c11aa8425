import { describe, test } from 'vitest'
import { fakeDisk, file, type FakeEntry } from '../../test/helpers/fake-disk.ts'
import { homeWishes, keptFolder, noCliFolders, type CliFolders } from './home.ts'
import { ruleOf, rulesFor, type Wish } from './policy.ts'
import { stores } from './stores.ts'

const home = '/home/ada'
const keep = '/ws/runtime/home/scout'

interface Case {
  readonly disk: Readonly<Record<string, FakeEntry>>
  readonly cli?: Partial<CliFolders>
  readonly words?: readonly string[]
  readonly path?: string
  readonly more?: readonly Wish[]
}

function ruleIn({ disk, cli = {}, words = ['agent'], path = '', more = [] }: Case) {
  const facts = fakeDisk({ [`${home}/notes.txt`]: file, ...disk })
  const request = { home, path, words, keep, cli: { ...noCliFolders, ...cli }, writable: [] }
  const machine: Wish = { path: '/', access: 'read-only', why: '' }
  const rules = rulesFor([machine, ...homeWishes(request, facts), ...more], facts)
  return (asked: string) => ruleOf(asked, rules)
}

test('of the home nothing is seen but tools, the git settings and what the command names', ({ expect }) => {
  const disk = {
    '.gitconfig': file,
    '.config/git/config': file,
    '.config/gh/hosts.yml': file,
    'agent.sh': file,
  }
  const rule = ruleIn({
    disk: Object.fromEntries(Object.entries(disk).map(([name, entry]) => [`${home}/${name}`, entry])),
    words: ['sh', `${home}/agent.sh`],
  })
  const seen = [
    '.gitconfig',
    '.config/git/config',
    'agent.sh',
    '.config/gh/hosts.yml',
    'notes.txt',
    '.ssh/id',
  ]
  expect(seen.map((name) => rule(`${home}/${name}`)?.access)).toEqual([
    'read-only',
    'read-only',
    'read-only',
    'hidden',
    'hidden',
    'hidden',
  ])
})

test('where a whole home is let through, secrets and what people execute stay hidden', ({ expect }) => {
  const disk = Object.fromEntries(stores.map((name) => [`${home}/${name}/x`, file]))
  const rule = ruleIn({ disk, more: [{ path: home, access: 'read-write', why: 'work_dir' }] })
  expect(rule(`${home}/notes.txt`)?.access).toBe('read-write')
  for (const name of stores) expect(rule(`${home}/${name}/x`)?.access, name).toBe('hidden')
})

test('a PATH into the settings of a CLI shows only its programs', ({ expect }) => {
  const rule = ruleIn({
    disk: { [`${home}/.claude/local/claude`]: file, [`${home}/.claude/projects/secret.jsonl`]: file },
    path: `${home}/.claude/local`,
  })
  expect(rule(`${home}/.claude/local/claude`)?.access).toBe('read-only')
  expect(rule(`${home}/.claude/projects/secret.jsonl`)?.access).toBe('hidden')
})

test('a home that is the whole machine is not hidden', ({ expect }) => {
  const facts = fakeDisk({ '/usr/bin/git': file })
  const request = { home: '/', path: '', words: [], keep, cli: noCliFolders, writable: [] }
  expect(homeWishes(request, facts).map(({ path }) => path)).not.toContain('/')
})

describe('an agent CLI', () => {
  const disk = {
    [`${keep}/.codex/sessions`]: 'folder',
    [`${home}/.codex/config.toml`]: file,
    [`${home}/.codex/auth.json`]: file,
    [`${home}/.codex/sessions/of-the-operator`]: file,
    '/state/logins/codex-1/auth.json': file,
    '/data/codex/config.toml': file,
  } as const
  const cli = {
    login: { folder: '/state/logins/codex-1', at: `${home}/.login` },
    links: [{ path: `${home}/.codex/auth.json`, target: '../.login/auth.json' }],
    obeyed: [`${home}/.codex/config.toml`, `${home}/.codex/hooks.json`],
    kept: [`${home}/.codex/sessions`],
    closed: [`${home}/.codex`],
    own: ['/data/codex'],
  }
  const rule = ruleIn({ disk, cli })

  test('remembers in a folder of the agent, not in that of the operator', ({ expect }) => {
    expect(rule(`${home}/.codex/sessions/new`)).toMatchObject({
      access: 'read-write',
      from: `${keep}/.codex/sessions`,
    })
  })

  test('reads the settings of the operator', ({ expect }) => {
    expect(rule(`${home}/.codex/config.toml`)).toMatchObject({ access: 'read-only', from: undefined })
  })

  test('can make nothing that the operator obeys', ({ expect }) => {
    expect(rule(`${home}/.codex/hooks.json`)).toMatchObject({ access: 'hidden', closed: true })
  })

  test('finds its login in the shared folder', ({ expect }) => {
    expect(rule(`${home}/.login/auth.json`)).toMatchObject({
      access: 'read-write',
      from: '/state/logins/codex-1',
    })
    expect(rule(`${home}/.codex/auth.json`)).toMatchObject({ kind: 'link', from: '../.login/auth.json' })
  })

  test('has its folders outside of the home to itself', ({ expect }) => {
    expect(rule('/data/codex/config.toml')?.access).toBe('hidden')
  })
})

test.for([
  ['in the home', `${home}/.claude/projects`, `${keep}/.claude/projects`],
  ['elsewhere', '/data/claude/projects', `${keep}/data/claude/projects`],
  ['beside the home', '/home/adam/.claude', `${keep}/home/adam/.claude`],
] as const)('what a CLI keeps %s has a place of its own', ([, path, place], { expect }) => {
  expect(keptFolder({ home, keep }, path)).toBe(place)
})
