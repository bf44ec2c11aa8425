/** Measures how long a run waits until the child that it asked for is there: from its request to the start of the process. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../src/ipc/client.ts'
import { end, launcher, startProgram } from './checkout.ts'
import { eventually, Home } from './home.ts'
import type { Figure } from './report.ts'
import { middleMean, quantile } from './statistics.ts'

const CHILDREN = 100
const WARM = 5
const TIMEOUT = { timeoutMs: 60_000 }
const START_MS_MAX = 60
const RATIO_MAX = 8 // A decision, two transactions, a prompt and a look at the role files come on top of the start.

/** 100 delegations one after the other, in turns with a bare server that starts the launcher. */
export async function delegation(): Promise<Figure[]> {
  await using home = new Home({
    agents: ['chief'],
    command: ['sh', '-c', 'sleep 600', 'chief'],
    agentLines: () => ['role = "conductor"'],
    topLines: ['delegation.command = ["true"]'],
    shippedRoles: true,
  })
  await home.start()
  const asker = await askerAtWork(home)
  const folder = join(home.dir, 'bare')
  mkdirSync(folder)
  const socket = join(home.dir, 'bare.sock')
  const bare = startProgram('bare-starter.ts', launcher, folder, socket)
  try {
    await new Promise((resolve) => bare.stdout?.once('data', resolve))
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = -WARM; round < CHILDREN; round += 1) {
      const our = await asker()
      const their = await bareStart(socket)
      if (round < 0) continue
      ours.push(our)
      theirs.push(their)
    }
    return figuresOf(ours, theirs)
  } finally {
    await end(bare)
  }
}

function figuresOf(ours: readonly number[], theirs: readonly number[]): Figure[] {
  const by = (label: string, reduce: (series: readonly number[]) => number): Figure => ({
    name: `a delegation to its child spawned (${label})`,
    unit: 'ms',
    subject: reduce(ours),
    // It may be under the clock's 1 ms; half of that stands for it, so that the ratio stays a number.
    baseline: Math.max(0.5, reduce(theirs)),
  })
  return [
    { ...by('middle half', middleMean), ratioMax: RATIO_MAX },
    { ...by('p99', (series) => quantile(series, 0.99)), subjectMax: START_MS_MAX },
  ]
}

/** Delegates as the run of `chief`: returns after how many ms the child was there, once it has ended. */
async function askerAtWork(home: Home): Promise<() => Promise<number>> {
  let run = ''
  await eventually('the run of chief', async () => {
    const { runs } = await ask(home.socket, 'runs', {}, TIMEOUT)
    run = runs.find(({ state }) => state === 'running')?.id ?? ''
    return run !== ''
  })
  const token = readFileSync(join(home.dir, 'state', 'runs', run, 'token'), 'utf8').trim()
  const socket = join(home.dir, 'state', 'door', 'agent.sock')
  return async () => {
    const sentAt = Date.now()
    const options = { ...TIMEOUT, token }
    const child = await ask(socket, 'delegate', { role: 'coder', task: 'Fix the build.' }, options)
    const { started_at: startedAt } = await ask(socket, 'delegation', { run: child.run, wait_s: 50 }, options)
    return Date.parse(startedAt ?? '') - sentAt
  }
}

async function bareStart(socket: string): Promise<number> {
  const sentAt = Date.now()
  const { started_at: startedAt } = await ask(
    socket,
    'delegate',
    { role: 'coder', task: 'Fix the build.' },
    TIMEOUT,
  )
  await sleep(50) // For the launcher: the next round must not meet it.
  return Date.parse(startedAt ?? '') - sentAt
}
