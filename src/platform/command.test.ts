import { spawn } from 'node:child_process'
import { chmodSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, onTestFinished } from 'vitest'
import { eventually } from '../../test/helpers/eventually.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { runCommand, type CommandOptions } from './command.ts'
import { systemProcesses } from './processes.ts'

const options = (dir: string, more: Partial<CommandOptions> = {}): CommandOptions => ({
  cwd: dir,
  env: { PATH: process.env['PATH'] ?? '' },
  deadlineMs: 10_000,
  signal: AbortSignal.timeout(20_000),
  maxBytes: 65_536,
  ...more,
})

const sh = (script: string) => ['sh', '-c', script]

/** Waits until the processes whose pids stand in the file are gone. */
async function gone(dir: string, file: string): Promise<void> {
  const pid = Number(readFileSync(join(dir, file), 'utf8'))
  await eventually(`${file} to be gone`, () =>
    systemProcesses.identify(pid) === undefined ? true : undefined,
  )
}

/** Keeps this process from everything else. */
function work(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

const escaped = `(setsid sh -c 'trap "" TERM; echo $$ >escaped; sleep 60; sleep 60' &)`
const stubborn = 'trap "" TERM; echo $$ >stubborn; while :; do sleep 0.05; done'

/** Words of a sandbox that outlives bubblewrap and whose first process has no mark: what a job could make of its own. */
const lasting = (script: string) => {
  const maker =
    'env -u MARROW_JOB bwrap --unshare-user --unshare-pid --new-session --dev-bind / / --proc /proc --info-fd 3'
  return [...maker.split(' '), 'sh', '-c', script]
}

describe('a job in a sandbox', () => {
  test.for<[how: string, rest: string, kind: string]>([
    ['ends', 'exit 3', 'exited'],
    ['has had its time', 'while :; do sleep 0.05; done', 'deadline'],
  ])('that %s leaves nothing in there', async ([, rest, kind], { dir, expect }) => {
    const script = `(setsid sh -c 'trap "" TERM; echo up >up; while :; do sleep 0.05; done' >/dev/null 2>&1 &)
      while [ ! -e up ]; do sleep 0.02; done; ls /proc/$$/fd; ${rest}`
    const left = () => systemProcesses.list().filter(({ pid }) => readCwd(pid) === dir)
    onTestFinished(() => {
      for (const { pid } of left()) systemProcesses.signal(pid, 'SIGKILL')
    })
    const result = await runCommand(lasting(script), options(dir, { sandboxed: true, deadlineMs: 1_000 }))
    expect(result).toMatchObject({ kind, stdout: expect.stringMatching(/^0\n1\n2\n(?!3\n)/) })
    await eventually('the sandbox to be gone', () => (left().length === 0 ? true : undefined), 2_000)
  })
})

test('a job in a sandbox that is over its deadline is asked first', async ({ dir, expect }) => {
  const script = 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.02; done'
  const words = ['bwrap', '--unshare-user', '--unshare-pid', '--new-session', '--die-with-parent']
  const place = ['--dev-bind', '/', '/', '--proc', '/proc', '--info-fd', '3']
  const result = await runCommand(
    [...words, ...place, ...sh(script)],
    options(dir, { sandboxed: true, deadlineMs: 500 }),
  )
  expect(result).toMatchObject({ kind: 'deadline', stdout: 'up\nbye\n' })
})

/** Where a process works; undefined when it is gone. */
function readCwd(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}

describe('a job that ends', () => {
  test('gives its code and what it printed', async ({ dir, expect }) => {
    const result = await runCommand(sh('echo out; echo err >&2; exit 3'), options(dir))
    expect(result).toMatchObject({
      kind: 'exited',
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
    })
  })

  test('by a signal has a code over 128', async ({ dir, expect }) => {
    expect(await runCommand(sh('kill -KILL $$'), options(dir))).toMatchObject({
      kind: 'exited',
      exitCode: 137,
    })
  })

  test('reads what it is given, else nothing', async ({ dir, expect }) => {
    const stdin = 'ü'.repeat(500_000)
    const counted = await runCommand(['wc', '-c'], options(dir, { stdin }))
    expect(counted).toMatchObject({ stdout: expect.stringContaining('1000000') })
    expect(await runCommand(['cat'], options(dir))).toMatchObject({ exitCode: 0, stdout: '' })
    expect(await runCommand(['true'], options(dir, { stdin }))).toMatchObject({ exitCode: 0 })
  })

  test('sees only its own environment and the mark', async ({ dir, expect }) => {
    const result = await runCommand(['/usr/bin/env'], options(dir, { env: { A: '1' } }))
    expect(result).toMatchObject({ stdout: expect.stringMatching(/^A=1\nMARROW_JOB=[\w-]+\n$/) })
  })

  test('is cut at the limit but not ended by it', async ({ dir, expect }) => {
    const result = await runCommand(sh('head -c 5000000 /dev/zero; exit 4'), options(dir, { maxBytes: 1000 }))
    expect(result).toMatchObject({ kind: 'exited', exitCode: 4, stdout: '\0'.repeat(1000), truncated: true })
  })

  test('returns although a child holds its output, and takes the child with it', async ({ dir, expect }) => {
    const script = `(sleep 60 & echo $! >child); ${escaped}; while [ ! -s escaped ]; do sleep 0.01; done; echo done`
    const result = await runCommand(sh(script), options(dir))
    expect(result).toMatchObject({ kind: 'exited', exitCode: 0, stdout: 'done\n' })
    await gone(dir, 'child')
    await gone(dir, 'escaped')
  })
})

test('nothing that a job printed is lost while the daemon is busy with the ends of others', async ({
  dir,
  expect,
}) => {
  // Its end is noticed in the turn in which its words are read; the job ends meanwhile, and is noticed in that turn too.
  const other = spawn('sh', ['-c', 'sleep 0.1; echo other'])
  const job = runCommand(sh('sleep 0.6; echo hi'), options(dir))
  setTimeout(work, 0, 300)
  other.stdout.once('data', () => {
    work(700)
    setImmediate(work, 400)
  })
  expect(await job).toMatchObject({ kind: 'exited', stdout: 'hi\n' })
})

describe('a job over its deadline', () => {
  test('returns, whatever ignores TERM, hides in another session and holds the output', async ({
    dir,
    expect,
  }) => {
    const script = `echo begun; ${escaped}; ${stubborn}`
    const before = performance.now()
    const result = await runCommand(sh(script), options(dir, { deadlineMs: 600 }))
    expect(result).toMatchObject({ kind: 'deadline', stdout: 'begun\n' })
    expect(performance.now() - before).toBeLessThan(600 + 2_000)
    await gone(dir, 'stubborn')
    await gone(dir, 'escaped')
  })

  test('is asked first, and what it then says is kept', async ({ dir, expect }) => {
    const script = 'trap "echo bye; exit 0" TERM; while :; do sleep 0.02; done'
    const result = await runCommand(sh(script), options(dir, { deadlineMs: 300 }))
    expect(result).toMatchObject({ kind: 'deadline', stdout: 'bye\n' })
  })

  test('loses children that wiped their environment and left its session, too', async ({ dir }) => {
    const script = `setsid -w env -i PATH="$PATH" sh -c 'trap "" TERM; echo $$ >wiped; sleep 60'`
    await runCommand(sh(script), options(dir, { deadlineMs: 300 }))
    await gone(dir, 'wiped')
  })
})

test('an aborted job is ended, and one that is aborted before is not started', async ({ dir, expect }) => {
  const abort = new AbortController()
  const running = runCommand(sh(stubborn), options(dir, { signal: abort.signal }))
  await eventually('the job', () => {
    try {
      return readFileSync(join(dir, 'stubborn'), 'utf8') || undefined
    } catch {
      return undefined
    }
  })
  abort.abort()
  expect(await running).toMatchObject({ kind: 'aborted' })
  await gone(dir, 'stubborn')
  expect(await runCommand(['no-such-program'], options(dir, { signal: abort.signal }))).toMatchObject({
    kind: 'aborted',
  })
})

test('a job that cannot be started says why', async ({ dir, expect }) => {
  writeFileSync(join(dir, 'plain'), '')
  chmodSync(join(dir, 'plain'), 0o644)
  const detail = async (words: readonly string[], more: Partial<CommandOptions> = {}) => {
    const result = await runCommand(words, options(dir, more))
    return result.kind === 'missing' ? result.detail : result.kind
  }
  expect(await detail(['no-such-program'])).toContain('ENOENT')
  expect(await detail(['./plain'])).toContain('EACCES')
  expect(await detail(['true'], { cwd: join(dir, 'gone') })).toContain(join(dir, 'gone'))
  expect(await detail(['echo', 'x'.repeat(200_000)])).toContain('E2BIG')
})
