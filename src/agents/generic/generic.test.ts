import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Failure, RunOutput, WordsRequest } from '../adapter.ts'
import { ARGUMENT_BYTES_MAX } from '../argument-limit.ts'
import { generic } from './generic.ts'

const endedAt = Date.UTC(2026, 10, 20, 12)
const output: RunOutput = { stdout: '', stderr: '', exitCode: 0, endedAt }
const request: WordsRequest = {
  words: ['my-agent', '-v'],
  promptVia: 'argument',
  promptPlaced: false,
  prompt: '--- [Core Rules] ---\nWork.',
  promptFile: '/run/prompt',
  workDir: '/project dir',
  workspace: '/space',
}
const start = ['my-agent', '-v', '--dir', '/project dir', '--']

describe('generic.words', () => {
  test('gives the work_dir and the prompt as one argument', ({ expect }) => {
    expect(generic.words(request)).toEqual({ words: [...start, request.prompt], promptOnStdin: false })
  })

  test.for<[string, string[]]>([
    ['--dir', ['my-agent', '--dir', '/other']],
    ['--dir=', ['my-agent', '--dir=/other']],
  ])('leaves a folder alone that the operator gave as %s', ([, words], { expect }) => {
    expect(generic.words({ ...request, words }).words).toEqual([...words, '--', request.prompt])
  })

  test.for<[string, string, boolean]>([
    ['of 131,071 bytes as an argument', 'x'.repeat(ARGUMENT_BYTES_MAX), false],
    ['of 131,072 bytes on stdin', 'x'.repeat(ARGUMENT_BYTES_MAX + 1), true],
    ['of fewer characters but too many bytes on stdin', 'ü'.repeat(65_536), true],
    ['with a zero byte on stdin', 'a\0b', true],
    ['that would be taken for the mark of stdin on stdin', '-', true],
    ['that is empty as an argument', '', false],
  ])('gives a prompt %s', ([, prompt, promptOnStdin], { expect }) => {
    expect(generic.words({ ...request, prompt })).toEqual({
      words: [...start, promptOnStdin ? '-' : prompt],
      promptOnStdin,
    })
  })

  test('names the file of the prompt to a command that wants one', ({ expect }) => {
    expect(generic.words({ ...request, promptVia: 'file' })).toEqual({
      words: ['my-agent', '-v', '--prompt-file', '/run/prompt'],
      promptOnStdin: false,
    })
  })

  test('adds nothing where the operator delivers the prompt', ({ expect }) => {
    expect(generic.words({ ...request, promptPlaced: true })).toEqual({
      words: ['my-agent', '-v'],
      promptOnStdin: false,
    })
    expect(generic.words({ ...request, promptPlaced: true, promptVia: 'file' }).words).toEqual([
      'my-agent',
      '-v',
    ])
    expect(generic.words({ ...request, promptVia: 'stdin' })).toEqual({
      words: ['my-agent', '-v'],
      promptOnStdin: true,
    })
  })
})

describe('generic.read', () => {
  test('takes the last lines for the result and knows nothing else', ({ expect }) => {
    const stdout = `${Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n')}\n\n\u001B[32mDone.\u001B[0m\r\n\n`
    expect(generic.read({ ...output, stdout, exitCode: 3 })).toEqual({
      result: [...Array.from({ length: 9 }, (_, index) => `line ${index + 41}`), 'Done.'].join('\n'),
      usage: undefined,
      costUsd: undefined,
      cliSession: undefined,
      failure: undefined,
    })
    expect(generic.read(output).result).toBeUndefined()
  })

  // Of two lengths, so that one of them is cut in the middle of a character.
  test.for(['the end', 'end'])('keeps only the end of an endless line: %s', (end, { expect }) => {
    const { result } = generic.read({ ...output, stdout: `${'😀'.repeat(100_000)}${end} of it, the end` })
    expect(result?.endsWith('the end')).toBe(true)
    expect(result?.length).toBeLessThan(17_000)
    expect(result?.isWellFormed()).toBe(true)
  })

  test('adds up what the command reports', ({ expect }) => {
    const stdout = [
      '{"marrow":{"usage":{"inputTokens":100,"outputTokens":5},"costUsd":0.25,"session":"s-1"}}',
      'working',
      ' { "marrow": {"usage":{"inputTokens":20,"cacheReadTokens":7},"costUsd":0.5,"result":"All good."} }',
      '{"marrow":{"usage":{"inputTok',
    ].join('\n')
    expect(generic.read({ ...output, stdout })).toEqual({
      result: 'All good.',
      usage: { inputTokens: 120, outputTokens: 5, cacheReadTokens: 7, cacheWriteTokens: 0 },
      costUsd: 0.75,
      cliSession: 's-1',
      failure: undefined,
    })
  })
})

test('generic.read adds up the last 20,000 reports', ({ expect }) => {
  const stdout = '{"marrow":{"usage":{"inputTokens":1}}}\n'.repeat(20_010)
  expect(generic.read({ ...output, stdout }).usage?.inputTokens).toBe(20_000)
})

describe('generic.read of a reported error', () => {
  test.for<[string, object | null, Failure | undefined]>([
    [
      'a rate limit until a time',
      { reason: 'rate-limit', until: '2026-11-20T12:30:00Z', detail: 'wait' },
      { reason: 'rate-limit', detail: 'wait', until: endedAt + 1_800_000 },
    ],
    [
      'a rate limit for seconds',
      { reason: 'rate-limit', retryAfterSeconds: 1.5, detail: 'wait' },
      { reason: 'rate-limit', detail: 'wait', until: endedAt + 1_500 },
    ],
    [
      'a rate limit without an end',
      { reason: 'rate-limit' },
      { reason: 'rate-limit', detail: 'the command reported rate-limit', until: undefined },
    ],
    [
      'a rate limit far beyond any window',
      { reason: 'rate-limit', retryAfterSeconds: 1e300, detail: 'x' },
      { reason: 'rate-limit', detail: 'x', until: endedAt + 8 * 86_400_000 },
    ],
    [
      'a rate limit that is over',
      { reason: 'rate-limit', until: '2020-01-01T00:00:00Z', detail: 'x' },
      { reason: 'rate-limit', detail: 'x', until: endedAt },
    ],
    [
      'a failed authentication',
      { reason: 'authentication', detail: 'key sk-1234567890ab\nrefused' },
      { reason: 'authentication', detail: 'key <redacted> refused' },
    ],
    [
      'a reason that marrow does not know',
      { reason: 'bad mood' },
      { reason: 'error', detail: 'the command reported error' },
    ],
    ['that all is well after all', null, undefined],
  ])('understands %s', ([, error, failure], { expect }) => {
    const stdout = `{"marrow":{"error":{"reason":"connection"}}}\n${JSON.stringify({ marrow: { error } })}\n`
    expect(generic.read({ ...output, stdout }).failure).toEqual(failure)
  })
})

describe('generic.read of anything', () => {
  test('never throws, whatever is printed', ({ expect }) => {
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((marrow) => JSON.stringify({ marrow })),
      fc
        .record({ usage: fc.jsonValue(), error: fc.jsonValue(), costUsd: fc.jsonValue() })
        .map((marrow) => JSON.stringify({ marrow })),
    )
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { usage, costUsd } = generic.read({ ...output, stdout: lines.join('\n') })
        for (const figure of [...Object.values(usage ?? {}), costUsd ?? 0]) {
          expect(Number.isFinite(figure) && figure >= 0).toBe(true)
        }
      }),
    )
  })
})
