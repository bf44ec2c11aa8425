import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'vitest'
import { eventually } from '../../test/helpers/eventually.ts'
import { createMeter, type Sample } from './metrics.ts'

const families = {
  a_total: { type: 'counter', help: 'A.', labels: ['x'] },
  b_seconds: { type: 'histogram', help: 'B.', labels: [], buckets: [0.1, 1] },
  c: { type: 'gauge', help: 'C.', labels: ['x'] },
} as const

const add = (value: number, x = '1'): Sample => ({ series: 'a_total', labels: { x }, value })
const seen = (value: number): Sample => ({ series: 'b_seconds', labels: {}, value })
const stands = (value: number, x = '1'): Sample => ({ series: 'c', labels: { x }, value })

/** The lines of our own families, without comments. */
function ownLines(text: string): string[] {
  return text.split('\n').filter((line) => /^[abc]_?/.test(line))
}

test('a counter adds up before the first scrape, between scrapes and over them', async ({ expect }) => {
  using meter = closing(createMeter(families))
  meter.add([add(2), add(3), add(1, 'other')])
  expect(ownLines(await meter.render([]))).toContain('a_total{x="1"} 5')
  meter.add([add(0.5)])
  const lines = ownLines(await meter.render([]))
  expect(lines).toContain('a_total{x="1"} 5.5')
  expect(lines).toContain('a_total{x="other"} 1')
})

test('a histogram keeps its counts and its sum, whatever was seen before anybody asked', async ({
  expect,
}) => {
  using meter = closing(createMeter(families))
  for (const value of [0.1, 0.1, 0.1, 0.4, 0.9, 7]) meter.add([seen(value)])
  const lines = ownLines(await meter.render([]))
  expect(lines).toEqual(
    expect.arrayContaining([
      'b_seconds_bucket{le="0.1"} 3',
      'b_seconds_bucket{le="1"} 5',
      'b_seconds_bucket{le="+Inf"} 6',
      'b_seconds_count 6',
    ]),
  )
  const sum = lines.find((line) => line.startsWith('b_seconds_sum'))?.split(' ')[1]
  expect(Number(sum)).toBeCloseTo(8.6, 10)
})

test('a gauge stands where it is now, and one that nobody names any more is gone', async ({ expect }) => {
  using meter = closing(createMeter(families))
  expect(ownLines(await meter.render([stands(4), stands(1, 'gone')]))).toEqual(
    expect.arrayContaining(['c{x="1"} 4', 'c{x="gone"} 1']),
  )
  const lines = ownLines(await meter.render([stands(2)]))
  expect(lines.filter((line) => line.startsWith('c{'))).toEqual(['c{x="1"} 2'])
})

test.for([-1, Number.NaN, Number.POSITIVE_INFINITY])(
  '%d is left out and harms nothing',
  async (value, { expect }) => {
    using meter = closing(createMeter(families))
    meter.add([add(value), seen(value), add(1), { series: 'unknown', labels: {}, value: 1 }])
    const lines = ownLines(await meter.render([]))
    expect(lines).toContain('a_total{x="1"} 1')
    expect(lines).toContain('b_seconds_count 0')
  },
)

test('two scrapes at once show the same and count nothing twice', async ({ expect }) => {
  using meter = closing(createMeter(families))
  meter.add([add(1)])
  const both = await Promise.all([meter.render([]), meter.render([])])
  for (const text of both) expect(ownLines(text)).toContain('a_total{x="1"} 1')
})

test('the process tells of itself, and of how late its timers were since the scrape before', async ({
  expect,
}) => {
  using meter = closing(createMeter({}))
  const first = await meter.render([])
  expect(numberOf(first, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
  expect(numberOf(first, 'process_cpu_seconds_total')).toBeGreaterThan(0)
  expect(Math.abs(numberOf(first, 'process_start_time_seconds') - Date.now() / 1_000)).toBeLessThan(3_600)
  const lag = 'marrow_event_loop_lag_seconds{quantile="1"}'
  expect(numberOf(first, lag)).toBe(0)
  await passed(150) // The timer has to come twice before it can be late.
  const until = performance.now() + 300
  while (performance.now() < until);
  await passed(1)
  const late = numberOf(await meter.render([]), lag)
  expect(late).toBeGreaterThan(0.15)
  expect(late).toBeLessThan(5)
})

test('the library is loaded by the first scrape, not by what is counted before', async ({ expect }) => {
  const script = `
    import { Module } from 'node:module'
    import { createMeter } from ${JSON.stringify(join(import.meta.dirname, 'metrics.ts'))}
    const loaded = () => Object.keys(Module._cache).some((path) => path.includes('/prom-client/'))
    const meter = createMeter({ a_total: { type: 'counter', help: 'A.', labels: [] } })
    meter.add([{ series: 'a_total', labels: {}, value: 1 }])
    const before = loaded()
    await meter.render([])
    meter.close()
    console.log(before, loaded())`
  const out = await new Promise((resolve, reject) => {
    const words = ['--input-type=module', '-e', script]
    execFile(process.execPath, words, (error, text) => (error ? reject(error) : resolve(text)))
  })
  expect(out).toBe('false true\n')
})

/** The number behind a series. */
function numberOf(text: string, series: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return Number(line?.slice(series.length))
}

/** Waits for that many ms of this process's own clock. */
async function passed(ms: number): Promise<void> {
  const begun = performance.now()
  await eventually('time to pass', () => (performance.now() - begun > ms ? true : undefined))
}

function closing<T extends { close(): void }>(meter: T): T & Disposable {
  return { ...meter, [Symbol.dispose]: () => meter.close() }
}
