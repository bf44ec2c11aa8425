/**
 * The claude adapter against the real Claude Code and a scripted model. With MARROW_TEST_RECORD=1 the streams of these
 * runs become the fixtures of test/fixtures/claude; with MARROW_TEST_LONG=1 the cases in which Claude Code tries again
 * by itself for long are run too.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { Failure, RunOutput } from '../../src/agents/adapter.ts'
import { claude } from '../../src/agents/claude/claude.ts'
import { judge } from '../../src/runner/outcome.ts'
import { openClaudeWorld, runClaude } from '../helpers/claude.ts'
import type { ClaudeWorld, Turn } from '../helpers/claude.ts'
import { findCli } from '../helpers/cli-world.ts'
import { makeTempDir, removeTempDir } from '../helpers/temp-dir.ts'

const binary = findCli('claude')
const long = process.env['MARROW_TEST_LONG'] === '1'

// So short that Claude Code does not try again.
const SHORT_MS = 1_000

let dir: string
let world: ClaudeWorld

beforeAll(async () => {
  dir = await makeTempDir()
  world = await openClaudeWorld(dir)
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await removeTempDir(dir)
})

describe.skipIf(binary === undefined)('the claude adapter with the real Claude Code', () => {
  test('does the work of a prompt and reads what it cost', async ({ expect }) => {
    const asked = world.requests().length
    const script = '[[usage in=1200 out=30 cached=200]] [[bash echo hello > made.txt]] [[text All is done.]]'
    const prompt = `Bytes that arguments would lose: "quoted" 'words' $HOME \\ {"json": "ü"}\n\n${script}\n`
    const output = await run(prompt, { fixture: 'success', flags: ['--allowedTools', 'Bash'] })
    expect(claude.read(output)).toEqual({
      result: 'All is done.',
      usage: { inputTokens: 2_000, outputTokens: 80, cacheReadTokens: 200, cacheWriteTokens: 0 },
      costUsd: expect.closeTo(0.00964, 9),
      cliSession: expect.stringMatching(/^[\da-f-]{36}$/),
      failure: undefined,
    })
    expect(judge(output.exitCode, claude.read(output), undefined)).toEqual({ kind: 'succeeded' })
    expect(readFileSync(join(world.workDir, 'made.txt'), 'utf8')).toBe('hello\n')
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: world.workDir, encoding: 'utf8' })).toBe(
      '?? made.txt\n',
    )
    const prompts = world.requests().slice(asked)
    expect(prompts.map((request) => request.prompt)).toEqual([prompt, prompt])
  })

  test('reads the words of a run whose operator wants plain text', async ({ expect }) => {
    const output = await run('[[text All is done.]]', {
      fixture: 'plain',
      flags: ['--output-format', 'text'],
    })
    expect(claude.read(output)).toMatchObject({ result: 'All is done.', failure: undefined })
  })

  test('opens a conversation again', async ({ expect }) => {
    const { cliSession } = claude.read(await run('[[text First.]]', {}))
    const again = await run('[[text Second.]]', { flags: ['--resume', cliSession ?? 'none'] })
    expect(claude.read(again)).toMatchObject({ result: 'Second.', cliSession, failure: undefined })
  })

  test('takes a key that is refused for a failed authentication', async ({ expect }) => {
    const output = await run('[[status 401]] [[text no]]', { fixture: 'unauthorized', timeoutMs: SHORT_MS })
    expect(judge(output.exitCode, claude.read(output), undefined)).toEqual({
      kind: 'failed',
      exitCode: 1,
      reason: 'authentication',
      detail: 'Failed to authenticate. API Error: 401 scripted 401',
    })
  })

  test('takes a missing login for a failed authentication', async ({ expect }) => {
    const { failure } = claude.read(await run('[[text no]]', { fixture: 'not-logged-in', login: 'none' }))
    expect(failure).toEqual({ reason: 'authentication', detail: 'Not logged in · Please run /login' })
  })

  test('takes an overloaded model for an error that says so', async ({ expect }) => {
    const { failure } = claude.read(
      await run('[[status 529]] [[text no]]', { fixture: 'overloaded', timeoutMs: SHORT_MS }),
    )
    expect(failure).toEqual({
      reason: 'error',
      detail: expect.stringMatching(/^the model is overloaded: API Error: .*529/),
    })
  })

  test('takes a model that cannot be reached for a failed connection', async ({ expect }) => {
    const output = await run('[[text no]]', {
      fixture: 'unreachable',
      timeoutMs: SHORT_MS,
      env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' },
    })
    expect(claude.read(output).failure).toEqual({
      reason: 'connection',
      detail: expect.stringContaining('ECONNREFUSED'),
    })
  })
})

describe.skipIf(binary === undefined)('the claude adapter when the real Claude Code is limited', () => {
  test('takes a rate limit that Claude Code overcame for no failure', async ({ expect }) => {
    const output = await run('[[status 429 retry-after=1 times=1]] [[text recovered]]', {
      fixture: 'limited-once',
    })
    expect(claude.events(output).some(({ kind }) => kind === 'limit')).toBe(true)
    expect(claude.read(output)).toMatchObject({ result: 'recovered', failure: undefined, stalled: undefined })
  })

  test('reads until when a rate limit lasts', async ({ expect }) => {
    const output = await run('[[status 429 retry-after=2]] [[text no]]', {
      fixture: 'limited',
      env: { CLAUDE_CODE_MAX_RETRIES: '1' },
    })
    const { failure } = claude.read(output)
    expect(failure).toEqual({
      reason: 'rate-limit',
      detail: 'API Error: Request rejected (429) · scripted 429',
      until: expect.any(Number),
    })
    expect(waitMs(failure, output)).toBeGreaterThanOrEqual(2_000)
    expect(waitMs(failure, output)).toBeLessThan(2_600)
  })

  test('reads until when the limit of a plan lasts', async ({ expect }) => {
    const output = await run('[[status 429 retry-after=7200]] [[text no]]', {
      fixture: 'plan-limited',
      login: 'plan',
    })
    const { failure } = claude.read(output)
    expect(failure).toEqual({
      reason: 'rate-limit',
      detail: expect.stringMatching(/^You've hit your .*limit · resets /),
      until: expect.any(Number),
    })
    expect(waitMs(failure, output)).toBeLessThan(7_200_000)
    expect(waitMs(failure, output)).toBeGreaterThan(7_140_000)
  })

  test('says what Claude Code was waiting for when the deadline came', async ({ expect }) => {
    const output = await run('[[status 429 retry-after=60]] [[text no]]', {
      fixture: 'ended-limited',
      endAfter: '"api_retry"',
    })
    expect(output.exitCode).toBe(143)
    const { stalled } = claude.read(output)
    expect(judge(output.exitCode, claude.read(output), 'deadline')).toEqual({
      ...stalled,
      kind: 'failed',
      exitCode: 143,
      reason: 'rate-limit',
      detail: expect.stringMatching(/^still trying again at the deadline: .* HTTP 429 /),
    })
    expect(waitMs(stalled, output)).toBeGreaterThanOrEqual(60_000)
    expect(waitMs(stalled, output)).toBeLessThan(76_000)
  })
})

describe.skipIf(binary === undefined)(
  'the claude adapter when the real Claude Code did not do the work',
  () => {
    test('leaves a model that says nothing to the deadline', async ({ expect }) => {
      const output = await run('[[hang]]', { fixture: 'ended', endAfter: '"init"' })
      expect(claude.read(output)).toMatchObject({ stalled: undefined, cliSession: expect.any(String) })
      expect(judge(output.exitCode, claude.read(output), 'deadline')).toEqual({
        kind: 'ended',
        by: 'deadline',
        exitCode: 143,
      })
    })

    test('takes an interrupt for no success, though Claude Code does', async ({ expect }) => {
      const output = await run('[[hang]]', {
        fixture: 'interrupted',
        endAfter: '"init"',
        endBy: 'SIGINT',
      })
      expect(output.exitCode).toBe(0)
      expect(judge(output.exitCode, claude.read(output), undefined)).toMatchObject({ kind: 'failed' })
    })

    test('sees that there is no agent of that name', async ({ expect }) => {
      const output = await run('[[text fine]]', { fixture: 'wrong-agent', flags: ['--agent', 'nope'] })
      expect(claude.read(output).failure).toEqual({
        reason: 'wrong-agent',
        detail: expect.stringMatching(/^--agent 'nope' not found. Available agents: /),
      })
    })

    test('sees that a tool was not allowed', async ({ expect }) => {
      const output = await run('[[bash echo hello > denied.txt]] [[text fine]]', { fixture: 'denied' })
      expect(output.exitCode).toBe(0)
      expect(claude.read(output)).toMatchObject({
        result: 'fine',
        failure: {
          reason: 'permission-denied',
          detail: 'permission denied: Bash (echo hello > denied.txt)',
        },
      })
    })

    test('leaves it to the model what came of a tool that only its subagent was denied', async ({
      expect,
    }) => {
      // Escaped once more, so that the words are the script of the subagent and not that of the one who calls it.
      const script = String.raw`\u005b\u005bbash echo hello > denied.txt\u005d\u005d`
      const call = `{"description":"a part","subagent_type":"general-purpose","prompt":"${script}"}`
      const output = await run(`[[tool Agent ${call}]] [[text Done without it.]]`, {
        fixture: 'subagent-denied',
      })
      expect(output.stdout).toContain('"permission_denied"')
      expect(claude.read(output)).toMatchObject({
        // Its own two requests and its answer to the end of the subagent, and the subagent's two.
        usage: { inputTokens: 5_000, outputTokens: 250 },
        failure: undefined,
      })
    })

    test.for<[string, readonly string[], string]>([
      ['settings', ['--settings', '{"permissions": }'], 'Error: Invalid JSON provided to --settings'],
      ['missing-settings', ['--settings', '/nope.json'], 'Error: Settings file not found: /nope.json'],
      [
        'mcp',
        ['--mcp-config', '/nope.json'],
        'Error: Invalid MCP configuration: MCP config file not found: /nope.json',
      ],
    ])('says what is wrong with %s that Claude Code refuses', async ([name, flags, detail], { expect }) => {
      const output = await run('[[text fine]]', { fixture: `invalid-${name}`, flags })
      expect(claude.read(output).failure).toEqual({
        reason: 'exit-code',
        detail: `exited with code 1: ${detail}`,
      })
    })

    test.for<[string, readonly string[], string]>([
      ['max-turns', ['--max-turns', '1'], 'Reached maximum number of turns (1)'],
      ['max-budget', ['--max-budget-usd', '0.0001'], 'Reached maximum budget ($0.0001)'],
    ])('says that the work stopped at %s', async ([fixture, flags, detail], { expect }) => {
      const output = await run('[[bash echo one]] [[bash echo two]] [[text no]]', {
        fixture,
        flags: ['--allowedTools', 'Bash', ...flags],
      })
      expect(claude.read(output).failure).toEqual({ reason: 'error', detail })
    })

    test('says that there is no such model', async ({ expect }) => {
      const output = await run('[[status 404]] [[text no]]', {
        fixture: 'unknown-model',
        flags: ['--model', 'nope'],
      })
      expect(claude.read(output).failure).toEqual({
        reason: 'error',
        detail: expect.stringMatching(/issue with the selected model \(nope\)/),
      })
    })

    test('says that there is no such conversation', async ({ expect }) => {
      const id = '00000000-0000-4000-8000-000000000000'
      const output = await run('[[text no]]', { fixture: 'unknown-session', flags: ['--resume', id] })
      expect(claude.read(output)).toMatchObject({
        cliSession: undefined,
        failure: { reason: 'error', detail: `No conversation found with session ID: ${id}` },
      })
    })

    test.skipIf(process.getuid?.() !== 0)(
      'explains why root may not skip permissions',
      async ({ expect }) => {
        const output = await run('[[text fine]]', {
          fixture: 'root',
          flags: ['--dangerously-skip-permissions'],
        })
        expect(claude.read(output).failure).toEqual({
          reason: 'permission-denied',
          detail: expect.stringMatching(
            /root\/sudo privileges .* set IS_SANDBOX=1 where the run is isolated$/,
          ),
        })
      },
    )
  },
)

describe.skipIf(binary === undefined || !long)(
  'the claude adapter when the real Claude Code gives up after its own retries',
  () => {
    test.for([60_000, 120_000])(
      'is told before a deadline of %d ms',
      { timeout: 180_000 },
      async (timeoutMs, { expect }) => {
        const begun = Date.now()
        const output = await run('[[status 500]] [[text no]]', { timeoutMs })
        expect(output.endedAt - begun).toBeLessThan(timeoutMs / 2)
        expect(claude.read(output).failure).toMatchObject({
          reason: 'error',
          detail: expect.stringMatching(/^API Error: 500/),
        })
      },
    )
  },
)

async function run(prompt: string, turn: Turn): Promise<RunOutput> {
  return await runClaude(world, [binary ?? ''], prompt, turn)
}

/** How long after its end a limited run is to wait. */
function waitMs(failure: Failure | undefined, { endedAt }: RunOutput): number | undefined {
  return failure?.reason === 'rate-limit' && failure.until !== undefined ? failure.until - endedAt : undefined
}
