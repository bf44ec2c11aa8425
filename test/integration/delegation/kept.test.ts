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
    // For a day its agent may still be told of it, and whoever looks for one sees where it stood.
    expect((await site.marrow('runs', 'tree', chief.run)).out).toMatch(/^chief as l1\/chief {2}no longer on/)
    expect(await site.marrow('show', quick)).toMatchObject({
      code: 1,
      err: `Cannot find the run: the record of ${quick} was removed.\nFix: See what hangs together with it: marrow runs tree ${quick}\n`,
    })
    expect((await site.marrow('runs', 'tree', stays)).out).toContain(`${stays}\n`)
  })

  test('leaves a failed run at its place below those that it removes', async ({ site, expect }) => {
    await team(site, {
      'l1/chief': 'marrow delegate lead --task Lead. --wait',
      'l2/lead': 'marrow delegate hand --task Fail. --wait; echo lead',
      'l3/hand': 'exit 3',
    })
    const daemon = await site.start()
    const before = await eventually('all three', async () => {
      const all = await tree(daemon)
      return all.length === 3 && all.every(({ state }) => state === 'ended') ? all : undefined
    })
    await cleaned(site, '--older', '0s', '--yes')
    site.alter('update delegations set ended_at = 1')
    daemon.signal('SIGTERM')
    await daemon.ended
    const next = await site.start()
    await site.marrow('run-once', 'chief') // Behind its first own look at what is old.
    const [, , failed] = before
    const { runs } = await next.ask('runsTree', { id: failed?.run })
    expect(runs.map(({ run, ok, outcome }) => [run, ok, outcome])).toEqual([
      [before[0]?.run, null, 'no longer on record'],
      [before[1]?.run, null, 'no longer on record'],
      [failed?.run, false, 'failed: exited with code 3'],
    ])
  })
})
