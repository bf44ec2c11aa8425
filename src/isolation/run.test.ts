/** A wall with a hole is seen: each test takes one stone out and expects the attempts that then get through. Real bubblewrap. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { test } from '../../test/helpers/temp-dir.ts'
import { findWall } from './observe.ts'
import type { Policy } from './policy.ts'
import type { WallReport } from './report.ts'
import { testWall, type WallTest } from './run.ts'
import { wrapForTest, type Command } from './wrap.ts'

const root = join(import.meta.dirname, '..', '..')
const agent = join(root, 'test', 'helpers', 'simulated-agent.ts')
const path = process.env['PATH'] ?? ''
const by = await findWall(path, new AbortController().signal)
const isRoot = process.getuid?.() === 0

if (by.kind !== 'bubblewrap')
  process.stderr.write('bubblewrap is not installed: whether a wall with a hole is seen is not tested.\n')
const isMissing = by.kind !== 'bubblewrap' && !process.env['CI']
const behind = test.skipIf(isMissing)
const behindAsRoot = test.skipIf(isMissing || !isRoot)

function wrapBy(command: Command, policy: Policy): Command {
  if (by.kind === 'none') throw new Error(by.reason)
  return wrapForTest(by, policy, command)
}

function testIn(
  dir: string,
  overrides: Partial<WallTest> = {},
  signal = new AbortController().signal,
): Promise<WallReport> {
  const wallTest: WallTest = {
    wrap: wrapBy,
    actor: [process.execPath, agent],
    programRoot: root,
    env: { PATH: path },
    parent: dir,
    runtimeDir: dir,
    network: false,
    ...overrides,
  }
  return testWall(wallTest, signal)
}

/** The wall without these of bubblewrap's words. */
function without(...words: readonly string[]): WallTest['wrap'] {
  return (command, policy) => {
    const wrapped = wrapBy(command, policy)
    const end = wrapped.words.indexOf('--')
    const kept = wrapped.words.filter((word, index) => index > end || !words.includes(word))
    return { ...wrapped, words: kept }
  }
}

/** The wall without the filter of calls. */
const withoutFilter = without('--seccomp', '8')

/** The wall without the rules about paths that match. */
function withoutRule(pattern: RegExp): WallTest['wrap'] {
  return (command, policy) =>
    wrapBy(command, { ...policy, rules: policy.rules.filter((rule) => !pattern.test(rule.path)) })
}

/** The wall with the rules about paths that match turned around. */
function writable(pattern: RegExp): WallTest['wrap'] {
  return (command, policy) => {
    const rules = policy.rules.map((rule) =>
      pattern.test(rule.path) ? { ...rule, access: 'read-write' as const } : rule,
    )
    return wrapBy(command, { ...policy, rules })
  }
}

async function escaped(dir: string, overrides: Partial<WallTest>): Promise<string[]> {
  const { attempts, holds } = await testIn(dir, overrides)
  const names = attempts.flatMap(({ name, outcome }) => (outcome === 'escaped' ? [name] : []))
  if (holds !== (names.length === 0)) throw new Error('the verdict contradicts the list')
  return names
}

behind('the wall holds, and the test leaves nothing behind', async ({ dir, expect }) => {
  const report = await testIn(dir)
  expect(report.attempts.filter(({ outcome }) => outcome === 'escaped')).toEqual([])
  expect(report).toMatchObject({ holds: true, why: undefined })
  expect(report.attempts.length).toBeGreaterThan(90)
  expect(readdirSync(dir)).toEqual([])
})

behind('what a test left behind that was killed is gone after the next one', async ({ dir, expect }) => {
  const [old, young] = ['marrow-wall-killed', 'marrow-wall-going']
  for (const name of [old, young]) mkdirSync(join(dir, name, 'ws'), { recursive: true })
  for (const name of [old, young]) writeFileSync(join(dir, `${name}.txt`), '')
  const hourAgo = new Date(Date.now() - 3_600_000)
  utimesSync(join(dir, old), hourAgo, hourAgo)
  await testIn(dir)
  expect(readdirSync(dir).toSorted()).toEqual([young, `${young}.txt`])
})

behind('without a wall everything gets out that anybody could', async ({ dir, expect }) => {
  const names = await escaped(dir, { wrap: (command) => command })
  for (const does of ['write', 'truncate', 'replace', 'rename', 'unlink', 'chmod', 'hard-link', 'create']) {
    for (const place of ['core', 'layer', 'state', 'other-workspace', 'home', 'settings'])
      expect(names).toContain(`${does} ${place}`)
  }
  for (const name of [
    'read ~/.ssh/id_ed25519',
    'read token-of-another-run',
    'move-away inner-folder',
    'connect operator-door',
    'connect tmux-server',
    'connect-tcp loopback-port',
    'read-environment process-outside',
    'read-memory process-outside',
    'signal process-outside',
    'namespace user-namespace',
    ...(isRoot ? ['remount core', 'unmount state', 'bind core', 'device disk', 'chroot chroot'] : []),
  ])
    expect(names).toContain(name)
})

describe('a hole is seen:', () => {
  const holes: readonly [string, Partial<WallTest>, readonly string[]][] = [
    ['processes', { wrap: without('--unshare-pid') }, ['signal process-outside']],
    ['System V', { wrap: without('--unshare-ipc') }, ['shared-memory shared-memory-outside']],
    [
      'the network',
      { wrap: without('--unshare-net') },
      ['connect-tcp loopback-port', 'connect-abstract abstract-socket'],
    ],
    ['user namespaces', { wrap: without('--disable-userns') }, ['namespace user-namespace']],
    ['the core', { wrap: withoutRule(/\/core$/) }, ['write core', 'create core', 'move-away core']],
    [
      "the operator's layer",
      { wrap: withoutRule(/\/conf(\/.*)?$/) },
      ['write marrow.toml', 'replace rules.md'],
    ],
    [
      'the state',
      { wrap: withoutRule(/\/state(\/.*)?$/) },
      ['connect operator-door', 'read state', 'write state'],
    ],
    ['other agents', { wrap: withoutRule(/\/ws-2$/) }, ['read other-workspace', 'create other-workspace']],
    [
      'the home',
      { wrap: withoutRule(/\/home(\/.*)?$/) },
      ['write ~/.bashrc', 'create home', 'read ~/.netrc'],
    ],
    ['what a CLI obeys', { wrap: writable(/\/settings$/) }, ['write settings', 'create settings']],
    ['a folder that holds another', { wrap: withoutRule(/\/ws\/outer$/) }, ['move-away inner-folder']],
    ['a folder for everybody', { wrap: withoutRule(/^\/var\/tmp$/) }, ['connect socket-in-/var/tmp']],
    ['calls', { wrap: withoutFilter }, ['set-user own-program']],
    ['a variable', { env: { PATH: path, TMUX: '/tmp/t,1,0' } }, ['variable TMUX']],
  ]
  for (const [what, overrides, expected] of holes) {
    behind(what, async ({ dir, expect }) => {
      const names = await escaped(dir, overrides)
      expect(names).toEqual(expect.arrayContaining([...expected]))
    })
  }

  const asRoot: readonly [string, Partial<WallTest>, readonly string[]][] = [
    [
      'memory',
      { wrap: without('--unshare-user', '--disable-userns', '--cap-drop', 'ALL', '--unshare-pid') },
      ['read-environment process-outside', 'read-memory process-outside', 'read-root process-outside'],
    ],
    [
      'capabilities',
      { wrap: without('--unshare-user', '--disable-userns', '--cap-drop', 'ALL') },
      ['remount core', 'device disk'],
    ],
    [
      'settings of the kernel',
      { wrap: without('--ro-bind-try', '/proc/sys') },
      ['open-write /proc/sys/kernel/core_pattern'],
    ],
    ['sockets of the machine', { wrap: withoutRule(/^\/run$/) }, ['connect socket-in-/run']],
  ]
  for (const [what, overrides, expected] of asRoot) {
    behindAsRoot(`${what}, as root`, async ({ dir, expect }) => {
      expect(await escaped(dir, overrides)).toEqual(expect.arrayContaining([...expected]))
    })
  }
})

describe('the terminal of whoever started the daemon', () => {
  const everything: Policy = {
    rules: [
      { path: '/', access: 'read-only', kind: 'folder', from: undefined, why: 'the machine', closed: false },
    ],
    network: true,
    refused: [],
  }
  const words = [process.execPath, agent, '--as', 'generic', '--attempt', 'terminal:/dev/tty']

  /** What becomes of the attempt in a terminal of its own. */
  function tryIn(wrap: WallTest['wrap']): string {
    const command = wrap({ words, cwd: root, env: { PATH: path } }, everything)
    const line = command.words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
    return execFileSync('script', ['--quiet', '--return', '--command', `${line} </dev/null`, '/dev/null'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  behind('is out of reach, which it would not be without a session of its own', ({ expect }) => {
    expect(tryIn(wrapBy)).toContain('attempt terminal:/dev/tty refused: ENXIO')
    expect(tryIn(without('--new-session'))).toContain('attempt terminal:/dev/tty did: opened')
  })
})

describe('a wall that cannot be put up is told with its reason', () => {
  behind('where there are no user namespaces', async ({ dir, expect }) => {
    const none = ['unshare', '--user', '--map-root-user', 'sh', '-c']
    const script = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
    const wrap: WallTest['wrap'] = (command, policy) => {
      const wrapped = wrapBy(command, policy)
      return { ...wrapped, words: [...none, script, 'sh', ...wrapped.words] }
    }
    const report = await testIn(dir, { wrap })
    expect(report).toMatchObject({ holds: false, attempts: [] })
    expect(report.why).toMatch(/^the machine has no user namespaces left/)
    expect(readdirSync(dir)).toEqual([])
  })

  test('where the program is missing', async ({ dir, expect }) => {
    const wrap: WallTest['wrap'] = (command) => ({ ...command, words: [join(dir, 'bwrap')] })
    const report = await testIn(dir, { wrap })
    expect(report.holds).toBe(false)
    expect(report.why).toMatch(/^the wall cannot be put up: .*ENOENT/)
  })

  test('where the test has no room', async ({ dir, expect }) => {
    const report = await testIn(join(dir, 'missing'))
    expect(report.holds).toBe(false)
    expect(report.why).toMatch(/^the isolation cannot be tested: ENOENT/)
  })
})

describe('a test that was not finished proves nothing:', () => {
  test.for<[string, string]>([
    ['an agent that fails', 'exit 3'],
    ['an agent that says nothing', 'exit 0'],
    ['an agent that is killed', 'kill -KILL $$'],
  ])('%s', async ([, script], { dir, expect }) => {
    const report = await testIn(dir, { wrap: (command) => command, actor: ['sh', '-c', script, 'agent'] })
    expect(report.holds).toBe(false)
    expect(report.why).toMatch(/not finished|nothing could be tried/)
    expect(readdirSync(dir)).toEqual([])
  })

  test('one that was called off', async ({ dir, expect }) => {
    const actor = ['sh', '-c', 'exec sleep 60']
    const report = await testIn(dir, { wrap: (command) => command, actor }, AbortSignal.timeout(200))
    expect(report.holds).toBe(false)
    expect(readdirSync(dir)).toEqual([])
  })
})
