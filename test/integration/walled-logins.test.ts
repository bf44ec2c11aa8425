/**
 * The built daemon with the real agent CLIs behind the wall, logged in by a file of the operator's and by nothing else: it
 * counts, it can be refreshed, and nothing else of what a run leaves in its home gets out, but for its conversations.
 * Codex and Gemini CLI are fetched for scripts/test-long only.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect as check } from 'vitest'
import { openClaudeWorld } from '../helpers/claude.ts'
import { openCliDaemon, type CliDaemon } from '../helpers/cli-daemon.ts'
import { findCli, type CliWorld } from '../helpers/cli-world.ts'
import { openCodexWorld } from '../helpers/codex.ts'
import { openGeminiWorld } from '../helpers/gemini.ts'
import { openOpencodeWorld } from '../helpers/opencode.ts'
import { test } from '../helpers/temp-dir.ts'

type Environment = Readonly<Record<string, string>>

interface Cli {
  readonly name: 'claude' | 'codex' | 'gemini' | 'opencode'
  readonly open: (dir: string) => Promise<CliWorld & { readonly env: Environment }>
  /** The operator's settings, below HOME: written in `furnish`, obeyed, never changed. */
  readonly settings: string
  /** What the model's server has to hear from whoever has the login. */
  readonly known: RegExp
  /** The login file, below HOME, and behind the wall. */
  readonly login: string
  readonly loginThere: string
  /** Its content: as it is at first, as a run would refresh it, and with something that is no refresh. */
  readonly content: (token: string, more?: object) => object
  /** Writes what the operator has in his home besides. Gives the environment, without any key. */
  readonly furnish: (world: CliWorld & { readonly env: Environment }) => Environment
  readonly words: readonly string[]
  readonly resume: (session: string) => readonly string[]
  readonly shell: (command: string) => string
}

const LATER = Date.now() + 86_400_000
const bash = (command: string) => `[[bash ${command}]]`

const clis: readonly Cli[] = [
  {
    name: 'claude',
    open: openClaudeWorld,
    settings: '.claude/settings.json',
    known: /^Bearer token-0$/,
    login: '.claude/.credentials.json',
    loginThere: '"$CLAUDE_SECURESTORAGE_CONFIG_DIR/.credentials.json"',
    content: (token, more = {}) => ({
      claudeAiOauth: {
        accessToken: token,
        refreshToken: `${token}-r`,
        expiresAt: LATER,
        scopes: ['user:inference', 'user:profile'],
        subscriptionType: 'max',
      },
      ...more,
    }),
    furnish: ({ home, env }) => {
      put(home, '.claude/settings.json', { env: { FROM_SETTINGS: 'obeyed' } })
      return without(env, 'ANTHROPIC_API_KEY', 'TMPDIR')
    },
    // As root it takes that only behind a wall.
    words: ['--dangerously-skip-permissions'],
    resume: (session) => ['--resume', session],
    shell: (command) => `[[tool Bash ${JSON.stringify({ command, description: 'scripted' })}]]`,
  },
  {
    name: 'opencode',
    open: openOpencodeWorld,
    settings: '.config/opencode/opencode.json',
    known: /^Bearer key-0$/,
    login: '.local/share/opencode/auth.json',
    loginThere: '~/.local/share/opencode/auth.json',
    content: (token, more = {}) => ({
      loop: { type: 'api', key: 'key-0' },
      openai: { type: 'oauth', access: token, refresh: `${token}-r`, expires: LATER },
      ...more,
    }),
    furnish: ({ home, env }) => {
      const { OPENCODE_CONFIG_CONTENT: text = '{}', ...rest } = env
      const config = JSON.parse(text.replace(',"apiKey":"not-a-key"', ''))
      put(home, '.config/opencode/opencode.json', { ...config, permission: { external_directory: 'allow' } })
      put(home, '.config/opencode/plugin/settings.js', shellEnvironment)
      return rest
    },
    words: ['run'],
    resume: (session) => ['--session', session],
    shell: bash,
  },
  {
    name: 'codex',
    open: openCodexWorld,
    settings: '.codex/config.toml',
    // It has refreshed its login by itself, whose token was too old.
    known: new RegExp(`\\.${Buffer.from('{"sub":"refreshed"').toString('base64url').slice(0, 24)}`),
    login: '.codex/auth.json',
    loginThere: '~/.codex/auth.json',
    content: (token, more = {}) => ({
      auth_mode: 'chatgpt',
      tokens: {
        id_token: unsigned({}),
        access_token: unsigned({ exp: token === 'token-0' ? 1 : LATER / 1_000 }),
        refresh_token: token,
        account_id: 'a',
      },
      last_refresh: '2025-01-01T00:00:00Z',
      ...more,
    }),
    furnish: ({ home, env, model }) => {
      const path = join(home, '.codex/config.toml')
      const settings = readFileSync(path, 'utf8')
        .replace('env_key = "LOOP_API_KEY"', 'requires_openai_auth = true')
        .replace('plugins = false', 'plugins = false\napps = false')
      writeFileSync(path, `${settings}\n[shell_environment_policy]\nset = { FROM_SETTINGS = "obeyed" }\n`)
      const url = { CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${model}/oauth/token` }
      return { ...without(env, 'LOOP_API_KEY', 'TMPDIR'), ...url }
    },
    // What marrow's own configurations begin with.
    words: ['exec', '--sandbox', 'workspace-write', '--skip-git-repo-check'],
    resume: (session) => ['resume', session],
    shell: bash,
  },
  {
    name: 'gemini',
    open: openGeminiWorld,
    settings: '.gemini/settings.json',
    known: /^key-0$/,
    login: '.gemini/oauth_creds.json',
    loginThere: '~/.gemini/oauth_creds.json',
    content: (token, more = {}) => ({ access_token: token, refresh_token: 'r', expiry_date: LATER, ...more }),
    furnish: ({ home, env }) => {
      put(home, '.gemini/.env', 'GEMINI_API_KEY=key-0\nGEMINI_CLI_FROM_SETTINGS=obeyed\n')
      return without(env, 'GEMINI_API_KEY')
    },
    words: ['-m', 'gemini-scripted', '--approval-mode', 'yolo', '--skip-trust'],
    resume: (session) => ['--resume', session],
    shell: bash,
  },
]

/** A plugin of the operator's: what the shell tool gets is his choice. */
const shellEnvironment = `
  export const Settings = async () => ({ 'shell.env': async (_, output) => { output.env.FROM_SETTINGS = 'obeyed' } })
`

describe.each(clis)('a login of the real $name behind the wall', (cli) => {
  const binary = findCli(cli.name)

  test.skipIf(binary === undefined)('counts, is refreshed, and is no way out', async ({ dir, expect }) => {
    await using world = await cli.open(dir)
    const env = cli.furnish(world)
    const [login, settings] = [join(world.home, cli.login), join(world.home, cli.settings)]
    put(world.home, cli.login, cli.content('token-0'))
    const before = readFileSync(settings, 'utf8')
    await using daemon = openCliDaemon(world, dir, env)
    const command = [binary ?? '', ...cli.words]
    put(world.workDir, 'refreshed.json', cli.content('token-1', { planted: { type: 'wellknown', key: 'K' } }))
    const attack = [
      `cp refreshed.json ${cli.loginThere}`,
      'printf %s "$FROM_SETTINGS" > made.txt',
      `echo broken > ~/${cli.settings}`,
      `mv -f ~/${cli.settings} ~/moved`,
      `unlink ~/${cli.settings}`,
      'echo planted > ~/.profile',
      `echo planted > ~/${dirname(cli.settings)}/planted`,
      'true',
    ]
    const isolation = { mode: 'required' }
    const role = `${cli.shell(attack.join('; '))} [[text All is done.]]\n`
    daemon.configure([{ name: 'worker', role, command, keys: { isolation } }])
    await daemon.start()
    const session = await hasWorked(daemon, 1, 'All is done.')

    const kept = readFileSync(login, 'utf8')
    const heard = world.requests().filter(({ tools }) => tools.length > 0)
    expect(heard[0]?.authorization).toMatch(cli.known)
    expect(readFileSync(join(world.workDir, 'made.txt'), 'utf8')).toBe(cli.name === 'gemini' ? '' : 'obeyed')
    expect(kept).toContain('token-1')
    expect(kept).not.toContain('planted')
    expect(readFileSync(settings, 'utf8')).toBe(before)
    for (const planted of ['moved', '.profile', join(dirname(cli.settings), 'planted')])
      expect(existsSync(join(world.home, planted))).toBe(false)

    // Ended first: a running daemon may read the new role before the new command.
    expect(await daemon.end('SIGTERM')).toBe('0')
    daemon.configure([
      {
        name: 'worker',
        role: '[[text I remember.]]\n',
        command: [...command, ...cli.resume(session)],
        keys: { isolation },
      },
    ])
    await daemon.start()
    await daemon.marrow('run-once', 'worker')
    expect(await hasWorked(daemon, 2, 'I remember.')).toBe(session)
    expect(await daemon.end('SIGTERM')).toBe('0')
    expect(daemon.complaints()).toEqual([])
  })
})

/** Its conversation. */
async function hasWorked(daemon: CliDaemon, count: number, result: string): Promise<string> {
  const run = await daemon.ended('worker', count)
  check(run).toMatchObject({ ok: true, outcome: 'succeeded', result, cli_session: check.stringMatching(/./) })
  return run.cli_session ?? ''
}

function put(folder: string, path: string, content: object | string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content), {
    mode: 0o600,
  })
}

function without(env: Environment, ...names: readonly string[]): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)))
}

/** A token of the form that codex looks into. */
function unsigned(claims: object): string {
  const account = { 'https://api.openai.com/auth': { chatgpt_account_id: 'a', chatgpt_plan_type: 'plus' } }
  return `${base64url({ alg: 'none' })}.${base64url({ ...account, ...claims })}.none`
}

function base64url(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url')
}
