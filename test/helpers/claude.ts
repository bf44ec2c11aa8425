/** The world of a real agent CLI, furnished for Claude Code, and turns in it as the claude adapter has them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { RunOutput } from '../../src/agents/adapter.ts'
import { claude } from '../../src/agents/claude/claude.ts'
import { openCliWorld, type CliWorld } from './cli-world.ts'

export interface ClaudeWorld extends CliWorld {
  readonly dir: string
  /** What Claude Code needs in its environment besides PATH. */
  readonly env: Readonly<Record<string, string>>
  /** The same with a login to a plan, which has limits of its own, in place of a key. */
  readonly planEnv: Readonly<Record<string, string>>
}

export interface Turn {
  readonly flags?: readonly string[]
  /** Laid over the adapter's own environment, as the operator's is. */
  readonly env?: Readonly<Record<string, string>>
  readonly login?: 'key' | 'plan' | 'none'
  /** The deadline that the adapter plans for. */
  readonly timeoutMs?: number
  /** Claude Code gets a signal once this stands in its output. */
  readonly endAfter?: string
  /** TERM unless said otherwise. */
  readonly endBy?: 'SIGINT' | 'SIGTERM'
  /** The file in test/fixtures/claude that this turn is recorded as. */
  readonly fixture?: string
}

/** Makes the world inside `dir`. */
export async function openClaudeWorld(dir: string): Promise<ClaudeWorld> {
  const world = await openCliWorld(dir)
  // It leaves folders and a socket in the folder for temporary files.
  const temporary = join(dir, 'tmp')
  mkdirSync(temporary)
  const env = {
    HOME: world.home,
    TMPDIR: temporary,
    ANTHROPIC_BASE_URL: world.model,
    // Only for tests: nobody is there to be told.
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  }
  return {
    ...world,
    dir,
    env: { ...env, ANTHROPIC_API_KEY: 'not-a-key' },
    planEnv: { ...env, CLAUDE_CODE_OAUTH_TOKEN: 'not-a-token' },
  }
}

/** One turn of Claude Code, started with the configured words as marrow would. */
export async function runClaude(
  world: ClaudeWorld,
  configured: readonly string[],
  prompt: string,
  { flags = [], env = {}, login = 'key', timeoutMs = 600_000, endAfter, endBy = 'SIGTERM', fixture }: Turn,
): Promise<RunOutput> {
  const { words, promptOnStdin } = claude.words({
    words: [...configured, ...flags],
    promptVia: claude.promptVia,
    promptPlaced: false,
    prompt,
    promptFile: join(world.dir, 'prompt'),
    workDir: world.workDir,
    workspace: world.dir,
  })
  const [program = '', ...rest] = world.enter(words)
  const own = login === 'plan' ? world.planEnv : world.env
  const key = login === 'none' ? { ANTHROPIC_API_KEY: undefined } : {}
  const child = spawn(program, rest, {
    cwd: world.workDir,
    env: { PATH: process.env['PATH'], ...claude.env(timeoutMs), ...own, ...key, ...env },
  })
  child.stdin.end(promptOnStdin ? prompt : '')
  let seen = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    seen += part
    if (endAfter !== undefined && seen.includes(endAfter)) child.kill(endBy)
  })
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  if (process.env['MARROW_TEST_RECORD'] === '1' && fixture !== undefined)
    record(world, fixture, { stdout, stderr })
  return { stdout, stderr, exitCode: signal === 'SIGTERM' ? 143 : Number(code), endedAt: Date.now() }
}

function record(world: ClaudeWorld, name: string, { stdout, stderr }: Record<'stdout' | 'stderr', string>) {
  const folder = join(import.meta.dirname, '../fixtures/claude')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.jsonl`), scrub(world, stdout))
  writeFileSync(join(folder, `${name}.stderr`), scrub(world, stderr))
}

/** Without the paths and ports of one machine. */
function scrub({ dir, home, workDir }: ClaudeWorld, stream: string): string {
  return stream
    .replaceAll(home, '/home/test')
    .replaceAll(workDir, '/project')
    .replaceAll(dir, '/scrubbed')
    .replaceAll(workDir.replaceAll('/', '-'), '-project')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:8900')
}
