// bin/launch itself, under each shell that may be /bin/sh.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, onTestFinished } from 'vitest'
import { eventually } from '../../../test/helpers/eventually.ts'
import { launcher } from '../../../test/helpers/live-run.ts'
import { test } from '../../../test/helpers/temp-dir.ts'
import { readIfExists } from '../../platform/files.ts'
import { systemProcesses } from '../../platform/processes.ts'

const shells = ['/bin/sh', '/bin/dash', '/bin/bash', '/usr/bin/busybox'].filter((shell) => existsSync(shell))

interface Launched {
  readonly child: ChildProcess
  readonly folder: string
  readonly ended: Promise<unknown>
}

function launch(
  dir: string,
  shell: string,
  words: readonly string[],
  { cap = 65_536, prompt = '', folder = join(dir, 'run'), path = process.env['PATH'] } = {},
): Launched {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'prompt'), prompt)
  const options = { detached: true, stdio: 'ignore' as const, cwd: dir, env: { ...process.env, PATH: path } }
  const interpreter = shell.endsWith('busybox') ? ['sh', launcher] : [launcher]
  const child = spawn(shell, [...interpreter, folder, String(cap), join(folder, 'prompt'), ...words], options)
  onTestFinished(() => {
    systemProcesses.signal(-Number(child.pid), 'SIGKILL')
  })
  return { child, folder, ended: once(child, 'exit') }
}

const read = (folder: string, file: string) => readFileSync(join(folder, file), 'utf8')

describe.each(shells)('the launcher under %s', (shell) => {
  test("starts no program of the command's PATH but the command", async ({ dir, expect }) => {
    const bin = join(dir, 'bin')
    mkdirSync(bin)
    for (const name of ['cat', 'mkfifo', 'mv', 'rm', 'sleep'])
      writeFileSync(join(bin, name), `#!/bin/sh\ntouch ${dir}/planted\n`, { mode: 0o755 })
    writeFileSync(join(bin, 'own'), '#!/bin/sh\necho "$PATH"\n', { mode: 0o755 })
    const path = `${bin}:/usr/bin:/bin`
    const { folder, ended } = launch(dir, shell, ['own'], { path })
    await ended
    expect(read(folder, 'stdout')).toBe(`${path}\n`)
    expect(existsSync(join(dir, 'planted'))).toBe(false)
  })

  codesAndStreams(shell)
  lifeAndEnd(shell)
})

function codesAndStreams(shell: string): void {
  test.for<[what: string, words: string[], code: string]>([
    ['0', ['true'], '0'],
    ['7', ['sh', '-c', 'exit 7'], '7'],
    ['a program that is missing', ['/no/such/program'], '127'],
    ['a name that only the shell knows', ['exit', '3'], '127'],
    ['a file that is not executable', ['/etc/passwd'], '126'],
    ['TERM', ['sh', '-c', 'kill -TERM $$'], '143'],
    ['KILL', ['sh', '-c', 'kill -KILL $$'], '137'],
  ])('writes the code of %s', async ([, words, code], { dir, expect }) => {
    const { folder, ended } = launch(dir, shell, words)
    await ended
    expect(read(folder, 'exit').trim()).toBe(code)
  })

  test('passes words on as they are, and both streams into their files', async ({ dir, expect }) => {
    const words = ['$HOME', '`id`', 'a  b', '*', "it's", '"', '', '-n', 'line\nbreak']
    const print = 'printf "[%s]" "$@"; echo trouble >&2'
    const { folder, ended } = launch(dir, shell, ['sh', '-c', print, 'sh', ...words])
    await ended
    expect(read(folder, 'stdout')).toBe(words.map((word) => `[${word}]`).join(''))
    expect(read(folder, 'stderr')).toBe('trouble\n')
    expect(existsSync(join(folder, 'stdout.pipe'))).toBe(false)
  })

  test('gives the command a prompt of 1 MiB, then the end of input', async ({ dir, expect }) => {
    const prompt = 'ü\0"$x"\n'.repeat(150_000).slice(0, 1024 * 1024)
    const { folder, ended } = launch(dir, shell, ['cat'], { prompt, cap: 4 * 1024 * 1024 })
    await ended
    expect(read(folder, 'stdout') === prompt).toBe(true)
  })

  test('keeps the cap of an endless output to the byte and reads the rest quickly', async ({
    dir,
    expect,
  }) => {
    const { folder, ended } = launch(dir, shell, ['head', '-c', '1G', '/dev/zero'], { cap: 1024 * 1024 })
    await ended
    expect(statSync(join(folder, 'stdout')).size).toBe(1024 * 1024)
    expect(read(folder, 'exit').trim()).toBe('0')
  })
}

function lifeAndEnd(shell: string): void {
  test('starts the command with every signal at its default', async ({ dir, expect }) => {
    const { folder, ended } = launch(dir, shell, ['grep', 'SigIgn', '/proc/self/status'])
    await ended
    expect(read(folder, 'stdout')).toMatch(/SigIgn:\s+0{16}\n/)
  })

  test('keeps the last words after a TERM to the whole group, and the real code', async ({ dir, expect }) => {
    const script = 'trap "sleep 0.1; echo bye; exit 9" TERM; echo ready; while :; do sleep 0.05; done'
    const { child, folder, ended } = launch(dir, shell, ['sh', '-c', script])
    await eventually('the command to be ready', () => readIfExists(join(folder, 'stdout')) || undefined)
    process.kill(-Number(child.pid), 'SIGTERM')
    await ended
    expect([read(folder, 'exit').trim(), read(folder, 'stdout')]).toEqual(['9', 'ready\nbye\n'])
  })

  test('writes the code at once although a grandchild still holds the output', async ({ dir, expect }) => {
    const { child, folder, ended } = launch(dir, shell, ['sh', '-c', '(sleep 60; echo late) & exit 4'])
    const code = await eventually('the code', () =>
      existsSync(join(folder, 'exit')) ? read(folder, 'exit') : undefined,
    )
    expect(code.trim()).toBe('4')
    expect(child.exitCode).toBe(null)
    systemProcesses.signal(-Number(child.pid), 'SIGTERM')
    await ended
  })

  test('leaves when the run has begun, without touching it', async ({ dir, expect }) => {
    const folder = join(dir, 'run')
    mkdirSync(folder)
    writeFileSync(join(folder, 'started'), '4711\n')
    const { child, ended } = launch(dir, shell, ['touch', 'ran'])
    await ended
    expect([child.exitCode, read(folder, 'started'), existsSync(join(dir, 'ran'))]).toEqual([
      0,
      '4711\n',
      false,
    ])
  })

  test('lets a sandbox, and nobody else, say who its first process is', async ({ dir, expect }) => {
    const words = ['sh', '-c', 'echo "{ told }" >&9 || echo nobody asks']
    const told = launch(dir, shell, words)
    await told.ended
    expect([read(told.folder, 'stdout'), existsSync(join(told.folder, 'sandbox'))]).toEqual([
      'nobody asks\n',
      false,
    ])
    const folder = join(dir, 'asked')
    mkdirSync(folder)
    writeFileSync(join(folder, 'sandbox'), '.'.repeat(20))
    await launch(dir, shell, words, { folder }).ended
    expect([read(folder, 'stdout'), read(folder, 'sandbox')]).toEqual(['', `{ told }\n${'.'.repeat(11)}`])
  })

  test('records its own pid and those of the two writers', async ({ dir, expect }) => {
    const { child, folder, ended } = launch(dir, shell, ['sleep', '0.2'])
    await ended
    expect(read(folder, 'started')).toBe(`${child.pid}\n`)
    expect(read(folder, 'writers')).toMatch(/^\d+\n\d+\n$/)
  })
}
