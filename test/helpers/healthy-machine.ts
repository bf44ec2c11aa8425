/** Owns the facts of a machine on which doctor finds nothing, and how a test changes one of them. */
import type { Finding } from '../../src/checks/finding.ts'
import type {
  AgentFacts,
  CastFacts,
  CliAgentFacts,
  CliFacts,
  CoreFacts,
  DaemonFacts,
  Observed,
  RightsFacts,
  SocketFacts,
  StateFacts,
} from '../../src/checks/observed.ts'

const agent: AgentFacts = {
  name: 'scout',
  workspace: { path: '/w', access: 'writable' },
  workDir: { path: '/w', access: 'writable' },
  worktreeProblem: undefined,
  contextDirs: [{ path: '/w/context.d', access: 'writable' }],
  contextFiles: [{ path: '/w/context.d/a', executable: true }],
  skipped: [],
  obstacles: [],
  program: { word: 'opencode', found: true },
  role: { name: 'scout', folders: ['/c/roles'], meaning: { kind: 'found' } },
  gateWritten: true,
  unkeptLimits: [],
  standing: { kind: 'walled', wall: { kind: 'bubblewrap', program: '/usr/bin/bwrap' }, missing: [] },
  git: { refusal: undefined, identity: true },
  cli: {
    adapter: 'opencode',
    version: { kind: 'said', version: '1.18.40' },
    tested: '1.18.33',
    login: { file: '/h/auth.json', passed: [], withheld: [], how: 'opencode auth login' },
  },
  cliAgent: undefined,
  presumed: [],
  failedProviders: [],
}

const closed: RightsFacts = { path: '/s/marrow.db', othersRead: false, othersWrite: false, foreign: false }

const state: StateFacts = {
  path: '/s',
  access: 'missing-but-makeable',
  disk: { kind: 'local', freeBytes: 50e9, totalBytes: 100e9 },
  rights: [closed],
  socket: {
    enabled: true,
    path: '/s/marrow.sock',
    bytes: 14,
    kind: 'nothing',
    folder: { path: '/s', access: 'missing-but-makeable' },
  },
  store: { kind: 'whole', schema: 3, readableFrom: 1 },
  schema: 3,
}

const core: CoreFacts = { path: '/core', exists: true, hasRules: true, rulesProblem: undefined }

const running: Extract<DaemonFacts, { kind: 'answers' }> = {
  kind: 'answers',
  version: '0.1.0',
  config: '/c/marrow.toml',
  problems: [],
  paused: undefined,
  stopping: false,
  held: [],
}

export const healthy: Observed = {
  config: '/c/marrow.toml',
  problems: [],
  warnings: [],
  configOpen: false,
  syncEnabled: false,
  notify: { missing: [], noSession: false },
  version: '0.1.0',
  node: { version: 'v26.10.0', minimum: '24.15' },
  programs: { git: true, tmux: true },
  unknownZone: undefined,
  future: undefined,
  brokenLauncher: undefined,
  state,
  core,
  cast: [],
  worktreesKept: [],
  guards: [],
  roleMistakes: [],
  roleWarnings: [],
  agents: [agent],
  daemon: running,
}

export const ofState = (facts: Partial<StateFacts>): Observed => ({
  ...healthy,
  state: { ...state, ...facts },
})
export const ofSocket = (facts: Partial<SocketFacts>): Observed =>
  ofState({ socket: { ...state.socket, ...facts } })
export const ofRights = (facts: Partial<RightsFacts>): Observed =>
  ofState({ rights: [{ ...closed, ...facts }] })
export const ofCore = (facts: Partial<CoreFacts>): Observed => ({ ...healthy, core: { ...core, ...facts } })
export const ofDaemon = (facts: Partial<typeof running>): Observed => ({
  ...healthy,
  daemon: { ...running, ...facts },
})
export const ofCli = (facts: Partial<CliFacts>): Observed =>
  ofAgent(agent.cli === undefined ? {} : { cli: { ...agent.cli, ...facts } })
export const ofLogin = (facts: Partial<CliFacts['login']>): Observed =>
  ofCli(agent.cli === undefined ? {} : { login: { ...agent.cli.login, ...facts } })
export const ofAgent = (facts: Partial<AgentFacts>): Observed => ({
  ...healthy,
  agents: [{ ...agent, ...facts }],
})
/** What its CLI says of the agent that a run is. */
export const ofCliAgent = (answer: Extract<CliAgentFacts, { kind: 'asked' }>['answer'], native: boolean) =>
  ofAgent({
    cliAgent: { kind: 'asked', role: 'l1/scout', adapter: 'opencode', name: 'scout', native, answer },
  })
export const ofCast = (facts: Partial<CastFacts>): Observed => {
  const cast = { folder: '/w', agents: ['scout'], isCast: true, unmarked: [], edited: [], outdated: [] }
  return { ...healthy, cast: [{ ...cast, problems: [], ...facts }] }
}
/** A warning of the configuration. */
export const warning = {
  file: '/c/marrow.toml',
  line: 3,
  key: 'heartbeat_interval',
  reason: 'clamped to 60.',
  fix: 'Write 60.',
}

/** One changed fact, and the one finding that it is. */
export interface Case {
  readonly about: string
  readonly observed: Observed
  readonly level: Finding['level']
  readonly says: string
}
