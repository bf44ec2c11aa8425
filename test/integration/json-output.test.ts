/** What the commands really print with --json holds what docs/json-output.md says, and nothing else. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sh, test, type Home } from '../helpers/daemon.ts'
import { jsonOutputs } from '../../src/ipc/json-output.ts'

const program = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

/** Runs a command from its source; the values that it prints on stdout. */
function printed(home: Home, words: readonly string[]): Promise<unknown[]> {
  const env = { PATH: process.env['PATH'], HOME: home.dir, MARROW_CONFIG: home.configPath, NO_COLOR: '1' }
  const isPerLine = ['logs', 'events', 'export'].includes(words[0] ?? '')
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...words, '--json'], { cwd: home.dir, env }, (_, out, err) => {
      if (out === '') reject(new Error(`${words.join(' ')} printed nothing. ${err}`))
      else resolve((isPerLine ? out.trimEnd().split('\n') : [out]).map((text): unknown => JSON.parse(text)))
    })
  })
}

test('every command prints what its schema says, key by key', async ({ home, expect }) => {
  const agents = {
    scout: { agent_command: sh('echo done') },
    sleeper: { agent_command: sh('exec sleep 600') },
  }
  await home.write(agents, '[notify]\ncommand = "cat"')
  const daemon = await home.start({ ipc: true })
  await daemon.ended(1)
  await printed(home, ['handoff', 'send', 'sleeper', '--title', 'The roof', '--text', 'Look at it.'])
  const lines: Readonly<Record<string, readonly string[]>> = {
    status: ['status'],
    report: ['report'],
    runs: ['runs'],
    'runs tree': ['runs', 'tree'],
    show: ['show', 'scout'],
    'show --prompt': ['show', 'scout', '--prompt'],
    'show --steps': ['show', 'scout', '--steps'],
    logs: ['logs', 'scout'],
    'logs --raw': ['logs', 'scout', '--raw'],
    events: ['events'],
    export: ['export'],
    clean: ['clean'],
    wake: ['wake', 'scout'],
    ask: ['ask', 'scout', 'Is it late?'],
    pause: ['pause', 'scout'],
    resume: ['resume', 'scout'],
    'log-level': ['log-level'],
    'run-once': ['run-once', 'scout'],
    'dry-run': ['dry-run', 'scout'],
    'task add': ['task', 'add', 'Mend the roof'],
    'task list': ['task', 'list'],
    cancel: ['cancel', 'sleeper'],
    validate: ['validate'],
    doctor: ['doctor'],
    'isolation show': ['isolation', 'show'],
    'isolation test': ['isolation', 'test'],
    'notify test': ['notify', 'test'],
    setup: ['setup'],
    'handoff send': ['handoff', 'send', 'scout', '--text', 'And at the door.'],
    'handoff list': ['handoff', 'list'],
    'handoff show': ['handoff', 'show', 'roof'],
    'role list': ['role', 'list'],
    'role show': ['role', 'show', 'coder'],
    'role check': ['role', 'check'],
    'role graph': ['role', 'graph'],
    'role edit': ['role', 'edit', 'tester'],
    'role add': ['role', 'add', await sourceOf(home)],
    'role update': ['role', 'update'],
    'role remove': ['role', 'remove', await ownRole(home)],
    'role cast': ['role', 'cast', '--dry-run'],
    scaffold: [
      'scaffold',
      '--workspace',
      join(home.dir, 'new'),
      '--config-out',
      join(home.dir, 'own', 'marrow.toml'),
    ],
    init: ['init', '--yes', '--cli', 'true', '--work-dir', await folderOf(home), '--tick', 'no'],
    stop: ['stop'],
  }
  const { init = [], stop = [], ...others } = lines
  const answers = Object.entries(others).map(async ([name, words]) => ({
    name,
    values: await printed(home, words),
  }))
  const all = [
    ...(await Promise.all(answers)),
    { name: 'init', values: await printed(home, init) },
    { name: 'stop', values: await printed(home, stop) },
  ]
  for (const { name, values } of all) {
    for (const value of values)
      expect({ name, value: jsonOutputs[name]?.parse(value) }).toEqual({ name, value })
  }
  // A demo goes on until somebody ends it, restart waits for a service manager, and what is opened must be a conversation
  // of an agent CLI: their types are checked alone.
  const left = Object.keys(jsonOutputs).filter((name) => !(name in lines))
  expect(left).toEqual(['demo', 'restart', 'delegate', 'delegate wait', 'delegate list', 'open'])
  await daemon.done
})

/** One that nobody works on yet. */
async function folderOf({ dir }: Home): Promise<string> {
  const folder = join(dir, 'other')
  await mkdir(folder)
  return folder
}

/** A folder with a role. */
async function sourceOf({ dir }: Home): Promise<string> {
  await mkdir(join(dir, 'source', 'roles', 'l3'), { recursive: true })
  await writeFile(join(dir, 'source', 'roles', 'l3', 'painter.md'), '---\nname: painter\n---\nPaint.\n')
  return join(dir, 'source')
}

/** The id of a role beside the configuration. */
async function ownRole({ configPath }: Home): Promise<string> {
  const folder = join(dirname(configPath), 'roles', 'l3')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'glazier.md'), '---\nname: glazier\n---\nGlaze.\n')
  return 'l3/glazier'
}

test('validate tells every mistake in its documented shape', async ({ home, expect }) => {
  await home.write({ scout: { agent_command: sh('true'), heartbeat_interval: '"often"', colour: '"red"' } })
  const [value] = await printed(home, ['validate'])
  expect(jsonOutputs['validate']?.parse(value)).toEqual(value)
  expect(value).toMatchObject({ ok: false, problems: [{ line: expect.any(Number) }, {}] })
})
