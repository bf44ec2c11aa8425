/** What every command that answers programs prints: one JSON value, or one on each line, and nothing else. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sampleRun } from '../../test/helpers/fake-daemon.ts'
import { test } from '../../test/helpers/marrow-program.ts'
import { MarrowError } from '../base/errors.ts'
import { commands } from './program/groups.ts'

/** Words for each, apart from those that take long or need a world of their own. */
const lines: Readonly<Record<string, readonly string[]>> = {
  setup: [],
  validate: [],
  doctor: [],
  'role list': [],
  'role check': [],
  'role update': [],
  'role graph': [],
  'role cast': ['--dry-run'],
  'isolation show': ['scout'],
  'isolation test': [],
  'notify test': [],
  stop: [],
  restart: [],
  pause: ['scout'],
  resume: [],
  'log-level': [],
  wake: ['scout'],
  ask: ['scout', 'why'],
  'run-once': [],
  'dry-run': ['--layers'],
  'task add': ['mend', 'it'],
  'task list': [],
  'handoff send': ['scout', '--text', 'Look at it.'],
  'handoff list': [],
  'handoff show': ['build'],
  cancel: ['scout'],
  status: [],
  report: [],
  runs: [],
  'runs tree': [],
  show: ['scout'],
  logs: ['scout'],
  events: [],
  export: [],
  clean: [],
}

/** Those that look at a machine which goes on, or leave something done. */
const changing = ['doctor', 'isolation test', 'setup']

/** Those that need a world of their own. */
const elsewhere = ['delegate', 'delegate wait', 'delegate list', 'demo', 'init', 'open', 'scaffold']
const ofRoles = ['role show', 'role edit', 'role add', 'role remove']

test('every command that answers programs is tried here or elsewhere', ({ expect }) => {
  const known = commands.filter(({ json }) => json !== undefined).map(({ name }) => name)
  expect([...Object.keys(lines), ...elsewhere, ...ofRoles].toSorted()).toEqual(known.toSorted())
})

test.for(Object.entries(lines))(
  '%s %j prints JSON alone, however it is asked for',
  async ([name, words], { world, expect }) => {
    await using _ = await world.daemon({ restart: async () => ({ ok: true, pid: 7 }) })
    const spec = commands.find((command) => command.name === name)
    const answers: unknown[] = []
    for (const form of [['--json'], ['-o', 'json']]) {
      const { out } = await world.marrow(...name.split(' '), ...words, ...form)
      const parts = spec?.json === 'one value a line' ? out.trimEnd().split('\n') : [out]
      answers.push(parts.map((part): unknown => JSON.parse(part)))
    }
    expect(answers[0]).not.toEqual([])
    if (!changing.includes(name)) expect(answers[1]).toEqual(answers[0])
  },
)

test('scaffold and a prompt are JSON too', async ({ world, dir, expect }) => {
  const [workspace, config] = [join(dir, 'team'), join(dir, 'made', 'marrow.toml')]
  const made = await world.marrow('scaffold', '--workspace', workspace, '--config-out', config, '-o', 'json')
  expect(JSON.parse(made.out)).toMatchObject({ workspace, config, left_out: [], next: { length: 5 } })
  await using _ = await world.daemon()
  const { out } = await world.marrow('show', 'scout', '--prompt', '--json')
  expect(JSON.parse(out)).toEqual({ run: sampleRun().id, prompt: 'all of it\n' })
})

const refused = () => Promise.reject(new MarrowError('NOT_FOUND', 'unknown agent: x', { fix: 'Ask.' }))

test('an error leaves stdout empty and is told to people', async ({ world, expect }) => {
  await using _ = await world.daemon({ wake: refused })
  expect(await world.marrow('wake', 'x', '-o', 'json')).toEqual({
    code: 1,
    out: '',
    err: 'unknown agent: x\nFix: Ask.\n',
  })
})

test.for([
  [['runs', '-o', 'yaml'], /Allowed choices are text, json/],
  [['runs', '--json', '-o', 'text'], /contradict/],
  [['status', '--json', '-o', 'text'], /contradict/],
  [['dry-run', 'scout', '--raw', '--json'], /--raw and JSON contradict/],
] as const)('%j is bad usage', async ([words, message], { world, expect }) => {
  await using _ = await world.daemon()
  const { code, out, err } = await world.marrow(...words)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(message)
})

test('a table of the status is to be had without a terminal too', async ({ world, expect }) => {
  await using _ = await world.daemon()
  expect((await world.marrow('status', '-o', 'text')).out).toMatch(/^marrow .*\n[^]*AGENT/)
})

test('validate tells programs of every mistake as a result', async ({ world, expect }) => {
  writeFileSync(world.config, '[[agents]]\nname = "x"\nagent_comand = "true"\n')
  const { code, out, err } = await world.marrow('validate', '-o', 'json')
  expect({ code, err }).toEqual({ code: 2, err: '' })
  const answer: { ok: boolean; problems: unknown[] } = JSON.parse(out)
  expect(answer.ok).toBe(false)
  expect(answer.problems).toContainEqual(
    expect.objectContaining({ file: world.config, key: expect.stringContaining('agents[0].agent_com') }),
  )
})

test('setup tells programs which workspace is not ready', async ({ world, dir, expect }) => {
  mkdirSync(join(dir, 'other'))
  const agent = (name: string) =>
    `[[agents]]\nname = "${name}"\nagent_command = "true"\nworkspace = "${join(dir, name)}"\n`
  writeFileSync(world.config, `state_dir = "${join(dir, 'state')}"\n${agent('other')}${agent('gone')}`)
  const { code, out, err } = await world.marrow('setup', '--json')
  expect({ code, err }).toEqual({ code: 1, err: '' })
  expect(JSON.parse(out)).toMatchObject({
    ok: false,
    agents: [
      { agent: 'other', problem: null },
      { agent: 'gone', problem: expect.stringContaining('does not exist') },
    ],
  })
})
