import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Failure } from '../adapter.ts'
import { failureOfMessage, retriedReason } from './failures.ts'

const at = new Date(2026, 10, 20, 13, 30, 50).getTime()

function local(...[day, hour, minute]: [number, number, number]): number {
  return new Date(2026, 10, day, hour, minute).getTime()
}

describe('failureOfMessage', () => {
  test.for<[Failure['reason'], string]>([
    [
      'authentication',
      'unexpected status 401 Unauthorized: Missing bearer, url: https://api.test/v1/responses',
    ],
    ['authentication', 'unexpected status 403 Forbidden: Country not supported, url: https://api.test'],
    ['authentication', 'Missing environment variable: `OPENAI_API_KEY`.'],
    [
      'authentication',
      'Your access token could not be refreshed because your refresh token has expired. Please log out and sign in again.',
    ],
    ['authentication', 'ChatGPT account ID not available, please re-run `codex login`'],
    [
      'authentication',
      'To use Codex with your ChatGPT plan, upgrade to Plus: https://chatgpt.com/explore/plus.',
    ],
    ['rate-limit', 'exceeded retry limit, last status: 429 Too Many Requests'],
    ['rate-limit', 'Quota exceeded. Check your plan and billing details.'],
    ['rate-limit', 'Your workspace is out of credits. Add credits to continue.'],
    ['rate-limit', 'You hit your spend cap set in your workspace. Increase your spend cap to continue.'],
    ['connection', 'stream disconnected before completion: stream closed before response.completed'],
    ['connection', 'stream disconnected before completion: idle timeout waiting for SSE'],
    ['connection', 'Connection failed: error sending request'],
    ['connection', 'unexpected status 502 Bad Gateway: <html>, url: https://api.test'],
    ['connection', 'exceeded retry limit, last status: 503 Service Unavailable'],
    ['error', 'We’re currently experiencing high demand, which may cause temporary errors.'],
    ['error', 'Selected model is at capacity. Please try a different model.'],
    ['error', 'unexpected status 529 <unknown status code>: overloaded, url: https://api.test'],
    ['error', 'The model `nope` does not exist'],
    ['error', "Codex ran out of room in the model's context window. Start a new thread."],
    ['error', 'The port 401 is taken'],
    ['error', ''],
  ])('finds %s in "%s"', ([reason, message], { expect }) => {
    expect(failureOfMessage(message, at).reason).toBe(reason)
  })

  test.for<[string, number | undefined]>([
    ['try again at 3:30 PM.', local(20, 15, 31)],
    ['Try again at 1:30 PM.', local(20, 13, 31)],
    ['try again at 1:29 PM.', local(21, 13, 30)],
    ['try again at 12:05 AM.', local(21, 0, 6)],
    ['try again at 12:05 PM.', local(21, 12, 6)],
    ['try again at Nov 23rd, 2026 1:30 PM.', local(23, 13, 31)],
    ['try again at Nov 1st, 2026 1:30 PM.', at],
    ['try again at Dec 31st, 2099 1:30 PM.', at + 8 * 86_400_000],
    ['try again at Foo 23rd, 2026 1:30 PM.', undefined],
    ['try again at 13:75 PM.', undefined],
    ['try again later.', undefined],
    ['Please try again in 11.054s. Visit x', at + 11_054],
    ['Please try again in 250ms.', at + 250],
    ['Try again in 3 days 4 hours.', at + 76 * 3_600_000],
    ['Try again in 1 day 2 hours 3 minutes.', at + (26 * 60 + 3) * 60_000],
    ['Try again in 5m30s.', at + 330_000],
    ['Try again in 99999999999999999999999999999999999999999999999999999 days.', at + 8 * 86_400_000],
    ['Try again in a moment.', undefined],
    ['Try again in 5 moons.', undefined],
  ])('reads until when a limit lasts from "%s"', ([said, until], { expect }) => {
    const failure = failureOfMessage(`You’ve hit your usage limit. ${said}`, at)
    expect(failure).toMatchObject({ reason: 'rate-limit', until })
  })

  test('hides keys', ({ expect }) => {
    const { detail } = failureOfMessage('unexpected status 401: sk-proj-abcdef123456', at)
    expect(detail).toBe('unexpected status 401: <redacted>')
  })

  test('gives a time that can be stored, or none, whatever is said', ({ expect }) => {
    const words = fc.constantFrom(
      'in ',
      'at ',
      '1e9',
      '9'.repeat(40),
      ' days ',
      's',
      ':',
      'Nov ',
      ', ',
      ' PM',
      '-1',
    )
    fc.assert(
      fc.property(fc.array(words), (said) => {
        const failure = failureOfMessage(`rate limit exceeded: try again ${said.join('')}`, at)
        const until = failure.reason === 'rate-limit' ? failure.until : undefined
        expect(until === undefined || (Number.isSafeInteger(until) && until >= at)).toBe(true)
      }),
    )
  })
})

describe('retriedReason', () => {
  test.for<[string, string | undefined]>([
    ['Reconnecting... 1/5 (Connection failed: a (b))', 'Connection failed: a (b)'],
    ['Reconnecting... waiting for network (Connection failed: x)', 'Connection failed: x'],
    ['Reconnecting... 2/5', undefined],
    ['stream disconnected (Reconnecting... 1/5 (x))', undefined],
  ])('of "%s" is %j', ([message, reason], { expect }) => {
    expect(retriedReason(message)).toBe(reason)
  })
})
