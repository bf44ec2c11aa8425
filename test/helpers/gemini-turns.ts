/** Turns of the real Gemini CLI, driven as marrow drives them: with the words and variables of its adapter. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { RunOutput } from '../../src/agents/adapter.ts'
import { gemini } from '../../src/agents/gemini/gemini.ts'
import { systemProcesses } from '../../src/platform/processes.ts'
import { sendTerm } from '../../src/runner/apply/end.ts'
import { finishRun } from '../../src/runner/apply/finish.ts'
import { runPaths } from '../../src/runner/folder.ts'
import { openGeminiWorld } from './gemini.ts'
import type { GeminiWorld } from './gemini.ts'
import type { LiveRun } from './live-run.ts'

/** The model; one that is named needs no request to choose it. */
export const MODEL_FLAGS = ['-m', 'gemini-scripted'] as const

/** The model, and leave to do anything. */
export const UNATTENDED = [...MODEL_FLAGS, '--approval-mode', 'yolo'] as const

/** What differs from a turn that is allowed everything in a world where all is well. */
export interface Turn {
  /** In the place of UNATTENDED. */
  readonly flags?: readonly string[]
  /** Laid over the world's, or the whole text of the settings file. */
  readonly settings?: Readonly<Record<string, unknown>> | string
  /** Laid over the world's; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly promptVia?: 'stdin' | 'argument'
  /** The file in test/fixtures/gemini that it is recorded as, with MARROW_TEST_RECORD=1. */
  readonly fixture?: string
}

export interface GeminiTurns extends AsyncDisposable {
  readonly world: GeminiWorld
  /** One turn from its start to its end. */
  run(prompt: string, turn?: Turn): Promise<RunOutput>
  /** Ends one that the test launched, as marrow does at a deadline: TERM, and after the exit whatever is left. */
  end(started: LiveRun, fixture: string): Promise<RunOutput>
  /** The words and the environment of a turn that the test launches itself. */
  words(prompt: string): string[]
  env(): Record<string, string>
}

/** Makes their world inside `dir`. */
export async function openGeminiTurns(dir: string, binary: string): Promise<GeminiTurns> {
  const world = await openGeminiWorld(dir)
  const place: Place = { dir, binary, world }
  mkdirSync(join(dir, 'tmp'))
  return {
    world,
    run: (prompt, turn = {}) => run(place, prompt, turn),
    end: (started, fixture) => end(place, started, fixture),
    words: (prompt) => wordsFor(place, prompt, {}),
    env: () => environment(place, {}),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }
}

interface Place {
  readonly dir: string
  readonly binary: string
  readonly world: GeminiWorld
}

async function run(place: Place, prompt: string, turn: Turn): Promise<RunOutput> {
  const { world } = place
  world.furnish(turn.settings)
  const [program = '', ...rest] = wordsFor(place, prompt, turn)
  const child = spawn(program, rest, { cwd: world.workDir, env: environment(place, turn) })
  child.stdin.end(turn.promptVia === 'argument' ? '' : prompt)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  world.furnish()
  if (turn.fixture !== undefined) record(turn.fixture, { stdout, stderr }, place)
  return { stdout, stderr, exitCode: Number(code), endedAt: Date.now() }
}

function wordsFor({ world, binary, dir }: Place, prompt: string, turn: Turn): string[] {
  const { words } = gemini.words({
    words: [binary, ...(turn.flags ?? UNATTENDED)],
    promptVia: turn.promptVia ?? gemini.promptVia,
    promptPlaced: false,
    prompt,
    promptFile: join(dir, 'prompt'),
    workDir: world.workDir,
    workspace: dir,
  })
  return world.enter(words)
}

/** It is a script for Node, and writes a report of each failed request into TMPDIR. */
function environment({ world, dir }: Place, { env }: Turn): Record<string, string> {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  const all = { PATH: path, TMPDIR: join(dir, 'tmp'), ...gemini.env(60_000), ...world.env, ...env }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

async function end(place: Place, started: LiveRun, fixture: string): Promise<RunOutput> {
  const recorded = sendTerm(started, systemProcesses)
  const { exitCode, at } = await started.sighted('exited')
  await finishRun({ ...started, recorded }, systemProcesses)
  const printed = printedBy(started)
  record(fixture, printed, place)
  return { ...printed, exitCode, endedAt: at }
}

/** What a run has printed so far. */
export function printedBy({ folder }: LiveRun): Pick<RunOutput, 'stdout' | 'stderr'> {
  const { stdout, stderr } = runPaths(folder)
  return { stdout: contentOf(stdout), stderr: contentOf(stderr) }
}

function contentOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function record(
  name: string,
  { stdout, stderr }: Pick<RunOutput, 'stdout' | 'stderr'>,
  { world, dir, binary }: Place,
): void {
  if (process.env['MARROW_TEST_RECORD'] !== '1') return
  const folder = join(import.meta.dirname, '../fixtures/gemini')
  const scrub = (stream: string) =>
    stream
      .replaceAll(world.home, '/home/test')
      .replaceAll(world.workDir, '/project')
      .replaceAll(dir, '/scrubbed')
      .replaceAll(/\/[\w/]+\/mw-[\w/-]+/g, '/scrubbed')
      .replaceAll(dirname(dirname(binary)), '/opt/node_modules')
      .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:8900')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.jsonl`), scrub(stdout))
  writeFileSync(join(folder, `${name}.stderr`), scrub(stderr))
}
