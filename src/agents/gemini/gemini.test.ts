import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Failure, Reading, RunOutput, WordsRequest } from '../adapter.ts'
import { gemini } from './gemini.ts'

const endedAt = Date.UTC(2026, 10, 20, 12)

/** What the real Gemini CLI 0.61.0 printed; made by test/integration/gemini-adapter.test.ts. */
function recorded(name: string, exitCode: number): RunOutput {
  const read = (suffix: string) =>
    readFileSync(join(import.meta.dirname, '../../../test/fixtures/gemini', `${name}${suffix}`), 'utf8')
  return { stdout: read('.jsonl'), stderr: read('.stderr'), exitCode, endedAt }
}

const request: WordsRequest = {
  words: ['gemini'],
  promptVia: 'stdin',
  promptPlaced: false,
  prompt: 'Work.',
  promptFile: '/run/prompt',
  workDir: '/project',
  workspace: '/space',
}

const format = ['--output-format', 'stream-json']

describe('gemini.words', () => {
  test.for<[string, string[], string[]]>([
    ['adds the stream format', ['gemini'], ['gemini', ...format]],
    [
      'puts it before a flag that takes a list',
      ['/opt/gemini', '-y', '-e', 'none'],
      ['/opt/gemini', ...format, '-y', '-e', 'none'],
    ],
    ['adds nothing twice', ['gemini', ...format], ['gemini', ...format]],
    ["respects the operator's choice", ['gemini', '-o', 'json'], ['gemini', '-o', 'json']],
    ['knows the short flag with its value', ['gemini', '-otext'], ['gemini', '-otext']],
    ['knows it behind a switch', ['gemini', '-yo', 'json'], ['gemini', '-yo', 'json']],
    [
      'knows the long one with its value',
      ['gemini', '--output-format=json'],
      ['gemini', '--output-format=json'],
    ],
    ['knows its other spelling', ['gemini', '--outputFormat', 'text'], ['gemini', '--outputFormat', 'text']],
    ['stays before a query', ['gemini', '--', '-o', 'json'], ['gemini', ...format, '--', '-o', 'json']],
    ['goes last in a wrapper', ['./my-agent', '-v'], ['./my-agent', '-v', ...format]],
    [
      'goes behind gemini, also where a wrapper ends its own flags',
      ['./my-agent', '--', 'gemini'],
      ['./my-agent', '--', 'gemini', ...format],
    ],
    [
      'finds gemini behind a program with flags like its own',
      ['stdbuf', '-oL', 'gemini', '-m', 'gemini'],
      ['stdbuf', '-oL', 'gemini', ...format, '-m', 'gemini'],
    ],
    [
      'knows the package by its name',
      ['npx', '-y', '@google/gemini-cli@0.61.0', '-y'],
      ['npx', '-y', '@google/gemini-cli@0.61.0', ...format, '-y'],
    ],
    [
      'tells the package from the program',
      ['npx', '-p', '@google/gemini-cli', 'gemini'],
      ['npx', '-p', '@google/gemini-cli', 'gemini', ...format],
    ],
    [
      'knows the script',
      ['node', '/opt/bundle/gemini.js', '-e', 'none'],
      ['node', '/opt/bundle/gemini.js', ...format, '-e', 'none'],
    ],
  ])('%s', ([, words, expected], { expect }) => {
    expect(gemini.words({ ...request, words })).toEqual({ words: expected, promptOnStdin: true })
  })

  test('gives the prompt on stdin unless the operator wants it elsewhere', ({ expect }) => {
    expect(gemini.words({ ...request, words: ['gemini', '-y'], promptVia: 'argument' })).toEqual({
      words: ['gemini', '--prompt=Work.', ...format, '-y'],
      promptOnStdin: false,
    })
    expect(gemini.words({ ...request, words: ['gemini', '-p', 'Work.'], promptPlaced: true })).toEqual({
      words: ['gemini', ...format, '-p', 'Work.'],
      promptOnStdin: false,
    })
  })

  test.for<[string, Partial<WordsRequest>]>([
    ['too long for an argument', { promptVia: 'argument', prompt: 'x'.repeat(131_071) }],
    ['in a file', { promptVia: 'file' }],
  ])('gives a prompt that is %s on stdin', ([, changes], { expect }) => {
    expect(gemini.words({ ...request, ...changes })).toEqual({
      words: ['gemini', ...format],
      promptOnStdin: true,
    })
  })

  test('sets no variable that would allow more than the operator does', ({ expect }) => {
    expect(gemini.env(60_000)).toEqual({})
  })
})

describe('gemini.read of recorded runs', () => {
  test('takes result, usage and session from a run that succeeded', ({ expect }) => {
    expect(gemini.read(recorded('success', 0))).toEqual({
      result: 'All is done.',
      usage: { inputTokens: 2_000, outputTokens: 80, cacheReadTokens: 200, cacheWriteTokens: 0 },
      costUsd: undefined,
      cliSession: expect.stringMatching(/^[0-9a-f-]{36}$/),
      failure: undefined,
      stalled: undefined,
    })
  })

  test('tells what a run said and did, in order', ({ expect }) => {
    expect(gemini.events(recorded('success', 0)).map(({ kind }) => kind)).toEqual([
      'session',
      'tool',
      'text',
      'usage',
      'result',
    ])
    expect(gemini.events(recorded('denied', 0))).toContainEqual({
      kind: 'tool',
      name: 'run_shell_command',
      input: 'echo hello > denied.txt',
      failed: expect.stringMatching(/^Tool "run_shell_command" not found/),
      output: undefined,
      ended: true,
    })
  })

  test.for<[string, number, Failure | undefined]>([
    ['limited-once', 0, undefined],
    ['unauthorized', 145, { reason: 'authentication', detail: 'scripted 401' }],
    ['unauthorized-as-json', 145, { reason: 'authentication', detail: 'scripted 401' }],
    [
      'limited',
      173,
      {
        reason: 'rate-limit',
        detail: 'scripted 429 Suggested retry after 12010s.',
        until: endedAt + 12_010_000,
      },
    ],
    ['overloaded', 17, { reason: 'error', detail: 'scripted 529' }],
    ['unknown-model', 1, { reason: 'error', detail: 'scripted 404' }],
    ['unreachable', 1, { reason: 'connection', detail: 'exception TypeError: fetch failed sending request' }],
    [
      'denied',
      0,
      {
        reason: 'permission-denied',
        detail: 'run_shell_command: not offered in this approval mode or by a policy',
      },
    ],
    [
      'policy',
      0,
      { reason: 'permission-denied', detail: 'run_shell_command: Tool execution denied by policy.' },
    ],
    [
      'no-login',
      41,
      {
        reason: 'authentication',
        detail:
          'When using Gemini API, you must specify the GEMINI_API_KEY environment variable. Update your environment and try again (no reload needed if using .env)!',
      },
    ],
    [
      'broken-settings',
      52,
      {
        reason: 'exit-code',
        detail:
          'exited with code 52: Error in /home/test/.gemini/settings.json: Unexpected end of JSON input Please fix the configuration file(s) and try again.',
      },
    ],
    [
      'invalid-settings',
      0,
      {
        reason: 'error',
        detail:
          'Invalid configuration in /home/test/.gemini/settings.json: Error in: tools Expected object, received number Expected: object, but received: number Please fix the configuration.',
      },
    ],
    [
      'turn-limit',
      53,
      {
        reason: 'error',
        detail:
          'Reached max session turns for this session. Increase the number of turns by specifying maxSessionTurns in settings.json.',
      },
    ],
    ['ended-in-tool', 0, { reason: 'no-result', detail: 'exited with code 0 but reported no result' }],
  ])('finds the failure of "%s"', ([name, exitCode, failure], { expect }) => {
    expect(gemini.read(recorded(name, exitCode)).failure).toEqual(failure)
  })

  test('names the flag that trusts a folder', ({ expect }) => {
    expect(gemini.read(recorded('untrusted', 55)).failure).toEqual({
      reason: 'permission-denied',
      detail: expect.stringContaining('either use `--skip-trust`'),
    })
  })

  test('knows what a run was waiting for, and what it had got over', ({ expect }) => {
    expect(gemini.read(recorded('retrying', 0)).stalled).toEqual({
      reason: 'connection',
      detail: 'scripted 503',
    })
    const { stdout, ...rest } = recorded('limited-once', 0)
    expect(gemini.read({ ...rest, stdout }).stalled).toBeUndefined()
    // The same refusal, before the answer that overcame it.
    const unanswered = stdout.slice(
      0,
      stdout.indexOf('{"type":"message","timestamp":', stdout.indexOf('"user"')),
    )
    expect(gemini.read({ ...rest, stdout: unanswered }).stalled).toEqual({
      reason: 'rate-limit',
      detail: 'scripted 429 Suggested retry after 1s.',
      until: endedAt + 1_000,
    })
    expect(gemini.read({ ...recorded('ended-in-tool', 0), stderr: rest.stderr }).stalled).toBeUndefined()
  })
})

describe('gemini.read of anything', () => {
  test('reads a stream that was cut anywhere', ({ expect }) => {
    const { stdout, stderr } = recorded('success', 0)
    for (let end = 0; end <= stdout.length; end++) {
      const reading = gemini.read({ stdout: stdout.slice(0, end), stderr, exitCode: 0, endedAt })
      expect(isSound(reading)).toBe(true)
      expect([undefined, 'no-result']).toContain(reading.failure?.reason)
    }
  })

  test('never throws and never gives a figure that is not one, whatever is printed', ({ expect }) => {
    const lines = [...recorded('success', 0).stdout.split('\n'), ...recorded('denied', 0).stdout.split('\n')]
    const field = fc.oneof(fc.jsonValue(), fc.double(), fc.bigInt().map(String))
    const line = fc.oneof(
      fc.constantFrom(...lines),
      fc.string(),
      fc
        .record({
          type: fc.constantFrom('init', 'message', 'tool_use', 'tool_result', 'error', 'result'),
          role: fc.constantFrom('user', 'assistant'),
          content: field,
          status: field,
          error: fc.oneof(field, fc.record({ type: field, message: field })),
          stats: fc.oneof(field, fc.record({ total_tokens: field, input_tokens: field, cached: field })),
        })
        .map((value) => JSON.stringify(value)),
      fc
        .tuple(fc.constantFrom(...lines), fc.nat())
        .map(([whole, at]) => whole.slice(0, at % (whole.length + 1))),
    )
    const complaint = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'Attempt 1 failed',
        ': x. Retrying after 5ms...',
        'Error when talking to ',
        'Error: {"error":',
        '\n',
      ),
    )
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(complaint),
        fc.integer({ min: 0, max: 255 }),
        (printed, complaints, exitCode) => {
          const output = { stdout: printed.join('\n'), stderr: complaints.join(''), exitCode, endedAt }
          expect(isSound(gemini.read(output))).toBe(true)
        },
      ),
    )
  })
})

function isSound({ usage, failure, stalled }: Reading): boolean {
  const times = [failure, stalled].flatMap((found) =>
    found?.reason === 'rate-limit' ? (found.until ?? 0) : [],
  )
  const figures = [...Object.values(usage ?? {}), ...times]
  return figures.every((figure) => Number.isSafeInteger(figure) && figure >= 0)
}
