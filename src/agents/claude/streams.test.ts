/** What the claude adapter makes of output that no recorded run has: unfinished, plain, of other endings. */
import { describe, test } from 'vitest'
import type { Failure, RunOutput } from '../adapter.ts'
import { claude } from './claude.ts'

const endedAt = Date.UTC(2026, 10, 20, 12)
const silent: RunOutput = { stdout: '', stderr: '', exitCode: 0, endedAt }
function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}

function said(id: string, text: string, usage?: object): string {
  return line({ type: 'assistant', message: { id, content: [{ type: 'text', text }], usage } })
}

function result(fields: object): string {
  return line({ num_turns: 1, type: 'result', subtype: 'success', is_error: false, ...fields })
}

const done = result({ result: 'Done.', terminal_reason: 'completed', permission_denials: [] })

/** Until when a limit lasts before which Claude Code waited for the third time. */
function untilAfter(delayMs: number, status = 429): number | undefined {
  const retry = { type: 'system', subtype: 'api_retry', attempt: 3, max_retries: 8, error_status: status }
  const refused = result({ is_error: true, api_error_status: 429, result: 'no' })
  const stdout = line({ ...retry, retry_delay_ms: delayMs }) + refused
  const { failure } = claude.read({ ...silent, stdout, exitCode: 1 })
  return failure?.reason === 'rate-limit' ? failure.until : 0
}

describe('claude.read of output without a result', () => {
  test.for<[string, string, string | undefined]>([
    ['nothing at all', '', 'no-result'],
    ['a blank line', '\n', 'no-result'],
    ['words before the result', said('m1', 'I begin.'), 'no-result'],
    ['lines of a kind that is not known', line({ type: 'novelty' }), 'no-result'],
    ['a result that was cut', done.slice(0, -5), undefined],
    ['plain words', 'Done.\n', undefined],
  ])('with exit code 0 judges %s', ([, stdout, reason], { expect }) => {
    expect(claude.read({ ...silent, stdout }).failure?.reason).toBe(reason)
  })

  test.for([126, 127, 137, 143])('leaves exit code %d to the runner', (exitCode, { expect }) => {
    expect(claude.read({ ...silent, exitCode }).failure).toBeUndefined()
  })

  test('adds up each message once, as it last was', ({ expect }) => {
    const stdout =
      said('m1', 'One', { input_tokens: 10, output_tokens: 1 }) +
      said('m1', 'Two', { input_tokens: 10, output_tokens: 4, cache_read_input_tokens: 7 }) +
      said('m2', 'Three', { input_tokens: 5, output_tokens: 2, cache_creation_input_tokens: 3 })
    expect(claude.read({ ...silent, stdout, exitCode: 143 })).toMatchObject({
      result: 'Three',
      usage: { inputTokens: 15, outputTokens: 6, cacheReadTokens: 7, cacheWriteTokens: 3 },
      costUsd: undefined,
    })
  })

  test('takes the last words of the agent itself', ({ expect }) => {
    const subagent = {
      type: 'assistant',
      parent_tool_use_id: 'call',
      message: { id: 'm2', content: [{ type: 'text', text: 'Mine.' }] },
    }
    const stdout = said('m1', ' Own. ') + line(subagent)
    expect(claude.read({ ...silent, stdout, exitCode: 143 }).result).toBe('Own.')
  })

  test('says what the last message says that went wrong', ({ expect }) => {
    const message = {
      id: 'x',
      content: [{ type: 'text', text: 'Failed to authenticate. API Error: 401 no' }],
    }
    const stdout = line({
      type: 'assistant',
      message,
      error: 'authentication_failed',
      api_error_status: 401,
    })
    const output = { ...silent, stdout, exitCode: 1 }
    const failure = { reason: 'authentication', detail: 'Failed to authenticate. API Error: 401 no' }
    expect(claude.read(output).failure).toEqual(failure)
    expect(claude.events(output)).toEqual([{ kind: 'error', failure }])
  })
})

describe('claude.read of a result', () => {
  test('believes no success that ended with another code', ({ expect }) => {
    expect(claude.read({ ...silent, stdout: done, stderr: 'crashed\n', exitCode: 3 }).failure).toEqual({
      reason: 'exit-code',
      detail: 'exited with code 3: crashed',
    })
  })

  test('takes the last one for the end, and its cost for that of all', ({ expect }) => {
    const models = { a: { inputTokens: 3, outputTokens: 1 }, b: { inputTokens: 4, cacheReadInputTokens: 2 } }
    const stdout =
      result({ is_error: true, errors: ['first'], total_cost_usd: 1, usage: { input_tokens: 3 } }) +
      result({ result: 'Last.', total_cost_usd: 1.5, usage: { input_tokens: 4 }, modelUsage: models })
    expect(claude.read({ ...silent, stdout })).toMatchObject({
      result: 'Last.',
      costUsd: 1.5,
      usage: { inputTokens: 7, outputTokens: 1, cacheReadTokens: 2, cacheWriteTokens: 0 },
      failure: undefined,
    })
  })

  test('finds a denial in an earlier result', ({ expect }) => {
    const denials = [{ tool_name: 'Edit', tool_use_id: 't1', tool_input: { file_path: 'a.txt' } }]
    const stdout = result({ result: 'First.', permission_denials: denials }) + done
    expect(claude.read({ ...silent, stdout }).failure).toEqual({
      reason: 'permission-denied',
      detail: 'permission denied: Edit (a.txt)',
    })
  })

  test('reads one that was asked for alone', ({ expect }) => {
    expect(claude.read({ ...silent, stdout: done })).toMatchObject({ result: 'Done.', failure: undefined })
    const all = `[${line({ type: 'system', subtype: 'init', session_id: 's1' }).trim()},${done.trim()}]`
    expect(claude.read({ ...silent, stdout: all })).toMatchObject({ result: 'Done.', cliSession: 's1' })
  })

  test.for<[string, object, Failure]>([
    [
      'an interrupt, whatever the exit code',
      { is_error: true, subtype: 'error_during_execution', terminal_reason: 'aborted_tools' },
      { reason: 'error', detail: 'it was interrupted (aborted_tools)' },
    ],
    [
      'a reason that no flag confirms',
      { result: 'Prompt is too long', terminal_reason: 'prompt_too_long' },
      { reason: 'error', detail: 'Prompt is too long' },
    ],
    [
      'a subtype that no flag confirms',
      { subtype: 'error_max_structured_output_retries' },
      { reason: 'error', detail: 'it ended with error_max_structured_output_retries' },
    ],
    [
      'a limit that only words tell',
      { is_error: true, terminal_reason: 'api_error', result: "You've hit your weekly limit · resets 3am" },
      { reason: 'rate-limit', detail: "You've hit your weekly limit · resets 3am", until: undefined },
    ],
    [
      'a login that ran out',
      { is_error: true, terminal_reason: 'api_error', result: 'OAuth token has expired' },
      { reason: 'authentication', detail: 'OAuth token has expired' },
    ],
    [
      'a gateway without its server',
      { is_error: true, api_error_status: 503, result: 'API Error: 503 upstream' },
      { reason: 'connection', detail: 'API Error: 503 upstream' },
    ],
    [
      'a key in the message',
      { is_error: true, api_error_status: 401, result: 'bad key sk-ant-abcdef123456' },
      { reason: 'authentication', detail: 'bad key <redacted> (HTTP 401)' },
    ],
  ])('understands %s', ([, fields, failure], { expect }) => {
    expect(claude.read({ ...silent, stdout: result(fields) }).failure).toEqual(failure)
  })

  test('knows a login that may not be used by the word for it', ({ expect }) => {
    const content = [{ type: 'text', text: 'Ask your administrator.' }]
    const told = line({ type: 'assistant', message: { content }, error: 'oauth_org_not_allowed' })
    const stdout =
      told + result({ is_error: true, terminal_reason: 'api_error', result: 'Ask your administrator.' })
    expect(claude.read({ ...silent, stdout, exitCode: 1 }).failure).toEqual({
      reason: 'authentication',
      detail: 'Ask your administrator.',
    })
  })

  test('tells what an API asked for from its own waiting', ({ expect }) => {
    expect(untilAfter(2_500)).toBeUndefined()
    expect(untilAfter(2_501)).toBe(endedAt + 2_501)
    expect(untilAfter(2_501, 500)).toBeUndefined()
    expect(untilAfter(1e15)).toBe(endedAt + 8 * 86_400_000)
  })

  test('takes an API that does not answer for a failed connection', ({ expect }) => {
    const retry = { type: 'system', subtype: 'api_retry', attempt: 1, max_retries: 8, error_status: null }
    expect(claude.read({ ...silent, stdout: line(retry), exitCode: 143 }).stalled).toEqual({
      reason: 'connection',
      detail: 'the model did not answer, try 1 of 8',
    })
  })

  test('is held by no window for ever', ({ expect }) => {
    const window = { status: 'rejected', resetsAt: 9e10, rateLimitType: 'seven_day' }
    const stdout = line({ type: 'rate_limit_event', rate_limit_info: window })
    expect(claude.read({ ...silent, stdout, exitCode: 143 }).stalled).toEqual({
      reason: 'rate-limit',
      detail: "the plan's seven-day window is used up",
      until: endedAt + 8 * 86_400_000,
    })
  })

  test('is not stopped by a window that still allows', ({ expect }) => {
    const window = (status: string) =>
      line({ type: 'rate_limit_event', rate_limit_info: { status, resetsAt: endedAt / 1_000 + 60 } })
    const { stalled } = claude.read({ ...silent, stdout: window('rejected'), exitCode: 143 })
    expect(stalled).toEqual({ reason: 'rate-limit', detail: 'the plan is used up', until: endedAt + 60_000 })
    expect(
      claude.read({ ...silent, stdout: window('allowed_warning'), exitCode: 143 }).stalled,
    ).toBeUndefined()
  })
})

describe('claude.read of words', () => {
  test.for<[string, string, Failure['reason'] | undefined]>([
    ['Failed to authenticate. API Error: 401 no', '', 'authentication'],
    ['API Error: Request rejected (429) · slow down', '', 'rate-limit'],
    ["You've hit your 5-hour limit · resets 3am", '', 'rate-limit'],
    ['API Error: Unable to connect to API (ECONNREFUSED)', '', 'connection'],
    ['', 'Not logged in · Please run /login', 'authentication'],
    ['', 'segfault', 'exit-code'],
  ])('understands %j and %j', ([stdout, stderr, reason], { expect }) => {
    expect(claude.read({ ...silent, stdout, stderr, exitCode: 1 }).failure?.reason).toBe(reason)
  })

  test('takes settings that were not read for a failure', ({ expect }) => {
    const stderr = 'Warning: settings file /project/s.json is not valid JSON and was left out\n'
    expect(claude.read({ ...silent, stdout: done, stderr }).failure).toEqual({
      reason: 'error',
      detail: 'Warning: settings file /project/s.json is not valid JSON and was left out',
    })
    expect(claude.read({ ...silent, stdout: done, stderr: 'uses your settings\n' }).failure).toBeUndefined()
  })
})
