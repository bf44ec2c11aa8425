import { test } from 'vitest'
import { configText, readText } from '../../test/helpers/config-text.ts'

const agentMistakes: [string, string][] = [
  ['name = ""', 'agents[0].name: is empty.'],
  ['name = "  "', 'agents[0].name: is empty.'],
  [
    'name = "a-to-b"',
    'agents[0].name: must not contain "-to-" or end in "-to", which separates the two names of a handoff folder.',
  ],
  ['name = 3', 'agents[0].name: must be text in quotes.'],
  ['heartbeat_interval = "300"', 'agents[0].heartbeat_interval: must be a whole number.'],
  ['heartbeat_interval = 1.5', 'agents[0].heartbeat_interval: must be a whole number.'],
  ['heartbeat_interval = nan', 'agents[0].heartbeat_interval: must be a whole number.'],
  ['heartbeat_timeout = inf', 'agents[0].heartbeat_timeout: must be a whole number.'],
  ['heartbeat_timeout = 2026-01-01', 'agents[0].heartbeat_timeout: must be a whole number.'],
  ['schedule = ""', 'agents[0].schedule: is empty.'],
  ['schedule = " "', 'agents[0].schedule: is empty.'],
  ['schedule = "0 9"', 'agents[0].schedule: must have five fields, not 2: "0 9".'],
  ['schedule = "0 0 0 1 1 * *"', 'agents[0].schedule: must have five fields, not 7: "0 0 0 1 1 * *".'],
  ...['*', '*/30', '0,30', '0-9', 'H', '60', '000', '-1', '1.5'].map((second): [string, string] => [
    `schedule = "${second} * * * * *"`,
    `agents[0].schedule: may begin with one second of the minute, 0 to 59: "${second} * * * * *".`,
  ]),
  ['schedule = "@secondly"', 'agents[0].schedule: is finer than a minute.'],
  [
    'schedule = "61 * * * *"',
    'agents[0].schedule: cannot be read: "61 * * * *": Constraint error, got value 61 expected range 0-59.',
  ],
  [
    'schedule = "0 0 30 2 *"',
    'agents[0].schedule: cannot be read: "0 0 30 2 *": Invalid explicit day of month definition.',
  ],
  [
    'schedule = "0 9 * * *"\nheartbeat_interval = 300',
    'agents[0].heartbeat_interval: stands beside schedule, and an agent has only one of the two.',
  ],
  ['timezone = "Mars/Olympus"', 'agents[0].timezone: this machine knows no time zone "Mars/Olympus".'],
  ['catch_up = "twice"', 'agents[0].catch_up: must be "once" or "skip".'],
  ['active_hours = "9-18"', 'agents[0].active_hours: cannot be read: "9-18".'],
  ['active_hours = "09:00-24:30"', 'agents[0].active_hours: cannot be read: "09:00-24:30".'],
  [
    'active_hours = "09:00-09:00"',
    'agents[0].active_hours: begins and ends at the same time: "09:00-09:00".',
  ],
  ['agent_command = ""', 'agents[0].agent_command: names no program.'],
  ['agent_command = "  "', 'agents[0].agent_command: names no program.'],
  ['agent_command = []', 'agents[0].agent_command: names no program.'],
  ['agent_command = ["", "x"]', 'agents[0].agent_command: names no program.'],
  ['agent_command = ["x", 3]', 'agents[0].agent_command: must be text or a list of texts.'],
  ['agent_command = ["x", "\\u0000"]', 'agents[0].agent_command: holds a zero byte.'],
  [
    'agent_command = "opencode \'run"',
    'agents[0].agent_command: cannot be split into words: Got EOF while in a quoted string.',
  ],
  ['agent_command = "$NOPE/x run"', 'agents[0].agent_command: $NOPE is not set: "$NOPE/x".'],
  ['workspace = "ws"', 'agents[0].workspace: must be absolute: "ws".'],
  ['workspace = ""', 'agents[0].workspace: must be absolute: (empty).'],
  ['workspace = "$NOPE"', 'agents[0].workspace: $NOPE is not set: "$NOPE".'],
  ['work_dir = "../x"', 'agents[0].work_dir: must be absolute: "../x".'],
  ['context_dirs = ["/a", "docs"]', 'agents[0].context_dirs[1]: must be absolute: "docs".'],
  ['context_dirs = "docs"', 'agents[0].context_dirs: must be absolute: "docs".'],
  ['context_dirs = 3', 'agents[0].context_dirs: must be text or a list of texts.'],
  ['role = "../secret"', 'agents[0].role: is not a name below roles/: "../secret".'],
  ['role = "/etc/passwd"', 'agents[0].role: is not a name below roles/: "/etc/passwd".'],
  ['role = ""', 'agents[0].role: is not a name below roles/: "".'],
  ['adapter = "claud"', 'agents[0].adapter: must be "claude", "codex", "gemini", "opencode" or "generic".'],
  ['prompt_via = "post"', 'agents[0].prompt_via: must be "stdin", "argument" or "file".'],
  ['env = 3', 'agents[0].env: must be a table with the keys pass and set.'],
  ['env = { pas = [] }', 'agents[0].env.pas: unknown key.'],
  ['env = { pass = ["A B"] }', 'agents[0].env.pass[0]: is not the name of a variable: "A B".'],
  [
    'env = { pass = ["MARROW_RUN"] }',
    'agents[0].env.pass[0]: MARROW_RUN is one that marrow itself gives to a run.',
  ],
  ['env = { set = { 1a = "" } }', 'agents[0].env.set.1a: is not the name of a variable: "1a".'],
  ['env = { set = { "a.b" = "" } }', 'agents[0].env.set."a.b": is not the name of a variable: "a.b".'],
  ['env = { set = { A = 1 } }', 'agents[0].env.set.A: must be text in quotes.'],
  ['env = { set = { A = "\\u0000" } }', 'agents[0].env.set.A: holds a zero byte.'],
  ['gate = "never"', 'agents[0].gate: must be "always" or "changed".'],
  ['max_quiet = "soon"', 'agents[0].max_quiet: is not a duration: "soon".'],
  ['stale_after = "soon"', 'agents[0].stale_after: is not a duration: "soon".'],
  ['max_quiet = ""', 'agents[0].max_quiet: is not a duration: "".'],
  ['max_quiet = 24', 'agents[0].max_quiet: must be text in quotes.'],
  ['wake_on = "tasks"', 'agents[0].wake_on: must be a list of "handoff" and "tasks".'],
  ['wake_on = ["task"]', 'agents[0].wake_on[0]: must be "handoff" or "tasks".'],
  ['log_max_count = true', 'agents[0].log_max_count: must be a whole number.'],
  ['nmae = "x"', 'agents[0].nmae: unknown key.'],
]

test.for(agentMistakes)('an agent with %s is refused: %s', ([agent, problem], { expect }) => {
  expect(readText(configText({ agent }))).toMatchObject({ config: undefined, problems: [problem] })
})

const longFolder = `/${'x'.repeat(89)}`

const fileMistakes: [string, string][] = [
  ['core_dir = "core"', 'core_dir: must be absolute: "core".'],
  ['state_dir = ""', 'state_dir: must be absolute: (empty).'],
  ['max_concurrent_runs = "3"', 'max_concurrent_runs: must be a whole number.'],
  ['context_replace = "queue"', 'context_replace: must be a list of texts.'],
  ['context_replace = ["a", "../b"]', 'context_replace[1]: is not a file name: "../b".'],
  ['context_replace = [".."]', 'context_replace[0]: is not a file name: "..".'],
  ['state_dri = "/s"', 'state_dri: unknown key.'],
  ['[sync]\nenabled = 1', 'sync.enabled: must be true or false.'],
  ['[ipc]\nenabled = "no"', 'ipc.enabled: must be true or false.'],
  ['ipc = true', 'ipc: must be a table.'],
  ['ipc = 2026-01-01', 'ipc: must be a table.'],
  ['[[ipc]]', 'ipc: must be a table.'],
  ['[ipc]\nsocket_path = "marrow.sock"', 'ipc.socket_path: must be absolute: "marrow.sock".'],
  ['[ipc]\ntask_dir = "tasks"', 'ipc.task_dir: must be absolute: "tasks".'],
  ['[sync]\nlock_file = "l"', 'sync.lock_file: must be absolute: "l".'],
  ['[profile]', 'profile: unknown key.'],
  [
    `state_dir = "${longFolder}"`,
    `state_dir: the path of the socket has 102 bytes, and at most 100 fit: ${longFolder}/marrow.sock.`,
  ],
  [
    `[ipc]\nsocket_path = "/${'ä'.repeat(50)}"`,
    `ipc.socket_path: the path of the socket has 101 bytes, and at most 100 fit: /${'ä'.repeat(50)}.`,
  ],
]

test.for(fileMistakes)('a file with %s is refused: %s', ([top, problem], { expect }) => {
  expect(readText(configText({ top }))).toMatchObject({ config: undefined, problems: [problem] })
})

test.for([
  ['', ': no agents configured.'],
  ['agents = []', ': no agents configured.'],
  ['[agents]\nname = "a"', 'agents: must be a list of tables.'],
  ['agents = [1]', 'agents[0]: must be a table.'],
] as const)('the file %j has no agents: %s', ([text, problem], { expect }) => {
  expect(readText(text)).toMatchObject({ config: undefined, problems: [problem] })
})

test('an agent without its required keys is told all three', ({ expect }) => {
  expect(readText('[[agents]]').problems).toEqual([
    'agents[0].name: is required.',
    'agents[0].agent_command: is required.',
    'agents[0].workspace: is required.',
  ])
})

test('two names that differ from their form in file names, and from each other, are refused too', ({
  expect,
}) => {
  const after = '[[agents]]\nname = "SCOUT"\nagent_command = "x"\nworkspace = "/w"'
  const { problems } = readText(configText({ agent: 'name = "Scout"', after }))
  expect(problems).toEqual(['agents[1].name: SCOUT and Scout are both scout in file names.'])
})

test.for([
  ['scout', 'another agent is named scout too.'],
  [' scout', 'another agent is named scout too.'],
  ['Scout', 'Scout and scout are both scout in file names.'],
  ['scout.', 'scout. and scout are both scout in file names.'],
  ['scout-', 'scout- and scout are both scout in file names.'],
  ['scout2', undefined],
] as const)('beside scout, an agent may be named %j unless %s', ([name, problem], { expect }) => {
  const after = `[[agents]]\nname = "${name}"\nagent_command = "x"\nworkspace = "/w"`
  const { problems } = readText(configText({ after }))
  if (name === 'scout.')
    expect(problems).toEqual(['agents[1].name: scout. and scout are both scout in file names.'])
  else expect(problems).toEqual(problem === undefined ? [] : [`agents[1].name: ${problem}`])
})
