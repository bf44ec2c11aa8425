/** Limits on spending in whole daemons: agents that report what they cost, days that pass, daemons that die. */
import { join } from 'node:path'
import { rm, writeFile } from 'node:fs/promises'
import { describe } from 'vitest'
import { drive, exists, sh, test, type LiveDaemon } from '../helpers/daemon.ts'
import { FakeClock } from '../helpers/fake-clock.ts'

const usage = (tokens: number) => ({
  inputTokens: tokens,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
})
const report = (costUsd: number, tokens = 100) =>
  `echo '${JSON.stringify({ marrow: { usage: usage(tokens), costUsd } })}'`

/** The same, once the file is there. */
const reportAfter = (file: string, costUsd: number) =>
  sh(
    `touch "$MARROW_WORKSPACE/up"; while [ ! -e "$MARROW_WORKSPACE/${file}" ]; do sleep 0.02; done; ${report(costUsd)}`,
  )

async function endedRuns(daemon: LiveDaemon): Promise<number> {
  return (await daemon.runs()).filter(({ state }) => state === 'ended').length
}

const statusOf = async (daemon: LiveDaemon, agent: string) => (await daemon.handlers.status({})).agents[agent]

/** Reasons of ticks that were held. */
const heldIn = async (daemon: LiveDaemon) =>
  (await daemon.events('tick.held')).map(({ data }) => String(data['reason']))

describe('runs_per_day', () => {
  test('holds every slot until midnight, and the next day begins anew', async ({ home, expect }) => {
    const clock = new FakeClock(Date.UTC(2026, 0, 5, 20, 30))
    await home.write({ scout: { agent_command: sh(report(0.1)), 'limits.runs_per_day': '2' } })
    const daemon = await home.start({ clock })
    await drive(clock, async () => (await endedRuns(daemon)) === 1)
    while ((await daemon.runs()).length < 2) await clock.advance(60_000)
    await drive(clock, async () => (await endedRuns(daemon)) === 2)
    while ((await heldIn(daemon)).length < 2) await clock.advance(60_000)
    const held = 'limit, until 2026-01-06T00:00:00.000Z (2 of 2 runs a day)'
    expect(await heldIn(daemon)).toEqual([held, held])
    expect(await statusOf(daemon, 'scout')).toMatchObject({ state: 'held', doing: `held: ${held}` })
    expect(await daemon.runs()).toHaveLength(2)
    while ((await daemon.runs()).length < 3) await clock.advance(60_000)
    expect(clock.now().wall).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 6))
    await drive(clock, async () => (await endedRuns(daemon)) === 3)
    expect((await daemon.events('limit.near')).map(({ agent, data }) => [agent, data])).toEqual([
      ['scout', { limit: 'runs_per_day', scope: 'agent', used: 2, of: 2 }],
    ])
    expect((await daemon.events('limit.reached')).map(({ data }) => data)).toEqual([
      { limit: 'runs_per_day', scope: 'agent', used: 2, of: 2, until: '2026-01-06T00:00:00.000Z' },
    ])
  })

  test('keeps a wake over midnight, and it begins with the day', async ({ home, expect }) => {
    const clock = new FakeClock(Date.UTC(2026, 0, 5, 22))
    await home.write({
      scout: { agent_command: sh('true'), heartbeat_interval: '302400', 'limits.runs_per_day': '1' },
    })
    const daemon = await home.start({ clock })
    await drive(clock, async () => (await endedRuns(daemon)) === 1)
    const { next } = await daemon.handlers.wake({ agent: 'scout', reason: 'look' })
    expect(next).toContain('limit, until 2026-01-06T00:00:00.000Z (1 of 1 runs a day)')
    await drive(clock, async () => (await daemon.events('limit.reached')).length === 1)
    while (clock.now().wall < Date.UTC(2026, 0, 5, 23, 59)) await clock.advance(60_000)
    expect(await statusOf(daemon, 'scout')).toMatchObject({ triggers_pending: 1, state: 'held' })
    expect(await daemon.runs()).toHaveLength(1)
    await clock.advance(60_000)
    await drive(clock, async () => (await endedRuns(daemon)) === 2)
    expect(await statusOf(daemon, 'scout')).toMatchObject({ triggers_pending: 0 })
    expect((await daemon.events('tick.begun')).at(-1)?.data['causes']).toEqual(['operator'])
  })

  test('refuses run-once with what to do, and lets it start once the limit is raised', async ({
    home,
    expect,
  }) => {
    const clock = new FakeClock()
    const agent = { agent_command: sh('true'), heartbeat_interval: '302400' }
    await home.write({ scout: { ...agent, 'limits.runs_per_day': '0' }, refit: agent })
    const daemon = await home.start({ clock, scheduled: false })
    await expect(daemon.handlers.runOnce({ agents: ['scout'] })).rejects.toMatchObject({
      code: 'LIMIT_REACHED',
      message: 'Cannot tick scout: limit, until 2026-01-06T00:00:00.000Z (0 of 0 runs a day).',
      fix: 'Wait until then, or raise the limit in [limits] or [agents.limits].',
    })
    const both = daemon.handlers.runOnce({})
    await drive(clock, async () => (await endedRuns(daemon)) === 1)
    expect((await both).ticks.map(({ agent: name, ok, outcome }) => [name, ok, outcome])).toEqual([
      ['scout', false, 'limit, until 2026-01-06T00:00:00.000Z (0 of 0 runs a day)'],
      ['refit', true, 'succeeded'],
    ])
    await home.write({ scout: { ...agent, 'limits.runs_per_day': '1' }, refit: agent })
    daemon.reload()
    await drive(clock, async () => (await daemon.events('config.loaded')).length > 0)
    const raised = daemon.handlers.runOnce({ agents: ['scout'] })
    await drive(clock, async () => (await endedRuns(daemon)) === 2)
    expect((await raised).ticks[0]?.ok).toBe(true)
  })
})

describe('usd_per_day', () => {
  test('of all agents counts what a running one is expected to cost', async ({ home, expect }) => {
    const clock = new FakeClock()
    const slow = { agent_command: reportAfter('go', 0.6), heartbeat_interval: '3600' }
    await home.write({ scout: slow, refit: slow }, 'limits.usd_per_day = 2')
    await writeFile(join(home.workspace, 'go'), '')
    const daemon = await home.start({ clock, scheduled: false })
    for (const [round, agent] of ['scout', 'refit'].entries()) {
      void daemon.handlers.runOnce({ agents: [agent] })
      await drive(clock, async () => (await endedRuns(daemon)) === round + 1)
    }
    // 1.20 are spent. One more run fits, two at a time would not.
    await rm(join(home.workspace, 'go'))
    const both = daemon.handlers.runOnce({})
    await drive(clock, async () => (await heldIn(daemon)).length === 1)
    await writeFile(join(home.workspace, 'go'), '')
    await drive(clock, async () => (await endedRuns(daemon)) === 3)
    const { ticks } = await both
    expect(ticks.filter(({ ok }) => ok)).toHaveLength(1)
    expect(ticks.find(({ ok }) => !ok)?.outcome).toBe(
      'limit, until 2026-01-06T00:00:00.000Z ($1.80 of $2.00 a day, all agents; the next run takes about $0.60)',
    )
  })

  test('is no longer told as reached once what was reserved has cost less', async ({ home, expect }) => {
    const clock = new FakeClock()
    const said = join(home.workspace, 'said')
    const go = join(home.workspace, 'go')
    const script = `while [ ! -e ${go} ]; do sleep 0.02; done; sh ${said}`
    const agent = { agent_command: sh(script), heartbeat_interval: '3600' }
    await home.write({ scout: agent, refit: agent }, 'limits.usd_per_day = 2')
    await writeFile(said, report(0.6))
    await writeFile(go, '')
    const daemon = await home.start({ clock, scheduled: false })
    for (const [round, name] of ['scout', 'refit'].entries()) {
      void daemon.handlers.runOnce({ agents: [name] })
      await drive(clock, async () => (await endedRuns(daemon)) === round + 1)
    }
    await rm(go)
    void daemon.handlers.runOnce({})
    await drive(clock, async () => (await daemon.events('limit.reached')).length === 1)
    const limitsTold = async () => {
      await clock.advance(1)
      return (await daemon.handlers.report({ since: '1h' })).needs.filter(({ kind }) => kind === 'limit')
    }
    expect(await limitsTold()).toHaveLength(1)
    await writeFile(said, report(0.1))
    await writeFile(go, '')
    await drive(clock, async () => (await endedRuns(daemon)) === 3)
    expect((await statusOf(daemon, 'scout'))?.state).not.toBe('held')
    expect(await limitsTold()).toEqual([])
  })
})

describe('a daemon that dies', () => {
  test('leaves what its runs reserved, and the next one puts what they cost in its place', async ({
    home,
    expect,
  }) => {
    const clock = new FakeClock()
    const agent = {
      agent_command: reportAfter('go', 0.25),
      heartbeat_interval: '600',
      'limits.usd_per_day': '1',
    }
    await home.write({ scout: agent })
    await writeFile(join(home.workspace, 'go'), '')
    const first = await home.start({ clock })
    await drive(clock, async () => (await endedRuns(first)) === 1)
    await rm(join(home.workspace, 'go'))
    await rm(join(home.workspace, 'up'))
    await first.handlers.wake({ agent: 'scout' })
    await drive(clock, () => exists(join(home.workspace, 'up')))
    first.handOver()
    await first.gone()
    const second = await home.start({ clock })
    await drive(clock, async () => (await statusOf(second, 'scout'))?.state === 'running')
    expect((await statusOf(second, 'scout'))?.today).toMatchObject({ runs: 2, cost_usd: 0.25 })
    expect((await statusOf(second, 'scout'))?.limits).toEqual([])
    await writeFile(join(home.workspace, 'go'), '')
    await drive(clock, async () => (await endedRuns(second)) === 2)
    const costs = (await second.events('run.ended')).map(({ data }) => data['costUsd'])
    expect(costs).toEqual([0.25, 0.25])
    expect((await statusOf(second, 'scout'))?.today).toMatchObject({ runs: 2, tokens: 200, cost_usd: 0.5 })
  })
})

describe('keep_plan_percent', () => {
  test('holds every agent with the login of the run that told of the plan, until its window is reset', async ({
    home,
    expect,
  }) => {
    const clock = new FakeClock(Date.now())
    const resetsAt = Math.floor(clock.now().wall / 1_000) + 7_200
    const unifiedWindows = { five_hour: { utilization: 0.85, resetsAt } }
    const told = [
      { type: 'rate_limit_event', rate_limit_info: { status: 'allowed', unifiedWindows } },
      { type: 'result', subtype: 'success', is_error: false, result: 'done', total_cost_usd: 0.1 },
    ]
    const lines = told.map((line) => `echo '${JSON.stringify(line)}'`).join('; ')
    const agent = { agent_command: sh(lines), adapter: '"claude"', heartbeat_interval: '302400' }
    await home.write(
      { scout: agent, refit: agent, other: { ...agent, adapter: '"generic"' } },
      'limits.keep_plan_percent = 20',
    )
    const daemon = await home.start({ clock, scheduled: false })
    const once = async (name: string) => {
      let ok: boolean | undefined
      void daemon.handlers.runOnce({ agents: [name] }).then(({ ticks }) => (ok = ticks[0]?.ok))
      await drive(clock, async () => ok !== undefined)
      return ok
    }
    expect(await once('scout')).toBe(true)
    await expect(daemon.handlers.runOnce({ agents: ['refit'] })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^Cannot tick refit: limit, until \S+ \(85 % of the plan used, at most 80 %/,
      ),
    })
    expect((await statusOf(daemon, 'refit'))?.limits).toEqual([
      { limit: 'keep_plan_percent', scope: 'all', used: 85, of: 80, state: 'reached', until: resetsAt },
    ])
    expect(await once('other')).toBe(true)
    await clock.advance(7_200_000)
    expect(await once('refit')).toBe(true)
  })
})
