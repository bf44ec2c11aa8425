import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Failure, RunOutput, WordsRequest } from '../adapter.ts'
import { opencode } from './opencode.ts'

const endedAt = Date.UTC(2026, 10, 20, 12)

/** What the real opencode 1.18.33 printed; made by test/integration/opencode-adapter.test.ts. */
function recorded(name: string, exitCode: number): RunOutput {
  const read = (suffix: string) =>
    readFileSync(join(import.meta.dirname, '../../../test/fixtures/opencode', `${name}${suffix}`), 'utf8')
  return { stdout: read('.jsonl'), stderr: read('.stderr'), exitCode, endedAt }
}

const request: WordsRequest = {
  words: ['opencode', 'run'],
  promptVia: 'stdin',
  promptPlaced: false,
  prompt: 'Work.',
  promptFile: '/run/prompt',
  workDir: '/project',
  workspace: '/space',
}

describe('opencode.words', () => {
  test.for<[string, string[], string[]]>([
    ['adds the JSON format', ['opencode', 'run'], ['opencode', 'run', '--format', 'json']],
    [
      'leaves other flags alone',
      ['/opt/opencode', 'run', '--agent', 'run', '--auto'],
      ['/opt/opencode', 'run', '--format', 'json', '--agent', 'run', '--auto'],
    ],
    ['adds nothing twice', ['opencode', 'run', '--format', 'json'], ['opencode', 'run', '--format', 'json']],
    ['knows the other spelling', ['opencode', '--format=json', 'run'], ['opencode', '--format=json', 'run']],
    [
      "respects the operator's choice",
      ['opencode', 'run', '--format=default'],
      ['opencode', 'run', '--format=default'],
    ],
    [
      'stays before a message',
      ['opencode', 'run', '--', '--format'],
      ['opencode', 'run', '--format', 'json', '--', '--format'],
    ],
    ['goes last in a wrapper', ['./my-agent', '-v'], ['./my-agent', '-v', '--format', 'json']],
    [
      'finds opencode behind another program',
      ['nice', 'opencode', 'run', '-m', 'x/y'],
      ['nice', 'opencode', 'run', '--format', 'json', '-m', 'x/y'],
    ],
  ])('%s', ([, words, expected], { expect }) => {
    expect(opencode.words({ ...request, words })).toEqual({ words: expected, promptOnStdin: true })
  })

  test('gives the prompt on stdin unless the operator wants it elsewhere', ({ expect }) => {
    expect(opencode.words({ ...request, promptVia: 'argument' })).toEqual({
      words: ['opencode', 'run', '--format', 'json', '--', 'Work.'],
      promptOnStdin: false,
    })
    expect(
      opencode.words({ ...request, words: ['opencode', 'run', '/run/prompt'], promptPlaced: true }),
    ).toEqual({
      words: ['opencode', 'run', '--format', 'json', '/run/prompt'],
      promptOnStdin: false,
    })
  })

  test.for<[string, Partial<WordsRequest>]>([
    ['too long for an argument', { promptVia: 'argument', prompt: 'x'.repeat(131_072) }],
    ['in a file', { promptVia: 'file' }],
  ])('gives a prompt that is %s on stdin', ([, changes], { expect }) => {
    const words = ['opencode', 'run', '--format', 'json']
    expect(opencode.words({ ...request, ...changes })).toEqual({ words, promptOnStdin: true })
  })

  test('switches nothing off that a person would miss', ({ expect }) => {
    expect(opencode.env(60_000)).toEqual({ OPENCODE_DISABLE_AUTOUPDATE: '1' })
  })
})

describe('opencode.read of recorded runs', () => {
  test('takes result, usage, cost and session from a run that succeeded', ({ expect }) => {
    expect(opencode.read(recorded('success', 0))).toEqual({
      result: 'All is done.',
      usage: { inputTokens: 2_000, outputTokens: 80, cacheReadTokens: 200, cacheWriteTokens: 0 },
      costUsd: expect.closeTo(0.00726, 9),
      cliSession: expect.stringMatching(/^ses_\w+$/),
      failure: undefined,
    })
  })

  test.for<[string, number, Failure | undefined]>([
    ['limited-once', 0, undefined],
    ['subagent-denied', 0, undefined],
    ['unauthorized', 1, { reason: 'authentication', detail: 'scripted 401' }],
    ['limited', 1, { reason: 'rate-limit', detail: 'scripted 429', until: endedAt + 2_000 }],
    ['overloaded', 1, { reason: 'error', detail: 'scripted 529' }],
    [
      'unreachable',
      1,
      {
        reason: 'connection',
        detail: 'Cannot connect to API: Unable to connect. Is the computer able to access the url?',
      },
    ],
    [
      'wrong-agent',
      0,
      { reason: 'wrong-agent', detail: 'agent "nope" not found. Falling back to default agent' },
    ],
    [
      'denied',
      0,
      {
        reason: 'permission-denied',
        detail: 'permission requested: bash (echo hello > denied.txt); auto-rejecting',
      },
    ],
    [
      'invalid-config',
      1,
      {
        reason: 'exit-code',
        detail:
          'exited with code 1: Error: Configuration is invalid at OPENCODE_CONFIG_CONTENT ↳ Expected string | undefined, got 5 model',
      },
    ],
  ])('finds the failure of "%s"', ([name, exitCode, failure], { expect }) => {
    expect(opencode.read(recorded(name, exitCode)).failure).toEqual(failure)
  })

  test('counts what is whole in a stream that was cut', ({ expect }) => {
    const { stdout, ...rest } = recorded('success', 0)
    const cut = opencode.read({ ...rest, stdout: stdout.slice(0, stdout.lastIndexOf('"step_finish"')) })
    expect(cut.usage?.inputTokens).toBe(1_000)
    expect(cut.result).toBe('All is done.')
    expect(cut.failure).toBeUndefined()
  })
})

const silent: RunOutput = { stdout: '', stderr: '', exitCode: 0, endedAt }
const finish = `${JSON.stringify({ type: 'step_finish', part: { tokens: { input: 5 }, cost: 0.5 } })}\n`

function error(value: object): string {
  return `${JSON.stringify({ type: 'error', sessionID: 'ses_1', error: value })}\n`
}

function part(messageID: string, text: string): string {
  return `${JSON.stringify({ type: 'text', part: { messageID, text } })}\n`
}

describe('opencode.read of other output', () => {
  test('takes exit code 0 without a finished step for no result', ({ expect }) => {
    expect(opencode.read(silent).failure?.reason).toBe('no-result')
    expect(opencode.read({ ...silent, stdout: 'some usage text\n' }).failure?.reason).toBe('no-result')
  })

  test('does not miss a result in a stream that was cut before it', ({ expect }) => {
    expect(opencode.read({ ...silent, stdout: '{"type":"tool_use","part":{"sta' }).failure).toBeUndefined()
  })

  test.for([126, 127, 137, 143])('leaves exit code %d to the runner', (exitCode, { expect }) => {
    expect(opencode.read({ ...silent, exitCode }).failure).toBeUndefined()
  })

  test('forgives an error after which a step finished', ({ expect }) => {
    const stdout = error({ name: 'APIError', data: { message: 'oops' } }) + finish
    expect(opencode.read({ ...silent, stdout }).failure).toBeUndefined()
    expect(
      opencode.read({ ...silent, stdout: finish + stdout.slice(0, stdout.indexOf('\n') + 1) }).failure,
    ).toEqual({
      reason: 'error',
      detail: 'oops',
    })
  })
})

describe('opencode.read of more than opencode prints', () => {
  test('takes the last 50,000 events', ({ expect }) => {
    const { usage } = opencode.read({ ...silent, stdout: finish.repeat(50_010) })
    expect(usage?.inputTokens).toBe(50_000 * 5)
  })

  test('skips a line of more than a MiB', ({ expect }) => {
    const stdout = part('m1', 'short') + part('m2', 'x'.repeat(1_048_576)) + finish
    expect(opencode.read({ ...silent, stdout })).toMatchObject({ result: 'short', failure: undefined })
  })

  test('finds what stands at either end of an endless stderr', ({ expect }) => {
    const noise = 'noise\n'.repeat(1_000_000)
    const stderr = `! agent "x" not found. Falling back to default agent\n${noise}Error: no\n`
    expect(opencode.read({ ...silent, stderr }).failure?.reason).toBe('wrong-agent')
    expect(opencode.read({ ...silent, stderr: noise + stderr, exitCode: 1 }).failure?.detail).toContain(
      'Error: no',
    )
  })
})

describe('opencode.read of an error', () => {
  test.for<[string, object, Failure]>([
    [
      'a missing login',
      { name: 'ProviderAuthError', data: { message: 'no login' } },
      { reason: 'authentication', detail: 'no login' },
    ],
    ['an error without data', { name: 'UnknownError' }, { reason: 'error', detail: 'UnknownError' }],
    ['an error that is no object', [], { reason: 'error', detail: 'UnknownError' }],
    [
      'header names in capitals',
      {
        name: 'APIError',
        data: { message: 'slow down', statusCode: 429, responseHeaders: { 'Retry-After': '30' } },
      },
      { reason: 'rate-limit', detail: 'slow down (HTTP 429)', until: endedAt + 30_000 },
    ],
    [
      'a key in the message',
      {
        name: 'APIError',
        data: { message: 'Incorrect API key provided: sk-proj-abcdef123456', statusCode: 401 },
      },
      { reason: 'authentication', detail: 'Incorrect API key provided: <redacted> (HTTP 401)' },
    ],
  ])('understands %s', ([, value, failure], { expect }) => {
    expect(opencode.read({ ...silent, stdout: error(value), exitCode: 1 }).failure).toEqual(failure)
  })
})

describe('opencode.read of words', () => {
  test('joins the parts of the last message', ({ expect }) => {
    const stdout = part('m1', 'I begin.') + part('m2', 'First.') + part('m2', 'Second.') + finish
    expect(opencode.read({ ...silent, stdout }).result).toBe('First.\nSecond.')
  })

  test('reads a subagent that was asked for as the wrong agent', ({ expect }) => {
    const stderr =
      '\u001B[93m\u001B[1m! \u001B[0m agent "explore" is a subagent, not a primary agent. Falling back to default agent\n'
    expect(opencode.read({ ...silent, stdout: finish, stderr }).failure?.reason).toBe('wrong-agent')
  })
})

describe('opencode.read of anything', () => {
  test('never throws and never gives a figure that is not one, whatever is printed', ({ expect }) => {
    const lines = recorded('success', 0).stdout.split('\n')
    const line = fc.oneof(
      fc.constantFrom(...lines),
      fc.string(),
      fc.json(),
      fc
        .record({
          type: fc.constantFrom('error', 'text', 'step_finish'),
          part: fc.jsonValue(),
          error: fc.jsonValue(),
        })
        .map((value) => JSON.stringify(value)),
      fc
        .record({ input: fc.oneof(fc.double(), fc.bigInt().map(String)) })
        .map((tokens) => JSON.stringify({ type: 'step_finish', part: { tokens, cost: -1 } })),
      fc
        .tuple(fc.constantFrom(...lines), fc.nat())
        .map(([whole, at]) => whole.slice(0, at % (whole.length + 1))),
    )
    fc.assert(
      fc.property(
        fc.array(line),
        fc.string(),
        fc.integer({ min: 0, max: 255 }),
        (printed, stderr, exitCode) => {
          const { usage, costUsd } = opencode.read({ stdout: printed.join('\n'), stderr, exitCode, endedAt })
          for (const figure of [...Object.values(usage ?? {}), costUsd ?? 0]) {
            expect(Number.isFinite(figure) && figure >= 0).toBe(true)
          }
        },
      ),
    )
  })
})
