/** Measures how long after its due moment an agent's process is started, for arrivals one by one, spread, and all at once. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { phaseOf } from '../src/heartbeat/schedule.ts'
import { launcher, outputOf, startProgram } from './checkout.ts'
import { Home, named } from './home.ts'
import type { Figure } from './report.ts'
import { median, quantile } from './statistics.ts'

const LEAD_MS = 2_500 // The daemon is up and has had its first pass before the first arrival.
const SPREAD_ROUNDS = 3
const BURST_ROUNDS = 5
const WAKES = 40

/** One agent after another: from the operator's wake to the start of the process. */
export async function single(): Promise<Figure[]> {
  await using home = new Home({ agents: named(1) })
  await home.introduce()
  home.place(() => Date.now() + 3_600_000)
  await home.start()
  for (let wake = 1; wake <= WAKES; wake += 1) {
    await home.wake('agent-1')
    await home.ended(wake)
  }
  await home.stop()
  const bare = await bareLateness(
    Array.from({ length: WAKES }, (_, index) => Date.now() + LEAD_MS + index * 100),
  )
  return spreadFigures('due to spawn, 1 agent', lateness(home, 0), bare)
}

/** 100 agents within the 6 s over which their slots lie at the shortest interval. */
export function hundred(): Promise<Figure[]> {
  return spread({ agents: 100, intervalMs: 60_000, rounds: SPREAD_ROUNDS, subjectMax: 50 })
}

/** The same with the context providers that marrow ships, two processes more per tick. */
export function hundredWithProviders(): Promise<Figure[]> {
  return spread({ agents: 100, intervalMs: 60_000, rounds: SPREAD_ROUNDS, shippedProviders: true })
}

/** 500 agents within the 30 s over which their slots lie at the default interval. */
export function fiveHundred(): Promise<Figure[]> {
  return spread({ agents: 500, intervalMs: 300_000, rounds: 1 })
}

interface Spread {
  readonly agents: number
  readonly intervalMs: number
  readonly rounds: number
  readonly shippedProviders?: boolean
  readonly subjectMax?: number
}

async function spread({
  agents,
  intervalMs,
  rounds,
  shippedProviders = false,
  subjectMax,
}: Spread): Promise<Figure[]> {
  const agentLines = () => [`heartbeat_interval = ${intervalMs / 1_000}`]
  await using home = new Home({ agents: named(agents), agentLines, shippedProviders })
  await home.introduce()
  const subject: number[] = []
  const baseline: number[] = []
  const offset = (name: string) => phaseOf(name, { kind: 'interval', intervalMs })
  for (let round = 0; round < rounds; round += 1) {
    subject.push(...(await arrive(home, round * agents, offset)))
    const from = Date.now() + LEAD_MS
    const times = home.agents.map((name) => from + offset(name)).toSorted((one, other) => one - other)
    baseline.push(...(await bareLateness(times)))
  }
  const providers = shippedProviders ? ' with the 2 shipped providers' : ''
  return spreadFigures(`due to spawn, ${agents} agents${providers}`, subject, baseline, subjectMax)
}

/** 100 agents due in one instant, against a loop that starts the same launcher 100 times. */
export async function instant(): Promise<Figure[]> {
  await using home = new Home({ agents: named(100) })
  await home.introduce()
  const last: { subject: number; baseline: number }[] = []
  const p99: { subject: number; baseline: number }[] = []
  for (let round = 0; round < BURST_ROUNDS; round += 1) {
    const subject = await arrive(home, round * 100, () => 0)
    const from = Date.now() + LEAD_MS
    const baseline = await bareLateness(home.agents.map(() => from))
    last.push({ subject: quantile(subject, 1), baseline: quantile(baseline, 1) })
    p99.push({ subject: quantile(subject, 0.99), baseline: quantile(baseline, 0.99) })
  }
  const figure = (name: string, rounds: typeof last): Figure => ({
    name,
    unit: 'ms',
    subject: median(rounds.map(({ subject }) => subject)),
    baseline: median(rounds.map(({ baseline }) => baseline)),
    ratioMax: 4,
  })
  return [
    figure('100 due in one instant: the last is spawned', last),
    figure('100 due in one instant (p99)', p99),
  ]
}

/** Lets all agents become due once, each at its offset, and returns how late each process was started. */
async function arrive(home: Home, before: number, offset: (name: string) => number): Promise<number[]> {
  const from = Date.now() + LEAD_MS
  home.place((name) => from + offset(name))
  await home.start()
  const lastOffset = Math.max(...home.agents.map(offset))
  await sleep(from + lastOffset - Date.now()) // Nobody looks meanwhile: looking costs time that marrow would need.
  await home.ended(before + home.agents.length)
  await home.stop()
  return lateness(home, before)
}

function lateness(home: Home, skip: number): number[] {
  return home
    .figures('run.started', 'latenessMs')
    .slice(skip)
    .map(({ value }) => value)
}

async function bareLateness(times: readonly number[]): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mwb-'))
  try {
    const text = await outputOf(startProgram('spawn.ts', launcher, folder, ...times.map(String)))
    const late: number[] = JSON.parse(text)
    await sleep(500) // For the launchers: the next round must not meet them.
    return late
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }
}

function spreadFigures(
  name: string,
  subject: readonly number[],
  baseline: readonly number[],
  subjectMax?: number,
): Figure[] {
  const figure = (label: string, fraction: number): Figure => ({
    name: `${name} (${label})`,
    unit: 'ms',
    subject: quantile(subject, fraction),
    // It may be under the clock's 1 ms; half of that stands for it, so that the ratio stays a number.
    baseline: Math.max(0.5, quantile(baseline, fraction)),
  })
  const p99 = figure('p99', 0.99)
  return [figure('median', 0.5), subjectMax === undefined ? p99 : { ...p99, subjectMax }]
}
