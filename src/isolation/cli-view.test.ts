import { describe, test } from 'vitest'
import { adapterFor } from '../agents/adapters.ts'
import { noNeeds } from '../agents/needs.ts'
import { cliView } from './cli-view.ts'
import { loginPlace } from './login/place.ts'

const home = '/home/u'
const files: Readonly<Record<string, readonly string[]>> = {
  '/home/u/.codex': [
    'config.toml',
    'work.config.toml',
    'auth.json',
    'AGENTS.md',
    'AGENTS.override.md',
    'history.jsonl',
  ],
  '/home/u/.config/opencode': ['opencode.json', 'plugin', '.gitignore'],
}

function viewOf(
  name: 'claude' | 'codex' | 'gemini' | 'opencode',
  env: Readonly<Record<string, string>> = {},
) {
  const { needs } = adapterFor(name)
  const login = loginPlace({
    adapter: name,
    needs,
    home,
    env,
    stateDir: '/s',
    user: undefined,
    agent: 'scout',
  })
  return cliView({ needs, home, env, login, entriesOf: (folder) => files[folder] ?? [] })
}

describe('behind the wall', () => {
  test('codex finds its login behind a link, and only what it obeys of the rest', ({ expect }) => {
    const { cli, env } = viewOf('codex')
    expect(cli.login).toEqual({
      folder: expect.stringMatching(/^\/s\/logins\/codex-[0-9a-f]{8}$/),
      at: '/home/u/.login',
    })
    expect(cli.links).toEqual([{ path: '/home/u/.codex/auth.json', target: '/home/u/.login/auth.json' }])
    expect(cli.obeyed).toEqual(
      expect.arrayContaining([
        '/home/u/.codex/config.toml',
        '/home/u/.codex/work.config.toml',
        '/home/u/.codex/AGENTS.md',
        '/home/u/.codex/AGENTS.override.md',
        '/home/u/.codex/rules',
      ]),
    )
    for (const hidden of ['auth.json', 'history.jsonl'])
      expect(cli.obeyed).not.toContain(`/home/u/.codex/${hidden}`)
    expect(cli.kept).toEqual(['/home/u/.codex/sessions'])
    expect(env).toEqual({})
  })

  test('claude, which would replace a link, is told where its login is', ({ expect }) => {
    const { cli, env } = viewOf('claude')
    expect(cli.links).toEqual([])
    expect(cli.login?.at).toBe('/home/u/.login')
    expect(env).toEqual({ IS_SANDBOX: '1', CLAUDE_SECURESTORAGE_CONFIG_DIR: '/home/u/.login' })
  })

  test('it stays told where the operator has a folder of his own for it', ({ expect }) => {
    const own = { CLAUDE_SECURESTORAGE_CONFIG_DIR: '/srv/login', IS_SANDBOX: '0' }
    expect(viewOf('claude', own).env).toEqual({ CLAUDE_SECURESTORAGE_CONFIG_DIR: '/home/u/.login' })
  })

  test('opencode sees each of its settings in a closed folder', ({ expect }) => {
    const { cli, env } = viewOf('opencode')
    expect(cli.closed).toContain('/home/u/.config/opencode')
    expect(cli.obeyed).toEqual(
      expect.arrayContaining(['opencode.json', 'plugin'].map((name) => `/home/u/.config/opencode/${name}`)),
    )
    expect(cli.obeyed).not.toContain('/home/u/.config/opencode/.gitignore')
    expect(env).toEqual({ OPENCODE_DB: '/home/u/.local/share/opencode/kept/opencode.db' })
    expect(cli.kept).toEqual(['/home/u/.local/share/opencode/kept', '/home/u/.cache/opencode'])
  })

  test('gemini reads what it never writes, and shares the rest', ({ expect }) => {
    const { cli } = viewOf('gemini')
    expect(cli.obeyed).toEqual(
      expect.arrayContaining(['/home/u/.gemini/.env', '/home/u/.gemini/settings.json']),
    )
    expect(cli.links.map(({ path }) => path)).toEqual([
      '/home/u/.gemini/oauth_creds.json',
      '/home/u/.gemini/gemini-credentials.json',
    ])
  })

  test('everything follows the variable that moves it', ({ expect }) => {
    const { cli } = viewOf('codex', { CODEX_HOME: '/srv/codex' })
    expect(cli).toMatchObject({
      own: ['/srv/codex'],
      kept: ['/srv/codex/sessions'],
      links: [{ path: '/srv/codex/auth.json', target: '/home/u/.login/auth.json' }],
    })
    expect(cli.obeyed).toContain('/srv/codex/hooks.json')
  })

  test('without a folder for it there is no login', ({ expect }) => {
    const { needs } = adapterFor('claude')
    const { cli, env } = cliView({ needs, home, env: {}, login: undefined, entriesOf: () => [] })
    expect(cli).toMatchObject({ login: undefined, links: [] })
    expect(env).toEqual({ IS_SANDBOX: '1' })
  })
})

describe('the folder of a login', () => {
  test('is the same for all runs that have the same login', ({ expect }) => {
    expect(place({})).toEqual(place({ OTHER: 'x' }))
    expect(place({})?.record).toBe(`${place({})?.folder}.json`)
  })

  test('is another one for another login, and for another user who could not read it', ({ expect }) => {
    const folders = [place({}), place({ CODEX_HOME: '/srv/codex' }), place({}, 'bob')].map(
      (one) => one?.folder,
    )
    expect(new Set(folders).size).toBe(3)
  })

  test('is not there for a program without a login', ({ expect }) => {
    const request = {
      adapter: 'generic',
      needs: noNeeds,
      home,
      env: {},
      stateDir: '/s',
      user: undefined,
      agent: 'scout',
    }
    expect(loginPlace(request)).toBeUndefined()
  })
})

function place(env: Readonly<Record<string, string>>, user?: string) {
  return loginPlace({
    adapter: 'codex',
    needs: adapterFor('codex').needs,
    home,
    env,
    stateDir: '/s',
    user,
    agent: 'scout',
  })
}
