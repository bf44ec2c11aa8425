/** What a scrape shows of a real daemon: each thing that happens changes its own series, and no others. */
import { mkdir, writeFile } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe } from 'vitest'
import { version } from '../../src/base/version.ts'
import { eventually } from '../helpers/eventually.ts'
import { growth, readExposition, type Exposition } from '../helpers/exposition.ts'
import { FakeClock } from '../helpers/fake-clock.ts'
import { drive, sh, test, type Home, type LiveDaemon } from '../helpers/daemon.ts'

const simulatedAgent = join(import.meta.dirname, '..', 'helpers', 'simulated-agent.ts')
const HOUR_MS = 3_600_000
const nothing: Exposition = new Map()

/** Asks as a scraper does: over the socket. */
async function scrape(home: Home): Promise<Exposition> {
  const words = ['-sSf', '-i', '--unix-socket', join(home.stateDir, 'marrow.sock'), 'http://marrow/metrics']
  const answer = await new Promise<string>((resolve, reject) => {
    execFile('curl', words, { maxBuffer: 16 * 1_048_576 }, (error, out) =>
      error ? reject(error) : resolve(out),
    )
  })
  const [head = '', ...body] = answer.split('\r\n\r\n')
  if (!head.toLowerCase().includes('content-type: text/plain; version=0.0.4; charset=utf-8'))
    throw new Error(head)
  return readExposition(body.join('\r\n\r\n'))
}

function simulated(...words: readonly string[]): string {
  return JSON.stringify([process.execPath, simulatedAgent, ...words])
}

async function ended(daemon: LiveDaemon, clock: FakeClock, count: number): Promise<void> {
  await drive(
    clock,
    async () => (await daemon.runs()).filter(({ state }) => state === 'ended').length === count,
  )
}

test('a run with tokens and cost, then a quiet tick, change exactly their series', async ({
  home,
  expect,
}) => {
  const clock = new FakeClock()
  const command = simulated(
    '--usage',
    'in=1200,out=80,cache-read=5,cache-write=7,cost=0.25',
    '--as',
    'opencode',
  )
  await home.write({ scout: { agent_command: command, adapter: '"opencode"', gate: '"changed"' } })
  const daemon = await home.start({ clock, ipc: true })
  await ended(daemon, clock, 1)
  const first = await scrape(home)
  expect(growth(nothing, first)).toEqual({
    'marrow_events_total{kind="daemon.started"}': 1,
    'marrow_events_total{kind="tick.begun"}': 1,
    'marrow_events_total{kind="run.started"}': 1,
    'marrow_events_total{kind="run.ended"}': 1,
    marrow_tick_lateness_seconds_count: 1,
    'marrow_ticks_total{agent="scout",outcome="ran"}': 1,
    'marrow_runs_total{agent="scout",outcome="succeeded"}': 1,
    'marrow_run_duration_seconds_count{agent="scout"}': 1,
    'marrow_tokens_total{agent="scout",kind="input"}': 1_200,
    'marrow_tokens_total{agent="scout",kind="output"}': 80,
    'marrow_tokens_total{agent="scout",kind="cache_read"}': 5,
    'marrow_tokens_total{agent="scout",kind="cache_write"}': 7,
    'marrow_cost_usd_total{agent="scout"}': 0.25,
  })
  await clock.advance(1.2 * HOUR_MS)
  await drive(clock, async () => (await daemon.events('tick.quiet')).length === 1)
  const second = await scrape(home)
  const saved = growth(first, second)['marrow_saved_tokens_total{agent="scout"}']
  expect(saved).toBe((await daemon.handlers.status({})).agents['scout']?.tokens_saved)
  expect(growth(first, second)).toEqual({
    'marrow_events_total{kind="tick.begun"}': 1,
    'marrow_events_total{kind="tick.quiet"}': 1,
    marrow_tick_lateness_seconds_count: 1,
    'marrow_ticks_total{agent="scout",outcome="quiet"}': 1,
    'marrow_saved_tokens_total{agent="scout"}': saved,
  })
})

test('a run that fails counts under its reason', async ({ home, expect }) => {
  await home.write({
    scout: { agent_command: simulated('--auth-failure', '--as', 'opencode'), adapter: '"opencode"' },
  })
  const daemon = await home.start({ scheduled: false, ipc: true })
  const before = await scrape(home)
  await daemon.handlers.runOnce({ agents: ['scout'] })
  const after = await scrape(home)
  expect(growth(before, after)).toMatchObject({
    'marrow_ticks_total{agent="scout",outcome="ran"}': 1,
    'marrow_runs_total{agent="scout",outcome="authentication"}': 1,
    'marrow_events_total{kind="agent.held"}': 1,
  })
  expect(after.get('marrow_breakers{state="held"}')).toBe(1)
  expect(after.get('marrow_breakers{state="closed"}')).toBe(0)
})

test('a tick without a prompt, and one that a pause overtakes, count as failed and held', async ({
  home,
  expect,
}) => {
  const providers = join(home.workspace, 'context.d')
  await mkdir(providers)
  const script =
    '#!/bin/sh\ntouch "$MARROW_WORKSPACE/asked"; while [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.02; done\n'
  await writeFile(join(providers, 'slow.sh'), script, { mode: 0o755 })
  await home.write({
    broken: { agent_command: sh('true'), role: '"nobody"' },
    scout: { agent_command: sh('true'), context_dirs: `['${providers}']` },
  })
  const clock = new FakeClock()
  const daemon = await home.start({ clock, ipc: true })
  await drive(clock, async () => (await daemon.events('tick.failed')).length === 1)
  await drive(clock, async () => (await daemon.events('tick.begun')).length === 2)
  const before = await scrape(home)
  expect(growth(nothing, before)).toMatchObject({ 'marrow_ticks_total{agent="broken",outcome="failed"}': 1 })
  expect(before.get('marrow_agents{state="assembling"}')).toBe(1)
  await daemon.handlers.pause({ agent: 'scout' })
  await writeFile(join(home.workspace, 'go'), '')
  await eventually('the held tick', async () => (await daemon.events('tick.held'))[0])
  const after = await scrape(home)
  expect(growth(before, after)).toEqual({
    'marrow_events_total{kind="work.paused"}': 1,
    'marrow_events_total{kind="tick.held"}': 1,
    'marrow_ticks_total{agent="scout",outcome="held"}': 1,
  })
  expect(after.get('marrow_agents{state="paused"}')).toBe(1)
})

describe('the gauges', () => {
  test('stand where things are', async ({ home, expect }) => {
    await home.write(
      {
        scout: { agent_command: sh('while [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.02; done') },
        idle: { agent_command: sh('true') },
      },
      'max_concurrent_runs = 7',
    )
    const daemon = await home.start({ scheduled: false, ipc: true })
    const run = daemon.handlers.runOnce({ agents: ['scout'] })
    await daemon.handlers.addTask({ title: 'Sweep the yard' })
    await eventually('the run', async () => (await daemon.events('run.started'))[0])
    const found = await scrape(home)
    const expected = {
      [`marrow_build_info{version="${version}"}`]: 1,
      'marrow_agents{state="running"}': 1,
      'marrow_agents{state="idle"}': 1,
      'marrow_agents{state="held"}': 0,
      'marrow_breakers{state="closed"}': 2,
      marrow_runs_open: 1,
      marrow_runs_max: 7,
      marrow_tasks_queued: 1,
      marrow_paused: 0,
      marrow_stopping: 0,
      marrow_config_problems: 0,
      marrow_journal_events: (await daemon.events()).length,
      'marrow_ticks_total{agent="idle",outcome="failed"}': 0,
    }
    expect(Object.fromEntries(found)).toMatchObject(expected)
    expect(found.get('marrow_store_bytes{file="db"}')).toBeGreaterThan(1_000)
    expect(found.get('marrow_store_bytes{file="wal"}')).toBeGreaterThan(1_000)
    await daemon.handlers.pause({})
    await writeFile(join(home.workspace, 'go'), '')
    await run
    const later = await scrape(home)
    expect(Object.fromEntries(later)).toMatchObject({ marrow_paused: 1, marrow_runs_open: 0 })
  })
})

describe('the reader of these tests refuses', () => {
  const head = '# HELP a_total A.\n# TYPE a_total counter\n'
  const buckets = '# HELP b B.\n# TYPE b histogram\n'
  const wrong = {
    'a sample of no family': 'a_total 1\n',
    'a family without HELP': '# TYPE a_total counter\na_total 1\n',
    'a sample of another family': `${head}b_total 1\n`,
    'a series that comes twice': `${head}a_total{x="1"} 1\na_total{x="1"} 2\n`,
    'a family in two pieces': `${head}a_total 1\n${head}a_total{x="1"} 1\n`,
    'a label that is not quoted': `${head}a_total{x=1} 1\n`,
    'a line break in a label': `${head}a_total{x="1\n2"} 1\n`,
    'what is not a number': `${head}a_total one\n`,
    'an end without a line break': `${head}a_total 1`,
    'buckets that shrink': `${buckets}b_bucket{le="1"} 2\nb_bucket{le="+Inf"} 1\nb_sum 1\nb_count 1\n`,
    'a count that is not the last bucket': `${buckets}b_bucket{le="+Inf"} 1\nb_sum 1\nb_count 2\n`,
  }
  test.for(Object.entries(wrong))('%s', ([, text], { expect }) => {
    expect(() => readExposition(text)).toThrow()
  })
})
