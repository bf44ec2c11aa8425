import { test } from 'vitest'
import { isolationConfig, noNotices, usualDelegation } from '../../test/helpers/agents.ts'
import { configText, context, readText } from '../../test/helpers/config-text.ts'
import { parseConfig } from './parse.ts'

test('a file with only what is required has every default', ({ expect }) => {
  expect(parseConfig(configText(), context)).toEqual({
    problems: [],
    warnings: [],
    config: {
      path: '/etc/marrow/marrow.toml',
      operatorDir: '/etc/marrow',
      stateDir: '/home/ada/.local/state/marrow',
      coreDir: '/usr/lib/marrow',
      agents: [
        {
          name: 'scout',
          slug: 'scout',
          schedule: { kind: 'interval', intervalMs: 300_000 },
          catchUp: 'once',
          activeHours: undefined,
          timeoutMs: 500_000,
          staleAfterMs: 600_000,
          command: ['opencode', 'run'],
          project: 'default',
          workspace: '/srv/ws',
          workDir: '/srv/ws',
          repository: undefined,
          contextDirs: [],
          role: undefined,
          roleVia: 'auto',
          adapter: 'opencode',
          promptVia: undefined,
          env: { pass: [], set: {} },
          isolation: isolationConfig({ mode: 'preferred' }),
          limits: {},
          gate: 'always',
          gateWritten: false,
          maxQuietMs: 86_400_000,
          wakeOn: ['handoff'],
          logRetentionDays: 7,
          logMaxCount: 200,
        },
      ],
      limits: {},
      ipc: {
        enabled: true,
        socketPath: '/home/ada/.local/state/marrow/marrow.sock',
        taskDir: '/srv/ws/tasks/queue',
      },
      notify: noNotices,
      delegation: usualDelegation,
      journal: { maxDays: 90, maxEvents: 100_000 },
      sync: {
        enabled: false,
        intervalMs: 3_600_000,
        failureBackoffMs: 300_000,
        stateFile: '/srv/ws/runtime/state/sync-status.json',
        lockFile: '/srv/ws/runtime/state/sync.lock',
      },
      maxConcurrentRuns: 3,
      stopGraceMs: 30_000,
      contextTimeoutMs: 15_000,
      contextReplace: [],
      warnings: [],
    },
  })
})

const agentValues: [string, object][] = [
  ['name = " Scout 2 "', { name: 'Scout 2', slug: 'scout-2' }],
  ['heartbeat_interval = 302400', { schedule: { kind: 'interval', intervalMs: 302_400_000 } }],
  ['heartbeat_interval = 600.0', { schedule: { kind: 'interval', intervalMs: 600_000 } }],
  [
    'schedule = " 0 9 * * 1-5 "',
    { schedule: { kind: 'cron', expression: '0 9 * * 1-5', timezone: undefined } },
  ],
  [
    'schedule = "7 0 9 * * *"',
    { schedule: { kind: 'cron', expression: '7 0 9 * * *', timezone: undefined } },
  ],
  [
    'schedule = "@daily"\ntimezone = "Europe/Berlin"',
    { schedule: { kind: 'cron', expression: '@daily', timezone: 'Europe/Berlin' } },
  ],
  ['catch_up = "skip"', { catchUp: 'skip' }],
  ['active_hours = "09:00-18:30"', { activeHours: { fromMinute: 540, toMinute: 1110, timezone: undefined } }],
  [
    'active_hours = "22:00 - 06:00"\ntimezone = "UTC"',
    { activeHours: { fromMinute: 1320, toMinute: 360, timezone: 'UTC' } },
  ],
  ['active_hours = "00:00-24:00"', { activeHours: { fromMinute: 0, toMinute: 1440, timezone: undefined } }],
  ['heartbeat_timeout = 60', { timeoutMs: 60_000 }],
  ['agent_command = "my-cli \'a b\' c\\\\ d \\"\\" $X"', { command: ['my-cli', 'a b', 'c d', '', '$X'] }],
  ['agent_command = ["/bin/x", "", "a b", "~"]', { command: ['/bin/x', '', 'a b', '~'], adapter: 'generic' }],
  [
    'agent_command = "~/bin/opencode run"',
    { command: ['/home/ada/bin/opencode', 'run'], adapter: 'opencode' },
  ],
  ['agent_command = "${TEAM}/bin/x"', { command: ['/srv/team/bin/x'] }],
  ['agent_command = "{workspace}/bin/x {prompt_file}"', { command: ['{workspace}/bin/x', '{prompt_file}'] }],
  ['agent_command = "marrow sim agent"', { adapter: 'generic' }],
  ['agent_command = "marrow sim agent"\nadapter = "opencode"', { adapter: 'opencode' }],
  ['adapter = "generic"', { adapter: 'generic' }],
  ['workspace = "~/ws/"', { workspace: '/home/ada/ws', workDir: '/home/ada/ws' }],
  ['work_dir = "$TEAM/repo"', { workspace: '/srv/ws', workDir: '/srv/team/repo' }],
  ['context_dirs = ""', { contextDirs: [] }],
  ['context_dirs = "~/c"', { contextDirs: ['/home/ada/c'] }],
  ['context_dirs = ["/a", "", " ", "$TEAM"]', { contextDirs: ['/a', '/srv/team'] }],
  ['role = "l1/scout"', { role: 'l1/scout' }],
  ['prompt_via = "file"', { promptVia: 'file' }],
  [
    'env = { pass = ["LANG", "_a1"], set = { A = "", B = "x" } }',
    { env: { pass: ['LANG', '_a1'], set: { A: '', B: 'x' } } },
  ],
  ['gate = "changed"', { gate: 'changed', gateWritten: true }],
  ['gate = "always"', { gate: 'always', gateWritten: true }],
  ['max_quiet = "1h30m"', { maxQuietMs: 5_400_000 }],
  ['', { staleAfterMs: 600_000 }],
  ['stale_after = "0s"', { staleAfterMs: 0 }],
  ['wake_on = ["tasks", "handoff", "tasks"]', { wakeOn: ['tasks', 'handoff'] }],
  ['wake_on = []', { wakeOn: [] }],
  ['log_retention_days = 0\nlog_max_count = 0', { logRetentionDays: 0, logMaxCount: 0 }],
]

test.for(agentValues)('an agent with %s', ([agent, expected], { expect }) => {
  expect(readText(configText({ agent }))).toMatchObject({
    problems: [],
    warnings: [],
    config: { agents: [expected] },
  })
})

const fileValues: [string, object][] = [
  ['core_dir = "~/core"', { coreDir: '/home/ada/core' }],
  ['state_dir = "$TEAM/s"', { stateDir: '/srv/team/s', ipc: { socketPath: '/srv/team/s/marrow.sock' } }],
  ['max_concurrent_runs = 1000', { maxConcurrentRuns: 1000 }],
  ['stop_grace_seconds = 0', { stopGraceMs: 0 }],
  ['context_timeout_seconds = 300', { contextTimeoutMs: 300_000 }],
  ['context_replace = ["10-queue", "ideas.sh"]', { contextReplace: ['10-queue', 'ideas.sh'] }],
  ['log_retention_days = 3\nlog_max_count = 9', { agents: [{ logRetentionDays: 3, logMaxCount: 9 }] }],
  ['[ipc]\nenabled = false', { ipc: { enabled: false } }],
  ['[ipc]\nsocket_path = ""\ntask_dir = ""', { ipc: { taskDir: '/srv/ws/tasks/queue' } }],
  ['[ipc]\nsocket_path = "~/k"\ntask_dir = "/t"', { ipc: { socketPath: '/home/ada/k', taskDir: '/t' } }],
  ['[journal]\nmax_days = 0\nmax_events = 500', { journal: { maxDays: 0, maxEvents: 500 } }],
  ['[sync]\nenabled = false\ninterval_seconds = 60', { sync: { enabled: false, intervalMs: 60_000 } }],
  [
    '[sync]\nfailure_backoff_seconds = 5\nstate_file = "/s"\nlock_file = ""',
    { sync: { failureBackoffMs: 5_000, stateFile: '/s', lockFile: '/srv/ws/runtime/state/sync.lock' } },
  ],
]

test.for(fileValues)('a file with %s', ([top, expected], { expect }) => {
  expect(readText(configText({ top }))).toMatchObject({ problems: [], warnings: [], config: expected })
})

test('an agent keeps its own log limits beside those of the file', ({ expect }) => {
  const { config } = readText(configText({ top: 'log_max_count = 9', agent: 'log_max_count = 50' }))
  expect(config?.agents[0]?.logMaxCount).toBe(50)
})

test('the core is /opt/marrow-core where that exists', ({ expect }) => {
  const { config } = readText(configText(), { exists: (path) => path.startsWith('/opt/marrow-core') })
  expect(config?.coreDir).toBe('/opt/marrow-core')
})

test('the state follows $XDG_STATE_HOME', ({ expect }) => {
  expect(readText(configText(), { env: { XDG_STATE_HOME: '/state' } }).config?.stateDir).toBe('/state/marrow')
})
