import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Moment } from '../base/moment.ts'
import { nextProgress, RETRY_MS_MAX, worldFingerprint, type Progress, type World } from './progress.ts'

const endedAt: Moment = { wall: 1_000_000, mono: 1_000, boot: 'b' }
const interval = 300_000

const world: World = {
  tasks: [
    { file: 'a.md', fingerprint: '1' },
    { file: 'b.md', fingerprint: '2' },
  ],
  git: { head: 'abc', status: '' },
  handoffs: [{ path: '/w/h.md', fingerprint: '3' }],
}

describe('nextProgress', () => {
  test('waits for the 2nd, 4th, 8th … slot after the run, at most the 64th', ({ expect }) => {
    let progress: Progress | undefined
    const delays: number[] = []
    for (let run = 0; run < 8; run += 1) {
      progress = nextProgress(progress, 'w', 'w', endedAt, interval)
      delays.push(((progress?.retryAt.mono ?? 0) - endedAt.mono) / interval + 1)
    }
    expect(delays).toEqual([2, 4, 8, 16, 32, 64, 64, 64])
    expect(progress?.attempts).toBe(8)
  })

  test('is forgotten by a run that changed something', ({ expect }) => {
    const previous = { attempts: 5, retryAt: endedAt, fingerprint: 'w' }
    expect(nextProgress(previous, 'w', 'x', endedAt, interval)).toBeUndefined()
  })

  test('starts again when somebody else changed the world before the run', ({ expect }) => {
    const previous = { attempts: 5, retryAt: endedAt, fingerprint: 'w' }
    expect(nextProgress(previous, 'x', 'x', endedAt, interval)).toMatchObject({
      attempts: 1,
      fingerprint: 'x',
    })
  })

  test('never waits longer than a day, and never shorter than before', ({ expect }) => {
    fc.assert(
      fc.property(fc.integer({ min: 60_000, max: 604_800_000 }), fc.nat(2_000), (intervalMs, attempts) => {
        const after = (done: number) => {
          const previous = { attempts: done, retryAt: endedAt, fingerprint: 'w' }
          return (nextProgress(previous, 'w', 'w', endedAt, intervalMs)?.retryAt.mono ?? 0) - endedAt.mono
        }
        expect(after(attempts)).toBeLessThanOrEqual(RETRY_MS_MAX)
        expect(after(attempts)).toBeGreaterThan(0)
        expect(after(attempts + 1)).toBeGreaterThanOrEqual(after(attempts))
      }),
    )
  })
})

describe('worldFingerprint', () => {
  test('does not depend on the order of listings', ({ expect }) => {
    expect(worldFingerprint({ ...world, tasks: world.tasks.toReversed() })).toBe(worldFingerprint(world))
  })

  test.for<[string, Partial<World>]>([
    ['a task is gone', { tasks: world.tasks.slice(1) }],
    ['a task was edited', { tasks: [{ file: 'a.md', fingerprint: '9' }, ...world.tasks.slice(1)] }],
    ['there is a commit', { git: { head: 'abd', status: '' } }],
    ['there is no commit', { git: { head: undefined, status: '' } }],
    ['a file was changed', { git: { head: 'abc', status: ' M x' } }],
    ['there is no repository any more', { git: undefined }],
    ['a handoff was written', { handoffs: [...world.handoffs, { path: '/w/i.md', fingerprint: '4' }] }],
    ['a handoff was written anew', { handoffs: [{ path: '/w/h.md', fingerprint: '4' }] }],
    ['a task became a handoff', { tasks: [], handoffs: [] }],
  ])('differs when %s', ([, change], { expect }) => {
    expect(worldFingerprint({ ...world, ...change })).not.toBe(worldFingerprint(world))
  })
})
