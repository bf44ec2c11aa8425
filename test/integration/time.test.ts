import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { drive, exists, sh, test } from '../helpers/daemon.ts'
import { FakeClock } from '../helpers/fake-clock.ts'

const HOUR = 3_600_000

describe('time', () => {
  test('a machine that slept ten hours ticks once, not ten times, and counts what it missed', async ({
    home,
    expect,
  }) => {
    const clock = new FakeClock()
    await home.write({ scout: { agent_command: sh('true') } })
    const daemon = await home.start({ clock })
    await drive(clock, async () => (await daemon.runs())[0]?.state === 'ended')
    clock.jump(10 * HOUR)
    await clock.advance(10_000)
    await drive(clock, async () => (await daemon.runs())[1]?.state === 'ended')
    for (let step = 0; step < 20; step += 1) await clock.advance(60_000)
    expect(await daemon.runs()).toHaveLength(2)
    const { agents } = await daemon.handlers.status({})
    expect(agents['scout']?.missed_count).toBeGreaterThanOrEqual(8)
    expect(await daemon.events('clock.jumped')).toHaveLength(1)
  })

  test('a clock that is set back doubles nothing and silences nobody', async ({ home, expect }) => {
    const clock = new FakeClock()
    await home.write({ scout: { agent_command: sh('true') } })
    const daemon = await home.start({ clock })
    const ended = async () => (await daemon.runs()).filter(({ state }) => state === 'ended').length
    await drive(clock, async () => (await ended()) === 1)
    clock.jump(-30 * HOUR)
    for (let minute = 0; minute < 50; minute += 1) await clock.advance(60_000)
    expect(await daemon.runs()).toHaveLength(1)
    for (let minute = 0; minute < 20; minute += 1) await clock.advance(60_000)
    await drive(clock, async () => (await ended()) === 2)
    expect((await daemon.events('clock.jumped')).map(({ data }) => data['ms'])).toEqual([-30 * HOUR])
  })

  test('a deadline counts only time that the machine was awake', async ({ home, expect }) => {
    const clock = new FakeClock()
    const script = sh(
      'touch "$MARROW_WORKSPACE/up"; while [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.02; done',
    )
    await home.write({ scout: { agent_command: script, heartbeat_timeout: '100' } })
    const daemon = await home.start({ clock })
    await drive(clock, () => exists(join(home.workspace, 'up')))
    clock.jump(10 * HOUR)
    await clock.advance(10_000)
    expect(await daemon.events('run.ending')).toEqual([])
    await clock.advance(100_000)
    await drive(clock, async () => (await daemon.runs())[0]?.state === 'ended')
    expect((await daemon.runs())[0]?.outcome).toBe('ended by deadline')
  })

  test('next slots, counts and the breaker survive a restart: nothing ticks again', async ({
    home,
    expect,
  }) => {
    const clock = new FakeClock()
    await home.write({
      scout: { agent_command: sh('exit 1') },
      refit: { agent_command: sh('true'), heartbeat_interval: '302400' },
    })
    const first = await home.start({ clock })
    await drive(clock, async () => (await first.runs()).filter(({ state }) => state === 'ended').length === 2)
    const before = (await first.handlers.status({})).agents
    first.stop()
    await first.gone()
    await clock.advance(HOUR / 10)
    const second = await home.start({ clock })
    await clock.advance(60_000)
    const after = (await second.handlers.status({})).agents
    expect(await second.runs()).toHaveLength(2)
    expect(after['refit']?.next_tick_at).toBe(before['refit']?.next_tick_at)
    expect(after['scout']).toMatchObject({ tick_count: 1, last_error: 'failed: exited with code 1' })
  })

  test('a network that is not back yet after the machine woke up counts as no failure', async ({
    home,
    expect,
  }) => {
    const clock = new FakeClock()
    const report = '{"marrow":{"error":{"reason":"connection","detail":"no route to the model"}}}'
    await home.write({ scout: { agent_command: sh(`[ ! -e "$MARROW_WORKSPACE/off" ] || echo '${report}'`) } })
    const daemon = await home.start({ clock })
    const ended = async () => (await daemon.runs()).filter(({ state }) => state === 'ended').length
    await drive(clock, async () => (await ended()) === 1)
    await writeFile(join(home.workspace, 'off'), '')
    clock.jump(10 * HOUR)
    await clock.advance(10_000)
    for (let round = 2; round <= 5; round += 1) {
      await daemon.handlers.wake({ agent: 'scout' })
      await drive(clock, async () => (await ended()) >= round)
    }
    const scout = async () => (await daemon.handlers.status({})).agents['scout']
    expect(await scout()).toMatchObject({ last_error: 'failed: no route to the model', held_reason: null })
    // Five minutes later it is a failure like any other.
    await clock.advance(6 * 60_000)
    for (let round = (await ended()) + 1; (await scout())?.held_reason === null && round < 20; round += 1) {
      await daemon.handlers.wake({ agent: 'scout' })
      await drive(clock, async () => (await ended()) >= round)
    }
    expect((await scout())?.held_reason).toContain('no route to the model')
  })
})
