import { test } from 'vitest'
import type { Failure, Reading } from '../agents/adapter.ts'
import { describeOutcome, judge, type EndCause } from './outcome.ts'

const nothing: Reading = {
  result: undefined,
  usage: undefined,
  costUsd: undefined,
  cliSession: undefined,
  failure: undefined,
  stalled: undefined,
}
const refused: Failure = { reason: 'rate-limit', detail: 'too many requests (HTTP 429)', until: 1_000 }
const denied: Failure = { reason: 'permission-denied', detail: 'bash' }

test.for<[string, number, Partial<Reading>, EndCause | undefined, string]>([
  ['code 0 and nothing wrong', 0, {}, undefined, 'succeeded'],
  ['code 0 and a failure', 0, { failure: denied }, undefined, 'failed: bash'],
  ['another code', 3, {}, undefined, 'failed: exited with code 3'],
  ['a signal of somebody else', 137, {}, undefined, 'ended by signal 9'],
  ['a code like a signal’s, and a failure', 145, { failure: denied }, undefined, 'failed: bash'],
  ['a code beyond the signals', 255, {}, undefined, 'failed: exited with code 255'],
  ['a deadline', 143, {}, 'deadline', 'ended by deadline'],
  [
    'a deadline, whatever was printed while it was ended',
    1,
    { failure: denied },
    'deadline',
    'ended by deadline',
  ],
  [
    'a deadline that found the CLI waiting',
    143,
    { stalled: refused },
    'deadline',
    'failed: still trying again at the deadline: too many requests (HTTP 429)',
  ],
  ['a stop that found the CLI waiting', 143, { stalled: refused }, 'stop', 'ended by stop'],
  ['a cancel that found the CLI waiting', 143, { stalled: refused }, 'operator', 'ended by operator'],
])('%s means: %s', ([, exitCode, reading, endedBy, sentence], { expect }) => {
  expect(describeOutcome(judge(exitCode, { ...nothing, ...reading }, endedBy))).toBe(sentence)
})

test('what found the CLI waiting keeps its reason and its reset time', ({ expect }) => {
  expect(judge(143, { ...nothing, stalled: refused }, 'deadline')).toMatchObject({
    kind: 'failed',
    exitCode: 143,
    reason: 'rate-limit',
    until: 1_000,
  })
})
