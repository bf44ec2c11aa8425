/** Five hundred agents are shown as completely, and nearly as quickly, as ten. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { eventually } from '../../helpers/eventually.ts'
import { startProgram } from '../../helpers/programs.ts'
import { marrowProgram, sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'
import { spread } from './wire.ts'

const busy = { agent_command: sh('sleep 1000') }
const failing = { agent_command: sh('exit 3') }
const quick = { agent_command: sh('true') }

const names = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => `agent-${String(first + index).padStart(3, '0')}`)

const [running, held, paused] = [names(8), names(4, 8), names(20, 12)]

const kindOf = (name: string) => (running.includes(name) ? busy : held.includes(name) ? failing : quick)

/** A daemon whose agents have all been there for a while. */
async function startCrowd(site: Site, count: number): Promise<SpawnedDaemon> {
  const agents = Object.fromEntries(names(count).map((name) => [name, kindOf(name)]))
  await site.write(agents, { max_concurrent_runs: '12' })
  // All had their first tick, and none has a slot: five hundred ticks at once would be another test.
  const pauseFile = join(site.stateDir, 'PAUSED')
  writeFileSync(pauseFile, '')
  const first = await site.start()
  const known = 'select count(*) as agents from agents'
  await eventually('all agents', () => site.rows(known)[0]?.['agents'] === count || undefined)
  await first.kill()
  site.alter('update agents set tick_count = 1, due_wall = null, due_mono = null, due_boot = null')
  rmSync(pauseFile)
  return site.start()
}

/** The quickest of some: what the machine does besides slows down the others. */
async function statusMs(daemon: SpawnedDaemon): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 15; round += 1) {
    const from = performance.now()
    await daemon.ask('status', {})
    times.push(performance.now() - from)
  }
  return Math.min(...times)
}

async function bring(daemon: SpawnedDaemon): Promise<void> {
  for (const agent of paused) await daemon.ask('pause', { agent, reason: 'lunch' })
  // Three failures in a row hold an agent.
  for (let round = 0; round < 3; round += 1) await daemon.ask('runOnce', { agents: held })
  for (const agent of running) await daemon.ask('wake', { agent })
  await eventually('those that run', async () => {
    const { agents } = await daemon.ask('status', {})
    return running.every((name) => agents[name]?.state === 'running') ? true : undefined
  })
}

test('status tells of each of 500 agents what it does, on the socket and on a terminal', async ({
  site,
  expect,
}) => {
  const few = await startCrowd(site, 10)
  const fewMs = await statusMs(few)
  await few.kill()
  const daemon = await startCrowd(site, 500)
  await bring(daemon)

  const { agents, runs_open } = await daemon.ask('status', {})
  expect(Object.keys(agents)).toEqual(names(500))
  const signs = { running: '▶', held: '✖', paused: '‖', idle: '○' }
  const stateOf = (name: string): keyof typeof signs =>
    running.includes(name)
      ? 'running'
      : held.includes(name)
        ? 'held'
        : paused.includes(name)
          ? 'paused'
          : 'idle'
  for (const name of names(500)) expect(agents[name], name).toMatchObject({ name, state: stateOf(name) })
  expect(runs_open).toBe(running.length)

  const json: unknown = JSON.parse((await site.marrow('status', '--json')).out)
  expect(json).toMatchObject({
    agents: Object.fromEntries(names(500).map((name) => [name, { name, state: stateOf(name) }])),
  })
  const rows = await rowsOnTerminal(site)
  expect(rows.map((row) => row.split(/ +/)[1])).toEqual(names(500))
  for (const row of rows) {
    const [sign = '', name = ''] = row.split(/ +/)
    expect(sign, name).toBe(signs[stateOf(name)])
  }

  const manyMs = await statusMs(daemon)
  const ratio = manyMs / 500 / (fewMs / 10)
  process.stdout.write(
    `status of 500 agents: ${manyMs.toFixed(1)} ms, of 10: ${fewMs.toFixed(1)} ms; per agent ${ratio.toFixed(2)} times as long\n`,
  )
  expect(ratio).toBeLessThan(3)
})

test('twenty clients that ask for 500 agents again and again do not hold up the ticks', async ({
  site,
  expect,
}) => {
  const daemon = await startCrowd(site, 500)
  const over = new AbortController()
  const clients = Promise.all(Array.from({ length: 20 }, () => askUntil(over.signal, daemon)))
  const woken = names(5, 100)
  for (const agent of woken) {
    await daemon.ask('wake', { agent })
    await eventually(
      `the run of ${agent}`,
      async () => (await daemon.ask('runs', { agent })).runs[0]?.state === 'ended' || undefined,
    )
  }
  over.abort()
  const answers = (await clients).reduce((sum, count) => sum + count)
  const { events } = await daemon.ask('journal', { kind: 'tick.begun' })
  expect(events.map(({ agent }) => agent)).toEqual(woken)
  const late = spread(events.map(({ data }) => Number(data['latenessMs'])))
  process.stdout.write(
    `${woken.length} ticks beside ${answers} answers to 20 clients: ${late.median} ms late (median), ${late.worst} ms (worst)\n`,
  )
  expect(late.worst).toBeLessThan(2_000)
})

/** Asks for the status again and again; how often it was answered. */
async function askUntil(signal: AbortSignal, daemon: SpawnedDaemon): Promise<number> {
  let answers = 0
  for (; !signal.aborted; answers += 1) await daemon.ask('status', {})
  return answers
}

/** The agents' rows of the table, as a terminal of 120 columns shows it. */
async function rowsOnTerminal(site: Site): Promise<string[]> {
  const command = `stty cols 120; exec '${marrowProgram}' status -c '${site.configPath}'`
  const shown = startProgram('script', ['-qec', command, join(site.dir, 'typescript')])
  await shown.ended
  const lines = stripVTControlCharacters(shown.out()).split(/\r?\n/)
  const [first, last] = [lines.findIndex((line) => / AGENT +DOING /.test(line)), lines.indexOf('LAST EVENTS')]
  return lines.slice(first + 1, last).filter((line) => /^\S/.test(line))
}
