import { resolve } from 'node:path'
import * as fc from 'fast-check'
import { test } from 'vitest'
import { parseConfig } from '../config/parse.ts'
import { simulatedCommands, starterConfig, type Starter } from './starter.ts'

const starter: Starter = {
  workspace: '/w/team',
  stateDir: '/c/state',
  coreDir: undefined,
  noIsolation: undefined,
  command: ['/usr/bin/opencode', 'run'],
  queueCommand: ['/usr/bin/opencode', 'run'],
}

const parse = (text: string) =>
  parseConfig(text, {
    path: '/c/marrow.toml',
    home: '/h',
    env: {},
    programRoot: '/p',
    realPath: (path) => path,
    exists: (path) => path === '/p/prompts/rules.md',
    namesIn: () => [],
  })

test('the starter configuration is valid and gives no warning', ({ expect }) => {
  expect(parse(starterConfig(starter))).toMatchObject({ problems: [], warnings: [] })
})

test('runs are limited from the first day, and the limits that it suggests are valid', ({ expect }) => {
  const text = starterConfig(starter)
  expect(parse(text).config?.limits).toEqual({ runs_per_day: 200 })
  const all = parse(text.replaceAll(/^# (?=(?:usd|tokens)_per_day)/gm, ''))
  expect(all).toMatchObject({ problems: [], config: { limits: { usd_per_day: 5, tokens_per_day: 5e6 } } })
})

test('it has three agents with the known rhythms, gated, of which exactly one works the queue', ({
  expect,
}) => {
  const agents = parse(starterConfig(starter)).config?.agents ?? []
  const rows = agents.map(
    ({ name, schedule, timeoutMs, wakeOn, gate, gateWritten, maxQuietMs, command, adapter }) => [
      name,
      schedule.kind === 'interval' ? schedule.intervalMs / 1_000 : undefined,
      timeoutMs / 1_000,
      wakeOn,
      gate,
      gateWritten,
      maxQuietMs / 3_600_000,
      command,
      adapter,
    ],
  )
  const shared = ['changed', true, 24, starter.command, 'opencode'] as const
  expect(rows).toEqual([
    ['scout', 300, 500, ['handoff'], ...shared],
    ['conductor', 7_200, 7_200, ['handoff', 'tasks'], ...shared],
    ['refit', 302_400, 28_800, ['handoff'], ...shared],
  ])
})

test('each of its agents has the role of its name', ({ expect }) => {
  const agents = parse(starterConfig(starter)).config?.agents ?? []
  expect(agents.map(({ role }) => role)).toEqual(['scout', 'conductor', 'refit'])
})

test('it names the state, which is never left to chance, and the core only when asked to', ({ expect }) => {
  expect(parse(starterConfig(starter)).config).toMatchObject({ stateDir: '/c/state', coreDir: '/p' })
  expect(parse(starterConfig({ ...starter, coreDir: '/q' })).config).toMatchObject({ coreDir: '/q' })
})

test('of the simulated agents only the one that is woken by tasks takes them', ({ expect }) => {
  const agents = parse(starterConfig({ ...starter, ...simulatedCommands('/m') })).config?.agents ?? []
  const takes = agents.filter(({ command }) => command.includes('--complete-tasks')).map(({ name }) => name)
  expect(takes).toEqual(['conductor'])
})

// A `$` is left out: it means a variable in the file, so `scaffold` refuses such a path. A zero byte is in no path.
const word = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom(
      'a b',
      `it's`,
      '"',
      '\\',
      '\\u0041',
      '\n# [[agents]]',
      '"""',
      "'''",
      'ü/日本',
      '\u007f',
      '#',
      ' end ',
    ),
  )
  .map((text) => text.replaceAll(/[\0$]/gu, '_'))
const path = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .map((words) => resolve('/', ...words.map((each) => `x${each}`)))

test('any path and any command come back from the file as they went in', ({ expect }) => {
  fc.assert(
    fc.property(path, path, path, fc.array(word, { maxLength: 4 }), (workspace, state, core, words) => {
      const given = { workspace: `/w${workspace}`, stateDir: `/s${state}`, coreDir: `/k${core}` }
      fc.pre(new TextEncoder().encode(given.stateDir).length < 80)
      const { config, problems } = parse(
        starterConfig({
          noIsolation: undefined,
          ...given,
          command: ['/bin/agent', ...words],
          queueCommand: ['/bin/agent', ...words],
        }),
      )
      expect(problems).toEqual([])
      expect(config).toMatchObject({ stateDir: given.stateDir, coreDir: given.coreDir })
      for (const agent of config?.agents ?? []) {
        expect(agent).toMatchObject({
          workspace: given.workspace,
          contextDirs: [`${given.workspace}/context.d`],
        })
        expect(agent.command).toEqual(['/bin/agent', ...words])
      }
    }),
  )
})

test('runs are isolated where the machine can do it; where it cannot, the file says why', ({ expect }) => {
  expect(parse(starterConfig(starter)).config?.agents[0]?.isolation.mode).toBe('required')
  const open = starterConfig({ ...starter, noIsolation: 'bubblewrap is not installed' })
  expect(parse(open).config?.agents[0]?.isolation.mode).toBe('preferred')
  expect(open).toContain('bubblewrap is not installed. Once that is mended')
})
