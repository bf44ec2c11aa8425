import * as fc from 'fast-check'
import { test } from 'vitest'
import { later, type Moment } from '../base/moment.ts'
import { changedLayers, decideGate, type GateInput } from './gate.ts'
import { nextProgress, RETRY_MS_MAX, type Progress } from './progress.ts'

const hour = 3_600_000
const now: Moment = { wall: Date.UTC(2026, 10, 20, 12), mono: 5_000_000, boot: 'b' }
const lastSuccess = { at: now.wall - hour, digests: { 'Core Rules': '1', queue: '2' } }
const noWork = { tasks: [], triggers: 0, handoffs: [] }
const twoTasks = { ...noWork, tasks: ['/w/a.md', '/w/b.md'] }
const stuck = { attempts: 1, retryAt: later(now, 60_000), fingerprint: 'world' }

/** A tick with nothing to do. */
function input(overrides: Partial<GateInput> = {}): GateInput {
  return {
    mode: 'changed',
    forced: false,
    now,
    lastSuccess,
    digests: lastSuccess.digests,
    work: noWork,
    progress: undefined,
    fingerprint: 'world',
    maxQuietMs: 24 * hour,
    ...overrides,
  }
}

interface Case {
  readonly when: string
  readonly given: Partial<GateInput>
  readonly run: boolean
  readonly reason: string
}

const cases: Case[] = [
  {
    when: 'nothing changed',
    given: {},
    run: false,
    reason: 'quiet: nothing changed since 2026-11-20T11:00:00.000Z',
  },
  { when: 'it is forced', given: { forced: true }, run: true, reason: 'forced' },
  { when: 'the mode is always', given: { mode: 'always' }, run: true, reason: 'gate is always' },
  { when: 'no tick succeeded yet', given: { lastSuccess: undefined }, run: true, reason: 'first tick' },
  { when: 'a trigger waits', given: { work: { ...noWork, triggers: 1 } }, run: true, reason: 'trigger' },
  { when: 'triggers wait', given: { work: { ...noWork, triggers: 3 } }, run: true, reason: '3 triggers' },
  {
    when: 'a handoff waits',
    given: { work: { ...noWork, handoffs: ['/h'] } },
    run: true,
    reason: 'handoff',
  },
  { when: 'tasks wait', given: { work: twoTasks }, run: true, reason: '2 tasks queued' },
  {
    when: 'one task waits',
    given: { work: { ...noWork, tasks: ['/w/a.md'] } },
    run: true,
    reason: '1 task queued',
  },
  {
    when: 'layers changed, came and went',
    given: { digests: { 'Core Rules': '9', explore: '3' } },
    run: true,
    reason: 'prompt changed: Core Rules, explore, queue',
  },
  {
    when: 'many layers changed',
    given: { digests: { ...lastSuccess.digests, a: '', b: '', c: '', d: '', e: '', f: '', g: '' } },
    run: true,
    reason: 'prompt changed: a, b, c, d, e and 2 more',
  },
  { when: 'max_quiet is over', given: { maxQuietMs: hour }, run: true, reason: 'max_quiet passed' },
  {
    when: 'max_quiet is not over yet',
    given: { maxQuietMs: hour + 1 },
    run: false,
    reason: 'quiet: nothing changed since 2026-11-20T11:00:00.000Z',
  },
  {
    when: 'the last success lies years ahead, because the clock was wrong',
    given: { lastSuccess: { ...lastSuccess, at: now.wall + 1e11 } },
    run: true,
    reason: 'max_quiet passed',
  },
  {
    when: 'the last run on the tasks changed nothing',
    given: { work: twoTasks, progress: stuck },
    run: false,
    reason: 'no progress, tried again at 2026-11-20T12:01:00.000Z',
  },
  {
    when: 'the retry is due',
    given: { work: twoTasks, progress: { ...stuck, retryAt: now } },
    run: true,
    reason: '2 tasks queued',
  },
  {
    when: 'the world changed since',
    given: { work: twoTasks, progress: stuck, fingerprint: 'other' },
    run: true,
    reason: '2 tasks queued',
  },
  {
    when: 'the retry lies beyond any delay that is given (reboot with a wrong clock)',
    given: {
      work: twoTasks,
      progress: { ...stuck, retryAt: { ...later(now, RETRY_MS_MAX + 1), boot: 'a' } },
    },
    run: true,
    reason: '2 tasks queued',
  },
  {
    when: 'a fruitless run is remembered but the queue is empty',
    given: { progress: stuck },
    run: false,
    reason: 'quiet: nothing changed since 2026-11-20T11:00:00.000Z',
  },
  {
    when: 'a trigger waits beside fruitless work',
    given: { work: { ...twoTasks, triggers: 1 }, progress: stuck },
    run: true,
    reason: 'trigger',
  },
  {
    when: 'max_quiet is over beside fruitless work',
    given: { work: twoTasks, progress: stuck, maxQuietMs: hour },
    run: true,
    reason: 'max_quiet passed',
  },
]

test.for(cases)('when $when the gate says: $reason', ({ given, run, reason }, { expect }) => {
  expect(decideGate(input(given))).toEqual({ run, reason })
})

const digestsOf = fc.constantFrom(lastSuccess.digests, { queue: '2' }, { 'Core Rules': '1', queue: '3' })
const often = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, other)

/** Mostly quiet worlds, so that each reason to run stands alone often enough. */
const anyInput: fc.Arbitrary<GateInput> = fc.record({
  mode: often<'always' | 'changed'>('changed', fc.constant('always' as const)),
  forced: often(false, fc.constant(true)),
  now: fc.constant(now),
  lastSuccess: often<GateInput['lastSuccess']>(
    lastSuccess,
    fc.oneof(
      fc.constant(undefined),
      fc.record({ at: fc.integer({ min: now.wall - 48 * hour, max: now.wall }), digests: digestsOf }),
    ),
  ),
  digests: often<Readonly<Record<string, string>>>(lastSuccess.digests, digestsOf),
  work: fc.record({
    tasks: often<string[]>([], fc.constant(twoTasks.tasks)),
    triggers: often(0, fc.constant(1)),
    handoffs: often<string[]>([], fc.constant(['/w/h.md'])),
  }),
  progress: fc.option(
    fc.record({
      attempts: fc.integer({ min: 1, max: 9 }),
      retryAt: fc.integer({ min: -hour, max: RETRY_MS_MAX }).map((ms) => later(now, ms)),
      fingerprint: fc.constantFrom('world', 'other'),
    }),
    { nil: undefined },
  ),
  fingerprint: fc.constant('world'),
  maxQuietMs: often(24 * hour, fc.integer({ min: 60_000, max: 48 * hour })),
})

test('the gate is never quiet while a trigger or a new handoff waits', ({ expect }) => {
  fc.assert(
    fc.property(anyInput, (given) => {
      fc.pre(given.work.triggers > 0 || given.work.handoffs.length > 0)
      expect(decideGate(given).run).toBe(true)
    }),
  )
})

test('the gate leaves queued tasks alone for at most a day', ({ expect }) => {
  fc.assert(
    fc.property(anyInput, (given) => {
      fc.pre(given.work.tasks.length > 0)
      expect(decideGate({ ...given, now: later(given.now, RETRY_MS_MAX) }).run).toBe(true)
    }),
  )
})

test('the gate is quiet only when nothing asks for a run, and runs only when something does', ({
  expect,
}) => {
  fc.assert(
    fc.property(anyInput, (given) => {
      const { run, reason } = decideGate(given)
      const asks =
        given.forced ||
        given.mode === 'always' ||
        given.lastSuccess === undefined ||
        given.work.triggers + given.work.handoffs.length + given.work.tasks.length > 0 ||
        given.now.wall - given.lastSuccess.at >= given.maxQuietMs ||
        changedLayers(given.lastSuccess.digests, given.digests).length > 0
      expect(run || reason.startsWith('no progress')).toBe(asks)
    }),
    { numRuns: 500 },
  )
})

test('changedLayers() names a layer whatever it is called', ({ expect }) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor')), (name) => {
      const one = Object.fromEntries([[name, '1']])
      expect(changedLayers({}, one)).toEqual([name])
      expect(changedLayers(one, {})).toEqual([name])
      expect(changedLayers(one, Object.fromEntries([[name, '2']]))).toEqual([name])
      expect(changedLayers(one, { ...one })).toEqual([])
    }),
  )
})

test('fruitless work is tried at every doubled number of slots, and at once when somebody helps', ({
  expect,
}) => {
  const intervalMs = 300_000
  const runs: number[] = []
  let progress: Progress | undefined
  let fingerprint = 'stuck'
  for (let slot = 0; slot < 200; slot += 1) {
    if (slot === 150) fingerprint = 'helped'
    const at = later(now, slot * intervalMs)
    const success = { ...lastSuccess, at: at.wall - intervalMs }
    const given = input({ now: at, lastSuccess: success, work: twoTasks, progress, fingerprint })
    if (!decideGate(given).run) continue
    runs.push(slot)
    progress = nextProgress(progress, fingerprint, fingerprint, later(at, 50_000), intervalMs)
  }
  expect(runs).toEqual([0, 2, 6, 14, 30, 62, 126, 150, 152, 156, 164, 180])
})
