import { describe, test } from 'vitest'
import { adapterFor, ADAPTER_NAMES, isAdapterName } from './adapters.ts'
import { placeOf } from './needs.ts'

const all = ADAPTER_NAMES.filter(isAdapterName).map((name) => [name, adapterFor(name).needs] as const)

describe.for(all)('what %s needs', ([, needs]) => {
  test('is named by paths below the home', ({ expect }) => {
    const { login, folders, closed, obeys, conversations, caches } = needs
    const paths = [
      ...folders,
      ...closed,
      ...obeys,
      ...conversations,
      ...caches,
      ...login.files.map(({ path }) => path),
    ]
    for (const path of paths) expect(path).toMatch(/^\.[\w.-]+(?:\/[\w.*-]+)*$/)
    for (const path of paths) expect(path.split('/').slice(0, -1).join('/')).not.toContain('*')
  })

  test('is remembered where no operator reads it', ({ expect }) => {
    const { conversations, caches, obeys, login } = needs
    const read = [...obeys, ...login.files.map(({ path }) => path)].map((path) =>
      path.replace(/\/\*.*$/, '/'),
    )
    for (const kept of [...conversations, ...caches])
      for (const path of read) expect(`${path}/`.startsWith(`${kept}/`)).toBe(false)
  })

  test('has its closed folders among its own', ({ expect }) => {
    expect(needs.folders).toEqual(expect.arrayContaining([...needs.closed]))
  })

  test('names every file of a login that it shares differently', ({ expect }) => {
    const names = needs.login.files.map(({ path }) => path.split('/').at(-1))
    expect(new Set(names).size).toBe(names.length)
  })
})

test.for<[string, string, string, string]>([
  ['codex', '.codex/auth.json', 'CODEX_HOME', '/srv/x/auth.json'],
  ['codex', '.codex', 'CODEX_HOME', '/srv/x'],
  ['codex', '.codexes/auth.json', 'CODEX_HOME', '/home/u/.codexes/auth.json'],
  ['claude', '.claude/projects', 'CLAUDE_CONFIG_DIR', '/srv/x/projects'],
  ['claude', '.claude.json', 'CLAUDE_CONFIG_DIR', '/srv/x/.claude.json'],
  ['claude', '.claude/.credentials.json', 'CLAUDE_CONFIG_DIR', '/srv/x/.credentials.json'],
  ['claude', '.claude/.credentials.json', 'CLAUDE_SECURESTORAGE_CONFIG_DIR', '/srv/x/.credentials.json'],
  ['claude', '.claude/projects', 'CLAUDE_SECURESTORAGE_CONFIG_DIR', '/home/u/.claude/projects'],
  ['gemini', '.gemini/.env', 'GEMINI_CLI_HOME', '/srv/x/.gemini/.env'],
  ['opencode', '.local/share/opencode/auth.json', 'XDG_DATA_HOME', '/srv/x/opencode/auth.json'],
  ['opencode', '.config/opencode', 'XDG_DATA_HOME', '/home/u/.config/opencode'],
])('%s: where %s is with %s', ([name, path, variable, place], { expect }) => {
  const needs = isAdapterName(name) ? adapterFor(name).needs : undefined
  expect(needs && placeOf(path, needs, '/home/u', { [variable]: '/srv/x' })).toBe(place)
  expect(needs && placeOf(path, needs, '/home/u', { [variable]: '' })).toBe(`/home/u/${path}`)
})

test('two variables of claude: the login is where its own variable says', ({ expect }) => {
  const env = { CLAUDE_CONFIG_DIR: '/srv/config', CLAUDE_SECURESTORAGE_CONFIG_DIR: '/srv/login' }
  const { needs } = adapterFor('claude')
  expect(placeOf('.claude/.credentials.json', needs, '/home/u', env)).toBe('/srv/login/.credentials.json')
  expect(placeOf('.claude/settings.json', needs, '/home/u', env)).toBe('/srv/config/settings.json')
})
