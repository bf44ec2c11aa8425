/** The brakes: the command, the file that works when the daemon does not answer, and what waits behind them. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { statusLines } from '../../../src/cli/render/status.ts'
import { eventually } from '../../helpers/eventually.ts'
import { plainScreen } from '../../helpers/plain-screen.ts'
import { sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'

const SLOW_MS = 30_000

function endedRuns(daemon: SpawnedDaemon, count: number) {
  return eventually(
    `${count} ended runs`,
    async () => {
      const ended = (await daemon.ask('runs', {})).runs.filter(({ state }) => state === 'ended')
      return ended.length >= count ? ended : undefined
    },
    SLOW_MS,
  )
}

function pausedBy(daemon: SpawnedDaemon) {
  return eventually('the pause', async () => (await daemon.ask('status', {})).paused?.by, SLOW_MS)
}

async function promptOf(daemon: SpawnedDaemon, run: string): Promise<string> {
  return (await daemon.ask('readLog', { id: run, stream: 'prompt', limit: 1_000_000 })).text
}

/** Of the status that people see. */
async function firstLine(daemon: SpawnedDaemon): Promise<string | undefined> {
  return statusLines(await daemon.ask('status', {}), plainScreen())[0]
}

function pauseFileOf(site: Site): string {
  return join(site.stateDir, 'PAUSED')
}

describe('a pause', () => {
  test('holds what starts work over a kill -9, and what came meanwhile is delivered after resume', async ({
    site,
    expect,
  }) => {
    await site.write({ scout: { agent_command: sh('true') }, other: { agent_command: sh('true') } })
    let daemon = await site.start()
    await endedRuns(daemon, 2)
    expect(await site.marrow('pause')).toMatchObject({ code: 0 })
    await daemon.ask('wake', { agent: 'scout', prompt: 'the first thing' })
    await daemon.kill()
    daemon = await site.start()
    await daemon.ask('wake', { agent: 'scout', prompt: 'the second thing' })
    expect(await firstLine(daemon)).toMatch(/paused/i)
    expect((await site.marrow('run-once', 'scout')).code).not.toBe(0)
    expect((await daemon.ask('status', {})).agents['scout']).toMatchObject({
      state: 'paused',
      triggers_pending: 2,
    })
    expect((await daemon.ask('runs', {})).runs).toHaveLength(2)
    expect(await site.marrow('resume')).toMatchObject({ code: 0 })
    const [third] = await endedRuns(daemon, 3)
    const prompt = await promptOf(daemon, third?.id ?? '')
    expect(prompt).toContain('the first thing')
    expect(prompt).toContain('the second thing')
    expect((await daemon.ask('status', {})).agents['scout']?.triggers_pending).toBe(0)
  })

  test('of one agent holds that one over a restart, and no other', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('true') }, other: { agent_command: sh('true') } })
    let daemon = await site.start()
    await endedRuns(daemon, 2)
    await daemon.ask('pause', { agent: 'scout' })
    daemon.signal('SIGUSR1')
    await daemon.ended
    daemon = await site.start()
    for (const agent of ['scout', 'other']) await daemon.ask('wake', { agent, prompt: `for ${agent}` })
    expect((await endedRuns(daemon, 3))[0]?.agent).toBe('other')
    expect((await daemon.ask('status', {})).agents['scout']?.state).toBe('paused')
    await daemon.ask('resume', { agent: 'scout' })
    expect((await endedRuns(daemon, 4))[0]?.agent).toBe('scout')
  })
})

describe('the file PAUSED', () => {
  test('put there while no daemon runs lets the next one start nothing', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('true') } })
    writeFileSync(pauseFileOf(site), '')
    const daemon = await site.start()
    expect(await pausedBy(daemon)).toBe('file')
    await daemon.ask('wake', { agent: 'scout', prompt: 'wait for me' })
    expect(await firstLine(daemon)).toMatch(/paused.*PAUSED/i)
    expect((await daemon.ask('runs', {})).runs).toEqual([])
    rmSync(pauseFileOf(site))
    const [run] = await endedRuns(daemon, 1)
    expect(await promptOf(daemon, run?.id ?? '')).toContain('wait for me')
  })

  test('put there while the daemon runs holds new work, lets runs go on, and goes with resume', async ({
    site,
    expect,
  }) => {
    const untilTold = sh('while [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.02; done')
    await site.write({ scout: { agent_command: untilTold } })
    const daemon = await site.start()
    await eventually('a run', async () =>
      (await daemon.ask('runs', {})).runs[0]?.state === 'running' ? true : undefined,
    )
    writeFileSync(pauseFileOf(site), '')
    expect(await pausedBy(daemon)).toBe('file')
    await daemon.ask('wake', { agent: 'scout', prompt: 'after the pause' })
    writeFileSync(join(site.workspace, 'go'), '')
    const [first] = await endedRuns(daemon, 1)
    expect(first?.outcome).toBe('succeeded')
    expect((await daemon.ask('status', {})).agents['scout']).toMatchObject({
      state: 'paused',
      triggers_pending: 1,
    })
    await daemon.ask('resume', {})
    const [second] = await endedRuns(daemon, 2)
    expect(await promptOf(daemon, second?.id ?? '')).toContain('after the pause')
    expect((await daemon.ask('status', {})).paused).toBeNull()
  })
})
