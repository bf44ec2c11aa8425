import { test } from 'vitest'
import { findings, type Finding } from './findings.ts'
import { diskKind, type AgentFacts, type Observed } from './observed.ts'

const agent: AgentFacts = {
  name: 'scout',
  workspace: { path: '/w', access: 'writable' },
  workDir: { path: '/w', access: 'writable' },
  contextDirs: [{ path: '/w/context.d', access: 'writable' }],
  contextFiles: [{ path: '/w/context.d/a', executable: true }],
  skipped: [],
  program: { word: 'opencode', found: true },
  role: { name: 'scout', found: true, folders: ['/c/roles'] },
  gateWritten: true,
}

const healthy: Observed = {
  config: '/c/marrow.toml',
  warnings: [],
  syncEnabled: false,
  node: { version: 'v26.10.0', minimum: '24.15' },
  programs: { git: true, tmux: true },
  state: {
    path: '/s',
    access: 'missing-but-makeable',
    disk: { kind: 'local', freeBytes: 50e9, totalBytes: 100e9 },
  },
  socket: { enabled: true, path: '/s/marrow.sock', bytes: 14 },
  core: { path: '/core', exists: true, hasRules: true },
  agents: [agent],
}

const ofAgent = (facts: Partial<AgentFacts>): Observed => ({ ...healthy, agents: [{ ...agent, ...facts }] })
const warning = {
  file: '/c/marrow.toml',
  line: 3,
  key: 'heartbeat_interval',
  reason: 'clamped to 60.',
  fix: 'Write 60.',
}

interface Case {
  readonly about: string
  readonly observed: Observed
  readonly level: Finding['level']
  readonly says: string
}

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
    about: 'a warning of the configuration',
    observed: { ...healthy, warnings: [warning] },
    level: 'hint',
    says: 'clamped to 60',
  },
  { about: 'sync', observed: { ...healthy, syncEnabled: true }, level: 'hint', says: 'sync' },
  {
    about: 'a state that cannot be written',
    observed: { ...healthy, state: { ...healthy.state, access: 'read-only' } },
    level: 'issue',
    says: '/s is not writable',
  },
  {
    about: 'a state on a network disk',
    observed: {
      ...healthy,
      state: { ...healthy.state, disk: { kind: 'network', freeBytes: 50e9, totalBytes: 100e9 } },
    },
    level: 'issue',
    says: 'network',
  },
  {
    about: 'a disk nearly full',
    observed: {
      ...healthy,
      state: { ...healthy.state, disk: { kind: 'local', freeBytes: 100e6, totalBytes: 100e9 } },
    },
    level: 'issue',
    says: '95 MiB left',
  },
  {
    about: 'a long socket path',
    observed: { ...healthy, socket: { enabled: true, path: '/x', bytes: 101 } },
    level: 'issue',
    says: '101 bytes',
  },
  {
    about: 'no core',
    observed: { ...healthy, core: { path: '/core', exists: false, hasRules: false } },
    level: 'issue',
    says: '/core',
  },
  {
    about: 'a core without rules',
    observed: { ...healthy, core: { path: '/core', exists: true, hasRules: false } },
    level: 'hint',
    says: 'prompts/rules.md',
  },
  {
    about: 'no workspace',
    observed: ofAgent({ workspace: { path: '/w2', access: 'missing-but-makeable' } }),
    level: 'issue',
    says: '/w2 does not exist',
  },
  {
    about: 'a workspace that is a file',
    observed: ofAgent({ workspace: { path: '/w2', access: 'not-a-folder' } }),
    level: 'issue',
    says: 'not a folder',
  },
  {
    about: 'a work_dir that cannot be written',
    observed: ofAgent({ workDir: { path: '/r', access: 'read-only' } }),
    level: 'issue',
    says: 'work_dir /r is not writable',
  },
  {
    about: 'a context folder that is missing',
    observed: ofAgent({ contextDirs: [{ path: '/n', access: 'missing' }] }),
    level: 'issue',
    says: '/n',
  },
  {
    about: 'a context file that is not executable',
    observed: ofAgent({ contextFiles: [{ path: '/w/context.d/README.md', executable: false }] }),
    level: 'issue',
    says: 'README.md is not executable',
  },
  {
    about: 'a program that is not on the PATH',
    observed: ofAgent({ program: { word: 'claudius', found: false } }),
    level: 'issue',
    says: 'claudius',
  },
  {
    about: 'a program that is named by its path',
    observed: ofAgent({ program: { word: '/opt/agent', found: false } }),
    level: 'issue',
    says: '/opt/agent is not a program',
  },
  {
    about: 'a core that is missing, of which the configuration warns too',
    observed: {
      ...healthy,
      core: { path: '/core', exists: false, hasRules: false },
      warnings: [{ ...warning, key: 'core_dir' }],
    },
    level: 'issue',
    says: 'core_dir /core does not exist',
  },
  {
    about: 'a role without a file',
    observed: ofAgent({ role: { name: 'chief', found: false, folders: ['/c/roles', '/core/roles'] } }),
    level: 'issue',
    says: 'below /c/roles or /core/roles',
  },
  {
    about: 'a context provider that is left out',
    observed: ofAgent({ skipped: [{ path: '/w/context.d/queue', reason: 'not listed' }] }),
    level: 'hint',
    says: 'queue is not run: not listed',
  },
  { about: 'no gate', observed: ofAgent({ gateWritten: false }), level: 'hint', says: 'gate' },
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

test.for([
  {
    about: 'a socket path that is exactly at the limit',
    observed: { ...healthy, socket: { enabled: true, path: '/x', bytes: 100 } },
  },
  {
    about: 'a long socket path that is not used',
    observed: { ...healthy, socket: { enabled: false, path: '/x', bytes: 200 } },
  },
  {
    about: 'a context folder that may only be read',
    observed: ofAgent({ contextDirs: [{ path: '/n', access: 'read-only' }] }),
  },
  { about: 'an agent without a role', observed: ofAgent({ role: undefined }) },
  {
    about: 'a Node that is exactly the oldest',
    observed: { ...healthy, node: { version: 'v24.15.0', minimum: '24.15' } },
  },
])('$about is no finding', ({ observed }: { observed: Observed }, { expect }) => {
  expect(findings(observed)).toEqual([])
})

test.for([
  { key: 'sync.enabled', observed: { ...healthy, syncEnabled: true } },
  { key: 'core_dir', observed: { ...healthy, core: { path: '/core', exists: true, hasRules: false } } },
])('what a warning about $key says already is not said twice', ({ key, observed }, { expect }) => {
  expect(findings({ ...observed, warnings: [{ ...warning, key }] })).toHaveLength(1)
})

test('a warning of the configuration names its place once', ({ expect }) => {
  expect(findings({ ...healthy, warnings: [warning] })).toEqual([
    {
      level: 'hint',
      subject: '/c/marrow.toml:3',
      problem: 'heartbeat_interval: clamped to 60.',
      fix: 'Write 60.',
    },
  ])
})

test('issues stand before hints', ({ expect }) => {
  const found = findings({ ...ofAgent({ program: { word: 'x', found: false } }), warnings: [warning] })
  expect(found.map(({ level }) => level)).toEqual(['issue', 'hint'])
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
