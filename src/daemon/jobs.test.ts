import { describe, test } from 'vitest'
import { createJobs } from './jobs.ts'

function setUp() {
  const told: string[] = []
  let now = 0
  const jobs = createJobs({
    now: () => now,
    ended: () => told.push('ended'),
    failed: (key, reason) => told.push(`${key}: ${reason}`),
  })
  return { jobs, told, pass: (ms: number) => (now += ms) }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
}

describe('jobs', () => {
  test('of one key run one at a time, and their end is told', async ({ expect }) => {
    const { jobs, told } = setUp()
    const gate = Promise.withResolvers<void>()
    let started = 0
    const work = async () => {
      started += 1
      await gate.promise
    }
    jobs.start('a', work)
    jobs.start('a', work)
    expect(jobs.has('a')).toBe(true)
    gate.resolve()
    await jobs.idle()
    expect({ started, told, size: jobs.size }).toEqual({ started: 1, told: ['ended'], size: 0 })
  })

  test('that failed wait for a delay that doubles before they start again', async ({ expect }) => {
    const { jobs, told, pass } = setUp()
    const attempts: number[] = []
    for (let ms = 0; ms < 8_000; ms += 500) {
      jobs.start('a', async () => {
        attempts.push(ms)
        throw new Error('disk full')
      })
      await jobs.idle()
      pass(500)
    }
    expect(attempts).toEqual([0, 1_000, 3_000, 7_000])
    expect(told.filter((line) => line === 'a: disk full')).toHaveLength(4)
  })

  test('forget their failures once they succeed', async ({ expect }) => {
    const { jobs, pass } = setUp()
    jobs.start('a', () => Promise.reject(new Error('no')))
    await jobs.idle()
    pass(1_000)
    jobs.start('a', () => Promise.resolve())
    await jobs.idle()
    jobs.start('a', () => Promise.resolve())
    expect(jobs.has('a')).toBe(true)
    await jobs.idle()
  })

  test('that are aborted are told so by prefix, and their errors are no failures', async ({ expect }) => {
    const { jobs, told } = setUp()
    const gate = Promise.withResolvers<void>()
    jobs.start('tick:1', untilAborted)
    jobs.start('settle:1', () => gate.promise)
    await Promise.resolve()
    jobs.abort('tick:')
    gate.resolve()
    await jobs.idle()
    expect(told).toEqual(['ended', 'ended'])
  })
})
