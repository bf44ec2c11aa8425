import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sampleRun } from '../../test/helpers/fake-daemon.ts'
import { test } from '../../test/helpers/marrow-program.ts'
import { MarrowError } from '../base/errors.ts'

const unknownAgent = () =>
  Promise.reject(new MarrowError('NOT_FOUND', 'unknown agent: x', { fix: 'See: marrow status' }))

test('status is JSON for programs', async ({ world, expect }) => {
  await using _ = await world.daemon()
  const { code, out } = await world.marrow('status', '--config', world.config)
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ pid: 4242, agents: { scout: { tick_count: 7 } } })
})

test('a command that needs the daemon says so and how to start it', async ({ world, expect }) => {
  for (const words of [['status'], ['wake', 'scout'], ['runs'], ['stop']]) {
    expect(await world.marrow(...words)).toEqual({
      code: 1,
      out: '',
      err: `Cannot ask the daemon: nobody answers on ${world.socketPath}.\nFix: Start it with: marrow run -c ${world.config}\n`,
    })
  }
})

test('pause without a daemon tells of the file that does the same', async ({ world, expect }) => {
  const { code, err } = await world.marrow('pause')
  expect(code).toBe(1)
  expect(err).toContain(`touch ${world.socketPath.replace('marrow.sock', 'PAUSED')}`)
})

test('a daemon with another configuration is left alone, and both paths are named', async ({
  world,
  dir,
  expect,
}) => {
  await using daemon = await world.daemon()
  const other = join(dir, 'home', 'other.toml')
  writeFileSync(other, readFileSync(world.config))
  const { code, err } = await world.marrow('wake', 'scout', '-c', other)
  expect(code).toBe(2)
  expect(err).toContain(world.config)
  expect(err).toContain(other)
  expect(daemon.calls).toEqual([])
})

test.for([
  [
    ['wake', 'scout', '--prompt', 'look', '--reason', 'late'],
    'wake',
    { agent: 'scout', prompt: 'look', reason: 'late' },
  ],
  [['pause'], 'pause', {}],
  [['pause', 'scout', '--reason', 'lunch'], 'pause', { agent: 'scout', reason: 'lunch' }],
  [['resume', 'scout'], 'resume', { agent: 'scout' }],
  [['cancel', 'scout'], 'cancel', { target: 'scout' }],
  [['stop'], 'stop', {}],
  [['runs', '--agent', 'scout', '-n', '3'], 'runs', { agent: 'scout', limit: 3 }],
  [['events', '--kind', 'run', '-n', '7'], 'journal', { kind: ['run'], limit: 7 }],
  [['show', 'x'], 'showRun', { id: 'x' }],
  [['show', 'x', '--steps'], 'readSteps', { id: 'x', limit: 200 }],
  [['report'], 'report', { since: 'last' }],
  [['report', '--since', '12h', '--markdown'], 'report', { since: '12h' }],
  [['run-once', 'scout'], 'runOnce', { agents: ['scout'] }],
  [['dry-run', 'scout'], 'dryRun', { agents: ['scout'] }],
] as const)('%j asks %s', async ([words, verb, params], { world, expect }) => {
  await using daemon = await world.daemon()
  const { code, err } = await world.marrow(...words)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(daemon.calls).toEqual([{ verb, params }])
})

test.for([
  [['task', 'add', 'mend', 'it', '-b', 'all'], 'addTask', { title: 'mend it', body: 'all' }],
  [['task', 'add', 'mend', '--project', 'site'], 'addTask', { title: 'mend', project: 'site' }],
  [['task', 'list'], 'tasks', {}],
  [['task', 'list', '--project', 'site'], 'tasks', { project: 'site' }],
  [['task', 'list', '--all'], 'tasks', { project: '*' }],
] as const)('%j asks %s, and says in which folder', async ([words, verb, params], { world, dir, expect }) => {
  await using daemon = await world.daemon()
  const { code, err } = await world.marrow(...words)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(daemon.calls).toEqual([{ verb, params: { ...params, folder: realpathSync(join(dir, 'home')) } }])
})

test('restart waits for the next daemon and says which it is', async ({ world, expect }) => {
  await using daemon = await world.daemon({ restart: async () => ({ ok: true, pid: 7 }) })
  expect(await world.marrow('restart')).toEqual({
    code: 0,
    out: '✓ marrow (pid 7) hands over: its runs go on\n✓ marrow (pid 4242) works in its place\n',
    err: '',
  })
  expect(daemon.calls.map(({ verb }) => verb)).toEqual(['restart', 'status'])
})

test('a queued task is named, with what happens next', async ({ world, expect }) => {
  await using _ = await world.daemon()
  expect((await world.marrow('task', 'add', 'mend')).out).toBe(
    '✓ task submitted: new.md\n  scout is woken now\n',
  )
})

test.for([
  ['folder', 'site (this folder)'],
  ['name', 'site (as you said)'],
  ['first', 'site (the first one; this folder is in none)'],
] as const)(
  'where there are projects, a task says which one it went to: by %s',
  async ([by, said], { world, expect }) => {
    const added = { ok: true as const, file: 'new.md', path: '/q/new.md', next: 'scout is woken now' }
    await using _ = await world.daemon({
      addTask: async () => ({ ...added, project: 'site', project_by: by }),
    })
    expect((await world.marrow('task', 'add', 'mend')).out).toBe(
      `✓ task submitted: new.md\n  project ${said}\n  scout is woken now\n`,
    )
  },
)

test('the tasks of all projects have their project in front, and an empty queue says whose it is', async ({
  world,
  expect,
}) => {
  const task = { file: 'a.md', title: 'mend', created: 0, project: 'site' }
  await using _ = await world.daemon({
    tasks: async ({ project }) =>
      project === '*' ? { tasks: [task], project: null } : { tasks: [], project: project ?? 'default' },
  })
  expect((await world.marrow('task', 'list', '--all')).out).toBe('site  a.md  mend\n')
  const none = await world.marrow('task', 'list', '--project', 'shop')
  expect(none.out).toBe('(no tasks in queue of project shop)\n')
  const both = await world.marrow('task', 'list', '--project', 'shop', '--all')
  expect(both).toMatchObject({ code: 2, err: expect.stringContaining('stand together') })
})

test('a task needs a title', async ({ world, expect }) => {
  const { code, err } = await world.marrow('task', 'add', ' ')
  expect(code).toBe(1)
  expect(err).toContain('title is required')
})

test('the queue is listed one task a line, and an empty one says so, without a daemon too', async ({
  world,
  expect,
}) => {
  const full = await world.daemon()
  expect((await world.marrow('task', 'list')).out).toBe('20260105-120000-mend.md  mend\n')
  await full.server.close()
  expect(await world.marrow('task', 'list')).toEqual({ code: 0, out: '(no tasks in queue)\n', err: '' })
  await using _ = await world.daemon({ tasks: async () => ({ tasks: [], project: 'default' }) })
  expect((await world.marrow('task', 'list')).out).toBe('(no tasks in queue)\n')
})

test('run-once fails when a tick failed', async ({ world, expect }) => {
  const ticks = [
    {
      agent: 'scout',
      tick: 'scout#9',
      run: 'r',
      ok: false,
      outcome: 'failed: exited with code 3',
      tokens: 1_350,
      about_tokens: null,
      cost_usd: 0.0123,
    },
  ]
  await using _ = await world.daemon({ runOnce: async () => ({ ticks }) })
  const { code, out } = await world.marrow('run-once')
  expect({ code, out }).toEqual({
    code: 1,
    out: '✗ scout#9: failed: exited with code 3, 1350 tokens, $0.0123 (r)\n',
  })
})

test("the daemon's refusal keeps its fix and its exit code", async ({ world, expect }) => {
  await using _ = await world.daemon({ wake: unknownAgent })
  expect(await world.marrow('wake', 'x')).toEqual({
    code: 1,
    out: '',
    err: 'unknown agent: x\nFix: See: marrow status\n',
  })
})

test('dry-run says what would happen, then frames the prompt', async ({ world, expect }) => {
  await using _ = await world.daemon()
  const { out } = await world.marrow('dry-run')
  expect(out).toBe(
    [
      '[scout] would run: a task is queued',
      '--- DRY RUN [scout] session=scout-20260105-130000-000-abcd ---',
      '--- [Core Rules] ---',
      'Be careful.',
      '--- END ---',
      '',
    ].join('\n'),
  )
  expect((await world.marrow('dry-run', 'scout', '--raw')).out).toBe('--- [Core Rules] ---\nBe careful.\n')
})

test('dry-run weighs the layers and shows what changed', async ({ world, expect }) => {
  await using _ = await world.daemon()
  const layers = await world.marrow('dry-run', '--layers')
  expect(layers.out).toMatch(/^LAYER .*\nCore Rules +\/opt\/marrow\/prompts\/rules\.md +33 +~\d+ +100% /m)
  expect((await world.marrow('dry-run', '--diff')).out).toContain('no prompt was sent')
})

test('dry-run --diff shows the lines that differ from the last prompt', async ({ world, expect }) => {
  const view = { agent: 'a', would_run: false, reason: 'nothing changed', run: 'r', words: [], layers: [] }
  const agents = [{ ...view, prompt: 'one\ntwo\n', last_prompt: 'one\n2\n' }]
  await using _ = await world.daemon({ dryRun: async () => ({ agents }) })
  const { out } = await world.marrow('dry-run', '--diff')
  expect(out).toMatch(/^\[a\] quiet: nothing changed\n[^]*\n-2\n\+two\n$/)
})

test('dry-run --raw of several agents is refused', async ({ world, expect }) => {
  await using _ = await world.daemon({ dryRun: async () => ({ agents: [] }) })
  expect(await world.marrow('dry-run', '--raw')).toMatchObject({ code: 2, out: '' })
})

test('logs --raw shows the last lines; following reads on until the run has ended', async ({
  world,
  expect,
}) => {
  const text = 'one\ntwo\nthree\n'
  const run = sampleRun().id
  let rounds = 0
  await using daemon = await world.daemon({
    readLog: async ({ offset }) => {
      if (offset < 0) return { run, text, next_offset: 14, size: 14, ended: false }
      rounds += 1
      if (rounds === 1) return { run, text: '', next_offset: 14, size: 14, ended: false }
      return { run, text: offset === 14 ? 'four\n' : '', next_offset: 19, size: 19, ended: true }
    },
  })
  expect((await world.marrow('logs', 'scout', '--raw', '-n', '2')).out).toBe('two\nthree\n')
  expect((await world.marrow('logs', 'scout', '-f', '-n', '1', '--stderr')).out).toBe('three\nfour\n')
  expect(daemon.calls.at(-1)).toMatchObject({ params: { id: run, stream: 'stderr', offset: 14 } })
})

test('logs of several runs have no bytes to print', async ({ world, expect }) => {
  await using _ = await world.daemon()
  for (const words of [['--raw'], ['--stderr'], ['scout', '--raw', '--since', '1h']])
    expect(await world.marrow('logs', ...words)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^Cannot print the bytes of several runs: .*\nFix: Name it/),
    })
})

test('logs shows what a stream says, and waits for the rest of a line', async ({ world, expect }) => {
  const state = { status: 'completed', input: { command: 'ls' }, output: 'a\nb' }
  const events = [
    { type: 'tool_use', part: { tool: 'bash', callID: 'c', state } },
    { type: 'text', part: { text: 'Done.' } },
  ]
  const whole = events.map((event) => `${JSON.stringify(event)}\n`).join('')
  const run = sampleRun({ state: 'running', ended_at: null, outcome: null, ok: null })
  let size = 30
  await using _ = await world.daemon({
    showRun: async () => run,
    readLog: async ({ offset, limit }) => {
      const from = offset < 0 ? Math.max(0, size + offset) : offset
      const text = whole.slice(from, Math.min(size, from + limit))
      const part = { run: run.id, text, next_offset: from + text.length, size, ended: size === whole.length }
      size = Math.min(whole.length, size + 7)
      return part
    },
  })
  expect(await world.marrow('logs', 'scout', '-f')).toEqual({
    code: 0,
    out: '> bash: ls\n  a b\nDone.\n',
    err: '',
  })
})

test('validate shows what the configuration means, or every mistake in it', async ({
  world,
  dir,
  expect,
}) => {
  const good = await world.marrow('validate')
  expect(good.code).toBe(0)
  expect(good.out).toContain(
    `Agent: scout\n  interval : 300s\n  timeout  : 500s\n  command  : true\n  workspace: ${join(dir, 'work')}`,
  )
  expect(good.out).toMatch(/\nVALIDATE OK\n$/)
  writeFileSync(world.config, `${readFileSync(world.config, 'utf8')}[[agents]]\nname = ""\nworkspace = "x"\n`)
  const bad = await world.marrow('validate')
  expect({ code: bad.code, out: bad.out }).toEqual({ code: 2, out: '' })
  for (const key of ['name', 'agent_command', 'workspace']) expect(bad.err).toContain(`agents[1].${key}`)
})
