/**
 * The gemini adapter against the real Gemini CLI and a scripted model. With MARROW_TEST_RECORD=1 the streams of these
 * runs become the fixtures of test/fixtures/gemini; with MARROW_TEST_LONG=1 the cases that only confirm others, or in
 * which it waits before it tries again, are run too.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { gemini } from '../../src/agents/gemini/gemini.ts'
import { systemProcesses } from '../../src/platform/processes.ts'
import { descendantsOf } from '../../src/runner/apply/end.ts'
import { judge } from '../../src/runner/outcome.ts'
import { findCli } from '../helpers/cli-world.ts'
import { eventually } from '../helpers/eventually.ts'
import { MODEL_FLAGS, openGeminiTurns, printedBy, UNATTENDED } from '../helpers/gemini-turns.ts'
import type { GeminiTurns } from '../helpers/gemini-turns.ts'
import { test } from '../helpers/live-run.ts'
import { makeTempDir, removeTempDir } from '../helpers/temp-dir.ts'

const binary = findCli('gemini')
const long = process.env['MARROW_TEST_LONG'] === '1'

let dir: string
let turns: GeminiTurns

beforeAll(async () => {
  dir = await makeTempDir()
  turns = await openGeminiTurns(dir, binary ?? '')
})

afterAll(async () => {
  await turns[Symbol.asyncDispose]()
  await removeTempDir(dir)
})

describe.skipIf(binary === undefined)('the gemini adapter with the real Gemini CLI', () => {
  test('does the work of a prompt and reads what it used', async ({ expect }) => {
    const asked = turns.world.requests().length
    const script =
      '[[usage in=1200 out=30 cached=200 reasoning=10]] [[bash echo hello > made.txt]] [[text All is done.]]'
    const prompt = `Bytes that arguments would lose: "quoted" 'words' $HOME \\ {"json": "ü"}\n\n${script}\n`
    const output = await turns.run(prompt, { fixture: 'success' })
    expect(gemini.read(output)).toEqual({
      result: 'All is done.',
      usage: { inputTokens: 2_000, outputTokens: 80, cacheReadTokens: 200, cacheWriteTokens: 0 },
      costUsd: undefined,
      cliSession: expect.stringMatching(/^[0-9a-f-]{36}$/),
      failure: undefined,
      stalled: undefined,
    })
    expect(judge(output.exitCode, gemini.read(output), undefined)).toEqual({ kind: 'succeeded' })
    expect(readFileSync(join(turns.world.workDir, 'made.txt'), 'utf8')).toBe('hello\n')
    expect(
      execFileSync('git', ['status', '--porcelain'], { cwd: turns.world.workDir, encoding: 'utf8' }),
    ).toBe('?? made.txt\n')
    const prompts = turns.world.requests().slice(asked)
    expect(prompts.map((request) => request.prompt)).toEqual([prompt, prompt])
  })

  test('takes a key that is refused for a failed authentication', async ({ expect }) => {
    const output = await turns.run('[[status 401]] [[text no]]', { fixture: 'unauthorized' })
    expect(output.exitCode).toBe(145)
    expect(judge(output.exitCode, gemini.read(output), undefined)).toEqual({
      kind: 'failed',
      exitCode: 145,
      reason: 'authentication',
      detail: 'scripted 401',
    })
  })

  test('reads until when a rate limit lasts that Gemini CLI does not wait for', async ({ expect }) => {
    const output = await turns.run('[[status 429 retry-after=12010]] [[text no]]', { fixture: 'limited' })
    expect(gemini.read(output).failure).toEqual({
      reason: 'rate-limit',
      detail: 'scripted 429 Suggested retry after 12010s.',
      until: output.endedAt + 12_010_000,
    })
  })

  test('takes an overloaded model for an error', async ({ expect }) => {
    const output = await turns.run('[[status 529]] [[text no]]', {
      fixture: 'overloaded',
      settings: { general: { maxAttempts: 1 } },
    })
    expect(judge(output.exitCode, gemini.read(output), undefined)).toMatchObject({
      kind: 'failed',
      reason: 'error',
      detail: 'scripted 529',
    })
  })
})

describe.skipIf(binary === undefined)(
  'the gemini adapter when the real Gemini CLI did not do the work',
  () => {
    test('sees that a tool was not allowed', async ({ expect }) => {
      const output = await turns.run('[[bash echo hello > denied.txt]] [[text fine]]', {
        fixture: 'denied',
        flags: MODEL_FLAGS,
      })
      expect(output.exitCode).toBe(0)
      expect(gemini.read(output).failure).toEqual({
        reason: 'permission-denied',
        detail: 'run_shell_command: not offered in this approval mode or by a policy',
      })
    })

    test('says what to do about a folder that is not trusted', async ({ expect }) => {
      const security = { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: true } }
      const output = await turns.run('[[text fine]]', { fixture: 'untrusted', settings: { security } })
      expect(gemini.read(output).failure).toEqual({
        reason: 'permission-denied',
        detail: expect.stringMatching(/not running in a trusted directory.*--skip-trust/),
      })
    })

    test('sees that nobody is logged in', async ({ expect }) => {
      const output = await turns.run('[[text fine]]', {
        fixture: 'no-login',
        env: { GEMINI_API_KEY: undefined },
      })
      expect(gemini.read(output).failure).toEqual({
        reason: 'authentication',
        detail: expect.stringContaining('you must specify the GEMINI_API_KEY environment variable'),
      })
    })

    test('says what is wrong with settings that it cannot read', async ({ expect }) => {
      const output = await turns.run('[[text fine]]', {
        fixture: 'broken-settings',
        settings: '{"general": ',
      })
      expect(gemini.read(output).failure).toEqual({
        reason: 'exit-code',
        detail: expect.stringMatching(
          /^exited with code 52: Error in .*settings\.json: Unexpected end of JSON/,
        ),
      })
    })

    test('fails a run that went on without a part of its settings', async ({ expect }) => {
      const output = await turns.run('[[text fine]]', { fixture: 'invalid-settings', settings: { tools: 5 } })
      expect(output.exitCode).toBe(0)
      expect(gemini.read(output).failure).toEqual({
        reason: 'error',
        detail: expect.stringMatching(/^Invalid configuration in .*settings\.json: Error in: tools/),
      })
    })
  },
)

describe.skipIf(binary === undefined)('the gemini adapter at the deadline of the real Gemini CLI', () => {
  test('says what it was still trying to get over', { timeout: 30_000 }, async ({ live, expect }) => {
    const started = live(turns.words('[[status 503]] [[text no]]'), {
      prompt: '[[status 503]] [[text no]]',
      env: turns.env(),
    })
    await eventually(
      'a refusal',
      () => printedBy(started).stderr.includes('Attempt 1 failed') || undefined,
      20_000,
    )
    const output = await turns.end(started, 'retrying')
    expect(judge(output.exitCode, gemini.read(output), 'deadline')).toEqual({
      kind: 'failed',
      exitCode: output.exitCode,
      reason: 'connection',
      detail: 'still trying again at the deadline: scripted 503',
    })
  })

  test(
    'leaves nothing of the tool that it was waiting for',
    { timeout: 30_000 },
    async ({ live, dir: own, expect }) => {
      const prompt = `[[bash touch ${own}/began; exec sleep 300]] [[text no]]`
      const started = live(turns.words(prompt), { prompt, env: turns.env() })
      await eventually('the tool to run', () => existsSync(join(own, 'began')) || undefined, 20_000)
      const output = await turns.end(started, 'ended-in-tool')
      expect(descendantsOf(started, systemProcesses)).toEqual([])
      expect(gemini.read(output)).toMatchObject({
        stalled: undefined,
        cliSession: expect.stringMatching(/^[0-9a-f-]{36}$/),
      })
      expect(judge(output.exitCode, gemini.read(output), 'deadline')).toMatchObject({
        kind: 'ended',
        by: 'deadline',
      })
      expect(gemini.events(output)).toContainEqual(
        expect.objectContaining({ kind: 'tool', name: 'run_shell_command', failed: undefined }),
      )
    },
  )
})

describe.skipIf(binary === undefined || !long)(
  'the gemini adapter with the real Gemini CLI, at length',
  () => {
    test('takes a rate limit that it overcame for no failure', { timeout: 60_000 }, async ({ expect }) => {
      const output = await turns.run('[[status 429 retry-after=1 times=1]] [[text recovered]]', {
        fixture: 'limited-once',
      })
      expect(output.stderr).toContain('Attempt 1 failed')
      expect(gemini.read(output)).toMatchObject({
        result: 'recovered',
        failure: undefined,
        stalled: undefined,
      })
    })

    test('tells what came of a model that does not exist', async ({ expect }) => {
      const output = await turns.run('[[status 404]] [[text no]]', { fixture: 'unknown-model' })
      expect(gemini.read(output).failure).toEqual({ reason: 'error', detail: 'scripted 404' })
    })

    test('takes a model that cannot be reached for a failed connection', async ({ expect }) => {
      const output = await turns.run('[[text no]]', {
        fixture: 'unreachable',
        settings: { general: { maxAttempts: 1 } },
        env: { GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:9' },
      })
      expect(gemini.read(output).failure).toMatchObject({ reason: 'connection' })
    })

    test('says that a limit of turns was reached', async ({ expect }) => {
      const output = await turns.run('[[bash true]] [[text no]]', {
        fixture: 'turn-limit',
        settings: { model: { maxSessionTurns: 1 } },
      })
      expect(gemini.read(output).failure).toMatchObject({
        reason: 'error',
        detail: expect.stringContaining('Reached max session turns'),
      })
    })

    test('sees what an extra policy denied', async ({ expect }) => {
      const policy = join(dir, 'deny.toml')
      const rule = { toolName: 'run_shell_command', commandPrefix: 'echo', decision: 'deny', priority: 900 }
      const lines = Object.entries(rule).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
      writeFileSync(policy, ['[[rule]]', ...lines, ''].join('\n'))
      const output = await turns.run('[[bash echo hello]] [[text fine]]', {
        fixture: 'policy',
        flags: [...UNATTENDED, '--policy', policy],
      })
      expect(gemini.read(output).failure).toMatchObject({
        reason: 'permission-denied',
        detail: expect.stringContaining('Tool execution denied by policy'),
      })
    })

    test('says what is wrong with a flag', async ({ expect }) => {
      const output = await turns.run('[[text fine]]', { flags: ['--approval-mode', 'nope'] })
      expect(gemini.read(output).failure).toEqual({
        reason: 'exit-code',
        detail: expect.stringMatching(/^exited with code 1: Invalid values: .*approval-mode, Given: "nope"/),
      })
    })

    test('judges a format that the operator chose by its words and its exit code', async ({ expect }) => {
      const flags = [...UNATTENDED, '-o', 'text']
      const good = await turns.run('[[text fine]]', { flags })
      expect(gemini.read(good)).toMatchObject({ result: 'fine', failure: undefined })
      const json = [...UNATTENDED, '-o', 'json']
      const bad = await turns.run('[[status 401]] [[text no]]', {
        fixture: 'unauthorized-as-json',
        flags: json,
      })
      expect(judge(bad.exitCode, gemini.read(bad), undefined)).toMatchObject({
        kind: 'failed',
        reason: 'authentication',
      })
    })

    test('takes a prompt as an argument', async ({ expect }) => {
      const prompt = '- "a prompt" that looks like a flag [[text fine]]'
      const output = await turns.run(prompt, { promptVia: 'argument' })
      expect(gemini.read(output)).toMatchObject({ result: 'fine', failure: undefined })
      expect(turns.world.requests().at(-1)?.prompt).toBe(prompt)
    })
  },
)
