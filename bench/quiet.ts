/** Measures ticks that end without a run: what the daemon adds to its context providers, and that these run at once. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '../src/platform/command.ts'
import { plainEnvironment, root } from './checkout.ts'
import { eventually, Home, named } from './home.ts'
import type { Figure } from './report.ts'
import { median } from './statistics.ts'

const TICKS = 40
const APART_MS = 300
const GATED = 'gate = "changed"'
const LEAD_MS = 2_500
const SLEEP_MS = 200

/** The two shipped providers: in a tick, and by themselves in the pauses between the ticks. */
export async function quietTick(): Promise<Figure[]> {
  await using home = new Home({ agents: named(TICKS), agentLines: () => [GATED], shippedProviders: true })
  const providers = ['explore.sh', 'queue.sh'].map((name) => join(root, 'context.d', name))
  const alone: number[] = []
  const from = await startQuietTicks(home, APART_MS)
  for (let index = 0; index < TICKS; index += 1) {
    await sleep(from + (index + 0.5) * APART_MS - Date.now())
    alone.push(await timeOf(providers, home.workspace))
  }
  const durations = await quietDurations(home)
  const subject = median([...durations.values()])
  const baseline = median(alone)
  return [
    { name: 'quiet tick with the 2 shipped providers', unit: 'ms', subject, baseline },
    {
      name: 'quiet tick beyond its providers',
      unit: 'ms',
      subject: subject - baseline,
      baseline: null,
      subjectMax: 10,
    },
  ]
}

/** Ticks with eight providers that take 200 ms each, in turn with ticks that have one of them. */
export async function assembly(): Promise<Figure[]> {
  const agents = named(20)
  const countOf = (name: string) => (agents.indexOf(name) % 2 === 0 ? 8 : 1)
  const agentLines = (name: string, dir: string) => [
    GATED,
    `context_dirs = ["${join(dir, `providers-${countOf(name)}`)}"]`,
  ]
  await using home = new Home({ agents, agentLines })
  for (const count of [1, 8]) writeSleepers(join(home.dir, `providers-${count}`), count)
  await startQuietTicks(home, 3 * SLEEP_MS)
  const durations = await quietDurations(home)
  const middleOf = (count: number) =>
    median([...durations].filter(([name]) => countOf(name) === count).map(([, ms]) => ms))
  const name = 'assembly, 8 context providers of 200 ms against 1'
  return [{ name, unit: 'ms', subject: middleOf(8), baseline: middleOf(1), ratioMax: 1.5 }]
}

function writeSleepers(folder: string, count: number): void {
  mkdirSync(folder)
  for (let index = 0; index < count; index += 1) {
    const path = join(folder, `slow-${index}.sh`)
    writeFileSync(path, `#!/bin/sh\nexec sleep ${SLEEP_MS / 1_000}\n`)
    chmodSync(path, 0o755)
  }
}

/** All agents have worked once; from now on nothing changes, so that each next tick is quiet. Returns when the first is due. */
async function startQuietTicks(home: Home, apartMs: number): Promise<number> {
  await home.workOnce()
  const from = Date.now() + LEAD_MS
  home.place((_, index) => from + index * apartMs)
  await home.start()
  return from
}

async function quietDurations(home: Home): Promise<Map<string, number>> {
  const read = () => home.figures('tick.quiet', 'durationMs')
  await eventually('all quiet ticks', () => read().length >= home.agents.length)
  await home.stop()
  return new Map(read().map(({ agent, value }) => [agent, value]))
}

async function timeOf(providers: readonly string[], cwd: string): Promise<number> {
  const startedAt = performance.now()
  const { signal } = new AbortController()
  const env = { ...plainEnvironment, MARROW_WORKSPACE: cwd, MARROW_NOTES: cwd }
  const options = { cwd, env, deadlineMs: 15_000, signal, maxBytes: 65_536 }
  await Promise.all(providers.map((path) => runCommand([path], options)))
  return performance.now() - startedAt
}
