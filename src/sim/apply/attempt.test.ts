/** What is tried really happens where nothing prevents it: else a wall would be trusted because of attempts that never work. */
import { spawn } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe } from 'vitest'
import { test } from '../../../test/helpers/temp-dir.ts'
import { SECRET_VARIABLE } from '../../isolation/attempts.ts'
import type { Technique } from '../../isolation/techniques.ts'
import { readClaims } from '../../isolation/report.ts'
import { programOn } from '../../platform/paths.ts'
import { tryOut } from './attempt.ts'

const agent = join(import.meta.dirname, '..', '..', '..', 'test', 'helpers', 'simulated-agent.ts')
const programs = process.env['PATH'] ?? ''
// Others have no /proc, and programs of the same names with other flags.
const onLinux = test.skipIf(process.platform !== 'linux')

describe('an attempt on a file', () => {
  const changes: readonly [Technique, (path: string) => boolean][] = [
    ['write', (path) => readFileSync(path, 'utf8').startsWith('planted')],
    ['truncate', (path) => readFileSync(path, 'utf8') === ''],
    ['replace', (path) => readFileSync(path, 'utf8').startsWith('planted')],
    ['rename', (path) => !existsSync(path) && existsSync(`${path}.away`)],
    ['unlink', (path) => !existsSync(path)],
    ['chmod', (path) => (statSync(path).mode & 0o777) === 0o777],
    ['set-user', (path) => (statSync(path).mode & 0o4000) !== 0],
    ['hard-link', (path) => lstatSync(path).nlink === 2 && readFileSync(path, 'utf8').startsWith('planted')],
    ['write-by-link', (path) => readFileSync(path, 'utf8').startsWith('planted')],
  ]
  test.for(changes)('to %s it really does so', async ([does, isDone], { dir, expect }) => {
    const target = join(dir, 'target')
    writeFileSync(target, 'a text that is longer than what is planted', { mode: 0o600 })
    expect(isDone(target)).toBe(false)
    expect(await tryOut(does, target, dir)).toMatchObject({ said: 'did' })
    expect(isDone(target)).toBe(true)
  })

  test.for(changes)('to %s makes no file where none is', async ([does], { dir, expect }) => {
    const target = join(dir, 'missing', 'target')
    mkdirSync(join(dir, 'scratch'))
    expect(await tryOut(does, target, join(dir, 'scratch'))).toEqual({ said: 'refused', detail: 'ENOENT' })
    expect(existsSync(join(dir, 'missing'))).toBe(false)
  })

  test('tells what it read', async ({ dir, expect }) => {
    writeFileSync(join(dir, 'secret'), 'a secret')
    expect(await tryOut('read', join(dir, 'secret'), dir)).toEqual({ said: 'did', detail: 'a secret' })
  })

  test('creates one, but never in the place of another', async ({ dir, expect }) => {
    expect((await tryOut('create', dir, dir)).said).toBe('did')
    expect(await tryOut('create', dir, dir)).toEqual({ said: 'refused', detail: 'EEXIST' })
  })

  test('moves a folder away and back, so that the others find theirs', async ({ dir, expect }) => {
    const folder = join(dir, 'folder')
    mkdirSync(folder)
    expect((await tryOut('move-away', folder, dir)).said).toBe('did')
    expect(existsSync(folder)).toBe(true)
  })

  test('only opens what belongs to the machine', async ({ dir, expect }) => {
    const file = join(dir, 'knob')
    writeFileSync(file, 'untouched')
    for (const does of ['open-read', 'open-write'] as const)
      expect((await tryOut(does, file, dir)).said).toBe('did')
    expect(readFileSync(file, 'utf8')).toBe('untouched')
  })
})

describe('an attempt on a process', () => {
  onLinux('finds the secret of one of the same user, and ends it', async ({ dir, expect }) => {
    const victim = spawn('sleep', ['60'], {
      env: { PATH: programs, [SECRET_VARIABLE]: 'hush' },
      stdio: 'ignore',
    })
    const pid = String(victim.pid)
    const ended = new Promise((resolve) => victim.once('exit', (_, signal) => resolve(signal)))
    for (const does of ['read-environment', 'read-memory'] as const)
      expect(await tryOut(does, pid, dir)).toEqual({ said: 'did', detail: 'hush' })
    writeFileSync(join(dir, 'file'), 'seen')
    expect(await tryOut('read-root', `${pid}:${join(dir, 'file')}`, dir)).toEqual({
      said: 'did',
      detail: 'seen',
    })
    expect((await tryOut('signal', pid, dir)).said).toBe('did')
    expect(await ended).toBe('SIGKILL')
  })

  onLinux('does not take another process for the one it looks for', async ({ dir, expect }) => {
    for (const does of ['read-environment', 'read-memory'] as const)
      expect((await tryOut(does, String(process.pid), dir)).said).toBe('refused')
  })

  test('does not end itself, whose number may be the same behind a wall', async ({ dir, expect }) => {
    for (const pid of [1, process.pid, process.ppid])
      expect(await tryOut('signal', String(pid), dir)).toMatchObject({ said: 'refused' })
  })
})

test('an attempt on a listener says who came', async ({ dir, expect }) => {
  const path = join(dir, 's.sock')
  const heard: string[] = []
  const server = createServer((socket) => {
    socket.on('data', (text: Buffer) => heard.push(text.toString()))
  })
  await new Promise<void>((resolve) => void server.listen(path, resolve))
  expect(await tryOut('connect', path, dir)).toEqual({ said: 'did', detail: 'connected' })
  expect(heard.join('')).toBe(`${path}\n`)
  await new Promise((closed) => void server.close(closed))
  expect(await tryOut('connect', path, dir)).toEqual({ said: 'refused', detail: 'ENOENT' })
})

test('a program that is missing is not taken for a refusal', async ({ dir, expect }) => {
  const path = process.env['PATH']
  process.env['PATH'] = dir
  try {
    for (const does of ['bind', 'device', 'namespace', 'chroot', 'keyring'] as const)
      expect(await tryOut(does, dir, dir)).toMatchObject({ said: 'skipped' })
  } finally {
    process.env['PATH'] = path
  }
})

describe('as a program of its own, the simulated agent', () => {
  /** Runs attempts of it; `stdio` from 0 on. */
  async function claimsOf(dir: string, attempts: readonly string[], stdio: readonly (number | 'ignore')[]) {
    const words = [agent, '--as', 'generic', ...attempts.flatMap((one) => ['--attempt', one])]
    const [stdin = 'ignore', ...more] = stdio
    const child = spawn(process.execPath, words, {
      cwd: dir,
      env: { PATH: programs, TMUX: 'here' },
      stdio: [stdin, 'pipe', 'inherit', ...more],
    })
    let out = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text))
    await new Promise((resolve) => child.once('close', resolve))
    return readClaims(out)
  }

  onLinux('has nothing that it was not given', async ({ dir, expect }) => {
    const attempts = ['descriptor:/none', 'reopen-stdin:/proc/self/fd/0', 'variable:DOCKER_HOST']
    const claims = await claimsOf(dir, attempts, ['ignore'])
    expect([...claims.values()].map(({ said }) => said)).toEqual(['refused', 'refused', 'refused'])
  })

  onLinux(
    'finds an open file, a variable, and writes to the file that is its stdin',
    async ({ dir, expect }) => {
      const path = join(dir, 'given')
      writeFileSync(path, '')
      await using given = await open(path, 'r')
      const attempts = [`descriptor:${path}`, 'reopen-stdin:/proc/self/fd/0', 'variable:TMUX']
      const claims = await claimsOf(dir, attempts, [given.fd, given.fd])
      expect([...claims.values()].map(({ said }) => said)).toEqual(['did', 'did', 'did'])
    },
  )

  test.skipIf(process.platform !== 'linux' || programOn(programs, 'script') === undefined)(
    'can write to the terminal that it was started from',
    async ({ dir, expect }) => {
      const line = `'${process.execPath}' '${agent}' --as generic --attempt terminal:/dev/tty </dev/null`
      const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
        cwd: dir,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let out = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
      await new Promise((resolve) => child.once('close', resolve))
      expect(readClaims(out.replaceAll('\r', '')).get('terminal:/dev/tty')?.said).toBe('did')
    },
  )
})
