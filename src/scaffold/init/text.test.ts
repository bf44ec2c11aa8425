import { existsSync } from 'node:fs'
import { test } from 'vitest'
import { parseConfig } from '../../config/parse.ts'
import type { Answers } from './converse.ts'
import { extendedConfig, firstConfig } from './text.ts'

const answers: Answers = {
  command: {
    cli: 'opencode',
    words: ['/opt/bin/opencode', 'run'],
    env: { OPENCODE_PERMISSION: '{"bash":"deny"}' },
  },
  login: { state: 'in', by: 'ANTHROPIC_API_KEY' },
  workDir: '/src/my "site"',
  isRepository: true,
  free: 'no',
  push: { pass: ['GITHUB_TOKEN'], set: { GIT_CONFIG_COUNT: '1' }, secrets: ['/home/me/.ssh/deploy'] },
  everyMs: 5_400_000,
  limit: { key: 'usd_per_day', value: 2.5 },
  notice: { key: 'command', value: ['/opt/bin/tell', 'me'] },
  tick: true,
}

const place = { workspace: '/data/site', project: undefined, full: false }

function read(text: string) {
  const context = {
    home: '/home/me',
    env: {},
    path: '/home/me/.config/marrow/marrow.toml',
    programRoot: '/opt/marrow',
    realPath: (path: string) => path,
    exists: existsSync,
    namesIn: () => [],
  }
  const { config, problems } = parseConfig(text, context)
  return { config, problems: problems.map(({ reason }) => reason) }
}

const first = firstConfig(answers, place, { stateDir: '/state', noIsolation: undefined })

test('every answer of the first configuration is read back as it was given', ({ expect }) => {
  const { config, problems } = read(first)
  expect(problems).toEqual([])
  expect(config).toMatchObject({
    stateDir: '/state',
    limits: { usd_per_day: 2.5 },
    notify: { command: ['/opt/bin/tell', 'me'] },
    agents: [
      {
        name: 'conductor',
        role: 'conductor',
        project: 'default',
        workspace: '/data/site',
        workDir: '/src/my "site"',
        command: ['/opt/bin/opencode', 'run'],
        schedule: { kind: 'interval', intervalMs: 5_400_000 },
        wakeOn: ['handoff', 'tasks'],
        env: {
          pass: ['ANTHROPIC_API_KEY', 'GITHUB_TOKEN'],
          set: { OPENCODE_PERMISSION: '{"bash":"deny"}', GIT_CONFIG_COUNT: '1' },
        },
        isolation: { mode: 'required', secrets: ['/home/me/.ssh/deploy'], bypassWithoutIsolation: false },
      },
    ],
  })
})

test('leave to run commands where nothing keeps them apart stands there by name', ({ expect }) => {
  const text = firstConfig({ ...answers, free: 'without a wall' }, place, {
    stateDir: '/state',
    noIsolation: 'bwrap is missing',
  })
  expect(read(text).config?.agents[0]?.isolation).toMatchObject({
    mode: 'preferred',
    bypassWithoutIsolation: true,
  })
})

test('one more project stands at the end with limits of its own, and the rest stays as it was', ({
  expect,
}) => {
  const before = `${first}\n# mine`
  const second = { ...answers, workDir: '/src/shop', notice: undefined }
  const text = extendedConfig(before, second, { workspace: '/data/shop', project: 'shop', full: true })
  expect(text.startsWith(`${before}\n`)).toBe(true)
  const { config, problems } = read(text)
  expect(problems).toEqual([])
  expect(config?.limits).toEqual({ usd_per_day: 2.5 })
  expect(config?.agents.map(({ name, role, project, limits }) => [name, role, project, limits])).toEqual([
    ['conductor', 'conductor', 'default', {}],
    ['scout@shop', 'scout', 'shop', { usd_per_day: 0.83 }],
    ['conductor@shop', 'conductor', 'shop', { usd_per_day: 0.83 }],
    ['refit@shop', 'refit', 'shop', { usd_per_day: 0.83 }],
  ])
})

test.for([
  ['usd_per_day', 5, 1.66],
  ['usd_per_day', 0.29, 0.09],
  ['tokens_per_day', 5_000_000, 1_666_666],
  ['runs_per_day', 2, 1],
] as const)('of %s = %s each of three agents of one project has %s', ([key, value, own], { expect }) => {
  const one = { ...answers, notice: undefined, limit: { key, value } }
  const text = extendedConfig(first, one, { workspace: '/data/shop', project: 'shop', full: true })
  expect(read(text).config?.agents.map(({ limits }) => limits[key])).toEqual([undefined, own, own, own])
})

test('the one agent of a project has all that was answered', ({ expect }) => {
  const one = { ...answers, notice: undefined, limit: { key: 'usd_per_day', value: 0.29 } as const }
  const text = extendedConfig(first, one, { workspace: '/data/shop', project: 'shop', full: false })
  expect(read(text).config?.agents[1]?.limits).toEqual({ usd_per_day: 0.29 })
})
