import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFailed, onTestFinished } from 'vitest'
import { eventually } from '../../test/helpers/eventually.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { startDaemon, type DemoLaunch } from './controller.ts'

/** Stands in for bin/marrow: `run -c FILE` writes its pid to FILE.pid and runs until TERM; `stop -c FILE` sends that. */
const program = (onTerm: string) => `#!/bin/sh
case $1 in
run) trap '${onTerm}' TERM; echo "hello from $$"; echo $$ >"$3.new"; mv "$3.new" "$3.pid"; while :; do sleep 0.05; done ;;
stop) echo asked >"$3.stop"; kill "$(cat "$3.pid")" ;;
esac
`

async function prepare(dir: string, onTerm = 'exit 0'): Promise<DemoLaunch> {
  const marrow = join(dir, 'marrow')
  await writeFile(marrow, program(onTerm))
  await chmod(marrow, 0o755)
  return { marrow, config: join(dir, 'c'), log: join(dir, 'log'), env: { PATH: process.env['PATH'] } }
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
  expect(await textOf(`${launch.config}.stop`)).toBeUndefined()
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

test('no daemon outlives a demo that was killed', async ({ dir, expect }) => {
  const launch = await prepare(dir)
  const module = join(import.meta.dirname, 'controller.ts')
  const code = `const { startDaemon } = await import(${JSON.stringify(module)})
    await startDaemon(${JSON.stringify(launch)})
    setInterval(() => {}, 1_000)`
  const demo = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'ignore' })
  onTestFinished(() => void demo.kill('SIGKILL'))
  const pid = await pidOf(launch.config)
  // The guard is started right after the daemon; a signal to this process must not come in between.
  await eventually('the guard', async () => ((await guardIsThere(launch.marrow)) ? true : undefined))
  demo.kill('SIGKILL')
  await once(demo, 'exit')
  await eventually('the end of the daemon', () => (isAlive(pid) ? undefined : true))
  expect(await textOf(`${launch.config}.stop`)).toBe('asked\n')
})

async function guardIsThere(marrow: string): Promise<boolean> {
  const list = spawn('ps', ['-A', '-o', 'args='])
  let text = ''
  list.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(list, 'close')
  return text.includes(`cat >/dev/null; exec "$0" stop -c "$1" ${marrow}`)
}
