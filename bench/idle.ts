/** Measures what a daemon of 100 agents takes while nothing happens, beside a process that only loads the same libraries. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { end, startProgram } from './checkout.ts'
import { Home, named } from './home.ts'
import { cpuMs, memoryMib } from './processes.ts'
import type { Figure } from './report.ts'

const IDLE_MS = 30_000
const SETTLE_MS = 20_000 // For what work leaves behind: Node collects its garbage up to about that long after it.
const ROUNDS = 6
const WAKES_APART_MS = 20
const RSS_RATIO_MAX = 1.25
const RSS_MIB_MAX = 120
const CPU_PERCENT_MAX = 0.5

/** CPU over half a minute, and memory: of a daemon that has just started, and of one whose agents have worked for a while. */
export async function idle(): Promise<Figure[]> {
  await using home = new Home({ agents: named(100) })
  await home.introduce()
  home.place(() => Date.now() + 3_600_000)
  const libraries = startProgram('libraries.ts', join(home.dir, 'libraries.sock'))
  try {
    await new Promise((resolve) => libraries.stdout?.once('data', resolve))
    const daemon = await home.start()
    await sleep(SETTLE_MS)
    const freshFigures = memoryFigures('just started', daemon.pid, libraries.pid)
    const before = [cpuMs(daemon.pid), cpuMs(libraries.pid)] as const
    await sleep(IDLE_MS)
    const subject = ((cpuMs(daemon.pid) - before[0]) / IDLE_MS) * 100
    const baseline = ((cpuMs(libraries.pid) - before[1]) / IDLE_MS) * 100
    await work(home)
    return [
      { name: 'idle CPU, 100 agents', unit: '% of a core', subject, baseline, subjectMax: CPU_PERCENT_MAX },
      ...freshFigures,
      ...memoryFigures(`after ${ROUNDS * 100} runs`, daemon.pid, libraries.pid),
    ]
  } finally {
    await end(libraries)
  }
}

/** Wakes every agent a few times: memory that a daemon keeps shows only after hundreds of runs. */
async function work(home: Home): Promise<void> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const agent of home.agents) {
      await home.wake(agent)
      await sleep(WAKES_APART_MS)
    }
    await home.ended(round * home.agents.length)
  }
  await sleep(SETTLE_MS)
}

function memoryFigures(state: string, daemon = 0, libraries = 0): Figure[] {
  const figure = (kind: 'Rss' | 'Pss') => ({
    name: `${kind.toUpperCase()}, 100 agents, ${state}`,
    unit: 'MiB' as const,
    subject: memoryMib(daemon, kind),
    baseline: memoryMib(libraries, kind),
  })
  return [{ ...figure('Rss'), ratioMax: RSS_RATIO_MAX, subjectMax: RSS_MIB_MAX }, figure('Pss')]
}
