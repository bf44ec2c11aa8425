import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../../helpers/eventually.ts'
import { sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'

const quick = { agent_command: sh('cat > "$MARROW_NOTES/prompt"; echo done') }
/** Works, with a child of its own, until it is ended. */
const patient = { agent_command: sh('sleep 600 & echo begun; wait') }

async function stateOf(daemon: SpawnedDaemon, agent: string): Promise<string | undefined> {
  return (await daemon.ask('status', {})).agents[agent]?.state
}

function ended(site: Site, count: number): Promise<true> {
  return eventually(`${count} ended runs`, () =>
    site.rows("select id from runs where state = 'ended'").length >= count ? true : undefined,
  )
}

test('pause holds everything over a restart of the daemon, resume lets it go', async ({ site, expect }) => {
  await site.write({ scout: quick })
  const first = await site.start()
  await ended(site, 1)
  expect(await site.marrow('pause', '--reason', 'lunch')).toEqual({
    code: 0,
    out: '✓ everything is paused; runs in flight go on\n',
    err: '',
  })
  expect((await site.marrow('wake', 'scout', '--prompt', 'Look at the roof.')).out).toBe(
    '✓ wake recorded for scout\n  Everything is paused: it is delivered after: marrow resume\n',
  )
  first.signal('SIGTERM')
  await first.ended
  const second = await site.start()
  expect((await second.ask('status', {})).paused).toMatchObject({ reason: 'lunch', by: 'operator' })
  expect(await site.marrow('run-once')).toMatchObject({
    code: 1,
    err: 'Cannot tick: everything is paused: lunch.\nFix: Lift it with: marrow resume\n',
  })
  expect((await second.ask('status', {})).agents['scout']).toMatchObject({
    tick_count: 1,
    state: 'paused',
    triggers_pending: 1,
  })
  expect((await site.marrow('resume')).out).toBe('✓ everything is resumed\n')
  await ended(site, 2)
  expect((await site.marrow('show', 'scout', '--prompt')).out).toContain('Look at the roof.')
})

test('pause of one agent leaves the others at work', async ({ site, expect }) => {
  await site.write({ scout: quick, critic: quick })
  const daemon = await site.start()
  await ended(site, 2)
  expect((await site.marrow('pause', 'scout')).out).toBe('✓ scout is paused; runs in flight go on\n')
  await site.marrow('wake', 'scout')
  expect((await site.marrow('wake', 'critic', '--reason', 'late')).out).toBe(
    '✓ wake recorded for critic\n  critic starts now.\n',
  )
  await ended(site, 3)
  expect(await stateOf(daemon, 'scout')).toBe('paused')
  expect((await daemon.ask('status', {})).agents['scout']?.doing).toBe('paused')
  await site.marrow('resume', 'scout')
  await ended(site, 4)
})

test('a file PAUSED in state_dir does the same, and resume removes it', async ({ site, expect }) => {
  await site.write({ scout: quick })
  const file = join(site.stateDir, 'PAUSED')
  expect((await site.marrow('pause')).err).toContain(`touch ${file}`)
  await writeFile(file, '')
  const daemon = await site.start()
  await eventually('the pause', async () => (await daemon.ask('status', {})).paused?.by)
  expect((await daemon.ask('status', {})).agents['scout']?.tick_count).toBe(0)
  await site.marrow('resume')
  expect(existsSync(file)).toBe(false)
  await ended(site, 1)
  await writeFile(file, '')
  await eventually('the pause', async () => (await daemon.ask('status', {})).paused?.by)
  await rm(file)
  await eventually('its end', async () =>
    (await daemon.ask('status', {})).paused === null ? true : undefined,
  )
})

test('wake makes a tick at once, and one that meets a busy agent comes with the next', async ({
  site,
  expect,
}) => {
  const go = join(site.workspace, 'go')
  await site.write({
    scout: {
      agent_command: sh(
        'while [ -d "$MARROW_WORKSPACE" ] && [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.05; done',
      ),
    },
  })
  const daemon = await site.start()
  await eventually('the run', async () => ((await stateOf(daemon, 'scout')) === 'running' ? true : undefined))
  for (const word of ['one', 'two']) {
    expect((await site.marrow('wake', 'scout', '--prompt', `words ${word}`)).out).toContain(
      'scout is at work: it is delivered with its next tick.',
    )
  }
  await writeFile(go, '')
  await ended(site, 2)
  const prompt = (await site.marrow('show', 'scout', '--prompt')).out
  expect(prompt).toMatch(/words one[^]*words two/)
  expect(site.rows('select id from ticks')).toHaveLength(2)
  expect(await site.marrow('wake', 'nobody')).toEqual({
    code: 1,
    out: '',
    err: 'unknown agent: nobody\nFix: The agents of this configuration: scout.\n',
  })
})

test('cancel ends a run and every process of it, by agent or by run, and counts for no failure', async ({
  site,
  expect,
}) => {
  await site.write({ scout: patient })
  const daemon = await site.start()
  const running = () =>
    eventually('the run', async () => {
      const [run] = (await daemon.ask('runs', { limit: 1 })).runs
      return run?.state === 'running' && site.processes().length >= 3 ? run.id : undefined
    })
  const first = await running()
  expect((await site.marrow('cancel', 'scout')).out).toBe(
    `✓ ${first} is being ended, with every process that it started\n`,
  )
  await ended(site, 1)
  expect(site.processes()).toEqual([])
  for (let round = 2; round <= 4; round += 1) {
    await site.marrow('wake', 'scout')
    const id = await running()
    expect((await site.marrow('cancel', round % 2 === 0 ? id : id.slice(-4))).code).toBe(0)
    await ended(site, round)
  }
  expect((await daemon.ask('status', {})).agents['scout']).toMatchObject({
    state: 'idle',
    held_reason: null,
    last_outcome: 'ended by operator',
  })
  expect(await site.marrow('cancel', 'scout')).toEqual({
    code: 1,
    out: '',
    err: 'Cannot cancel: scout has no run in flight.\nFix: See what runs with: marrow status\n',
  })
})
