import { test } from 'vitest'
import { usualDelegation } from '../../test/helpers/agents.ts'
import { configText, readText } from '../../test/helpers/config-text.ts'

const read = (table: string) => readText(configText({ after: `[delegation]\n${table}` }))

test('an empty table is what stands for a missing one', ({ expect }) => {
  expect(read('').config?.delegation).toEqual(usualDelegation)
})

test('commands are words, for a role or a level in any case', ({ expect }) => {
  const { config } = read(`
command = "opencode run --agent {role}"
commands = { "L3" = "codex exec -", "l3/Coder" = ["claude", "-p"] }
max_depth = 1
timeout = "90s"`)
  expect(config?.delegation).toEqual({
    ...usualDelegation,
    command: ['opencode', 'run', '--agent', '{role}'],
    commands: { l3: ['codex', 'exec', '-'], 'l3/coder': ['claude', '-p'] },
    depthMax: 1,
    timeoutMs: 90_000,
  })
})

test.for([
  ['max_depth = 3', /max_depth=3 outside \[0,2\], clamped to 2/],
  ['children_per_run = 0', /children_per_run=0 outside \[1,100\], clamped to 1/],
] as const)('%s is more than anybody may and clamped', ([line, warning], { expect }) => {
  expect(read(line).warnings.join('\n')).toMatch(warning)
})

test('mistakes are told all at once', ({ expect }) => {
  const { problems } = read('command = ""\ncommands = { l2 = 3 }\ntimeout = "soon"\nchildren = 2')
  expect(problems).toEqual([
    'delegation.commands.l2: must be text or a list of texts.',
    'delegation.children: unknown key.',
    'delegation.command: names no program.',
    'delegation.timeout: is not a duration: "soon".',
  ])
})
