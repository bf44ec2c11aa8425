import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFailed, onTestFinished } from 'vitest'
import { eventually } from '../../test/helpers/eventually.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { startDaemon, type DemoLaunch } from './controller.ts'

/** Stands in for bin/marrow: `run -c FILE` writes its pid to FILE.pid and runs until TERM. */
const program = (onTerm: string) => `#!/bin/sh
case $1 in
run) trap '${onTerm}' TERM; echo "hello from $$"; echo $$ >"$3.new"; mv "$3.new" "$3.pid"; while :; do sleep 0.05; done ;;
esac
`

async function prepare(dir: string, onTerm = 'exit 0'): Promise<DemoLaunch> {
  const marrow = join(dir, 'marrow')
  await writeFile(marrow, program(onTerm))
  await chmod(marrow, 0o755)
  return {
    marrow,
    config: join(dir, 'c'),
    log: join(dir, 'log'),
    removeAfter: undefined,
    env: { PATH: process.env['PATH'] },
  }
}

const textOf = (path: string) => readFile(path, 'utf8').catch(() => undefined)
async function pidOf(config: string): Promise<number> {
  const pid = await eventually('the pid', async () => Number(await textOf(`${config}.pid`)) || undefined)
  onTestFailed(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL'))) // A passing test leaves none.
  return pid
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a daemon that is asked leaves by itself, and what it said is in the log', async ({ dir, expect }) => {
  const launch = await prepare(dir)
  const daemon = await startDaemon(launch)
  expect(await pidOf(launch.config)).toBe(daemon.pid)
  expect(daemon.ended()).toBe(false)
  expect(await daemon.stop(5_000)).toBe(true)
  expect(daemon.ended()).toBe(true)
  expect(isAlive(daemon.pid)).toBe(false)
  expect(await textOf(launch.log)).toBe(`hello from ${daemon.pid}\n`)
  daemon.release()
})

test('a daemon that does not listen is ended by force', async ({ dir, expect }) => {
  const launch = await prepare(dir, ':')
  const daemon = await startDaemon(launch)
  await pidOf(launch.config)
  expect(await daemon.stop(200)).toBe(false)
  expect(isAlive(daemon.pid)).toBe(false)
})

test('a daemon that ended by itself is seen, and stopping it again is harmless', async ({ dir, expect }) => {
  const launch = await prepare(dir)
  const daemon = await startDaemon(launch)
  process.kill(await pidOf(launch.config), 'SIGKILL')
  await eventually('its end', () => daemon.ended() || undefined)
  await daemon.stop(1_000)
  expect(daemon.ended()).toBe(true)
})

test('a program that cannot be started is an error', async ({ dir, expect }) => {
  const launch = await prepare(dir)
  await expect(startDaemon({ ...launch, marrow: join(dir, 'none') })).rejects.toMatchObject({
    code: 'ENOENT',
  })
})

/** Starts the daemon from a process that is then killed, and waits until the daemon is gone. */
async function killDemo(launch: DemoLaunch, stopping = ''): Promise<void> {
  const module = join(import.meta.dirname, 'controller.ts')
  const code = `const { startDaemon } = await import(${JSON.stringify(module)})
    const daemon = await startDaemon(${JSON.stringify(launch)})
    process.on('SIGTERM', () => { daemon.stop(10_000); ${stopping} })
    setInterval(() => {}, 1_000)`
  const demo = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'ignore' })
  onTestFinished(() => void demo.kill('SIGKILL'))
  const pid = await pidOf(launch.config)
  demo.kill(stopping === '' ? 'SIGKILL' : 'SIGTERM')
  await once(demo, 'exit')
  await eventually('the end of the daemon', () => (isAlive(pid) ? undefined : true))
}

test('neither a daemon nor its folder outlives a demo that was killed', async ({ dir, expect }) => {
  const launch = await prepare(dir)
  const folder = join(dir, 'folder')
  await mkdir(join(folder, 'deep'), { recursive: true })
  await killDemo({ ...launch, removeAfter: folder })
  await eventually('the end of the folder', () => (existsSync(folder) ? undefined : true))
  expect(existsSync(launch.marrow)).toBe(true)
})

test('a killed demo whose folder is to be kept leaves the folder, and no daemon', async ({ dir, expect }) => {
  const launch = await prepare(dir, 'echo calm >"$3.calm"; exit 0')
  await killDemo(launch)
  expect(await textOf(`${launch.config}.calm`)).toBe('calm\n')
})

test('a daemon that is stopping already is not asked a second time', async ({ dir, expect }) => {
  const launch = await prepare(dir, 'echo asked >>"$3.asked"; sleep 0.5; exit 0')
  await killDemo({ ...launch, removeAfter: join(dir, 'none') }, 'process.exit(130)')
  expect(await textOf(`${launch.config}.asked`)).toBe('asked\n')
})

test('the guard of a demo that ended well touches nothing', async ({ dir, expect }) => {
  const folder = join(dir, 'folder')
  await mkdir(folder)
  const daemon = await startDaemon({ ...(await prepare(dir)), removeAfter: folder })
  await daemon.stop(5_000)
  daemon.release()
  const guards = () => commandLines().then((lines) => lines.filter((line) => line.includes(folder)))
  await eventually('the end of the guard', async () => ((await guards()).length === 0 ? true : undefined))
  expect(existsSync(folder)).toBe(true)
})

async function commandLines(): Promise<string[]> {
  const list = spawn('ps', ['-A', '-ww', '-o', 'args='])
  let text = ''
  list.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await once(list, 'close')
  return text.split('\n')
}
