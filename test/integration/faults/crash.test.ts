/** kill -9 of the daemon at random moments under load: nothing is lost, doubled or overlapped, whatever it was doing. */
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { isLong, sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'
import { seeded, startLoad } from './crash-load.ts'
import {
  begunTwice,
  exitCodes,
  ledgerAgent,
  overlaps,
  parseLedger,
  runsThatGot,
  timesDone,
  type Entry,
} from './ledger.ts'

const ROUNDS = isLong ? 200 : 8
const ROUND_MS_MAX = 5_000 // Of the time limit: a start, a life and an end.
const UP_MS_MAX = 1_200
const SLOW_MS = 60_000

const steady = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map((letter) => `steady-${letter}`)
const flaky = ['flaky-a', 'flaky-b', 'flaky-c']
const agents = [...steady, ...flaky, 'worker']

describe('kill -9 under load', () => {
  test(
    `loses, doubles and overlaps nothing in ${ROUNDS} rounds`,
    { timeout: 3 * SLOW_MS + ROUNDS * ROUND_MS_MAX },
    async ({ site, expect }) => {
      const seed = Number(process.env['MARROW_TEST_SEED'] ?? Date.now() % 1_000_000)
      process.stdout.write(`MARROW_TEST_SEED=${seed}\n`)
      const random = seeded(seed)
      await writeConfig(site)
      let daemon: SpawnedDaemon | undefined
      const load = startLoad(site, agents, seeded(seed + 1), () => daemon)
      for (let round = 0; round < ROUNDS; round += 1) {
        daemon = site.spawn()
        if (random() < 0.75) await site.answering(daemon) // The others die before they are up.
        await pause(random() * UP_MS_MAX)
        await daemon.kill()
        expect(integrityOf(site), `the store after round ${round}`).toBe('ok')
      }
      daemon = undefined
      await load.stop()
      const last = await site.start()
      await settled(last)
      const ledger = parseLedger(readFileSync(join(site.workspace, 'ledger'), 'utf8'))

      expect(begunTwice(ledger), 'run ids that began twice').toEqual([])
      expect(overlaps(ledger), 'runs of one agent at one time').toEqual([])
      expect(disagreements(site, ledger), 'outcomes on record that are not the real ones').toEqual([])
      expect(unbooked(site), 'runs whose spending is not booked exactly once').toEqual([])
      expect(ticksAmiss(site), 'ticks that are missing or left open').toEqual([])
      expect(slotsAmiss(site), 'slots that ticked twice').toEqual([])
      expect(undelivered(site, ledger, load.wakes), 'wakes that were not delivered exactly once').toEqual([])
      const doubled = load.unanswered.filter((token) => successes(site, ledger, token).length > 1)
      expect(doubled, 'wakes without an answer that were delivered twice').toEqual([])
      expect(untold(site, ledger, load.handoffs), 'handoffs that nobody was told of').toEqual([])
      const times = timesDone(ledger)
      expect(
        load.tasks.filter((task) => times.get(task) !== 1),
        'tasks that were not done once',
      ).toEqual([])
      expect(load.wakes.length, 'wakes that were sent at all').toBeGreaterThan(ROUNDS)

      last.signal('SIGTERM')
      expect(await last.ended).toBe(0)
      expect(site.processes()).toEqual([])
    },
  )
})

async function writeConfig(site: Site): Promise<void> {
  const agent = { agent_command: sh(ledgerAgent), prompt_via: '"stdin"', heartbeat_interval: '60' }
  await site.write(
    Object.fromEntries(
      agents.map((name) => [name, name === 'worker' ? { ...agent, wake_on: '["tasks", "handoff"]' } : agent]),
    ),
    { max_concurrent_runs: '5', log_max_count: '0', stop_grace_seconds: '5' },
  )
}

/** Looks at a copy, so that the next daemon finds what the dead one left and not what we repaired. */
function integrityOf(site: Site): unknown {
  const files = ['marrow.db', 'marrow.db-wal'].filter((file) => existsSync(join(site.stateDir, file)))
  const copy = join(site.dir, 'copy')
  mkdirSync(copy, { recursive: true })
  for (const file of files) cpSync(join(site.stateDir, file), join(copy, file), { force: true })
  const database = new DatabaseSync(join(copy, 'marrow.db'))
  try {
    return database.prepare('pragma integrity_check').get()?.['integrity_check']
  } finally {
    database.close()
  }
}

/** Waits until nobody works and nothing waits but what failed; what waits for the floor of agents' wakes is called. */
async function settled(daemon: SpawnedDaemon): Promise<void> {
  await eventually(
    'everything to be settled',
    async () => {
      const all = Object.values((await daemon.ask('status', {})).agents)
      const busy = all.filter(({ state }) => state !== 'idle' && state !== 'held')
      const waiting = all.filter(
        ({ name, triggers_pending }) => !name.startsWith('flaky') && triggers_pending > 0,
      )
      if (busy.length === 0) for (const { name } of waiting) await daemon.ask('wake', { agent: name })
      return all.length === agents.length && busy.length === 0 && waiting.length === 0 ? true : undefined
    },
    SLOW_MS,
  )
}

/** Runs without what they spent, spending without a run, and what is still reserved. */
function unbooked(site: Site): unknown[] {
  return site.rows(`select coalesce(runs.id, run) as run from runs full join spending on run = runs.id
    where runs.id is null or run is null or ended = 0 or tokens = 0`)
}

/** Runs whose record says something else than the agent itself, or that are on one side only. */
function disagreements(site: Site, ledger: readonly Entry[]): string[] {
  const real = exitCodes(ledger)
  const begun = new Set(ledger.map(({ run }) => run))
  const recorded = new Map(
    site
      .rows('select id, state, outcome from runs')
      .map((row) => [
        String(row['id']),
        row['state'] === 'ended' ? String(row['outcome']) : String(row['state']),
      ]),
  )
  const ids = new Set([...begun, ...recorded.keys()])
  return [...ids].flatMap((id) => {
    const code = real.get(id)
    const should =
      code === 0
        ? '{"kind":"succeeded"}'
        : `{"kind":"failed","exitCode":${code},"reason":"exit-code","detail":"exited with code ${code}"}`
    const is = recorded.get(id)
    return is === should ? [] : [`${id}: ${is}, should be ${should}`]
  })
}

/** Numbers of an agent's ticks that are missing, and ticks that did not end with a run. */
function ticksAmiss(site: Site): string[] {
  const ticks = site.rows('select agent, number, state, outcome from ticks order by agent, number')
  const byAgent = Map.groupBy(ticks, (row) => String(row['agent']))
  const gaps = agents.flatMap((agent) => {
    const numbers = (byAgent.get(agent) ?? []).map((row) => Number(row['number']))
    const whole = numbers.length > 0 && numbers.every((number, index) => number === index + 1)
    return whole ? [] : [`${agent}: ${numbers.join(' ')}`]
  })
  const open = ticks.filter((row) => row['state'] !== 'ended' || !String(row['outcome']).includes('"ran"'))
  return [...gaps, ...open.map((row) => JSON.stringify(row))]
}

/** Slots of the schedule for which there is more than one tick. */
function slotsAmiss(site: Site): string[] {
  return site
    .rows(
      `select agent, due_at, count(*) as n from ticks where causes = '["schedule"]' group by agent, due_at having n > 1`,
    )
    .map((row) => JSON.stringify(row))
}

/** Accepted wakes that not exactly one successful run was told of, unless they still wait. */
function undelivered(
  site: Site,
  ledger: readonly Entry[],
  wakes: readonly { readonly agent: string; readonly token: string }[],
): string[] {
  const pending = new Set(site.rows('select prompt from triggers').map((row) => String(row['prompt'])))
  return wakes.flatMap(({ agent, token }) => {
    const done = successes(site, ledger, token).length
    const told = runsThatGot(ledger, token).length
    const fine = pending.has(token) ? done === 0 : done === 1
    return fine ? [] : [`${token} for ${agent}: told to ${told} runs, of which ${done} succeeded`]
  })
}

/** Handoffs that no run was told of, unless they still wait: for an agent that cools down after its failures. */
function untold(
  site: Site,
  ledger: readonly Entry[],
  handoffs: readonly { readonly token: string }[],
): string[] {
  const pending = site.rows('select path from triggers').map((row) => String(row['path']))
  return handoffs.flatMap(({ token }) => {
    const waits = pending.some((path) => path.endsWith(`/${token}.md`))
    return waits || runsThatGot(ledger, token).length > 0 ? [] : [token]
  })
}

function successes(site: Site, ledger: readonly Entry[], token: string): string[] {
  const codes = exitCodes(ledger)
  return runsThatGot(ledger, token).filter((run) => codes.get(run) === 0)
}
