import { test } from 'vitest'
import { configText, context, readText } from '../../test/helpers/config-text.ts'
import type { Key } from './key.ts'
import { keys } from './keys.ts'
import { parseConfig } from './parse.ts'
import { problemOf, withoutWritten } from './report.ts'
import { formatProblem } from '../base/errors.ts'

const suggestions: [string, object][] = [
  [configText({ top: 'state_dri = "/s"' }), { fix: 'Did you mean state_dir?' }],
  [configText({ agent: 'heartbeat-interval = 60' }), { fix: 'Did you mean heartbeat_interval?' }],
  [`[[agent]]\nname = "a"`, { fix: 'Did you mean agents?' }],
  [configText({ agent: 'env = { pas = [] }' }), { fix: 'Did you mean pass?' }],
  [
    configText({ agent: 'state_dir = "/s"' }),
    { fix: 'It belongs to the top of the file, before the first [section]: move it there.' },
  ],
  [configText({ top: 'enabled = true' }), { fix: 'It belongs to [ipc] or [sync]: move it there.' }],
  [
    configText({ top: '[ipc]\nfrobnicate = true' }),
    { fix: 'Remove it, or look the key up: [ipc] has enabled, socket_path, task_dir.' },
  ],
]

test.for(suggestions)('what was probably meant by %j', ([text, expected], { expect }) => {
  expect(parseConfig(text, context).problems[0]).toMatchObject(expected)
})

const ranges = Object.entries(keys).flatMap(([section, table]) =>
  Object.entries<Key>(table).flatMap(([name, { type, range }]) =>
    range === undefined || type === 'duration' || type === 'size'
      ? []
      : [{ section, name, low: range[0], high: range[1] }],
  ),
)

test.for(ranges)(
  '$section.$name is brought between $low and $high with a warning',
  ({ section, name, low, high }, { expect }) => {
    const write = (value: number) => {
      if (section === 'agents') return configText({ agent: `${name} = ${value}` })
      if (section === 'agentIsolation') return configText({ agent: `isolation.${name} = ${value}` })
      if (section === 'agentLimits') return configText({ agent: `limits.${name} = ${value}` })
      return configText({
        top: section === 'top' ? `${name} = ${value}` : `[${section}]\n${name} = ${value}`,
      })
    }
    for (const [value, clamped] of [
      [low - 1, low],
      [high + 1, high],
      [-1_000_000_000_000, low],
    ] as const) {
      const { config, problems, warnings } = readText(write(value))
      expect(problems).toEqual([])
      expect(config).toEqual({ ...readText(write(clamped)).config, warnings: config?.warnings })
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toMatch(
        new RegExp(`: ${name}=${value} outside \\[${low},${high}\\], clamped to ${clamped}$`),
      )
    }
    for (const value of [low, high]) expect(readText(write(value)).warnings).toEqual([])
  },
)

test('a clamp says what was written, what is allowed and what it became', ({ expect }) => {
  expect(readText(configText({ agent: 'heartbeat_interval = 5\nmax_quiet = "5s"' })).warnings).toEqual([
    'agents[0].heartbeat_interval: heartbeat_interval=5 outside [60,604800], clamped to 60',
    'agents[0].max_quiet: max_quiet=5s outside [1m,8760h], clamped to 1m',
  ])
})

const doubts: [string, string][] = [
  [configText({ top: '[sync]\nenabled = true' }), 'sync.enabled: sync is not available in this version'],
  [
    configText({ agent: 'timezone = "UTC"' }),
    'agents[0].timezone: has no effect without schedule or active_hours.',
  ],
  [
    configText({ agent: 'agent_command = "./agent.sh run"' }),
    'agents[0].agent_command: ./agent.sh is looked for from wherever marrow run is started.',
  ],
  [configText({ agent: 'agent_command = "x {promt}"' }), 'agents[0].agent_command: {promt} stays as it is.'],
]

test.for(doubts)('%j is allowed, with a warning', ([text, warning], { expect }) => {
  expect(readText(text)).toMatchObject({
    problems: [],
    warnings: [warning],
    config: { warnings: [expect.any(Object)] },
  })
})

test('a core without rules is allowed, with a warning', ({ expect }) => {
  expect(readText(configText(), { exists: () => false })).toMatchObject({
    problems: [],
    warnings: ["core_dir: /usr/lib/marrow has no prompts/rules.md: prompts begin without the core's rules."],
  })
})

test('mistakes in different places hide none of each other, and warnings stand beside them', ({ expect }) => {
  const text = [
    'core_dir = "core"',
    'colour = "red"',
    '[ipc]',
    'socket_path = "$NOPE"',
    '[sync]',
    'interval_seconds = 1',
    '[[agents]]',
    'name = "a"',
    'schedule = ""',
    'workspace = "/usr/lib"',
    'state_dir = "/s"',
    '[[agents]]',
    'name = "A"',
    'agent_command = "x \'"',
    'workspace = "w"',
  ].join('\n')
  const { config, problems, warnings } = readText(text)
  expect(config).toBeUndefined()
  expect(problems.map((line) => line.split(':')[0]).toSorted((a = '', b = '') => (a < b ? -1 : 1))).toEqual([
    'agents[0].agent_command',
    'agents[0].schedule',
    'agents[0].state_dir',
    'agents[1].agent_command',
    'agents[1].name',
    'agents[1].workspace',
    'colour',
    'core_dir',
    'ipc.socket_path',
  ])
  expect(warnings).toEqual(['sync.interval_seconds: interval_seconds=1 outside [60,604800], clamped to 60'])
})

test('a mistake in the syntax is shown with its line, its column and the text around it', ({ expect }) => {
  expect(parseConfig('a = 1\nb = [1,\nc = ', context).problems).toEqual([
    { path: [], line: 3, fix: undefined, reason: 'invalid value (column 1).\n2:  b = [1,\n3:  c = \n    ^' },
  ])
})

test('a name that JavaScript gives a meaning to is no key', ({ expect }) => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    for (const text of [
      `${name} = 1\n${configText()}`,
      configText({ agent: `${name} = 1` }),
      `[${name}]\n${configText()}`,
    ]) {
      expect(readText(text).config).toBeUndefined()
    }
  }
})

const formatted = (agent: string) =>
  parseConfig(configText({ agent }), context).problems.map((issue) =>
    formatProblem(problemOf(issue, '/c/marrow.toml', undefined)),
  )

test.for([
  'env = { pass = ["TOKEN=hush-hush"] }',
  'env = { set = { "TOKEN=hush-hush" = "x" } }',
  'env = { set = { "TOKEN=hush-hush" = 1 } }',
  '"TOKEN=hush-hush" = 1',
])('of a name that was written with its value only the name is told: %s', (line, { expect }) => {
  const told = formatted(line)
  expect(told).toEqual([expect.stringContaining('TOKEN=…"')])
  expect(told.join()).not.toContain('hush')
})

test.for([
  'timezone = "hush-hush"',
  'active_hours = "hush-hush"',
  'active_hours = "hush-hush\\nhush"',
  'context_dirs = ["hush-hush"]',
  'context_dirs = ["$NOPE/hush-hush"]',
  'work_dir = "hush-hush. Fix: hush"',
  'role = "../hush-hush"',
  'max_quiet = "hush-hush"',
])('what stands at the place of a mistake can be left out: %s', (line, { expect }) => {
  const told = formatted(line)
  expect(told).toEqual([expect.stringContaining('hush')])
  const kept = told.map(withoutWritten).join()
  expect(kept).not.toContain('hush')
  expect(kept).toMatch(/: agents\[0\]\.\w+(?:\[0\])?: .*\. Fix: /)
})
