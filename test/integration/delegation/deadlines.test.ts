/** Deadlines of runs that were handed on, on a clock of the test's own. */
import { dirname } from 'node:path'
import { describe } from 'vitest'
import { drive, sh, test } from '../../helpers/daemon.ts'
import { FakeClock } from '../../helpers/fake-clock.ts'
import { writeRoles } from '../../helpers/role-layer.ts'
import { askerOf } from '../../helpers/team.ts'

describe('the deadline of a child', () => {
  test('ends the child alone, and that of its parent those that are not detached', async ({
    home,
    expect,
  }) => {
    const clock = new FakeClock()
    await home.write({
      chief: { agent_command: sh('sleep 600'), role: "'l1/chief'", heartbeat_timeout: '120' },
    })
    await writeRoles(dirname(home.configPath))
    const daemon = await home.start({ clock, ipc: true })
    const outcomes = async () =>
      (await daemon.handlers.runsTree({ id: undefined, limit: 9 })).runs.map(({ task, outcome }) => [
        task,
        outcome,
      ])
    await drive(clock, async () => (await daemon.runs()).some(({ state }) => state === 'running'))
    const [first] = await daemon.runs()
    const chief = await askerOf(home, first?.id ?? '')
    const delegate = (task: string, more: object) => chief.ask('delegate', { role: 'hand', task, ...more })
    await delegate('Short.', { deadline_s: 20 })
    await delegate('Long.', {})
    await delegate('Detached.', { detach: true, deadline_s: 3_600 })
    await drive(
      clock,
      async () => (await daemon.runs()).filter(({ state }) => state === 'running').length === 4,
    )
    await clock.advance(20_000)
    await drive(clock, async () => (await daemon.runs()).some(({ state }) => state === 'ended'))
    expect(await outcomes()).toEqual([
      [null, null],
      ['Short.', 'ended by deadline'],
      ['Long.', null],
      ['Detached.', null],
    ])
    await clock.advance(100_000)
    await drive(
      clock,
      async () => (await daemon.runs()).filter(({ state }) => state === 'ended').length === 3,
    )
    expect(await outcomes()).toEqual([
      [null, 'ended by deadline'],
      ['Short.', 'ended by deadline'],
      ['Long.', expect.stringMatching(/^ended /)],
      ['Detached.', null],
    ])
  })
})
