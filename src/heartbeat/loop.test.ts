import { test as base } from 'vitest'
import { FakeClock } from '../../test/helpers/fake-clock.ts'
import { createWaker, runLoop } from './loop.ts'

// oxlint-disable-next-line no-empty-pattern -- vitest reads which fixtures a fixture needs from this pattern.
const test = base.extend('loop', ({}, { onCleanup }) => {
  const clock = new FakeClock()
  const waker = createWaker()
  const stop = new AbortController()
  const passes: number[] = []
  const state = { wanted: 1_000, takes: 0, during: () => {} }
  const startedAt = clock.now().mono
  const done = runLoop({
    clock,
    waker,
    signal: stop.signal,
    pass: async () => {
      passes.push(clock.now().mono - startedAt)
      state.during()
      if (state.takes > 0) await clock.sleep(state.takes, stop.signal)
      return state.wanted
    },
  })
  onCleanup(async () => {
    stop.abort()
    await done
  })
  return { clock, waker, stop, passes, done, state }
})

test('passes at once, then when the pass wants the next one', async ({ loop, expect }) => {
  await loop.clock.advance(999)
  expect(loop.passes).toEqual([0])
  await loop.clock.advance(1)
  expect(loop.passes).toEqual([0, 1_000])
})

test('many wake-ups become one pass', async ({ loop, expect }) => {
  await loop.clock.advance(10)
  loop.waker.wake()
  loop.waker.wake()
  loop.waker.wake()
  await loop.clock.advance(0)
  expect(loop.passes).toEqual([0, 10])
})

test('passes are at least 5 ms apart, however often somebody wakes it', async ({ loop, expect }) => {
  loop.waker.wake()
  await loop.clock.advance(4)
  expect(loop.passes).toEqual([0])
  await loop.clock.advance(1)
  expect(loop.passes).toEqual([0, 5])
})

test('wakes without end give passes that take long no more than half of the time', async ({
  loop,
  expect,
}) => {
  loop.state.takes = 20
  await loop.clock.advance(5)
  loop.waker.wake()
  await loop.clock.advance(1)
  loop.waker.wake()
  for (let ms = 6; ms <= 100; ms += 1) {
    loop.waker.wake()
    await loop.clock.advance(1)
  }
  expect(loop.passes).toEqual([0, 6, 46, 86])
})

test('a pass that takes very long delays a wake by 50 ms and no more', async ({ loop, expect }) => {
  loop.state.takes = 400
  await loop.clock.advance(5)
  loop.waker.wake()
  await loop.clock.advance(0)
  await loop.clock.advance(400)
  loop.waker.wake()
  await loop.clock.advance(49)
  expect(loop.passes).toHaveLength(2)
  await loop.clock.advance(1)
  expect(loop.passes).toHaveLength(3)
})

test('a lost wake-up costs at most 10 s', async ({ loop, expect }) => {
  loop.state.wanted = Number.POSITIVE_INFINITY
  await loop.clock.advance(1_000)
  await loop.clock.advance(10_000)
  expect(loop.passes).toEqual([0, 1_000, 11_000])
})

test('a wake-up during a pass causes another one', async ({ loop, expect }) => {
  loop.state.during = () => {
    loop.state.during = () => {}
    loop.waker.wake()
  }
  await loop.clock.advance(1_000)
  await loop.clock.advance(5)
  expect(loop.passes).toEqual([0, 1_000, 1_005])
})

test('ends while asleep when it is told to stop', async ({ loop, expect }) => {
  await loop.clock.advance(1)
  loop.stop.abort()
  await loop.done
  expect(loop.passes).toEqual([0])
})
