/**
 * The end of all promises: `marrow run`, as it is built, works with the real opencode CLI. A scripted model on loopback
 * answers; where the system allows it, daemon, opencode and model have no other network. With MARROW_TEST_LONG=1 a
 * crash of the daemon in the middle of opencode's work is run too.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { systemProcesses } from '../../src/platform/processes.ts'
import type { ProcessIdentity, ProcessRow } from '../../src/platform/processes.ts'
import { eventually } from '../helpers/eventually.ts'
import { processesOf, processInside } from '../helpers/inside.ts'
import { findCli } from '../helpers/cli-world.ts'
import { openOpencodeWorld } from '../helpers/opencode.ts'
import type { OpencodeWorld } from '../helpers/opencode.ts'
import { openCliDaemon } from '../helpers/cli-daemon.ts'
import type { CliAgent, CliDaemon } from '../helpers/cli-daemon.ts'
import { makeTempDir, removeTempDir } from '../helpers/temp-dir.ts'

const binary = findCli('opencode')
const long = process.env['MARROW_TEST_LONG'] === '1'
const command = [binary ?? '', 'run']

/** The scripted model does what stands in the tasks, once it has read them with opencode's shell tool. */
const worker: CliAgent = {
  name: 'worker',
  role: 'You work the queue. [[bash cat "$MARROW_WORKSPACE"/tasks/queue/*]]\n',
  command,
  keys: { wake_on: ['handoff', 'tasks'] },
}

const HOLD_SECONDS = 4
const DEADLINE_SECONDS = 20 // Enough for opencode to have started its tool, however busy the machine is.

/** In the order in which they begin: three at a time. */
const unlucky: readonly CliAgent[] = [
  {
    name: 'sleeper',
    role: 'You sleep. [[bash echo $$ > "$MARROW_NOTES/tool"; exec sleep 1000]]\n',
    command,
    keys: { heartbeat_timeout: DEADLINE_SECONDS },
  },
  // The first refusals let opencode try again at once; the last one that it takes says how long to wait.
  {
    name: 'limited',
    role: `You ask too often. [[status 429 retry-after=0,0,0,0,0,${HOLD_SECONDS} times=6]] [[text I am back.]]\n`,
    command,
  },
  { name: 'stranger', role: 'You have no key. [[status 401 times=1]] [[text I am back.]]\n', command },
  { name: 'misled', role: '[[text fine]]\n', command: [...command, '--agent', 'nobody'] },
]

let dir: string
let world: OpencodeWorld
let daemon: CliDaemon
let asleep: Promise<Asleep>

// One daemon for all: what costs time is opencode.
beforeAll(async () => {
  if (binary === undefined) return
  dir = await makeTempDir()
  world = await openOpencodeWorld(dir)
  // What marrow's operators have to allow too: tasks and notes lie outside the work_dir.
  daemon = openCliDaemon(world, dir, world.envWith({ permission: { external_directory: 'allow' } }))
  // opencodes that start at one moment with one database find it locked, and fail.
  const own = ({ name }: CliAgent) => ({ XDG_DATA_HOME: join(dir, 'data', name) })
  daemon.configure([worker, ...unlucky].map((agent) => ({ ...agent, env: own(agent) })))
  await daemon.start()
  asleep = seeSleeper()
  asleep.catch(() => {}) // The test that waits for it tells.
})

afterAll(async () => {
  if (binary === undefined) return
  await daemon[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
  await removeTempDir(dir)
})

function git(...words: string[]): string {
  return execFileSync('git', words, { cwd: world.workDir, encoding: 'utf8' }).trim()
}

const queue = () => readdirSync(join(daemon.workspace, 'tasks/queue'))
const done = () => readdirSync(join(daemon.workspace, 'tasks/done'))

interface Asleep {
  readonly tool: ProcessIdentity
  /** The process of opencode itself and of its tool, by which MARROW_RUN they carry. */
  readonly processes: readonly ProcessRow[]
  readonly run: string
}

/** Looks as soon as opencode has started its tool: by the time of the test it may be over. */
async function seeSleeper(): Promise<Asleep> {
  const pidFile = join(daemon.workspace, 'runtime/notes/sleeper/tool')
  const find = async () => {
    const [run] = await daemon.runs('sleeper')
    const told = Number(existsSync(pidFile) && readFileSync(pidFile, 'utf8'))
    const row = told > 0 ? processInside(run?.id ?? '', told) : undefined
    return row && { id: run?.id ?? '', row }
  }
  const { id, row } = await eventually('opencode to start its tool', find, 60_000)
  const tool = { pid: row.pid, startTime: row.startTime, boot: systemProcesses.boot }
  return { tool, run: id, processes: processesOf(id) }
}

// All at once: they wait for different agents, of which three work at a time.
describe.skipIf(binary === undefined).concurrent('marrow run with the real opencode', () => {
  test('works a queued task to its commit, has all of it on record, and is quiet then', async ({
    expect,
  }) => {
    expect(await daemon.ended('worker', 1)).toMatchObject({ outcome: 'succeeded', causes: ['schedule'] })
    const before = git('rev-parse', 'HEAD')
    const { workspace } = daemon
    const body = [
      '[[usage in=1200 out=30 cached=200 reasoning=10]] [[bash echo hello > greeting.txt]]',
      '[[bash git add greeting.txt && git commit --quiet --message="Say hello"]]',
      `[[bash mv ${workspace}/tasks/queue/*.md ${workspace}/tasks/done/]]`,
      '[[text The greeting is made.]]',
    ].join('\n')
    const added = await daemon.marrow('task', 'add', 'Make a greeting', '--body', body)
    expect(added).toMatch(/^✓ task submitted: \S+-Make-a-greeting\.md\n {2}worker is woken for it now/)

    const run = await daemon.ended('worker', 2)
    const after = git('rev-parse', 'HEAD')
    expect(git('show', '--format=%s', '--stat', after)).toMatch(/^Say hello\n\n greeting\.txt \| 1 \+\n/)
    expect(run).toMatchObject({
      tick: 'worker#2',
      causes: ['tasks'],
      adapter: 'opencode',
      outcome: 'succeeded',
      ok: true,
      result: 'The greeting is made.',
      // Five requests: 1000 tokens in and 50 out each, but for the second.
      usage: { input: 5_000, output: 230, cache_read: 200, cache_write: 0 },
      cost_usd: expect.closeTo((5_000 * 3 + 230 * 15 + 200 * 0.3) / 1e6, 9),
      cli_session: expect.stringMatching(/^ses_\w+$/),
      git: { before, after, changed: true },
    })
    expect(queue()).toEqual([])
    expect(done()).toEqual([expect.stringContaining('Make-a-greeting')])
    const shown = await daemon.marrow('show', 'worker')
    expect(shown).toContain(`${before}..${after}`)
    expect(shown).toContain(run.cli_session)
    const steps = await daemon.marrow('show', 'worker', '--steps')
    expect(steps).toMatch(/^> bash: /m)
    expect(steps.trimEnd().endsWith(run.result ?? 'no result')).toBe(true)
    // Every byte of the prompt on record is what the model got.
    const prompt = await daemon.marrow('show', run.id, '--prompt')
    const asked = world.requests().filter(({ tools }) => tools.length > 0)
    expect(asked.filter((request) => request.prompt === prompt)).toHaveLength(5)

    // The queue is empty again, which is news for one look; then nothing is.
    expect(await daemon.marrow('run-once', 'worker')).toContain('worker#3: succeeded')
    expect(await daemon.marrow('dry-run', 'worker')).toMatch(/^\[worker\] quiet: .*nothing changed since/)
    expect(await daemon.runs('worker')).toHaveLength(3)
  })

  test('has nothing but loopback around it, where the system allows that', ({ expect }) => {
    if (!world.networkless) return
    const ours = readlinkSync('/proc/self/ns/net')
    expect(readlinkSync(`/proc/${daemon.pid()}/ns/net`)).not.toBe(ours)
  })

  test('tells a wrong agent name from success, although opencode exits with 0', async ({ expect }) => {
    const run = await daemon.ended('misled', 1)
    expect(run).toMatchObject({
      ok: false,
      outcome: 'failed: agent "nobody" not found. Falling back to default agent',
    })
    const events = await daemon.marrow('events', '--kind', 'run.ended', '--agent', 'misled', '--json')
    expect(JSON.parse(events)).toMatchObject({ data: { outcome: { reason: 'wrong-agent', exitCode: 0 } } })
  })

  test('holds an agent whose key is refused until the operator resumes it', async ({ expect }) => {
    expect(await daemon.ended('stranger', 1)).toMatchObject({ ok: false, outcome: 'failed: scripted 401' })
    expect(await daemon.status('stranger')).toMatchObject({
      state: 'held',
      held_until: null,
      held_reason: 'not logged in: scripted 401',
    })
    expect(await daemon.marrow('wake', 'stranger')).toContain('marrow resume stranger')
    expect(await daemon.status('stranger')).toMatchObject({ state: 'held', triggers_pending: 1 })
    await daemon.marrow('resume', 'stranger')
    const run = await daemon.ended('stranger', 2)
    expect(run).toMatchObject({ outcome: 'succeeded', causes: ['operator'], result: 'I am back.' })
    expect(await daemon.status('stranger')).toMatchObject({ state: 'idle', held_reason: null })
  })

  test('holds an agent at a rate limit until the limit is over, and no longer', async ({ expect }) => {
    const refused = await daemon.ended('limited', 1)
    expect(refused).toMatchObject({ ok: false, outcome: 'failed: scripted 429' })
    const until = Date.parse(refused.ended_at ?? '') + HOLD_SECONDS * 1_000
    const [held] = JSON.parse(
      `[${(await daemon.marrow('events', '--kind', 'agent.held', '--agent', 'limited', '--json')).trim()}]`,
    )
    expect(held).toMatchObject({
      data: { reason: 'rate limit: scripted 429', until: new Date(until).toISOString() },
    })
    await daemon.marrow('wake', 'limited', '--reason', 'impatience')
    const run = await daemon.ended('limited', 2)
    expect(run).toMatchObject({ outcome: 'succeeded', result: 'I am back.' })
    expect(Date.parse(run.started_at ?? '')).toBeGreaterThanOrEqual(until)
  })

  test('ends opencode at its deadline together with the tool that it left in a session of its own', async ({
    expect,
  }) => {
    const { tool, run: id, processes } = await asleep
    expect(processes.length).toBeGreaterThanOrEqual(2)
    expect(processes.find(({ pid }) => pid === tool.pid)?.session).toBe(tool.pid)
    const run = await daemon.ended('sleeper', 1)
    expect(run).toMatchObject({ id, ok: false, outcome: 'ended by deadline' })
    expect(run.duration_ms).toBeLessThan((DEADLINE_SECONDS + 10) * 1_000)
    expect(systemProcesses.isAlive(tool)).toBe(false)
    expect(processesOf(id)).toEqual([])
  })
})

describe.skipIf(binary === undefined || !long)(
  'marrow run that crashes while the real opencode works',
  () => {
    test('finds it still at work when it is started again, and records all of it', async ({ expect }) => {
      const before = (await daemon.runs('worker')).length
      const marker = join(daemon.workspace, 'runtime/notes/worker/started')
      const { workspace } = daemon
      const steps = [
        `[[bash touch ${marker}; sleep 8]]`,
        `[[bash mv ${workspace}/tasks/queue/*.md ${workspace}/tasks/done/]]`,
        '[[text Nothing was lost.]]',
      ]
      await daemon.marrow('task', 'add', 'Take your time', '--body', steps.join(' '))
      await eventually('opencode to begin', () => existsSync(marker) || undefined, 60_000)
      expect(await daemon.end('SIGKILL')).toBe('SIGKILL')
      await daemon.start()
      const run = await daemon.ended('worker', before + 1)
      expect(run).toMatchObject({
        outcome: 'succeeded',
        result: 'Nothing was lost.',
        usage: { input: 4_000, output: 200 },
        cli_session: expect.stringMatching(/^ses_/),
      })
      expect(await daemon.marrow('events', '--kind', 'run.adopted', '--json')).toContain(run.id)
      expect(queue()).toEqual([])
    })
  },
)

test.skipIf(binary === undefined)(
  'marrow run ends with code 0 and has complained about nothing',
  async ({ expect }) => {
    expect(await daemon.end('SIGTERM')).toBe('0')
    expect(daemon.complaints()).toEqual([])
  },
)
