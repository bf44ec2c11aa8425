/** A daemon on what one of schema 10 left when it was killed: nothing is lost, nothing is done twice, and work goes on. */
import { execFile } from 'node:child_process'
import { appendFile, mkdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe } from 'vitest'
import { systemProcesses } from '../../src/platform/processes.ts'
import { launchRun, prepareRun } from '../../src/runner/apply/launch.ts'
import { runPaths } from '../../src/runner/folder.ts'
import { drive, exists, test, type Home, type LiveDaemon } from '../helpers/daemon.ts'
import { FakeClock } from '../helpers/fake-clock.ts'
import { launcher } from '../helpers/live-run.ts'
import { alter, placeOld, rowsOf, type OldPlace } from '../helpers/old-data.ts'
import { makeRepository } from '../helpers/repository.ts'
import { marrowProgram } from '../helpers/spawned-daemon.ts'
import { askerOf } from '../helpers/team.ts'
import { pass } from '../helpers/told.ts'

const LEFT_AT = Date.UTC(2026, 10, 21, 1, 45, 20) // Some seconds after the last thing that it wrote.
const WAITED_MS = 60_000 // Until the next slot of whoever ticks every minute, and the end of every backoff.
const open = 'watcher-20261121-014446-396-oy3z'
const letters = ['letter.md', 'more.md']

/** What lay in the workspace, with the times by which it was known. */
const files = {
  'tasks/queue/paint.md': ['# Paint the door\n', 1_795_225_485_521],
  'tasks/done/letter.md': ['# Write the letter\n', 1_795_225_485_521],
  'runtime/handoff/writer-to-human/colour.md': ['# Which colour?\n', 1_795_225_512_831],
  'runtime/handoff/writer-to-sleeper/letter.md': ['# Read the letter\n', 1_795_225_512_831],
  'runtime/handoff/writer-to-sleeper/more.md': ['# One more letter\n', 1_795_225_513_323],
} as const

/** What the killed daemon left, all of it, with notices that can be delivered by now. */
async function leftBehind({ dir }: Home): Promise<OldPlace> {
  const place = await placeOld('v0.1.0-schema-10', dir)
  const config = await readFile(place.configPath, 'utf8')
  await writeFile(place.configPath, config.replace('command = "false"', 'command = "tee -a told"'))
  makeRepository(join(dir, 'code'))
  for (const [name, [text, at]] of Object.entries(files)) {
    const path = join(dir, 'team', name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    await utimes(path, at / 1_000 + 0.000_5, at / 1_000 + 0.000_5) // Times are cut to whole ms.
  }
  for (const { id, agent } of rowsOf(place, 'select id, agent from runs')) {
    const folder = runFolder(place, String(id))
    await mkdir(folder, { recursive: true })
    if (id !== open) await writeFile(runPaths(folder).stdout, `words of ${String(agent)}\n`)
  }
  return place
}

function runFolder({ stateDir }: OldPlace, id: string): string {
  return join(stateDir, 'runs', id)
}

/** The run goes on, in the folder that the killed daemon gave it. */
function goesOn(place: OldPlace): void {
  const folder = runFolder(place, open)
  const cwd = join(place.dir, 'team')
  const script = 'echo watching; while [ -d "$PWD" ] && [ ! -e go ]; do sleep 0.05; done; echo seen'
  const how = { promptOnStdin: false, sandboxed: false }
  prepareRun(folder, { prompt: '', ...how })
  const launched = launchRun({
    launcher,
    folder,
    capBytes: 1_000_000,
    presumed: [],
    words: ['sh', '-c', script],
    program: 'sh',
    cwd,
    env: { PATH: process.env['PATH'] ?? '', MARROW_RUN: open },
    ...how,
  })
  const known = launched.kind === 'launched' ? systemProcesses.identify(launched.pid) : undefined
  if (known === undefined) throw new Error('Cannot launch the run.')
  alter(
    place,
    `update runs set pid = ${known.pid}, pid_start = '${known.startTime}', pid_boot = '${known.boot}' where id = '${open}'`,
  )
}

describe('a run that went on when the old daemon was killed', () => {
  const ends = {
    'goes on still': {
      prepare: goesOn,
      found: { adopted: 1 },
      outcome: { kind: 'succeeded' },
      printed: 'watching\nseen\n',
    },
    'has ended meanwhile': {
      prepare: async (place: OldPlace) => {
        const paths = runPaths(runFolder(place, open))
        await appendFile(paths.stdout, 'watching\nseen\n')
        await writeFile(paths.started, '1\n')
        await writeFile(paths.exit, '0\n')
      },
      found: { finished: 1 },
      outcome: { kind: 'succeeded' },
      printed: 'watching\nseen\n',
    },
    'was lost with the machine': {
      prepare: (place: OldPlace) => writeFile(runPaths(runFolder(place, open)).started, '1\n'),
      found: { lost: 1 },
      outcome: { kind: 'lost' },
      printed: '',
    },
  } as const

  test.for(Object.entries(ends))('and %s is settled', async ([, end], { home, expect }) => {
    const place = await leftBehind(home)
    await end.prepare(place)
    const clock = new FakeClock(LEFT_AT)
    const daemon = await home.start({ clock })
    expect((await daemon.handlers.status({})).adopted).toEqual({
      adopted: 0,
      finished: 0,
      lost: 0,
      unstarted: 0,
      ...end.found,
    })
    await writeFile(join(place.dir, 'team', 'go'), '')
    await drive(clock, async () => (await daemon.handlers.showRun({ id: open })).state === 'ended')
    const [run] = rowsOf(place, `select outcome from runs where id = '${open}'`)
    expect(JSON.parse(String(run?.['outcome']))).toMatchObject(end.outcome)
    expect(rowsOf(place, `select ended from spending where run = '${open}'`)).toEqual([{ ended: 1 }])
    expect(rowsOf(place, "select state from ticks where agent = 'watcher'")).toEqual([{ state: 'ended' }])
    expect(await printed(daemon, open)).toBe(end.printed)
    expect((await daemon.handlers.status({})).agents['watcher']).toMatchObject({
      state: 'idle',
      tick_count: 1,
    })
  })
})

async function printed(daemon: LiveDaemon, id: string): Promise<string> {
  const page = { stream: 'stdout', offset: 0, limit: 10_000 } as const
  return (await daemon.handlers.readLog({ id, ...page })).text
}

describe('what the old daemon did', () => {
  test('is told by every command as before', async ({ home, expect }) => {
    const place = await leftBehind(home)
    goesOn(place)
    await home.start({ clock: new FakeClock(LEFT_AT), ipc: true })
    const marrow = async (...words: string[]) =>
      (await promisify(execFile)(marrowProgram, [...words, '-c', place.configPath])).stdout
    const ids = rowsOf(place, 'select id from runs').map(({ id }) => String(id))
    expect(ids).toHaveLength(10)

    const list = await marrow('runs')
    expect(ids.filter((id) => !list.includes(id))).toEqual([])
    for (const id of ids) expect(await marrow('show', id)).toContain(id)
    expect(await marrow('show', 'flaky')).toContain('failed: exited with code 3')
    expect(await marrow('show', 'builder')).toContain('Build a wall')
    expect(await marrow('logs', 'writer')).toBe('words of writer\n')
    expect(await marrow('runs', 'tree')).toContain('no run has delegated anything yet')
    expect(await marrow('runs', 'tree', 'builder')).toMatch(
      /^builder +succeeded[^\n]*\n +builder-\S+, [^\n]+\n$/,
    )
    expect(await marrow('status', '-o', 'text')).toMatch(/capped +held: limit.*1 of 1 runs a day/)
    expect(await marrow('events', '--kind', 'worktree.made')).toContain('builder')
    expect(await marrow('task', 'list')).toContain('Paint the door')
    expect(await marrow('handoff', 'list')).toMatch(/writer \(unproven\) +human +waiting +Which colour\?/)
    const report = await marrow('report', '--since', '24h')
    for (const words of [
      'flaky cools down',
      'sleeper is paused: holiday',
      'Which colour?',
      'Write the letter',
    ]) {
      expect(report).toContain(words)
    }
    const exported = (await marrow('export')).trim().split('\n')
    expect(exported.filter((line) => line.startsWith('{"type":"run"'))).toHaveLength(10)
  })
})

describe('agents of the old daemon', () => {
  test('keep their slots, pauses, limits and breakers, and nothing is new that was known', async ({
    home,
    expect,
  }) => {
    const place = await leftBehind(home)
    goesOn(place)
    const clock = new FakeClock(LEFT_AT)
    const daemon = await home.start({ clock })
    await pass(clock, 10_000, 1_000)
    expect((await daemon.runs()).length).toBe(10)
    expect(await daemon.events('wake.received')).toHaveLength(7)

    await pass(clock, WAITED_MS, 1_000)
    await drive(clock, async () => (await daemon.runs()).length === 11)
    await drive(clock, async () => (await daemon.events('breaker.opened')).length === 2)
    const { agents } = await daemon.handlers.status({})
    expect(agents).toMatchObject({
      writer: { tick_count: 2, state: 'idle', next_tick_at: 1_795_229_303.205 },
      flaky: { tick_count: 4, state: 'held', last_error: 'failed: exited with code 3' },
      builder: { tick_count: 1, state: 'idle', next_tick_at: 1_795_229_348.107 },
      capped: { tick_count: 2, state: 'held', today: { runs: 1 } },
      watcher: { tick_count: 1, state: 'running' },
      sleeper: { tick_count: 2, state: 'paused', triggers_pending: 3 },
    })
    expect(rowsOf(place, "select breaker from agents where name = 'flaky'")).toEqual([
      { breaker: expect.stringContaining('"opens":2') },
    ])
    const deliveries = () => rowsOf(place, 'select state, attempts from deliveries where notice <= 2')
    await drive(clock, async () => deliveries().every(({ state }) => state === 'sent'))
    expect(deliveries()).toEqual([
      { state: 'sent', attempts: 2 },
      { state: 'sent', attempts: 2 },
    ])
    const told = await readFile(join(home.dir, 'conf', 'told'), 'utf8')
    for (const title of ['writer: waits for you: Which colour?', 'flaky: cools down: exited with code 3']) {
      expect(told.split('\n').filter((line) => line === title)).toHaveLength(1)
    }
  })

  test('work on: with what waited for them, what is handed to them now, and their worktree', async ({
    home,
    expect,
  }) => {
    const place = await leftBehind(home)
    const clock = new FakeClock(LEFT_AT)
    const daemon = await home.start({ clock, ipc: true })
    const ended = async (agent: string, count: number) => {
      const runs = () => daemon.runs().then((all) => all.filter((run) => run.agent === agent))
      await drive(clock, async () => (await runs()).filter(({ state }) => state === 'ended').length === count)
      return (await runs()).at(-1)?.id ?? ''
    }

    await daemon.handlers.resume({ agent: 'sleeper' })
    const sleeper = await printed(daemon, await ended('sleeper', 3))
    for (const words of ['Look at the yard.', '> # Read the letter', '> # One more letter']) {
      expect(sleeper).toContain(words)
    }
    await drive(clock, async () =>
      (
        await Promise.all(letters.map((name) => exists(handedTo(place, 'writer-to-sleeper', 'done', name))))
      ).every(Boolean),
    )

    const sent = await daemon.handlers.sendHandoff({ to: 'writer', text: 'Thanks.', wake: true })
    const run = await ended('writer', 3)
    expect(rowsOf(place, `select * from runs where id = '${run}'`)).toMatchObject([
      {
        lineage: '[]',
        hops: 0,
        starts_lineage: 1,
        guard: null,
        handoffs: expect.stringContaining(sent.file),
      },
    ])
    expect(rowsOf(place, `select run from tokens where run = '${run}'`)).toHaveLength(1)
    expect((await daemon.handlers.runsTree({ id: run, limit: 5 })).runs).toMatchObject([
      { run, parent: null, depth: 0, agent: 'writer', state: 'ended', ok: true },
    ])
    await drive(clock, () => exists(handedTo(place, 'human-to-writer', 'done', sent.file)))

    void daemon.handlers.runOnce({ agents: ['builder'] })
    await ended('builder', 2)
    expect(await readFile(join(place.dir, 'team', 'worktrees', 'builder', 'house'), 'utf8')).toBe('wall\n')
  })

  test('may hand things on from their next run, which has a token, unlike one of the old daemon', async ({
    home,
    expect,
  }) => {
    const place = await leftBehind(home)
    goesOn(place)
    const clock = new FakeClock(LEFT_AT)
    const daemon = await home.start({ clock, ipc: true })
    expect(await exists(runPaths(runFolder(place, open)).token)).toBe(false)
    await daemon.handlers.cancel({ target: 'watcher' })
    await drive(clock, async () => (await daemon.handlers.showRun({ id: open })).state === 'ended')
    void daemon.handlers.runOnce({ agents: ['watcher'] })
    const running = async () => (await daemon.runs()).find(({ state }) => state === 'running')?.id
    await drive(clock, async () => (await running()) !== undefined)
    const asker = await askerOf(place, (await running()) ?? '')
    const { file } = await asker.ask('sendHandoff', { to: 'human', text: 'The gate is open.' })
    await drive(clock, () => exists(handedTo(place, 'watcher-to-human', file)))
    expect(rowsOf(place, 'select agent, run, receiver, content from handoffs')).toEqual([
      { agent: 'watcher', run: asker.run, receiver: 'human', content: null },
    ])
  })
})

function handedTo({ dir }: OldPlace, ...names: string[]): string {
  return join(dir, 'team', 'runtime', 'handoff', ...names)
}
