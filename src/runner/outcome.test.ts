import { test } from 'vitest'
import type { Failure, Reading } from '../agents/adapter.ts'
import type { LimitHit } from '../isolation/limit-hits.ts'
import { describeOutcome, endedOutcome, judge, type EndCause } from './outcome.ts'

const nothing: Reading = {
  result: undefined,
  usage: undefined,
  costUsd: undefined,
  cliSession: undefined,
  failure: undefined,
  stalled: undefined,
  plan: undefined,
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
  ['guards that are missing', 143, {}, 'guard', 'ended: its guards are not in force'],
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

const memory: LimitHit = { by: 'memory', limit: 2 * 1024 ** 3 }
const processes: LimitHit = { by: 'processes', limit: 500 }
const fileSize: LimitHit = { by: 'file-size', limit: 1_000_000 }

test.for<[string, number, Partial<Reading>, LimitHit, string]>([
  ['killed by the kernel', 137, {}, memory, 'ended by its memory limit (2GiB)'],
  ['that failed for it', 2, {}, processes, 'ended by its limit of processes (500)'],
  ['that died by its signal', 153, {}, fileSize, 'ended by its file size limit (976.6KiB)'],
  ['that says it failed', 0, { failure: denied }, memory, 'ended by its memory limit (2GiB)'],
  ['that got over it', 0, {}, memory, 'succeeded'],
  ['that the service refused', 1, { failure: refused }, processes, 'failed: too many requests (HTTP 429)'],
])('a run over a limit %s: %s', ([, exitCode, reading, hit, sentence], { expect }) => {
  expect(describeOutcome(judge(exitCode, { ...nothing, ...reading }, undefined, hit))).toBe(sentence)
})

test('what marrow ended a run for comes before what it was over besides', ({ expect }) => {
  expect(judge(137, nothing, 'deadline', memory)).toEqual({ kind: 'ended', by: 'deadline', exitCode: 137 })
  expect(judge(0, nothing, processes, memory)).toEqual({ kind: 'ended', exitCode: 0, ...processes })
})

test('an end of another version of marrow shows as far as it can be understood', ({ expect }) => {
  const row = { ...endedOutcome('stop', 1), by: 'wall-clock' }
  expect(describeOutcome(JSON.parse(JSON.stringify(row)))).toBe('ended by wall-clock')
  expect(describeOutcome(JSON.parse(JSON.stringify({ ...row, by: 'memory' })))).toBe('ended by memory')
})
