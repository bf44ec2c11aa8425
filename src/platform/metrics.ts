/**
 * Owns the door to prom-client and to what the process knows of itself. Loading the library takes about 70 ms of CPU and
 * 8 MiB, and most daemons are never scraped: it is loaded with the first scrape. Until then, and between scrapes, what
 * was counted waits in one small cell per series and bucket.
 */
import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** One family of series: its meaning, and what tells its series apart. */
export interface Series {
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** One sentence with the unit; Prometheus shows it as HELP. */
  readonly help: string
  readonly labels: readonly string[]
  /** Upper bounds of a histogram, ascending. */
  readonly buckets?: readonly number[]
}

/** A number for one series: what a counter grows by, what a histogram is given, where a gauge stands. */
export interface Sample {
  readonly series: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Counts in memory, and writes it all down when somebody asks. */
export interface Meter {
  /** Adds to a counter or a histogram; cheap, and never throws: what is not a number of 0 or more is left out. */
  add(samples: readonly Sample[]): void
  /** The whole exposition in the text format of Prometheus, with what is read only now: gauges as they stand. */
  render(gauges: readonly Sample[]): Promise<string>
  /** Ends the only timer, which a scrape started. */
  close(): void
}

/** What was added to one counter, or to one bucket of a histogram, since the last scrape. */
interface Cell {
  readonly series: string
  readonly labels: Readonly<Record<string, string>>
  /** Upper bound of the bucket. */
  readonly bound: number
  count: number
  sum: number
}

/** A meter for these families, by name. */
export function createMeter(families: Readonly<Record<string, Series>>): Meter {
  const cells = new Map<string, Cell>()
  const lag = createLagMonitor()
  let book: Promise<Book> | undefined
  return {
    add: (samples) => {
      for (const { series, labels, value } of samples) {
        const family = families[series]
        if (family === undefined || !Number.isFinite(value) || value < 0) continue
        const bound = family.buckets?.find((upper) => value <= upper) ?? Number.POSITIVE_INFINITY
        const key = `${series}\n${bound}\n${Object.values(labels).join('\n')}`
        const cell = cells.get(key) ?? { series, labels, bound, count: 0, sum: 0 }
        cell.count += 1
        cell.sum += value
        cells.set(key, cell)
      }
    },
    render: async (gauges) => {
      book ??= openBook(families)
      const open = await book
      for (const cell of cells.values()) open.enter(cell)
      cells.clear()
      return open.write([...gauges, ...ownSamples(), ...lag.read()])
    },
    close: () => lag.close(),
  }
}

/** prom-client with our families in it. */
interface Book {
  enter(cell: Cell): void
  write(gauges: readonly Sample[]): Promise<string>
}

async function openBook(families: Readonly<Record<string, Series>>): Promise<Book> {
  const { default: library } = await import('prom-client')
  const registry: Registry = new library.Registry()
  const counters = new Map<string, Counter>()
  const gauges = new Map<string, Gauge>()
  const histograms = new Map<string, Histogram>()
  for (const [name, { type, help, labels, buckets = [] }] of Object.entries({
    ...families,
    ...ownFamilies,
  })) {
    const common = { name, help, labelNames: [...labels], registers: [registry] }
    if (type === 'counter') counters.set(name, new library.Counter(common))
    else if (type === 'gauge') gauges.set(name, new library.Gauge(common))
    else histograms.set(name, new library.Histogram({ ...common, buckets: [...buckets] }))
  }
  return {
    enter: ({ series, labels, bound, count, sum }) => {
      counters.get(series)?.inc({ ...labels }, sum)
      const histogram = histograms.get(series)
      // As often as was observed, each time the mean of its bucket: the same counts, the same sum.
      const mean = Math.min(bound, sum / count)
      for (let left = histogram ? count : 0; left > 0; left -= 1) histogram?.observe({ ...labels }, mean)
    },
    write: (samples) => {
      for (const gauge of gauges.values()) gauge.reset() // An agent that is gone must not keep its last value.
      for (const { series, labels, value } of samples) {
        gauges.get(series)?.set({ ...labels }, value)
        counters.get(series)?.reset() // The system counts it; we only pass on how far it has come.
        counters.get(series)?.inc({ ...labels }, value)
      }
      return registry.metrics()
    },
  }
}

/** What every daemon tells of its process, under the names that Prometheus gives to all programs. */
export const ownFamilies: Readonly<Record<string, Series>> = {
  process_start_time_seconds: own('When the daemon started, in unix seconds.'),
  process_cpu_seconds_total: {
    ...own('CPU that the daemon itself took, user and system, in seconds.'),
    type: 'counter',
  },
  process_resident_memory_bytes: own('Memory of the daemon that is resident, in bytes.'),
  process_open_fds: own('Open file descriptors of the daemon; missing where the system does not say.'),
  nodejs_heap_size_used_bytes: own('Memory that JavaScript uses, in bytes.'),
  nodejs_heap_size_total_bytes: own('Memory that is set aside for JavaScript, in bytes.'),
  marrow_event_loop_utilization: own(
    'Share of the time since the scrape before in which the daemon was at work, 0 to 1; at the first scrape since its start.',
  ),
  marrow_event_loop_lag_seconds: {
    ...own(
      'How late timers fired since the scrape before, in seconds; quantile 1 is the latest. Looked at every 50 ms, 0 at the first scrape.',
    ),
    labels: ['quantile'],
  },
}

function own(help: string): Series {
  return { type: 'gauge', help, labels: [] }
}

function ownSamples(): Sample[] {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, heapTotal } = process.memoryUsage()
  return [
    sample('process_start_time_seconds', performance.timeOrigin / 1_000),
    sample('process_cpu_seconds_total', (user + system) / 1_000_000),
    sample('process_resident_memory_bytes', rss),
    sample('nodejs_heap_size_used_bytes', heapUsed),
    sample('nodejs_heap_size_total_bytes', heapTotal),
    ...openFiles().map((count) => sample('process_open_fds', count)),
  ]
}

function sample(series: string, value: number, labels: Sample['labels'] = {}): Sample {
  return { series, labels, value }
}

function openFiles(): number[] {
  try {
    return [readdirSync('/proc/self/fd').length - 1] // Reading the folder opens one.
  } catch {
    return []
  }
}

const LAG_MS_RESOLUTION = 50 // At Node's 10 ms the timer alone would take as much CPU as an idle daemon.

type LagHistogram = ReturnType<typeof monitorEventLoopDelay>

/** A timer that begins with the first scrape. */
function createLagMonitor(): { read(): Sample[]; close(): void } {
  let histogram: LagHistogram | undefined
  let before = performance.eventLoopUtilization()
  return {
    read: () => {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      const quantiles = [0.5, 0.99, 1].map((quantile) => {
        const late = histogram && histogram.count > 0 ? lateness(histogram.percentile(quantile * 100)) : 0
        return sample('marrow_event_loop_lag_seconds', late, { quantile: String(quantile) })
      })
      if (histogram) histogram.reset()
      else histogram = startMonitor()
      return [sample('marrow_event_loop_utilization', utilization), ...quantiles]
    },
    close: () => {
      histogram?.disable()
    },
  }
}

function startMonitor(): LagHistogram {
  const histogram = monitorEventLoopDelay({ resolution: LAG_MS_RESOLUTION })
  histogram.enable()
  return histogram
}

/** What the histogram holds, in ns, is the distance of two firings: the resolution and what came on top of it. */
function lateness(distanceNs: number): number {
  return Math.max(0, distanceNs / 1_000_000 - LAG_MS_RESOLUTION) / 1_000
}
