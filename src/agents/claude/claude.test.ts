import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import type { Failure, RunOutput, WordsRequest } from '../adapter.ts'
import { claude } from './claude.ts'

const endedAt = Date.UTC(2026, 10, 20, 12)

/** What the real Claude Code 2.1.328 printed; made by test/integration/claude-adapter.test.ts. */
function recorded(name: string, exitCode: number): RunOutput {
  const read = (suffix: string) =>
    readFileSync(join(import.meta.dirname, '../../../test/fixtures/claude', `${name}${suffix}`), 'utf8')
  return { stdout: read('.jsonl'), stderr: read('.stderr'), exitCode, endedAt }
}

const request: WordsRequest = {
  words: ['claude'],
  promptVia: 'stdin',
  promptPlaced: false,
  prompt: 'Work.',
  promptFile: '/run/prompt',
  workDir: '/project',
  workspace: '/space',
}
const format = ['--output-format', 'stream-json']
const added = ['-p', ...format, '--verbose']

describe('claude.words', () => {
  test.for<[string, string[], string[]]>([
    ['adds what an unattended turn needs', ['claude'], ['claude', ...added]],
    [
      'leaves other flags alone',
      ['/opt/claude', '--agent', 'claude', '--allowedTools', 'Bash', 'Edit'],
      ['/opt/claude', ...added, '--agent', 'claude', '--allowedTools', 'Bash', 'Edit'],
    ],
    ['adds nothing twice', ['claude', ...added], ['claude', ...added]],
    ['knows the other spelling', ['claude', '--print'], ['claude', ...format, '--verbose', '--print']],
    ['knows joined flags', ['claude', '-cp'], ['claude', ...format, '--verbose', '-cp']],
    [
      'gives the JSON lines what they need',
      ['claude', '-p', '--output-format=stream-json'],
      ['claude', '--verbose', '-p', '--output-format=stream-json'],
    ],
    [
      "respects the operator's choice",
      ['claude', '--output-format', 'text'],
      ['claude', '-p', '--output-format', 'text'],
    ],
    [
      "respects the operator's choice in one word",
      ['claude', '-p', '--output-format=json'],
      ['claude', '-p', '--output-format=json'],
    ],
    ['stays before a message', ['claude', '--', '-p'], ['claude', ...added, '--', '-p']],
    ['goes last in a wrapper', ['./my-agent', '-v'], ['./my-agent', '-v', ...added]],
    ['goes before a message in a wrapper', ['./my-agent', '--', 'x'], ['./my-agent', ...added, '--', 'x']],
    [
      'finds claude behind another program',
      ['nice', 'claude', '-p', '--model', 'x'],
      ['nice', 'claude', ...format, '--verbose', '-p', '--model', 'x'],
    ],
    [
      'finds its package',
      ['npx', '@anthropic-ai/claude-code@2.1.328', '-p'],
      ['npx', '@anthropic-ai/claude-code@2.1.328', ...format, '--verbose', '-p'],
    ],
  ])('%s', ([, words, expected], { expect }) => {
    expect(claude.words({ ...request, words })).toEqual({ words: expected, promptOnStdin: true })
  })

  test('gives the prompt on stdin unless the operator wants it elsewhere', ({ expect }) => {
    const words = ['claude', '--allowedTools', 'Bash']
    expect(claude.words({ ...request, words, promptVia: 'argument' })).toEqual({
      words: ['claude', ...added, '--allowedTools', 'Bash', '--', 'Work.'],
      promptOnStdin: false,
    })
    expect(claude.words({ ...request, words: ['claude', '--', 'First.'], promptVia: 'argument' })).toEqual({
      words: ['claude', ...added, '--', 'First.', 'Work.'],
      promptOnStdin: false,
    })
    expect(
      claude.words({ ...request, words: ['claude', '-p', 'Read /run/prompt'], promptPlaced: true }),
    ).toEqual({ words: ['claude', ...format, '--verbose', '-p', 'Read /run/prompt'], promptOnStdin: false })
  })

  test.for<[string, Partial<WordsRequest>]>([
    ['too long for an argument', { promptVia: 'argument', prompt: 'x'.repeat(131_072) }],
    ['in a file', { promptVia: 'file' }],
  ])('gives a prompt that is %s on stdin', ([, changes], { expect }) => {
    expect(claude.words({ ...request, ...changes })).toEqual({
      words: ['claude', ...added],
      promptOnStdin: true,
    })
  })
})

describe('claude.env', () => {
  test('switches nothing off that a person would miss', ({ expect }) => {
    expect(Object.keys(claude.env(60_000))).toEqual(['DISABLE_AUTOUPDATER', 'CLAUDE_CODE_MAX_RETRIES'])
  })

  test.for([
    [1_000, '0'],
    [2_500, '1'],
    [60_000, '4'],
    [600_000, '8'],
    [3_600_000, '10'],
    [86_400_000, '10'],
  ] as const)('keeps its own retries within a quarter of %d ms: %s', ([timeoutMs, retries], { expect }) => {
    expect(claude.env(timeoutMs)).toMatchObject({ CLAUDE_CODE_MAX_RETRIES: retries })
  })
})

describe('claude.read of recorded runs', () => {
  test('takes result, usage, cost and session from a run that succeeded', ({ expect }) => {
    expect(claude.read(recorded('success', 0))).toEqual({
      result: 'All is done.',
      usage: { inputTokens: 2_000, outputTokens: 80, cacheReadTokens: 200, cacheWriteTokens: 0 },
      costUsd: expect.closeTo(0.00964, 9),
      cliSession: expect.stringMatching(/^[\da-f-]{36}$/),
      failure: undefined,
      stalled: undefined,
    })
  })

  test('counts what its subagents used', ({ expect }) => {
    const { usage, costUsd } = claude.read(recorded('subagent-denied', 0))
    expect(usage).toMatchObject({ inputTokens: 5_000, outputTokens: 250 })
    expect(costUsd).toBeCloseTo(0.025, 9)
  })

  test.for<[string, number, Failure | undefined]>([
    ['plain', 0, undefined],
    ['limited-once', 0, undefined],
    ['subagent-denied', 0, undefined],
    ['ended', 143, undefined],
    ['ended-limited', 143, undefined],
    [
      'unauthorized',
      1,
      { reason: 'authentication', detail: 'Failed to authenticate. API Error: 401 scripted 401' },
    ],
    ['not-logged-in', 1, { reason: 'authentication', detail: 'Not logged in · Please run /login' }],
    [
      'denied',
      0,
      { reason: 'permission-denied', detail: 'permission denied: Bash (echo hello > denied.txt)' },
    ],
    ['interrupted', 0, { reason: 'error', detail: 'it was interrupted (aborted_streaming)' }],
    ['max-turns', 1, { reason: 'error', detail: 'Reached maximum number of turns (1)' }],
    ['max-budget', 1, { reason: 'error', detail: 'Reached maximum budget ($0.0001)' }],
    [
      'unknown-session',
      1,
      {
        reason: 'error',
        detail: 'No conversation found with session ID: 00000000-0000-4000-8000-000000000000',
      },
    ],
    [
      'unreachable',
      1,
      {
        reason: 'connection',
        detail: 'API Error: Connection refused — a firewall or proxy may be blocking it (ECONNREFUSED)',
      },
    ],
    [
      'wrong-agent',
      1,
      {
        reason: 'wrong-agent',
        detail:
          "--agent 'nope' not found. Available agents: claude, Explore, general-purpose, Plan, statusline-setup",
      },
    ],
    [
      'root',
      1,
      {
        reason: 'permission-denied',
        detail:
          '--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons; run it as another user, or set IS_SANDBOX=1 where the run is isolated',
      },
    ],
    [
      'invalid-settings',
      1,
      { reason: 'exit-code', detail: 'exited with code 1: Error: Invalid JSON provided to --settings' },
    ],
    [
      'invalid-missing-settings',
      1,
      { reason: 'exit-code', detail: 'exited with code 1: Error: Settings file not found: /nope.json' },
    ],
    [
      'invalid-mcp',
      1,
      {
        reason: 'exit-code',
        detail: 'exited with code 1: Error: Invalid MCP configuration: MCP config file not found: /nope.json',
      },
    ],
  ])('finds the failure of "%s"', ([name, exitCode, failure], { expect }) => {
    expect(claude.read(recorded(name, exitCode)).failure).toEqual(failure)
  })

  test.for<[string, RegExp]>([
    ['overloaded', /^the model is overloaded: API Error: .*529/],
    ['unknown-model', /selected model \(nope\)/],
  ])('calls "%s" an error', ([name, detail], { expect }) => {
    const { failure } = claude.read(recorded(name, 1))
    expect(failure).toEqual({ reason: 'error', detail: expect.stringMatching(detail) })
  })

  test('reads until when an API wants it to wait', ({ expect }) => {
    const output = recorded('limited', 1)
    const [, delayMs] = /"retry_delay_ms":(\d+)/.exec(output.stdout) ?? []
    expect(Number(delayMs)).toBeGreaterThanOrEqual(2_000)
    expect(claude.read(output).failure).toEqual({
      reason: 'rate-limit',
      detail: 'API Error: Request rejected (429) · scripted 429',
      until: endedAt + Number(delayMs),
    })
  })

  test('reads until when the window of a plan is used up', ({ expect }) => {
    const output = recorded('plan-limited', 1)
    const [, resetsAt] = /"resetsAt":(\d+)/.exec(output.stdout) ?? []
    expect(claude.read(output).failure).toEqual({
      reason: 'rate-limit',
      detail: expect.stringMatching(/^You've hit your .*limit · resets /),
      until: Number(resetsAt) * 1_000,
    })
  })

  test('says what it was waiting for when it was ended', ({ expect }) => {
    expect(claude.read(recorded('ended', 143)).stalled).toBeUndefined()
    expect(claude.read(recorded('limited-once', 0)).stalled).toBeUndefined()
    expect(claude.read(recorded('ended-limited', 143)).stalled).toEqual({
      reason: 'rate-limit',
      detail: expect.stringMatching(/^the model answered with HTTP 429 \(rate_limit\), try 1 of \d+$/),
      until: expect.any(Number),
    })
  })
})

describe('claude.events of recorded runs', () => {
  test.for<[string, number, string]>([
    ['success', 0, 'session tool text usage result'],
    ['limited-once', 0, 'session limit text usage result'],
    ['unauthorized', 1, 'session usage error'],
    ['denied', 0, 'session tool text usage result error'],
    ['plan-limited', 1, 'session limit usage error'],
    ['ended-limited', 143, 'session limit'],
    ['subagent-denied', 0, 'session tool text tool text text usage result'],
    ['plain', 0, ''],
  ])('says what "%s" did, in order', ([name, exitCode, kinds], { expect }) => {
    expect(
      claude
        .events(recorded(name, exitCode))
        .map(({ kind }) => kind)
        .join(' '),
    ).toBe(kinds)
  })

  test('says what a tool was given and why it did not work', ({ expect }) => {
    const [denied] = claude.events(recorded('denied', 0)).filter(({ kind }) => kind === 'tool')
    expect(denied).toEqual({
      kind: 'tool',
      name: 'Bash',
      input: 'echo hello > denied.txt',
      failed: expect.stringMatching(/needs approval/),
      output: undefined,
      ended: true,
    })
    const [worked] = claude.events(recorded('success', 0)).filter(({ kind }) => kind === 'tool')
    expect(worked).toMatchObject({
      name: 'Bash',
      failed: undefined,
      output: '(Bash completed with no output)',
      ended: true,
    })
  })
})
