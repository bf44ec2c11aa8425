/** What stays of runs that were handed on, when records are removed while something of them goes on. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { cleaned, keepTemporary, test } from '../../helpers/clean-world.ts'
import { eventually } from '../../helpers/eventually.ts'
import type { Site } from '../../helpers/spawned-daemon.ts'
import { allEnded, askerOf, letGo, runIn, team, tickRun, tree } from '../../helpers/team.ts'

keepTemporary()

/** Ids of what is on record. */
function ids(site: Site): unknown[] {
  return site.rows('select id from runs order by recorded_at, id').map(({ id }) => id)
}

describe('marrow clean', () => {
  test('leaves what a run that goes on may still ask for, and what led to one that does', async ({
    site,
    expect,
  }) => {
    await team(site, {
      'l1/chief': 'hold chief; echo led',
      'l2/lead': 'marrow delegate hand --task Stay. --detach > /dev/null; echo lead',
      'l3/hand': 'grep -q Stay. && hold hand; echo hand',
    })
    const daemon = await site.start()
    const chief = await askerOf(site, await tickRun(daemon))
    const { run: lead } = await chief.ask('delegate', { role: 'lead', task: 'Lead.' })
    const { run: quick } = await chief.ask('delegate', { role: 'hand', task: 'Quick.' })
    for (const run of [lead, quick]) await chief.ask('delegation', { run, wait_s: 50 })
    const { run: stays } = await runIn(daemon, 'l3/hand')

    expect(await cleaned(site, '--older', '0s', '--yes')).toEqual([])
    expect(await chief.marrow(['delegate', 'wait', quick])).toMatchObject({ code: 0, out: 'hand\n' })
    await letGo(site, 'chief')
    await eventually('the end of the chief', async () =>
      (await daemon.ask('showRun', { id: chief.run })).state === 'ended' ? true : undefined,
    )
    expect(await cleaned(site, '--older', '0s', '--yes')).toEqual([])
    expect((await tree(daemon)).map(({ run, outcome }) => [run, outcome])).toEqual([
      [chief.run, 'succeeded'],
      [lead, 'succeeded'],
      [stays, null],
      [quick, 'succeeded'],
    ])
    expect(existsSync(join(site.stateDir, 'runs', quick, 'stdout'))).toBe(true)
    await letGo(site, 'hand')
    await allEnded(daemon)
    expect(await cleaned(site, '--older', '0s', '--yes')).toMatchObject([{ kind: 'runs', count: 4 }])
    expect(ids(site)).toEqual([])
  })
})
