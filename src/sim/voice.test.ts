import { describe, test } from 'vitest'
import { adapterFor } from '../agents/adapters.ts'
import { exitCodeOf, figuresOf, voiceOf } from './voice.ts'
import type { Mishap } from './words.ts'

const at = Date.UTC(2026, 10, 20, 12)

describe.for(['opencode', 'generic'] as const)('what is said as %s is understood by that adapter', (as) => {
  const voice = voiceOf(as, 'ses_1')

  test('in a run that succeeds', ({ expect }) => {
    const figures = figuresOf({ input: 1_200, cacheRead: 7, costUsd: 0.25 }, 0)
    const stdout =
      voice.begin(at) +
      voice.say('First.', at) +
      voice.babble(100, at) +
      voice.say('Done.', at) +
      voice.end(figures, at)
    const reading = adapterFor(as).read({ stdout, stderr: '', exitCode: 0, endedAt: at })
    expect(reading).toMatchObject({
      usage: { inputTokens: 1_200, outputTokens: 50, cacheReadTokens: 7, cacheWriteTokens: 0 },
      costUsd: 0.25,
      cliSession: 'ses_1',
      failure: undefined,
    })
    expect(reading.result).toMatch(/Done\.$/)
  })

  test.for<[Mishap, object]>([
    [
      { kind: 'rate-limit', retryAfterMs: 30_000 },
      { reason: 'rate-limit', until: at + 30_000 },
    ],
    [{ kind: 'authentication' }, { reason: 'authentication' }],
    [{ kind: 'connection' }, { reason: 'connection' }],
    [{ kind: 'permission-denied' }, { reason: 'permission-denied' }],
    [{ kind: 'wrong-agent' }, { reason: 'wrong-agent' }],
    [
      { kind: 'error', text: 'it broke' },
      { reason: 'error', detail: errorText(as) },
    ],
  ])('in a run with the mishap %j', ([mishap, failure], { expect }) => {
    const said = voice.fail(mishap, at)
    const output = {
      stdout: voice.begin(at) + said.stdout,
      stderr: said.stderr,
      exitCode: exitCodeOf(mishap),
      endedAt: at,
    }
    expect(adapterFor(as).read(output).failure).toMatchObject(failure)
  })
})

function errorText(as: 'opencode' | 'generic'): string {
  return as === 'opencode' ? 'it broke (HTTP 500)' : 'it broke'
}

test('a run without a result is one that opencode would call a success', ({ expect }) => {
  const mishap: Mishap = { kind: 'no-result' }
  const output = { ...voiceOf('opencode', 's').fail(mishap, at), exitCode: exitCodeOf(mishap), endedAt: at }
  expect(output).toMatchObject({ stdout: '', stderr: '', exitCode: 0 })
  expect(adapterFor('opencode').read(output).failure?.reason).toBe('no-result')
})

test('figures that nobody gave follow the size of the prompt', ({ expect }) => {
  expect(figuresOf({}, 401)).toEqual({
    inputTokens: 101,
    outputTokens: 50,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    costUsd: undefined,
  })
})
