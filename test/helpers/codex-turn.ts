/** One unattended turn of the real codex as its adapter starts it, recorded as a fixture when that is asked for. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunOutput } from '../../src/agents/adapter.ts'
import { codex } from '../../src/agents/codex/codex.ts'
import type { CodexWorld } from './codex.ts'

interface Turn {
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly workDir?: string
  /** Ends codex, as a deadline does, once it has printed what this matches. */
  readonly endAfter?: RegExp
  /** The file in test/fixtures/codex that this turn is recorded as with MARROW_TEST_RECORD=1. */
  readonly fixture?: string
}

/** Runs the program `binary` with the prompt on stdin. */
export async function runTurn(
  binary: string,
  world: CodexWorld,
  prompt: string,
  { workDir = world.workDir, flags = [], env = {}, endAfter, fixture }: Turn = {},
): Promise<RunOutput> {
  const { words, promptOnStdin } = codex.words({
    words: [binary, 'exec', ...flags],
    promptVia: codex.promptVia,
    promptPlaced: false,
    prompt,
    promptFile: join(world.home, 'prompt'),
    workDir,
    workspace: workDir,
  })
  const [program = '', ...rest] = world.enter(words)
  const child = spawn(program, rest, {
    cwd: workDir,
    env: { PATH: process.env['PATH'], ...codex.env(60_000), ...world.env, ...env },
  })
  child.stdin.on('error', () => {}).end(promptOnStdin ? prompt : '')
  let [stdout, stderr, ended] = ['', '', false]
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
    if (ended || endAfter?.test(stdout) !== true) return
    ended = true
    child.kill('SIGTERM')
  })
  const [code]: unknown[] = await once(child, 'close')
  if (process.env['MARROW_TEST_RECORD'] === '1' && fixture !== undefined)
    record(fixture, { stdout, stderr }, world)
  // What the launcher writes for a signal: 128 and its number.
  return { stdout, stderr, exitCode: Number(code ?? 143), endedAt: Date.now() }
}

/** Nothing of this machine, and nothing that differs each time. */
function record(name: string, streams: Pick<RunOutput, 'stdout' | 'stderr'>, world: CodexWorld): void {
  const scrub = (stream: string) =>
    stream
      .replaceAll(world.home, '/home/test')
      .replaceAll(world.workDir, '/project')
      .replaceAll(/127\.0\.0\.1:\d{2,}/g, '127.0.0.1:8900')
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '01a1f000-0000-7000-8000-000000000000')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-11-20T12:00:00.000000Z')
  const path = join(import.meta.dirname, '../fixtures/codex', name)
  writeFileSync(`${path}.jsonl`, scrub(streams.stdout))
  writeFileSync(`${path}.stderr`, scrub(streams.stderr))
}
