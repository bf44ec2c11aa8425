/** A daemon that leaves, dies or is stopped while runs are in flight, and the next one that takes over. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { systemProcesses } from '../../../src/platform/processes.ts'
import { eventually } from '../../helpers/eventually.ts'
import { sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'

/** Works until the file `go-<agent>` is there, then exits with `code`. It says its pid first. */
const untilTold = (code: number) =>
  sh(
    `echo $$ >"$MARROW_WORKSPACE/pid-$MARROW_AGENT"; while [ ! -e "$MARROW_WORKSPACE/go-$MARROW_AGENT" ]; do sleep 0.02; done; exit ${code}`,
  )

const SLOW_MS = 30_000

function tell(site: Site, agent: string): void {
  writeFileSync(join(site.workspace, `go-${agent}`), '')
}

/** The pid that an agent wrote down when it began. */
function pidOf(site: Site, agent: string): Promise<number> {
  return eventually(
    `the pid of ${agent}`,
    () => {
      const path = join(site.workspace, `pid-${agent}`)
      return existsSync(path) ? Number(readFileSync(path, 'utf8')) || undefined : undefined
    },
    SLOW_MS,
  )
}

/** The run of an agent that has only one, once it has ended. */
function endOf(daemon: SpawnedDaemon, agent: string) {
  return eventually(
    `the end of ${agent}`,
    async () => {
      const { runs } = await daemon.ask('runs', { agent })
      return runs.length === 1 && runs[0]?.state === 'ended' ? runs[0] : undefined
    },
    SLOW_MS,
  )
}

function exitOnRecord(site: Site, agent: string): unknown {
  const [row] = site.rows(`select outcome from runs where agent = '${agent}'`)
  return JSON.parse(String(row?.['outcome']))
}

describe('a hand over', () => {
  test('leaves runs alone; the next daemon says what goes on, what finished and what was lost', async ({
    site,
    expect,
  }) => {
    const agents = { stays: untilTold(4), finishes: untilTold(0), vanishes: untilTold(0) }
    await site.write(
      Object.fromEntries(Object.entries(agents).map(([name, agent_command]) => [name, { agent_command }])),
    )
    const first = await site.start()
    const names = Object.keys(agents)
    const pids = await Promise.all(names.map((name) => pidOf(site, name)))
    const launchers = await eventually('three launchers', async () => {
      const rows = site.rows("select agent, pid from runs where pid is not null and state = 'running'")
      return rows.length === 3
        ? new Map(rows.map((row) => [String(row['agent']), Number(row['pid'])]))
        : undefined
    })
    first.signal('SIGUSR1')
    expect(await first.ended).toBe(0)
    expect(pids.map((pid) => systemProcesses.identify(pid)?.pid)).toEqual(pids)

    tell(site, 'finishes')
    systemProcesses.signal(-(launchers.get('vanishes') ?? 0), 'SIGKILL')
    await eventually('its agent to be gone', () =>
      systemProcesses.identify(pids[2] ?? 0) === undefined ? true : undefined,
    )
    await eventually('the code of the one that finished', () => {
      const [row] = site.rows("select id from runs where agent = 'finishes'")
      return existsSync(join(site.stateDir, 'runs', String(row?.['id']), 'exit')) ? true : undefined
    })

    const second = await site.start()
    const status = await second.ask('status', {})
    expect(status.adopted).toEqual({ adopted: 1, finished: 1, lost: 1, unstarted: 0 })
    expect(status.agents['stays']?.state).toBe('running')
    expect(systemProcesses.identify(pids[0] ?? 0)?.pid).toBe(pids[0])
    expect((await endOf(second, 'finishes')).outcome).toBe('succeeded')
    expect((await endOf(second, 'vanishes')).outcome).toMatch(/^lost/)
    tell(site, 'stays')
    expect((await endOf(second, 'stays')).outcome).toBe('failed: exited with code 4')
    expect(site.rows('select count(*) as n from ticks')[0]?.['n']).toBe(3)
  })

  test('by marrow restart is the same, and a run is not begun twice when the daemon is killed over and over', async ({
    site,
    expect,
  }) => {
    await site.write({ stays: { agent_command: untilTold(0) } })
    let daemon = await site.start()
    const pid = await pidOf(site, 'stays')
    const restart = site.marrow('restart')
    expect(await daemon.ended).toBe(0)
    daemon = await site.start()
    expect(await restart).toMatchObject({ code: 0, err: '' })
    await daemon.kill()
    for (let round = 0; round < 3; round += 1) {
      daemon = await site.start()
      expect((await daemon.ask('status', {})).adopted).toMatchObject({ adopted: 1 })
      await daemon.kill()
    }
    daemon = await site.start()
    expect(systemProcesses.identify(pid)?.pid).toBe(pid)
    tell(site, 'stays')
    expect((await endOf(daemon, 'stays')).outcome).toBe('succeeded')
    expect((await daemon.ask('journal', { kind: 'run.started' })).events).toHaveLength(1)
  })
})

describe('a daemon that died between the launch of a run and its note of it', () => {
  for (const finishesFirst of [false, true]) {
    const when = finishesFirst ? 'ended meanwhile' : 'goes on'
    test(`leaves a run that ${when}, and the next one knows when it really began`, async ({
      site,
      expect,
    }) => {
      await site.write({ stays: { agent_command: untilTold(4) } })
      const first = await site.start()
      const pid = await pidOf(site, 'stays')
      await first.kill()
      const diedAt = Date.now()
      const [row] = site.rows('select id, recorded_at from runs')
      site.alter(
        "update runs set state = 'recorded', pid = null, pid_start = null, pid_boot = null, started_at = null",
      )
      if (finishesFirst) {
        tell(site, 'stays')
        await eventually('its code', () =>
          existsSync(join(site.stateDir, 'runs', String(row?.['id']), 'exit')) ? true : undefined,
        )
      }
      const second = await site.start()
      const found = finishesFirst ? { finished: 1 } : { adopted: 1 }
      expect((await second.ask('status', {})).adopted).toMatchObject(found)
      if (!finishesFirst) {
        expect(systemProcesses.identify(pid)?.pid).toBe(pid)
        tell(site, 'stays')
      }
      const run = await endOf(second, 'stays')
      expect(run.outcome).toBe('failed: exited with code 4')
      const startedAt = Date.parse(run.started_at ?? '')
      expect(startedAt).toBeGreaterThanOrEqual(Number(row?.['recorded_at']))
      expect(startedAt).toBeLessThan(diedAt)
      expect(run.duration_ms).toBeGreaterThan(0)
    })
  }
})

describe('a stop', () => {
  test('lets runs finish within their grace, ends the others, records all, and leaves nothing', async ({
    site,
    expect,
  }) => {
    const listens = sh(
      'trap "exit 5" TERM; echo $$ >"$MARROW_WORKSPACE/pid-$MARROW_AGENT"; while :; do sleep 0.02; done',
    )
    const deaf = sh(
      'trap "" TERM; echo $$ >"$MARROW_WORKSPACE/pid-$MARROW_AGENT"; setsid sleep 600 & while :; do sleep 0.02; done',
    )
    await site.write(
      {
        quick: { agent_command: untilTold(3) },
        listens: { agent_command: listens },
        deaf: { agent_command: deaf },
      },
      { stop_grace_seconds: '3' },
    )
    const daemon = await site.start()
    await Promise.all(['quick', 'listens', 'deaf'].map((name) => pidOf(site, name)))
    daemon.signal('SIGTERM')
    await eventually('the stop to be seen', async () =>
      (await daemon.ask('status', {})).stopping ? true : undefined,
    )
    const { next } = await daemon.ask('wake', { agent: 'quick', reason: 'too late for today' })
    expect(next).not.toContain('starts now')
    tell(site, 'quick')
    expect(await daemon.ended).toBe(0)
    expect(exitOnRecord(site, 'quick')).toMatchObject({ kind: 'failed', exitCode: 3 })
    expect(exitOnRecord(site, 'listens')).toEqual({ kind: 'ended', by: 'stop', exitCode: 5 })
    expect(exitOnRecord(site, 'deaf')).toEqual({ kind: 'ended', by: 'stop', exitCode: 137 })
    expect(site.processes()).toEqual([])
    expect(existsSync(join(site.stateDir, 'marrow.sock'))).toBe(false)
    expect(site.rows("select * from triggers where reason = 'too late for today'")).toHaveLength(1)
  })

  test('asked for twice ends the daemon at once, and its runs go on', async ({ site, expect }) => {
    await site.write({ stays: { agent_command: untilTold(0) } }, { stop_grace_seconds: '600' })
    const daemon = await site.start()
    const pid = await pidOf(site, 'stays')
    daemon.signal('SIGTERM')
    await eventually('the stop to be seen', async () =>
      (await daemon.ask('status', {})).stopping ? true : undefined,
    )
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(1)
    expect(systemProcesses.identify(pid)?.pid).toBe(pid)
  })
})

describe('a second daemon', () => {
  test('is refused with the pid of the first, which goes on', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('true') } })
    const daemon = await site.start()
    const refused = await site.marrow('run')
    expect(refused.code).not.toBe(0)
    expect(refused.err).toContain(`pid ${daemon.pid}`)
    expect((await daemon.ask('status', {})).pid).toBe(daemon.pid)
  })

  test('after a kill -9 finds a stale socket and lock, and neither is an obstacle', async ({
    site,
    expect,
  }) => {
    await site.write({ scout: { agent_command: sh('true') } })
    const first = await site.start()
    await endOf(first, 'scout')
    await first.kill()
    expect(existsSync(join(site.stateDir, 'marrow.sock'))).toBe(true)
    expect(existsSync(join(site.stateDir, 'daemon.json'))).toBe(true)
    const second = await site.start()
    expect((await second.ask('runs', {})).runs).toHaveLength(1)
  })
})

describe('a deadline', () => {
  test('that passes while no daemon runs is enforced by the next one before it starts anything', async ({
    site,
    expect,
  }) => {
    const timeoutMs = 5_000 // The least that can be configured.
    const hangs = sh('trap "" TERM; echo $$ >"$MARROW_WORKSPACE/pid-$MARROW_AGENT"; sleep 600 & wait; wait')
    await site.write({
      hangs: { agent_command: hangs, heartbeat_timeout: String(timeoutMs / 1_000) },
      other: { agent_command: sh('true') },
    })
    const first = await site.start()
    const pid = await pidOf(site, 'hangs')
    await endOf(first, 'other')
    // The file, because it can be lifted while no daemon runs: then the next one finds both, work and a deadline.
    writeFileSync(join(site.stateDir, 'PAUSED'), '')
    await eventually('the pause', async () => (await first.ask('status', {})).paused ?? undefined)
    await first.ask('wake', { agent: 'other', reason: 'work that waits' })
    await first.kill()
    rmSync(join(site.stateDir, 'PAUSED'))
    await eventually(
      'the deadline to pass',
      () => {
        const [run] = site.rows("select started_at from runs where agent = 'hangs'")
        return Date.now() > Number(run?.['started_at']) + timeoutMs ? true : undefined
      },
      SLOW_MS,
    )
    expect(systemProcesses.identify(pid)?.pid).toBe(pid)
    const second = await site.start()
    expect((await endOf(second, 'hangs')).outcome).toBe('ended by deadline')
    const { events } = await second.ask('journal', { limit: 1_000 })
    const started = events.findLast(({ kind }) => kind === 'daemon.started')
    const after = events.filter(({ id }) => id > (started?.id ?? 0)).map(({ kind }) => kind)
    expect(after.filter((kind) => kind === 'run.ending' || kind === 'tick.begun')).toEqual([
      'run.ending',
      'tick.begun',
    ])
    expect(site.processes().filter((row) => row.pid === pid)).toEqual([])
  })
})
