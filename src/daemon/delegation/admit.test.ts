import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { chiefAtWork } from '../../../test/helpers/chief-at-work.ts'
import { test, type LiveDaemon } from '../../../test/helpers/daemon.ts'
import { FakeClock } from '../../../test/helpers/fake-clock.ts'
import { reasonOf } from '../../base/errors.ts'
import type { Verb } from '../../ipc/routes.ts'
import { readRun } from '../../runner/store.ts'
import { createAdmit } from './admit.ts'

/** A gate at a time of the test's choice, and what it says. */
function gateAt({ core }: LiveDaemon, wall: number) {
  const clock = new FakeClock(wall)
  const admit = createAdmit({ ...core, clock })
  const said = (token: string | undefined, verb: Verb = 'me') =>
    admit(token === undefined ? undefined : `Bearer ${token}`, verb).then(({ run }) => run, reasonOf)
  return { clock, said }
}

describe('the gate of the agents’ door', () => {
  test('lets a run in until a minute after its deadline, and no longer', async ({ home, expect }) => {
    const { daemon, holder } = await chiefAtWork(home)
    const token = readFileSync(join(home.stateDir, 'runs', holder.run, 'token'), 'utf8').trim()
    const deadline = (await daemon.core.db.read((tx) => readRun(tx, holder.run)))?.deadline.wall ?? 0
    const { clock, said } = gateAt(daemon, deadline - 1)
    expect(await said(token)).toBe(holder.run)
    await clock.advance(60_001)
    expect(await said(token)).toBe(holder.run)
    await clock.advance(1)
    expect(await said(token)).toBe('Cannot do me: the time of this token is over.')
    expect(await said(token, 'wake')).toBe('Cannot do wake: the time of this token is over.')
  })

  test('tells of each kind of refusal once a minute, by verb, reason and run, and of no token', async ({
    home,
    expect,
  }) => {
    const { daemon, holder } = await chiefAtWork(home)
    const token = readFileSync(join(home.stateDir, 'runs', holder.run, 'token'), 'utf8').trim()
    const { clock, said } = gateAt(daemon, Date.now())
    const forged = 'f'.repeat(43)
    const told = async () =>
      (await daemon.events('door.refused')).map(({ run, data }) => [run, data['verb'], data['reason']])

    for (let time = 0; time < 5; time += 1) {
      for (const shown of [undefined, forged, 'short']) await said(shown)
      await said(token, 'stop')
    }
    const each = [
      [null, 'me', 'it shows no token'],
      [null, 'me', 'nobody has this token'],
      [null, 'me', 'what it shows is no token'],
      [holder.run, 'stop', 'only the operator may'],
    ]
    expect(new Set(await told())).toEqual(new Set(each))
    expect(await told()).toHaveLength(4)
    await clock.advance(59_999)
    await said(forged)
    expect(await told()).toHaveLength(4)
    await clock.advance(1)
    await said(forged)
    expect(await told()).toHaveLength(5)
    const all = JSON.stringify(await daemon.events())
    expect([token, forged].filter((secret) => all.includes(secret))).toEqual([])
  })
})
