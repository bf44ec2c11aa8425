import { test } from 'vitest'
import {
  healthy,
  ofAgent,
  ofCli,
  ofCore,
  ofDaemon,
  ofLogin,
  ofSocket,
  warning,
  type Case,
} from '../../test/helpers/healthy-machine.ts'
import { findings } from './findings.ts'
import { diskKind } from './observed.ts'

const cases: readonly Case[] = [
  {
    about: 'an old Node',
    observed: { ...healthy, node: { version: 'v24.9.1', minimum: '24.15' } },
    level: 'issue',
    says: '24.9.1',
  },
  {
    about: 'no git',
    observed: { ...healthy, programs: { git: false, tmux: true } },
    level: 'issue',
    says: 'git',
  },
  {
    about: 'no tmux',
    observed: { ...healthy, programs: { git: true, tmux: false } },
    level: 'hint',
    says: 'tmux',
  },
  {
    about: 'a program that tells the operator and is missing',
    observed: { ...healthy, notify: { missing: ['notify-send'], noSession: false } },
    level: 'issue',
    says: 'notify-send is missing, or may not be executed: you would not be told',
  },
  {
    about: 'no desktop to show notices on',
    observed: { ...healthy, notify: { missing: [], noSession: true } },
    level: 'hint',
    says: 'no desktop session',
  },
  {
    about: 'a warning of the configuration',
    observed: { ...healthy, warnings: [warning] },
    level: 'hint',
    says: 'clamped to 60',
  },
  { about: 'sync', observed: { ...healthy, syncEnabled: true }, level: 'hint', says: 'sync' },
  {
    about: 'no core',
    observed: ofCore({ exists: false, hasRules: false }),
    level: 'issue',
    says: '/core',
  },
  {
    about: 'a core without rules',
    observed: ofCore({ exists: true, hasRules: false }),
    level: 'hint',
    says: 'prompts/rules.md',
  },
  {
    about: 'a core that is missing, of which the configuration warns too',
    observed: { ...ofCore({ exists: false, hasRules: false }), warnings: [{ ...warning, key: 'core_dir' }] },
    level: 'issue',
    says: 'core_dir /core does not exist',
  },
  {
    about: 'a mistake of the configuration',
    observed: { ...healthy, problems: [warning] },
    level: 'issue',
    says: 'heartbeat_interval: clamped',
  },
  {
    about: 'a configuration that anybody may change',
    observed: { ...healthy, configOpen: true },
    level: 'issue',
    says: 'may change it',
  },
  {
    about: 'a time zone that nobody knows',
    observed: { ...healthy, unknownZone: 'Mars/Base' },
    level: 'issue',
    says: 'TZ is "Mars/Base"',
  },
  {
    about: 'a clock that was set back',
    observed: { ...healthy, future: { path: '/s/marrow.db', ms: 7_200_000 } },
    level: 'issue',
    says: '2h behind /s/marrow.db',
  },
  {
    about: 'a launcher that cannot be started',
    observed: { ...healthy, brokenLauncher: '/p/bin/launch' },
    level: 'issue',
    says: '/p/bin/launch cannot be started',
  },
  {
    about: 'a mistake in a role file',
    observed: { ...healthy, roleMistakes: [{ ...warning, file: '/c/roles/l1/scout.md' }] },
    level: 'issue',
    says: 'heartbeat_interval: clamped',
  },
  {
    about: 'a mistake in a role file that agents write',
    observed: { ...healthy, roleWarnings: [{ ...warning, file: '/w/roles/custom-x.md' }] },
    level: 'hint',
    says: 'heartbeat_interval: clamped',
  },
  {
    about: 'rules that cannot be read',
    observed: ofCore({ hasRules: false, rulesProblem: 'Cannot read /c/rules.md: it is not a file' }),
    level: 'issue',
    says: 'Cannot read /c/rules.md',
  },
]

test('a healthy machine gives no finding', ({ expect }) => {
  expect(findings(healthy)).toEqual([])
})

test.for(cases)('$about is one finding, with a fix', ({ observed, level, says }, { expect }) => {
  const found = findings(observed)
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({ level, problem: expect.stringContaining(says) })
  expect(found[0]?.fix).toMatch(/\.$/u)
})

test.for<Pick<Case, 'about' | 'observed'>>([
  {
    about: 'a socket path that is exactly at the limit',
    observed: ofSocket({ enabled: true, path: '/x', bytes: 100 }),
  },
  {
    about: 'a long socket path that is not used',
    observed: ofSocket({ enabled: false, path: '/x', bytes: 200 }),
  },
  {
    about: 'a context folder that may only be read',
    observed: ofAgent({ contextDirs: [{ path: '/n', access: 'read-only' }] }),
  },
  { about: 'a machine without a daemon', observed: { ...healthy, daemon: { kind: 'none' } } },
  {
    about: 'a configuration that cannot be used, of which no more is known',
    observed: { ...healthy, state: undefined, core: undefined, agents: [] },
  },
  {
    about: 'a login by a variable that reaches the run',
    observed: ofLogin({ file: undefined, passed: ['K'] }),
  },
  { about: 'a command that is no known agent CLI', observed: ofAgent({ cli: undefined }) },
  {
    about: 'a CLI that is a little newer',
    observed: ofCli({ version: { kind: 'said', version: '1.30.0' } }),
  },
  { about: 'an agent without a role', observed: ofAgent({ role: undefined }) },
  {
    about: 'a Node that is exactly the oldest',
    observed: { ...healthy, node: { version: 'v24.15.0', minimum: '24.15' } },
  },
])('$about is no finding', ({ observed }, { expect }) => {
  expect(findings(observed)).toEqual([])
})

test.for([
  { key: 'sync.enabled', observed: { ...healthy, syncEnabled: true } },
  { key: 'core_dir', observed: ofCore({ exists: true, hasRules: false }) },
])('what a warning about $key says already is not said twice', ({ key, observed }, { expect }) => {
  expect(findings({ ...observed, warnings: [{ ...warning, key }] })).toHaveLength(1)
})

test('a warning of the configuration names its place once', ({ expect }) => {
  expect(findings({ ...healthy, warnings: [warning] })).toEqual([
    {
      number: 1,
      level: 'hint',
      subject: '/c/marrow.toml:3',
      problem: 'heartbeat_interval: clamped to 60.',
      fix: 'Write 60.',
    },
  ])
})

test('what the daemon says of a file that is wrong is not said twice', ({ expect }) => {
  const both = { ...ofDaemon({ problems: ['the same'] }), problems: [warning] }
  expect(findings(both)).toHaveLength(1)
})

test('a fix can be pasted whatever a path looks like', ({ expect }) => {
  const spaced = { path: '/my files/w', access: 'missing-but-makeable' } as const
  const found = findings({ ...ofAgent({ workspace: spaced }), config: "/it's/c.toml", configOpen: true })
  const fixes = found.map(({ fix }) => fix).join('\n')
  expect(fixes).toContain("mkdir -p '/my files/w'")
  expect(fixes).toContain(`chmod o-w '/it'"'"'s/c.toml'`)
})

test('findings are numbered, issues before hints', ({ expect }) => {
  const found = findings({ ...ofAgent({ program: { word: 'x', found: false } }), warnings: [warning] })
  expect(found.map(({ number, level }) => [number, level])).toEqual([
    [1, 'issue'],
    [2, 'hint'],
  ])
})

test.for([
  [0xef53, 'linux', 'local'],
  [0x6969, 'linux', 'network'],
  [0xff534d42 | 0, 'linux', 'network'],
  [0x65735546, 'linux', 'unknown'],
  [0x6969, 'darwin', 'unknown'],
] as const)('a disk of type %i on %s is %s', ([type, platform, kind], { expect }) => {
  expect(diskKind(type, platform)).toBe(kind)
})

test('a worktree that is kept is told of with its reason and how to look at it', ({ expect }) => {
  const kept = { agent: 'scout', path: '/w/x', branch: 'marrow/scout', reason: '1 commit in no other branch' }
  expect(findings({ ...healthy, worktreesKept: [{ ...kept, look: 'git log' }] })).toEqual([
    {
      number: 1,
      subject: 'scout',
      level: 'hint',
      problem:
        'its worktree /w/x with the branch marrow/scout is no longer wanted and is kept: 1 commit in no other branch',
      fix: 'Look with: git log; it goes once nothing in it would be lost.',
    },
  ])
})
