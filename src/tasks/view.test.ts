import { describe, test } from 'vitest'
import { sampleTask } from '../../test/helpers/sample-task.ts'
import type { Holder, TaskState } from './task.ts'
import { isEnded, silenceOf, viewOf } from './view.ts'

const by = { kind: 'run', run: 'scout-1', agent: 'scout' } as const
const holder: Holder = { by, generation: 2, since: 5_000, lease: undefined }
const nothing = { waitsFor: [], lastSign: undefined }

describe('a task as views see it', () => {
  test('names its holder by its agent, with the last sign of life', ({ expect }) => {
    const state: TaskState = { status: 'claimed', holder, check: { state: 'none' } }
    const task = sampleTask({ state, claimedAt: 5_000 })
    expect(viewOf(task, { ...nothing, lastSign: 6_000 }, 9_000)).toMatchObject({
      status: 'claimed',
      holder: { name: 'scout', since: 5_000, last_sign: 6_000 },
      claimed_at: 5_000,
      finished_at: null,
    })
  })

  test.for<[string, TaskState, object]>([
    [
      'done',
      { status: 'done', result: 'r', by, at: 8_000 },
      { by: 'scout', finished_at: 8_000, reason: null },
    ],
    ['failed', { status: 'failed', reason: 'no', at: 8_000 }, { by: null, finished_at: 8_000, reason: 'no' }],
    [
      'cancelled',
      { status: 'cancelled', reason: 'old', by: { kind: 'file' }, at: 8_000 },
      { by: 'file', finished_at: 8_000 },
    ],
    [
      'blocked',
      { status: 'blocked', reason: 'key?', by, at: 8_000 },
      { by: 'scout', finished_at: null, reason: 'key?' },
    ],
    [
      'review',
      { status: 'review', result: 'r', by: { kind: 'core' }, at: 8_000 },
      { by: 'marrow', finished_at: null },
    ],
  ])('says who brought it there and when it was over: %s', ([, state, told], { expect }) => {
    expect(viewOf(sampleTask({ state, claimedAt: 5_000 }), nothing, 9_000)).toMatchObject({
      ...told,
      claimed_at: 5_000,
    })
  })

  test('is not ready before its time or while it waits, and says what it waits for', ({ expect }) => {
    const facts = { ...nothing, waitsFor: ['t-bbbbbbbb'] }
    expect(viewOf(sampleTask({ notBefore: 9_001 }), nothing, 9_000)).toMatchObject({
      ready: false,
      not_before: 9_001,
    })
    expect(viewOf(sampleTask({ waitsFor: 1 }), facts, 9_000)).toMatchObject({
      ready: false,
      waits_for: ['t-bbbbbbbb'],
      waits_for_open: 1,
    })
    expect(viewOf(sampleTask(), facts, 9_000).ready).toBe(true)
  })

  test('has ended when it can never be reached, though its status is to do', ({ expect }) => {
    const view = viewOf(sampleTask({ waitsFor: 1, deadEnds: 1 }), nothing, 9_000)
    expect([view.unreachable, isEnded(view)]).toEqual([true, true])
    expect(isEnded(viewOf(sampleTask(), nothing, 9_000))).toBe(false)
  })

  test('is silent only after some minutes, and only where a sign of life is expected', ({ expect }) => {
    const task = sampleTask({ state: { status: 'claimed', holder, check: { state: 'none' } } })
    const silence = (lastSign: number | undefined) =>
      silenceOf(viewOf(task, { ...nothing, lastSign }, 0), 1_000_000)
    expect([silence(700_001), silence(700_000), silence(undefined)]).toEqual([undefined, 300_000, undefined])
  })
})
