import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, describe } from 'vitest'
import { eventually } from '../../test/helpers/eventually.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { generic } from '../agents/generic/generic.ts'
import { opencode } from '../agents/opencode/opencode.ts'
import { digest } from '../base/digest.ts'
import { systemProcesses } from '../platform/processes.ts'

const program = fileURLToPath(new URL('../../test/helpers/simulated-agent.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

const started: ChildProcessWithoutNullStreams[] = []

// Also when a test failed in between.
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

function start(
  dir: string,
  words: readonly string[],
  agent = 'bob',
  before: readonly string[] = [],
): ChildProcessWithoutNullStreams {
  const [first = '', ...rest] = [...before, process.execPath, program, ...words]
  const child = spawn(first, rest, {
    cwd: dir,
    env: {
      PATH: process.env['PATH'],
      HOME: dir,
      MARROW_AGENT: agent,
      MARROW_RUN: `${agent}-1`,
      MARROW_WORKSPACE: dir,
      MARROW_WORK_DIR: dir,
      MARROW_NOTES: join(dir, 'notes', agent),
    },
  })
  started.push(child)
  return child
}

async function ended(child: ChildProcessWithoutNullStreams, prompt: string | Buffer = ''): Promise<Ended> {
  child.stdin.end(prompt)
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { code, signal, stdout, stderr }
}

function play(dir: string, ...words: string[]): Promise<Ended> {
  return ended(start(dir, words))
}

function queue(dir: string, ...titles: string[]): void {
  mkdirSync(join(dir, 'tasks/queue'), { recursive: true })
  for (const title of titles) writeFileSync(join(dir, 'tasks/queue', `20261120-${title}.md`), `# ${title}\n`)
}

function groupOf(pid: number): number {
  return Number(show(pid, 'pgid'))
}

function show(pid: number, column: string): string {
  return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim()
}

function list(dir: string, path: string): string[] {
  return existsSync(join(dir, path))
    ? readdirSync(join(dir, path)).toSorted((a, b) => a.localeCompare(b))
    : []
}

describe('the simulated agent with its prompt', () => {
  test('proves that it got every byte from stdin', async ({ dir, expect }) => {
    const prompt = Buffer.concat([Buffer.from('ü"\'\\$\n'), Buffer.alloc(1_048_576, 0xfe)])
    const { code, stdout } = await ended(start(dir, ['run', '--format', 'json', '--echo-prompt']), prompt)
    expect(code).toBe(0)
    expect(stdout).toContain(`prompt: ${prompt.byteLength} bytes, digest ${digest(prompt)}`)
    expect(opencode.read({ stdout, stderr: '', exitCode: 0, endedAt: 0 }).usage?.inputTokens).toBe(262_146)
  })

  test('proves that it got every byte as an argument', async ({ dir, expect }) => {
    const prompt = '--- [Core Rules] ---\n"ü" \\ $HOME\n'
    const { words } = generic.words({
      words: ['--echo-prompt'],
      promptVia: 'argument',
      promptPlaced: false,
      prompt,
      promptFile: join(dir, 'prompt'),
      workDir: dir,
      workspace: dir,
    })
    const { stdout } = await play(dir, ...words)
    expect(stdout).toContain(`prompt: ${Buffer.byteLength(prompt)} bytes, digest ${digest(prompt)}`)
    expect(generic.read({ stdout, stderr: '', exitCode: 0, endedAt: 0 }).usage?.outputTokens).toBe(50)
  })
})

describe('the simulated agent in its workspace', () => {
  test('completes tasks and hands the news on, once', async ({ dir, expect }) => {
    queue(dir, 'first', 'second', 'third')
    const words = ['--complete-tasks', '2', '--handoff-after-task', 'alice:Check {tasks}.']
    await play(dir, ...words)
    expect(list(dir, 'tasks/queue')).toEqual(['20261120-third.md'])
    expect(list(dir, 'tasks/done')).toEqual(['20261120-first.md', '20261120-second.md'])
    expect(list(dir, 'runtime/handoff/bob-to-alice')).toEqual(['bob-1-1.md'])
    expect(readFileSync(join(dir, 'runtime/handoff/bob-to-alice/bob-1-1.md'), 'utf8')).toContain(
      'Check first, second.',
    )
    const { stdout } = await ended(start(dir, ['--take-handoffs'], 'alice'))
    expect(stdout).toContain('took what bob handed over')
    expect(list(dir, 'runtime/handoff/bob-to-alice')).toEqual([])
    await play(dir, '--handoff-after-task', 'alice')
    expect(list(dir, 'runtime/handoff/bob-to-alice')).toEqual([])
  })

  test('needs several runs for a task and counts them in its notes', async ({ dir, expect }) => {
    queue(dir, 'long')
    const queued: number[] = []
    for (let run = 0; run < 3; run += 1) {
      await play(dir, '--complete-tasks', '--task-ticks', '3')
      queued.push(list(dir, 'tasks/queue').length)
    }
    expect(queued).toEqual([1, 1, 0])
    expect(list(dir, 'tasks/done')).toEqual(['20261120-long.md'])
  })

  test('follows a script file whose parts depend on the run', async ({ dir, expect }) => {
    writeFileSync(join(dir, 'demo.txt'), 'say hello\n[run 1-2]\nexit 3\n[other runs]\nsay better\n')
    const runs = [
      await play(dir, '--script', 'demo.txt'),
      await play(dir, '--script', 'demo.txt'),
      await play(dir, '--script', 'demo.txt'),
    ]
    expect(runs.map(({ code }) => code)).toEqual([3, 3, 0])
    expect(runs[2]?.stdout).toMatch(/^hello\nbetter\n/)
  })

  test('changes and commits files of its work_dir', async ({ dir, expect }) => {
    execFileSync('git', ['init', '--quiet'], { cwd: dir })
    const { code } = await play(
      dir,
      '--change-file',
      'a/b.txt:one',
      '--change-file',
      'a/b.txt:two',
      '--commit',
      'Change b',
    )
    expect(code).toBe(0)
    expect(readFileSync(join(dir, 'a/b.txt'), 'utf8')).toBe('one\ntwo\n')
    expect(execFileSync('git', ['log', '--format=%s %an'], { cwd: dir, encoding: 'utf8' })).toBe(
      'Change b Simulated agent\n',
    )
  })
})

describe('the simulated agent that takes a lot', () => {
  test('takes memory, processes and a large file, and says so', async ({ dir, expect }) => {
    const { code, stdout } = await play(
      dir,
      '--eat',
      '32MB',
      '--fork-bomb',
      '2',
      '--write-file',
      '9MB:a/large.bin',
    )
    const children = systemProcesses
      .list()
      .filter(({ pid }) => systemProcesses.hasEnvironment(pid, `MARROW_NOTES=${join(dir, 'notes', 'bob')}`))
    for (const { pid } of children) systemProcesses.signal(pid, 'SIGKILL')
    expect({ code, children: children.length }).toEqual({ code: 0, children: 2 })
    expect(stdout).toContain('took 32000000 bytes of memory, started 2 processes, wrote a/large.bin')
    expect(statSync(join(dir, 'a', 'large.bin')).size).toBe(9e6)
  })

  test('fails in the words of the system when a file may not grow', async ({ dir, expect }) => {
    const { code, stdout } = await ended(
      start(dir, ['--write-file', '9MB'], 'bob', ['/bin/sh', '-c', 'ulimit -f 100; exec "$@"', 'sh']),
    )
    expect(code).toBe(1)
    expect(stdout).toContain('EFBIG')
  })
})

describe('the simulated agent and its end', () => {
  test.for<[string[], number | null, NodeJS.Signals | null]>([
    [['--exit', '7', '--hang'], 7, null],
    [['--rate-limit', '30s', '--hang'], 1, null],
    [['--rate-limit', '30s', '--exit', '5'], 5, null],
    [['--permission-denied'], 0, null],
    [['--die', 'KILL'], null, 'SIGKILL'],
    [['--commit', 'no repository here'], 1, null],
    [['--wrok', '2s'], 2, null],
    [['--script', 'missing.txt'], 2, null],
  ])('%j ends with code %j and signal %j', async ([words, code, signal], { dir, expect }) => {
    expect(await play(dir, ...words)).toMatchObject({ code, signal })
  })

  test('ends by TERM while it works, unless it ignores it', async ({ dir, expect }) => {
    const polite = start(dir, ['--say', 'ready', '--hang'])
    const stubborn = start(dir, ['--ignore-term', '--say', 'ready', '--hang'])
    const ends = [once(polite, 'exit'), once(stubborn, 'exit')]
    for (const child of [polite, stubborn]) {
      child.stdin.end()
      await once(child.stdout, 'data')
      child.kill('SIGTERM')
    }
    expect(await ends[0]).toEqual([null, 'SIGTERM'])
    expect(stubborn.exitCode ?? stubborn.signalCode).toBeNull()
    stubborn.kill('SIGKILL')
    expect(await ends[1]).toEqual([null, 'SIGKILL'])
  })

  test('floods its output at the pace of the reader', async ({ dir, expect }) => {
    const { stdout, stderr } = await play(
      dir,
      '--as',
      'opencode',
      '--flood',
      '3MB',
      '--flood',
      '100KB:stderr',
    )
    expect(stdout.length).toBeGreaterThan(3e6)
    expect(stderr).toHaveLength(1e5)
    expect(opencode.read({ stdout, stderr, exitCode: 0, endedAt: 0 })).toMatchObject({ failure: undefined })
  })
})

describe('the processes that the simulated agent leaves behind', () => {
  test.for(['', 'session', 'double', 'stdout', 'scrubbed', 'deaf', 'session,double,stdout,scrubbed,deaf'])(
    'live on as "%s"',
    async (kinds, { dir, expect }) => {
      const child = start(dir, ['--fork', `${kinds},20s`])
      child.stdin.end()
      const stderr: Buffer[] = []
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
      child.stdout.resume()
      await once(child, 'exit')
      const pid = await eventually(
        'the pid',
        () => Number(/forked (\d+)/.exec(Buffer.concat(stderr).toString())?.[1]) || undefined,
      )
      try {
        expect(groupOf(pid) === groupOf(process.pid)).toBe(!kinds.includes('session'))
        // What follows can be seen from outside on Linux only.
        if (!existsSync(`/proc/${pid}`)) return
        const ignored = () =>
          /SigIgn:\s*[0-9a-f]*[4-7c-f][0-9a-f]{3}\b/.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
        await eventually('the child to sleep', () => show(pid, 'comm') === 'sleep' || undefined)
        expect(ignored()).toBe(kinds.includes('deaf'))
        expect(readFileSync(`/proc/${pid}/environ`, 'utf8').includes('MARROW_RUN')).toBe(
          !kinds.includes('scrubbed'),
        )
      } finally {
        process.kill(pid, 'SIGKILL')
      }
    },
  )
})
