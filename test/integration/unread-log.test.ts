/** A daemon whose log nobody reads: it works on, can be asked, and ends when it is told to. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, onTestFinished } from 'vitest'
import { ask } from '../../src/ipc/client.ts'
import { eventually } from '../helpers/eventually.ts'
import { marrowProgram, sh, test, type Site } from '../helpers/spawned-daemon.ts'

/** The writing end of a pipe that is full, and what is in it once somebody reads. */
function fullPipe(site: Site) {
  const path = join(site.dir, 'unread')
  execFileSync('mkfifo', [path])
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  site.defer(() => closeSync(fd))
  try {
    for (;;) writeSync(fd, '#'.repeat(4_096))
  } catch {
    // Not a byte more has room.
  }
  const buffer = Buffer.alloc(1_048_576)
  return { fd, read: () => buffer.toString('utf8', 0, readSync(fd, buffer)) }
}

/** A daemon with this stderr and how it ends; it does not outlive the test. */
function started(words: readonly string[], stderr: number) {
  const child = spawn(marrowProgram, words, { stdio: ['ignore', 'ignore', stderr] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? -1))
  })
  return { child, ended }
}

const answers = (site: Site) =>
  eventually(
    'the daemon to answer',
    () => ask(join(site.stateDir, 'marrow.sock'), 'status', {}, { timeoutMs: 2_000 }).catch(() => undefined),
    60_000,
  )

const works = (site: Site, count: number) =>
  eventually(
    `${count} runs`,
    () => (site.rows(`select * from runs where state = 'ended'`).length >= count ? true : undefined),
    30_000,
  )

const STOP_MS_MAX = 5_000

describe('a daemon whose log nobody reads', () => {
  test('works on, answers, and stops when it is told to, in a pipe that is full', async ({
    site,
    expect,
  }) => {
    await site.write({ scout: { agent_command: sh('true') } })
    const pipe = fullPipe(site)
    const { child, ended } = started(['run', '-v', '-c', site.configPath], pipe.fd)
    await answers(site)
    await works(site, 1)
    expect(await site.marrow('wake', 'scout')).toMatchObject({ code: 0 })
    await works(site, 2)
    const before = performance.now()
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(performance.now() - before).toBeLessThan(STOP_MS_MAX)
  })

  test('tells what happened as soon as somebody reads', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('true') } })
    const pipe = fullPipe(site)
    const { child, ended } = started(['run', '-c', site.configPath], pipe.fd)
    await answers(site)
    await works(site, 1)
    pipe.read()
    await eventually('the log', () => {
      try {
        return pipe.read().includes('works with') || undefined
      } catch {
        return undefined
      }
    })
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(pipe.read()).toContain('stop')
  })

  test('works on after Ctrl-S on its terminal, and stops when it is told to', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('true') } })
    const screen = join(site.dir, 'typescript')
    const command = `${marrowProgram} run -c ${site.configPath}`
    const terminal = spawn('script', ['-qefc', command, screen], { stdio: ['pipe', 'ignore', 'ignore'] })
    onTestFinished(() => void terminal.kill('SIGKILL'))
    const ended = once(terminal, 'exit')
    const { pid } = await answers(site)
    await works(site, 1)
    terminal.stdin.write('\u0013')
    let runs = 1
    await eventually('a silent terminal', async () => {
      const before = readFileSync(screen, 'utf8')
      expect(await site.marrow('wake', 'scout')).toMatchObject({ code: 0 })
      await works(site, (runs += 1))
      return readFileSync(screen, 'utf8') === before || undefined
    })
    process.kill(pid, 'SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})
