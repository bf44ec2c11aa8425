/**
 * The opencode adapter against the real opencode CLI and a scripted model. With MARROW_TEST_RECORD=1 the streams
 * of these runs become the fixtures of test/fixtures/opencode; with MARROW_TEST_LONG=1 the cases in which opencode
 * tries again by itself for more than a minute are run too.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { RunOutput } from '../../src/agents/adapter.ts'
import { opencode } from '../../src/agents/opencode/opencode.ts'
import { judge } from '../../src/runner/outcome.ts'
import { findCli } from '../helpers/cli-world.ts'
import { openOpencodeWorld } from '../helpers/opencode.ts'
import type { OpencodeWorld } from '../helpers/opencode.ts'
import { makeTempDir, removeTempDir } from '../helpers/temp-dir.ts'

const binary = findCli('opencode')
const long = process.env['MARROW_TEST_LONG'] === '1'

interface Turn {
  readonly flags?: readonly string[]
  readonly config?: Readonly<Record<string, unknown>>
  /** The file in test/fixtures/opencode that this turn is recorded as. */
  readonly fixture: string
}

let dir: string
let world: OpencodeWorld

// One world for all: a first start in an empty home takes opencode longer than the turn itself.
beforeAll(async () => {
  dir = await makeTempDir()
  world = await openOpencodeWorld(dir)
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await removeTempDir(dir)
})

describe.skipIf(binary === undefined)('the opencode adapter with the real opencode', () => {
  test('does the work of a prompt and reads what it cost', async ({ expect }) => {
    const asked = world.requests().length
    const script =
      '[[usage in=1200 out=30 cached=200 reasoning=10]] [[bash echo hello > made.txt]] [[text All is done.]]'
    const prompt = `Bytes that arguments would lose: "quoted" 'words' $HOME \\ {"json": "ü"}\n\n${script}\n`
    const output = await run(prompt, { fixture: 'success' })
    expect(opencode.read(output)).toEqual({
      result: 'All is done.',
      usage: { inputTokens: 2_000, outputTokens: 80, cacheReadTokens: 200, cacheWriteTokens: 0 },
      costUsd: expect.closeTo((2_000 * 3 + 80 * 15 + 200 * 0.3) / 1e6, 9),
      cliSession: expect.stringMatching(/^ses_/),
      failure: undefined,
    })
    expect(judge(output.exitCode, opencode.read(output), undefined)).toEqual({ kind: 'succeeded' })
    expect(readFileSync(join(world.workDir, 'made.txt'), 'utf8')).toBe('hello\n')
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: world.workDir, encoding: 'utf8' })).toBe(
      '?? made.txt\n',
    )
    const prompts = world
      .requests()
      .slice(asked)
      .filter(({ tools }) => tools.length > 0)
    expect(prompts.map((request) => request.prompt)).toEqual([prompt, prompt])
  })

  test('takes a key that is refused for a failed authentication', async ({ expect }) => {
    const { failure } = opencode.read(await run('[[status 401]] [[text no]]', { fixture: 'unauthorized' }))
    expect(failure).toEqual({ reason: 'authentication', detail: 'scripted 401' })
  })

  test('takes a rate limit that opencode overcame for no failure', async ({ expect }) => {
    const output = await run('[[status 429 retry-after=1 times=1]] [[text recovered]]', {
      fixture: 'limited-once',
    })
    expect(opencode.read(output)).toMatchObject({ result: 'recovered', failure: undefined })
  })
})

describe.skipIf(binary === undefined)(
  'the opencode adapter when the real opencode did not do the work',
  () => {
    test('sees that opencode worked as another agent', async ({ expect }) => {
      const output = await run('[[text fine]]', { fixture: 'wrong-agent', flags: ['--agent', 'nope'] })
      expect(output.exitCode).toBe(0)
      expect(opencode.read(output).failure).toEqual({
        reason: 'wrong-agent',
        detail: 'agent "nope" not found. Falling back to default agent',
      })
    })

    test('sees that a tool was not allowed', async ({ expect }) => {
      const output = await run('[[bash echo hello > denied.txt]] [[text fine]]', {
        fixture: 'denied',
        config: { permission: { bash: 'ask' } },
      })
      expect(output.exitCode).toBe(0)
      expect(opencode.read(output).failure).toEqual({
        reason: 'permission-denied',
        detail: 'permission requested: bash (echo hello > denied.txt); auto-rejecting',
      })
    })

    test('leaves it to the model what came of a tool that only its subagent was denied', async ({
      expect,
    }) => {
      // Escaped once more, so that the words are the script of the subagent and not that of the one who calls it.
      const script = String.raw`\u005b\u005bbash echo hello > denied.txt\u005d\u005d`
      const call = `{"description":"a part","subagent_type":"general","prompt":"${script}"}`
      const output = await run(`[[tool task ${call}]] [[text Done without it.]]`, {
        fixture: 'subagent-denied',
        config: { permission: { bash: 'ask' } },
      })
      expect(output.stderr).toContain('permission requested: bash')
      expect(opencode.read(output)).toMatchObject({ result: 'Done without it.', failure: undefined })
    })

    test('says what is wrong with a configuration that opencode refuses', async ({ expect }) => {
      const output = await run('[[text fine]]', { fixture: 'invalid-config', config: { model: 5 } })
      expect(output.exitCode).toBe(1)
      expect(opencode.read(output).failure).toEqual({
        reason: 'exit-code',
        detail: expect.stringMatching(/^exited with code 1: Error: Configuration is invalid at .* model$/),
      })
    })
  },
)

describe.skipIf(binary === undefined || !long)(
  'the opencode adapter when the real opencode gives up after its own retries',
  () => {
    test('reads until when a rate limit lasts', { timeout: 120_000 }, async ({ expect }) => {
      const output = await run('[[status 429 retry-after=2]] [[text no]]', { fixture: 'limited' })
      const { failure } = opencode.read(output)
      expect(failure).toEqual({ reason: 'rate-limit', detail: 'scripted 429', until: output.endedAt + 2_000 })
    })

    test('takes an overloaded model for an error', { timeout: 240_000 }, async ({ expect }) => {
      const { failure } = opencode.read(await run('[[status 529]] [[text no]]', { fixture: 'overloaded' }))
      expect(failure).toEqual({ reason: 'error', detail: 'scripted 529' })
    })

    test(
      'takes a model that cannot be reached for a failed connection',
      { timeout: 240_000 },
      async ({ expect }) => {
        const options = { baseURL: 'http://127.0.0.1:9/v1', apiKey: 'not-a-key' }
        const models = { 'scripted-1': { name: 'Scripted', tool_call: true } }
        const provider = { loop: { npm: '@ai-sdk/openai-compatible', name: 'Loopback', options, models } }
        const { failure } = opencode.read(
          await run('[[text no]]', { fixture: 'unreachable', config: { provider } }),
        )
        expect(failure).toMatchObject({
          reason: 'connection',
          detail: expect.stringMatching(/^Cannot connect to API/),
        })
      },
    )
  },
)

async function run(prompt: string, { flags = [], config = {}, fixture }: Turn): Promise<RunOutput> {
  const { workDir } = world
  const { words, promptOnStdin } = opencode.words({
    words: [binary ?? '', 'run', ...flags],
    promptVia: opencode.promptVia,
    promptPlaced: false,
    prompt,
    promptFile: join(dir, 'prompt'),
    workDir,
    workspace: dir,
  })
  const [program = '', ...rest] = world.enter(words)
  const child = spawn(program, rest, {
    cwd: workDir,
    env: { PATH: process.env['PATH'], ...opencode.env(60_000), ...world.envWith(config) },
  })
  child.stdin.end(promptOnStdin ? prompt : '')
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  if (process.env['MARROW_TEST_RECORD'] === '1') record(fixture, stdout, stderr)
  return { stdout, stderr, exitCode: Number(code), endedAt: Date.now() }
}

function record(name: string, stdout: string, stderr: string): void {
  const folder = join(import.meta.dirname, '../fixtures/opencode')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.jsonl`), scrub(stdout))
  writeFileSync(join(folder, `${name}.stderr`), scrub(stderr))
}

function scrub(stream: string): string {
  return stream.replaceAll(dir, '/scrubbed').replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:8900')
}
