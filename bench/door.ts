/** Measures what the operator's door costs beyond what it must do: beside a bare server with the same statements. */
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { end, outputOf, startProgram } from './checkout.ts'
import { Home, named } from './home.ts'
import type { Figure } from './report.ts'
import { quantile } from './statistics.ts'

const CLIENTS = 100
const ROUNDS = 7
const AGENTS = 10
const WORKER = 'agent-1'
/** marrow may take so much longer: a bare server's p99 is then at least 60 % of ours. */
const RATIO_MAX = 1 / 0.6

const requests = [
  { name: 'status', count: 1_000, words: ['GET', '/status'] },
  {
    name: 'task add',
    count: 300,
    words: ['POST', '/tasks', JSON.stringify({ title: 'Fix the build {n}' })],
  },
] as const

/** Status and task add with 100 clients at once, in turns with the bare server. */
export async function door(): Promise<Figure[]> {
  await using home = new Home({
    agents: named(AGENTS),
    agentLines: (name) => (name === WORKER ? ['wake_on = ["tasks"]'] : ['wake_on = []']),
  })
  await home.workOnce()
  home.place(() => Date.now() + 3_600_000)
  const store = join(home.dir, 'bare.db')
  cpSync(join(home.dir, 'state', 'marrow.db'), store)
  await home.start()
  await home.pause()
  const tasks = join(home.dir, 'bare-tasks')
  mkdirSync(tasks)
  const socket = join(home.dir, 'bare.sock')
  const bare = startProgram('bare-server.ts', store, tasks, socket)
  try {
    await new Promise((resolve) => bare.stdout?.once('data', resolve))
    const figures: Figure[] = []
    for (const { name, count, words } of requests) {
      const [ours, theirs]: [number[], number[]] = [[], []]
      for (let round = -1; round < ROUNDS; round += 1) {
        const [our, their] = [await timesOf(home.socket, count, words), await timesOf(socket, count, words)]
        if (round < 0) continue // The first round only warms both up.
        ours.push(...our)
        theirs.push(...their)
      }
      figures.push(...figuresOf(name, ours, theirs))
    }
    return figures
  } finally {
    await end(bare)
  }
}

function figuresOf(name: string, ours: readonly number[], theirs: readonly number[]): Figure[] {
  const at = (fraction: number) => ({
    unit: 'ms' as const,
    subject: quantile(ours, fraction),
    baseline: quantile(theirs, fraction),
  })
  return [
    { name: `${name}, ${CLIENTS} clients, p50`, ...at(0.5) },
    { name: `${name}, ${CLIENTS} clients, p99`, ...at(0.99), ratioMax: RATIO_MAX },
  ]
}

async function timesOf(socket: string, count: number, words: readonly string[]): Promise<number[]> {
  const clients = startProgram('clients.ts', socket, String(CLIENTS), String(count), ...words)
  const times: number[] = JSON.parse(await outputOf(clients))
  return times
}
