import { describe, test } from 'vitest'
import type { Failure, RunOutput } from '../adapter.ts'
import { gemini } from './gemini.ts'

const endedAt = Date.UTC(2026, 10, 20, 12)
const silent: RunOutput = { stdout: '', stderr: '', exitCode: 0, endedAt }

/** The lines of a stream that begins as every one does. */
function stream(...events: readonly object[]): string {
  const all = [
    { type: 'init', session_id: 's-1' },
    { type: 'message', role: 'user', content: 'Work.' },
    ...events,
  ]
  return all.map((event) => `${JSON.stringify(event)}\n`).join('')
}

function said(content: string): object {
  return { type: 'message', role: 'assistant', content, delta: true }
}

function call(id: string, name: string, error?: { type: string; message: string }): object[] {
  const outcome = error === undefined ? { status: 'success' } : { status: 'error', error }
  return [
    { type: 'tool_use', tool_id: id, tool_name: name, parameters: {} },
    { type: 'tool_result', tool_id: id, ...outcome },
  ]
}

const done = {
  type: 'result',
  status: 'success',
  stats: { total_tokens: 12, input_tokens: 8, output_tokens: 4 },
}

function refused(message: string): object {
  return { type: 'result', status: 'error', error: { type: 'unknown', message } }
}

describe('gemini.read of other output', () => {
  test('takes exit code 0 without anything for no result', ({ expect }) => {
    expect(gemini.read(silent).failure?.reason).toBe('no-result')
    expect(gemini.read({ ...silent, stdout: stream(said('I begin.')) })).toMatchObject({
      result: 'I begin.',
      failure: { reason: 'no-result' },
    })
  })

  test('takes the words of another format for the result', ({ expect }) => {
    expect(gemini.read({ ...silent, stdout: 'All\nis done.\n' })).toMatchObject({
      result: 'All\nis done.',
      failure: undefined,
    })
  })

  test('does not miss a result in a stream that was cut before it', ({ expect }) => {
    const stdout = `${stream(said('I begin.'))}{"type":"resu`
    expect(gemini.read({ ...silent, stdout })).toMatchObject({ result: 'I begin.', failure: undefined })
  })

  test.for([126, 127, 137, 143])('leaves exit code %d to the runner', (exitCode, { expect }) => {
    expect(gemini.read({ ...silent, exitCode }).failure).toBeUndefined()
    expect(gemini.read({ ...silent, stdout: stream(said('I begin.')), exitCode }).failure).toBeUndefined()
  })

  test('reads the words of the last answer, however many pieces they come in', ({ expect }) => {
    const stdout = stream(said('I begin.'), ...call('a', 'glob'), said('All is '), said('done.'), done)
    expect(gemini.read({ ...silent, stdout })).toMatchObject({ result: 'All is done.', failure: undefined })
  })

  test('counts the figures of a session once', ({ expect }) => {
    const stdout = stream(done, done)
    expect(gemini.read({ ...silent, stdout }).usage).toMatchObject({ inputTokens: 8, outputTokens: 4 })
  })

  test('says what is wrong with a flag, not how all flags are used', ({ expect }) => {
    const stderr =
      'Invalid values:\n  Argument: output, Given: "x"\nUsage: gemini [options]\n\n  -v  version\n'
    expect(gemini.read({ ...silent, stderr, exitCode: 1 }).failure).toEqual({
      reason: 'exit-code',
      detail: 'exited with code 1: Invalid values: Argument: output, Given: "x"',
    })
  })
})

describe('gemini.read of a turn that stopped', () => {
  test.for<[string, object[], Failure | undefined]>([
    [
      'an error after which nothing came',
      [said('I try.'), { type: 'error', severity: 'warning', message: 'Loop detected' }, done],
      { reason: 'error', detail: 'Loop detected' },
    ],
    [
      'an error after which it went on',
      [{ type: 'error', message: 'Blocked' }, said('Done.'), done],
      undefined,
    ],
    [
      'an error without a reason',
      [{ type: 'result', status: 'error' }],
      { reason: 'error', detail: 'gemini ended its turn with an error' },
    ],
    [
      'a tool that needs somebody to ask',
      [
        ...call('a', 'mcp_x_y', { type: 'unhandled_exception', message: 'it requires user confirmation' }),
        done,
      ],
      { reason: 'permission-denied', detail: 'mcp_x_y: it requires user confirmation' },
    ],
    [
      'a denied tool that worked in the end',
      [
        ...call('a', 'run_shell_command', { type: 'policy_violation', message: 'no' }),
        ...call('b', 'run_shell_command'),
        done,
      ],
      undefined,
    ],
    [
      'a tool that nobody has',
      [...call('a', 'make_coffee', { type: 'tool_not_registered', message: 'no such tool' }), done],
      undefined,
    ],
    [
      'a tool that failed',
      [...call('a', 'read_file', { type: 'file_not_found', message: 'none' }), done],
      undefined,
    ],
  ])('understands %s', ([, events, failure], { expect }) => {
    expect(gemini.read({ ...silent, stdout: stream(...events) }).failure).toEqual(failure)
  })
})

describe('gemini.read of a refusal', () => {
  const inner = JSON.stringify({
    error: { code: 429, message: 'Slow down', details: [{ retryDelay: '34.5s' }] },
  })
  test.for<[string, string, number, Failure]>([
    [
      'a quota that says when it is there again',
      '[API Error: You have exhausted your capacity on this model. Your quota will reset after 3h20m10s.]\nPlease wait',
      173,
      {
        reason: 'rate-limit',
        detail:
          'You have exhausted your capacity on this model. Your quota will reset after 3h20m10s. (HTTP 429)',
        until: endedAt + 12_010_000,
      },
    ],
    [
      'a daily quota, which does not',
      '[API Error: You have exhausted your daily quota on this model.]',
      1,
      {
        reason: 'rate-limit',
        detail: 'You have exhausted your daily quota on this model. (HTTP 429)',
        until: undefined,
      },
    ],
    [
      'an answer inside an answer',
      `[API Error: got ${JSON.stringify({ error: { message: inner, code: 400 } })}]`,
      1,
      { reason: 'rate-limit', detail: 'Slow down (HTTP 429)', until: endedAt + 34_500 },
    ],
    [
      'a time that is too far away',
      '[API Error: Please retry in 999999999d.]',
      173,
      {
        reason: 'rate-limit',
        detail: 'Please retry in 999999999d. (HTTP 429)',
        until: endedAt + 8 * 86_400_000,
      },
    ],
    [
      'a key that is not valid',
      `[API Error: ${JSON.stringify({ error: { code: 400, message: 'API key not valid. Please pass one.' } })}]`,
      144,
      { reason: 'authentication', detail: 'API key not valid. Please pass one. (HTTP 400)' },
    ],
    [
      'a server in trouble',
      '[API Error: overloaded]',
      247,
      { reason: 'connection', detail: 'overloaded (HTTP 503)' },
    ],
    ['an empty message', '', 1, { reason: 'error', detail: 'no reason given' }],
  ])('understands %s', ([, message, exitCode, failure], { expect }) => {
    expect(gemini.read({ ...silent, stdout: stream(refused(message)), exitCode }).failure).toEqual(failure)
  })

  test.for<[string, Failure]>([
    [
      'Attempt 2 failed with 429 error (no Retry-After header). Retrying with backoff... Error: busy',
      { reason: 'rate-limit', detail: 'busy (HTTP 429)', until: undefined },
    ],
    [
      'Attempt 1 failed. Retrying with backoff... Error: exception TypeError: fetch failed sending request',
      { reason: 'connection', detail: 'exception TypeError: fetch failed sending request' },
    ],
    [
      'Attempt 3 failed: Slow down\nPlease retry in 2m.. Retrying after 131000ms...',
      { reason: 'rate-limit', detail: 'Slow down Please retry in 2m. (HTTP 429)', until: endedAt + 120_000 },
    ],
  ])('sees that it tries again: %s', ([stderr, failure], { expect }) => {
    expect(gemini.read({ ...silent, stdout: stream(), stderr: `${stderr}\n` }).stalled).toEqual(failure)
    expect(gemini.read({ ...silent, stdout: stream(...call('a', 'glob')), stderr }).stalled).toEqual(failure)
    expect(gemini.read({ ...silent, stdout: stream(said('Here.')), stderr }).stalled).toBeUndefined()
  })
})
