/**
 * `scripts/quickstart` from a checkout to the end of its demo. In the usual run the checkout is one whose packages are
 * installed; with MARROW_TEST_LONG=1 also a fresh one, for which npm fetches them.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, symlink, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { type ExpectStatic, onTestFailed, onTestFinished } from 'vitest'
import { checkout } from '../gates/checkout-copy.ts'
import { writeProgram } from '../gates/programs.ts'
import { eventually } from '../helpers/eventually.ts'
import { test } from '../helpers/temp-dir.ts'
import { systemProcesses } from '../../src/platform/processes.ts'

const [lines, seconds] = [12, 30] // What quickstart promises.

/** A copy whose packages are installed and whose npm only builds: what `npm run build` makes is there already. */
async function installedCheckout(dir: string, npm = 'exit 0'): Promise<Place> {
  const root = join(dir, 'marrow')
  for (const name of [
    'bin',
    'context.d',
    'dist',
    'prompts',
    'roles',
    'roles.toml',
    'scripts',
    'skills',
    'package.json',
    'package-lock.json',
  ]) {
    await cp(join(checkout, name), join(root, name), { recursive: true })
  }
  await utimes(join(root, 'package-lock.json'), 1, 1)
  await symlink(join(checkout, 'node_modules'), join(root, 'node_modules'))
  const programs = join(dir, 'programs')
  await mkdir(programs)
  await writeProgram(join(programs, 'npm'), `[ "$*" = "run build" ] || exit 9\n${npm}`)
  await writeProgram(join(programs, 'node'), 'echo v20.0.0; exit 1') // The machine's own is of no use.
  return placeOf(dir, root, `${programs}:/usr/local/bin:/usr/bin:/bin`)
}

/** A copy of what git would clone, with what is not committed yet, and the machine's own npm. */
async function freshCheckout(dir: string): Promise<Place> {
  const root = join(dir, 'marrow')
  const { stdout } = await execa('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: checkout,
  })
  for (const name of stdout.split('\0').filter(Boolean)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await cp(join(checkout, name), join(root, name)).catch(() => {}) // Removed, but not committed yet.
  }
  const path = (process.env['PATH'] ?? '').split(':').filter((folder) => !folder.includes('node_modules'))
  return placeOf(dir, root, path.join(':'))
}

interface Place {
  readonly dir: string
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  /** Where the demo's folder appears. */
  readonly temporary: string
}

async function placeOf(dir: string, root: string, path: string): Promise<Place> {
  const temporary = join(dir, 't')
  await mkdir(temporary)
  const { HOME } = process.env
  return { dir, root, temporary, env: { HOME, PATH: path, TMPDIR: temporary, TERM: 'dumb' } }
}

/** Starts it as the leader of a process group, as a shell does. */
function start({ root, env }: Place): { child: ChildProcess; said: { text: string }; group: number } {
  const child = spawn(join(root, 'scripts/quickstart'), {
    cwd: '/',
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void systemProcesses.signal(-(child.pid ?? 0), 'SIGKILL')) // After a failure; the guard does the rest.
  const said = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (said.text += chunk))
  }
  return { child, said, group: -(child.pid ?? 0) }
}

/** Every process that has to do with this test: programs, configurations and run folders all lie in its folder. */
function processesOf({ dir }: Place): string[] {
  return systemProcesses.list().flatMap(({ pid }) => {
    const line = systemProcesses.commandLine(pid)
    return line?.includes(dir) ? [line] : []
  })
}

/** Waits until an agent is at work. */
async function untilItWorks({ temporary }: Place): Promise<void> {
  const look = async () => {
    for (const demo of await namesIn(temporary)) {
      const runs = join(temporary, demo, 'state/runs')
      if ((await namesIn(runs)).some((run) => existsSync(join(runs, run, 'started')))) return true
    }
    return undefined
  }
  await eventually('a run', look, 30_000)
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

async function untilNothingIsLeft(place: Place): Promise<void> {
  await eventually('no process', () => (processesOf(place).length === 0 ? true : undefined), 20_000)
  // npm may keep a cache of its own there.
  const ours = async () => (await readdir(place.temporary)).filter((name) => /^(?:marrow|tmp\.)/.test(name))
  await eventually('no file', async () => ((await ours()).length === 0 ? true : undefined))
}

const story = [
  /scout: first tick, a run started/,
  /a task was added to the queue/,
  /conductor: woken by the task/,
  /conductor: the task is done/,
  /scout: woken by a handoff from another agent/,
  /refit: a quiet tick, no run, no cost/,
]

/** What was told; the commands that are shown afterwards stand apart, each below its line with a `#`. */
function narrated(text: string): string[] {
  return text
    .split('\n')
    .filter(
      (line) =>
        line !== '' && !line.startsWith('  #') && !line.startsWith('  /') && !line.startsWith('  mkdir'),
    )
}

async function watch(place: Place, expect: ExpectStatic): Promise<void> {
  const { child, said, group } = start(place)
  const ended = once(child, 'exit')
  await eventually('its beginning', () => said.text.includes('simulated agents') || undefined, 300_000)
  const begunAt = performance.now()
  onTestFailed(() => void process.stdout.write(`${said.text}\n`)) // It is what explains the failure.
  for (const part of story) await eventually(String(part), () => part.test(said.text) || undefined, 35_000)
  await eventually('the commands', () => /ln -sf .*marrow/.test(said.text) || undefined)
  expect(performance.now() - begunAt).toBeLessThan(seconds * 1_000)
  for (const command of said.text.match(/^ {2}\/.*(?:status|dry-run|logs|task add) .*$/gm) ?? []) {
    expect(await execa('sh', ['-c', command], { env: place.env, extendEnv: false })).toMatchObject({
      exitCode: 0,
    })
  }
  process.kill(group, 'SIGINT')
  expect(await ended).toEqual([0, null])
  expect(narrated(said.text).length).toBeLessThanOrEqual(lines)
  await untilNothingIsLeft(place)
}

test('quickstart tells its whole story in twelve lines and thirty seconds', async ({ dir, expect }) => {
  await watch(await installedCheckout(dir), expect)
})

test.runIf(process.env['MARROW_TEST_LONG'] === '1')(
  'quickstart does all the set-up of a fresh clone, with the Node that the machine has',
  { timeout: 600_000 },
  async ({ dir, expect }) => {
    await watch(await freshCheckout(dir), expect)
  },
)

type End = readonly [about: string, code: number | null, end: (child: ChildProcess, group: number) => void]

test.for<End>([
  ['SIGINT to all of its group', 0, (_, group) => process.kill(group, 'SIGINT')],
  [
    'a second signal that does not wait for the first',
    130,
    (child) => child.kill('SIGINT') && child.kill('SIGTERM'),
  ],
  ['SIGTERM', 0, (child) => child.kill('SIGTERM')],
  ['SIGHUP', 0, (child) => child.kill('SIGHUP')],
  ['kill -9', null, (child) => child.kill('SIGKILL')],
  ['kill -9 to all of its group', null, (_, group) => process.kill(group, 'SIGKILL')],
])('after %s no process and no file is left', async ([, code, end], { dir, expect }) => {
  const place = await installedCheckout(dir)
  const { child, group } = start(place)
  const ended = once(child, 'exit')
  await untilItWorks(place)
  end(child, group)
  expect((await ended)[0]).toBe(code)
  await untilNothingIsLeft(place)
})

test('when its terminal is closed no process and no file is left', async ({ dir }) => {
  const place = await installedCheckout(dir)
  const tmux = (...words: string[]) =>
    execa('tmux', ['-S', join(dir, 'tmux'), ...words], { env: place.env, extendEnv: false })
  onTestFinished(() => void tmux('kill-server').catch(() => {}))
  await tmux('-f', '/dev/null', 'new-session', '-d', join(place.root, 'scripts/quickstart'))
  await untilItWorks(place)
  await tmux('kill-server')
  await untilNothingIsLeft(place)
})

test('npm does not go on behind a quickstart that was ended, not even one that ignores TERM', async ({
  dir,
  expect,
}) => {
  const ready = join(dir, 'ready')
  const deaf = `exec sh -c 'trap "" TERM; : >"$0"; while :; do sleep 0.1; done' ${ready}`
  const place = await installedCheckout(dir, deaf)
  const { child } = start(place)
  const ended = once(child, 'exit')
  await eventually('npm', () => existsSync(ready) || undefined)
  child.kill('SIGTERM')
  expect(await ended).toEqual([143, null])
  await untilNothingIsLeft(place)
})
