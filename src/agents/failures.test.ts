import { describe, test } from 'vitest'
import { failureOfApi, retryTime } from './failures.ts'

const at = Date.UTC(2026, 10, 20, 12)

describe('retryTime', () => {
  test.for<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '30' }, at + 30_000],
    [{ 'retry-after': '0' }, at],
    [{ 'retry-after-ms': '1500', 'retry-after': '2' }, at + 1_500],
    [{ 'retry-after': 'Fri, 20 Nov 2026 12:05:00 GMT' }, at + 300_000],
    [{ 'retry-after': 'Thu, 19 Nov 2026 12:05:00 GMT' }, at],
    [{ 'retry-after': '99999999999' }, at + 8 * 86_400_000],
    [{ 'retry-after': 'Fri, 99 Foo 2026 99:99:99 GMT' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{}, undefined],
  ])('of %j', ([headers, time], { expect }) => {
    expect(retryTime(headers, at)).toBe(time)
  })
})

describe('failureOfApi', () => {
  test.for<[number | undefined, string, string]>([
    [401, 'no', 'authentication'],
    [403, 'no', 'authentication'],
    [400, 'API key not valid. Please pass a valid API key.', 'authentication'],
    [429, 'slow down', 'rate-limit'],
    [500, 'oops', 'error'],
    [502, 'bad gateway', 'connection'],
    [503, 'unavailable', 'connection'],
    [529, 'overloaded', 'error'],
    [400, 'connection refused, says the model', 'error'],
    [undefined, 'connect ECONNREFUSED 127.0.0.1:9', 'connection'],
    [undefined, 'getaddrinfo ENOTFOUND example.org', 'connection'],
    [undefined, 'fetch failed', 'connection'],
    [undefined, 'the model said something odd', 'error'],
  ])('takes status %j "%s" for %s', ([status, message, reason], { expect }) => {
    expect(failureOfApi({ message, status, headers: {}, at }).reason).toBe(reason)
  })

  test('gives one bounded line as its detail', ({ expect }) => {
    const { detail } = failureOfApi({
      message: `a\n\n\u001B[31mb${'c'.repeat(1_000)}`,
      status: 500,
      headers: {},
      at,
    })
    expect(detail).toMatch(/^a bc+…$/)
    expect(detail.length).toBe(300)
    expect(failureOfApi({ message: '', status: undefined, headers: {}, at }).detail).toBe('no reason given')
  })
})
