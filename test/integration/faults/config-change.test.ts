/** marrow.toml is edited while the daemon runs: a mistake changes nothing, a valid edit takes effect without a restart. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'

const SLOW_MS = 30_000

const untilTold = sh('while [ ! -e "$MARROW_WORKSPACE/go-$MARROW_AGENT" ]; do sleep 0.02; done; exit 6')

function tell(site: Site, agent: string): void {
  writeFileSync(join(site.workspace, `go-${agent}`), '')
}

function runOf(daemon: SpawnedDaemon, agent: string, state: string) {
  return eventually(
    `a run of ${agent} that is ${state}`,
    async () => (await daemon.ask('runs', { agent })).runs.find((run) => run.state === state),
    SLOW_MS,
  )
}

function problems(daemon: SpawnedDaemon, wanted: RegExp): Promise<readonly string[]> {
  return eventually(
    `the problem ${wanted}`,
    async () => {
      const found = (await daemon.ask('status', {})).config_problems
      return found.some((line) => wanted.test(line)) ? found : undefined
    },
    SLOW_MS,
  )
}

async function eventsOf(daemon: SpawnedDaemon, kind: string) {
  return (await daemon.ask('journal', { kind, limit: 1_000 })).events
}

describe('an edit with a mistake', () => {
  test('changes nothing, is shown in status and as an event, and is gone once it is mended', async ({
    site,
    expect,
  }) => {
    await site.write({ scout: { agent_command: untilTold } })
    const good = readFileSync(site.configPath, 'utf8')
    const daemon = await site.start()
    const run = await runOf(daemon, 'scout', 'running')
    for (const [text, shown] of [
      [good.replace('name =', 'nmae ='), /nmae/],
      [`${good}\n[[agents]]\nname = "other"\n`, /agent_command/],
      [`${good}\n[[agents\n`, /marrow\.toml/],
      [good.replace(site.stateDir, `${site.stateDir}-2`), /state_dir/],
    ] as const) {
      const before = (await eventsOf(daemon, 'config.rejected')).length
      writeFileSync(site.configPath, text)
      await problems(daemon, shown)
      await eventually('the event', async () =>
        (await eventsOf(daemon, 'config.rejected')).length > before ? true : undefined,
      )
      const status = await daemon.ask('status', {})
      expect(Object.keys(status.agents)).toEqual(['scout'])
      expect(status.agents['scout']).toMatchObject({ state: 'running', run: run.id })
      // With another state_dir in the file the command looks for another daemon, and finds none.
      if (!shown.test('state_dir')) expect((await site.marrow('status')).out).toMatch(shown)
    }
    expect((await daemon.ask('wake', { agent: 'scout', prompt: 'still here?' })).ok).toBe(true)

    writeFileSync(site.configPath, good)
    await eventually('no problem', async () =>
      (await daemon.ask('status', {})).config_problems.length === 0 ? true : undefined,
    )
    tell(site, 'scout')
    expect((await runOf(daemon, 'scout', 'ended')).outcome).toBe('failed: exited with code 6')
  })

  test('by taking the file away is the same', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('true') } })
    const daemon = await site.start()
    await runOf(daemon, 'scout', 'ended')
    rmSync(site.configPath)
    await problems(daemon, /marrow\.toml/)
    await daemon.ask('wake', { agent: 'scout', prompt: 'still here?' })
    await eventually('the second run', async () =>
      (await daemon.ask('runs', {})).runs.length === 2 ? true : undefined,
    )
    expect((await daemon.ask('health', {})).status).toBe('ok')
  })
})

describe('a valid edit', () => {
  test('lets a new agent tick at once, and settles the open run of one that was taken out', async ({
    site,
    expect,
  }) => {
    await site.write({ leaves: { agent_command: untilTold }, stays: { agent_command: sh('true') } })
    const daemon = await site.start()
    await runOf(daemon, 'leaves', 'running')
    await runOf(daemon, 'stays', 'ended')
    await site.write({ stays: { agent_command: sh('true') }, comes: { agent_command: sh('exit 3') } })
    expect((await runOf(daemon, 'comes', 'ended')).outcome).toBe('failed: exited with code 3')
    expect(Object.keys((await daemon.ask('status', {})).agents)).toEqual(['stays', 'comes'])
    expect((await daemon.ask('runs', { agent: 'stays' })).runs).toHaveLength(1)
    tell(site, 'leaves')
    expect((await runOf(daemon, 'leaves', 'ended')).outcome).toBe('failed: exited with code 6')
    expect(site.rows("select * from ticks where state <> 'ended'")).toEqual([])
    await eventually('its processes to be gone', () => (site.processes().length === 0 ? true : undefined))
  })

  test('that takes an agent out still lets its deadline end it', async ({ site, expect }) => {
    await site.write({
      leaves: { agent_command: sh('sleep 600'), heartbeat_timeout: '5' },
      stays: { agent_command: sh('true') },
    })
    const daemon = await site.start()
    await runOf(daemon, 'leaves', 'running')
    await site.write({ stays: { agent_command: sh('true') } })
    expect((await runOf(daemon, 'leaves', 'ended')).outcome).toBe('ended by deadline')
  })

  test('of a command is what the next tick runs; the schedule and its counts stay', async ({
    site,
    expect,
  }) => {
    await site.write({ scout: { agent_command: sh('exit 1') } })
    const daemon = await site.start()
    await runOf(daemon, 'scout', 'ended')
    const before = (await daemon.ask('status', {})).agents['scout']
    await site.write({ scout: { agent_command: sh('exit 2') } })
    await eventually('the new file', async () => (await eventsOf(daemon, 'config.loaded'))[0])
    expect((await daemon.ask('status', {})).agents['scout']).toMatchObject({
      next_tick_at: before?.next_tick_at,
      tick_count: 1,
    })
    await daemon.ask('wake', { agent: 'scout' })
    await eventually('the new command', async () => {
      const [run] = (await daemon.ask('runs', {})).runs
      return run?.outcome === 'failed: exited with code 2' ? true : undefined
    })
  })

  test('is taken up by SIGHUP too', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('true') } })
    const daemon = await site.start()
    daemon.signal('SIGHUP')
    const event = await eventually('the reload', async () => (await eventsOf(daemon, 'config.loaded'))[0])
    expect(event.data).toMatchObject({ agents: 1 })
  })
})
