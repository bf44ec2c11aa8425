import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { sampleTask } from '../../test/helpers/sample-task.ts'
import { isOver, NOTHING_LEFT, type Party, type Task, type TaskState } from './task.ts'
import { applyEvent, type TaskEvent } from './transitions.ts'

const scout: Party = { kind: 'run', run: 'scout-1', agent: 'scout' }
const other: Party = { kind: 'run', run: 'coder-1', agent: 'coder' }
const operator: Party = { kind: 'operator' }
const file: Party = { kind: 'file' }
const core: Party = { kind: 'core' }

const CLAIM: TaskEvent = { kind: 'claim', lease: undefined }
const LOSE: TaskEvent = { kind: 'lose', reason: 'its run ended', left: NOTHING_LEFT }
const gates = { commands: ['npm test'], deadlineMs: 60_000 }

/** The task after all of these, each of which must be allowed. */
function after(task: Task, ...steps: (readonly [Party, TaskEvent])[]): Task {
  return steps.reduce((now, [by, event], index) => {
    const result = applyEvent(now, event, { by, at: 2_000 + index })
    if (!result.ok) throw new Error(`${event.kind} was refused: ${result.refusal.reason}`)
    return result.task
  }, task)
}

function refusalOf(task: Task, by: Party, event: TaskEvent): string {
  const result = applyEvent(task, event, { by, at: 5_000 })
  return result.ok
    ? `allowed: ${result.task.state.status}`
    : `${result.refusal.kind}: ${result.refusal.reason}`
}

const finish = (result: string): TaskEvent => ({ kind: 'finish', result })
const passes = (ok: boolean, generation = 1): TaskEvent => ({
  kind: 'checked',
  generation,
  ok,
  output: 'out',
})
const state = (task: Task): TaskState => task.state

describe('a task', () => {
  test('is claimed once, each time with a higher generation', ({ expect }) => {
    const task = after(sampleTask(), [scout, CLAIM])
    expect(state(task)).toMatchObject({
      status: 'claimed',
      holder: { by: scout, generation: 1, since: 2_000 },
    })
    expect(refusalOf(task, other, CLAIM)).toBe('held: scout (scout-1) holds it')
    expect(after(task, [scout, CLAIM])).toEqual(task)
    const again = after(task, [core, LOSE], [other, CLAIM])
    expect(state(again)).toMatchObject({ holder: { by: other, generation: 2 } })
  })

  test.for([
    ['state: it waits for 2 other tasks', { waitsFor: 2 }],
    ['state: what it depends on can never be done', { waitsFor: 1, deadEnds: 1 }],
    ['state: its time has not come', { notBefore: 9_000 }],
    ['state: it is done', { state: { status: 'done', result: '', by: operator, at: 1 } }],
    ['allowed: claimed', { notBefore: 5_000 }],
  ] as const)('cannot be claimed before it is ready: %s', ([reason, changes], { expect }) => {
    expect(refusalOf(sampleTask(changes), scout, CLAIM)).toBe(reason)
  })

  test('comes back with what was recovered when its holder is gone, and the late report changes nothing', ({
    expect,
  }) => {
    const left = { notes: 'half done', branch: 'marrow/scout-1', lastOutput: 'compiling' }
    const task = after(sampleTask(), [scout, CLAIM], [core, { ...LOSE, left }])
    expect(task).toMatchObject({ state: { status: 'todo' }, attempts: [{ reason: 'its run ended', left }] })
    const lost = 'lost: it was taken from you, and what you report changes nothing'
    expect(refusalOf(task, scout, finish('late'))).toBe(lost)
    expect(refusalOf(after(task, [other, CLAIM]), scout, finish('late'))).toBe(lost)
    expect(refusalOf(after(task, [other, CLAIM], [other, finish('mine')]), scout, finish('late'))).toBe(lost)
  })

  test('fails with its history after as many attempts as it may have', ({ expect }) => {
    const tries = Array.from({ length: 3 }, () => [[scout, CLAIM] as const, [core, LOSE] as const]).flat()
    const task = after(sampleTask(), ...tries)
    expect(task).toMatchObject({
      state: { status: 'failed', reason: '3 attempts ended without a result; the last one: its run ended' },
      attempts: [{ holder: { generation: 1 } }, { holder: { generation: 2 } }, { holder: { generation: 3 } }],
    })
    expect(after(task, [operator, { kind: 'retry' }])).toMatchObject({
      state: { status: 'todo' },
      attempts: [],
    })
    const given = after(
      sampleTask({ attemptsMax: 1 }),
      [scout, CLAIM],
      [operator, { ...LOSE, kind: 'release' }],
    )
    expect(state(given)).toEqual({ status: 'todo' })
    const moved = after(sampleTask({ attemptsMax: 1 }), [file, CLAIM], [file, { ...LOSE, kind: 'release' }])
    expect(state(moved)).toEqual({ status: 'todo' })
  })

  test('is done by its holder alone, and by the operator', ({ expect }) => {
    const task = after(sampleTask(), [scout, CLAIM])
    expect(refusalOf(task, other, finish('stolen'))).toBe('held: scout (scout-1) holds it')
    expect(refusalOf(sampleTask(), other, finish('stolen'))).toBe('state: nobody holds it')
    const done = after(task, [scout, finish('mended')])
    expect(state(done)).toEqual({ status: 'done', result: 'mended', by: scout, at: 2_000 })
    expect(after(done, [scout, finish('mended again')])).toEqual(done)
    expect(refusalOf(done, operator, finish('late'))).toBe('state: it is done')
    expect(state(after(task, [operator, finish('by hand')]))).toMatchObject({ status: 'done', by: operator })
  })

  test('is touched by no other run, not even of the same agent', ({ expect }) => {
    const task = after(sampleTask(), [scout, CLAIM])
    const next: Party = { kind: 'run', run: 'scout-2', agent: 'scout' }
    const lease = { wall: 9, mono: 9, boot: 'b' }
    const reports: TaskEvent[] = [
      finish('mine'),
      { kind: 'renew', lease },
      { kind: 'release', reason: 'no', left: NOTHING_LEFT },
      { kind: 'block', reason: 'no' },
      { kind: 'fail', reason: 'no' },
    ]
    const holds = 'held: scout (scout-1) holds it'
    expect(reports.map((event) => refusalOf(task, next, event))).toEqual(reports.map(() => holds))
    expect(state(after(task, [scout, { kind: 'renew', lease }]))).toMatchObject({ holder: { lease } })
    expect(state(after(task, [scout, { kind: 'block', reason: 'no key' }]))).toMatchObject({
      status: 'blocked',
    })
    expect(state(after(task, [scout, { kind: 'fail', reason: 'no way' }]))).toMatchObject({
      status: 'failed',
    })
  })

  test('that is to be verified is done when its commands say so, and else stays with its holder', ({
    expect,
  }) => {
    const reported = after(sampleTask({ verification: gates }), [scout, CLAIM], [scout, finish('mended')])
    expect(state(reported)).toMatchObject({
      status: 'claimed',
      check: { state: 'running', result: 'mended' },
    })
    expect(after(reported, [scout, finish('mended')])).toEqual(reported)
    expect(state(after(reported, [core, passes(true)]))).toMatchObject({
      status: 'done',
      result: 'mended',
      by: scout,
    })
    const failed = after(reported, [core, passes(false)])
    expect(state(failed)).toMatchObject({ holder: { by: scout }, check: { state: 'failed', output: 'out' } })
    expect(state(after(failed, [scout, finish('now')]))).toMatchObject({
      check: { state: 'running', result: 'now' },
    })
    expect(refusalOf(reported, core, passes(true, 2))).toMatch(/^lost: /)
  })

  test('whose holder ends while its commands run is done all the same, or goes back with what they printed', ({
    expect,
  }) => {
    const start = sampleTask({ verification: gates })
    const task = after(start, [scout, CLAIM], [scout, finish('mended')], [core, LOSE])
    expect(state(after(task, [core, passes(true)]))).toMatchObject({ status: 'done', result: 'mended' })
    expect(after(task, [core, passes(false)])).toMatchObject({
      state: { status: 'todo' },
      attempts: [{ reason: 'its verification failed, and its run ended', left: { lastOutput: 'out' } }],
    })
  })

  test('that is to be reviewed waits for somebody else', ({ expect }) => {
    const task = after(sampleTask({ review: true }), [scout, CLAIM], [scout, finish('mended')])
    expect(task.claimedAt).toBe(2_000)
    expect(state(task)).toMatchObject({ status: 'review', result: 'mended', by: scout })
    const again: Party = { kind: 'run', run: 'scout-2', agent: 'scout' }
    for (const by of [scout, again])
      expect(refusalOf(task, by, { kind: 'approve' })).toBe('right: nobody reviews their own work')
    expect(state(after(task, [other, { kind: 'approve' }]))).toMatchObject({ status: 'done', by: scout })
    expect(after(task, [operator, { kind: 'reject', reason: 'no tests' }])).toMatchObject({
      state: { status: 'todo' },
      attempts: [{ holder: { since: 2_000 }, endedAt: 2_001, reason: 'the operator sent it back: no tests' }],
    })
  })

  test('moves by its file only while nobody holds it and nothing has to be checked', ({ expect }) => {
    const events: TaskEvent[] = [CLAIM, finish(''), { kind: 'cancel', reason: 'its file is gone' }]
    const told = (task: Task) => events.map((event) => refusalOf(task, file, event).split(':')[0])
    expect(told(sampleTask())).toEqual(['allowed', 'allowed', 'allowed'])
    expect(told(sampleTask({ review: true }))).toEqual(['right', 'right', 'right'])
    expect(told(sampleTask({ verification: gates }))).toEqual(['right', 'right', 'right'])
    expect(told(after(sampleTask(), [scout, CLAIM]))).toEqual(['held', 'held', 'held'])
    expect(told(sampleTask({ waitsFor: 1 }))).toEqual(['state', 'state', 'allowed'])
  })

  test('can be cancelled and begun afresh by the operator only', ({ expect }) => {
    const cancel: TaskEvent = { kind: 'cancel', reason: 'not wanted' }
    const held = after(sampleTask(), [scout, CLAIM])
    expect(refusalOf(held, scout, cancel)).toBe('right: only the operator cancels tasks')
    const cancelled = after(held, [operator, cancel])
    expect(state(cancelled)).toMatchObject({ status: 'cancelled', reason: 'not wanted' })
    expect(refusalOf(cancelled, scout, { kind: 'retry' })).toMatch(/^right: /)
    expect(state(after(cancelled, [operator, { kind: 'retry' }]))).toEqual({ status: 'todo' })
  })
})

const parties = fc.constantFrom(scout, other, operator, file, core)
const events: fc.Arbitrary<TaskEvent> = fc.oneof(
  fc.constant(CLAIM),
  fc.constant(LOSE),
  fc.constantFrom('release' as const).map((kind) => ({ kind, reason: 'given back', left: NOTHING_LEFT })),
  fc
    .constantFrom('block' as const, 'fail' as const, 'cancel' as const, 'reject' as const)
    .map((kind) => ({ kind, reason: 'x' })),
  fc.constantFrom('approve' as const, 'retry' as const).map((kind) => ({ kind })),
  fc.boolean().chain((ok) => fc.nat(4).map((generation) => passes(ok, generation))),
  fc.constant(finish('mended')),
)
const shapes = fc.record({ review: fc.boolean(), verification: fc.constantFrom(undefined, gates) })
const rounds = { numRuns: process.env['MARROW_TEST_LONG'] === '1' ? 50_000 : 2_000 }

test('whatever happens to it, a task is done only after its gates, and by nobody who does not hold it', ({
  expect,
}) => {
  fc.assert(
    fc.property(shapes, fc.array(fc.tuple(parties, events), { maxLength: 30 }), (shape, steps) => {
      let task = sampleTask(shape)
      let [verified, reviewed] = [false, false]
      for (const [index, [by, event]] of steps.entries()) {
        const result = applyEvent(task, event, { by, at: 2_000 + index })
        if (!result.ok) continue
        const next = result.task
        if (next.state.status === 'claimed' && task.state.status !== 'claimed') verified = false
        if (event.kind === 'checked') verified = event.ok
        if (event.kind === 'approve') reviewed = true
        if (event.kind === 'retry' || event.kind === 'reject') reviewed = false
        if (
          next.state.status === 'done' &&
          task.state.status !== 'done' &&
          !(event.kind === 'finish' && by.kind === 'operator')
        ) {
          expect(verified || shape.verification === undefined).toBe(true)
          expect(reviewed || !shape.review).toBe(true)
          const isHolder =
            task.state.status === 'claimed' || task.state.status === 'review' || by.kind === 'file'
          expect(isHolder).toBe(true)
        }
        expect(next.generation).toBeGreaterThanOrEqual(task.generation)
        expect(next.attempts.length).toBeLessThanOrEqual(next.attemptsMax + steps.length)
        if (isOver(task) && event.kind !== 'retry') expect(next).toEqual(task)
        task = next
      }
    }),
    rounds,
  )
})
