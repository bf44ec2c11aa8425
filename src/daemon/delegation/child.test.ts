import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { chiefAtWork } from '../../../test/helpers/chief-at-work.ts'
import { test, type Home, type LiveDaemon } from '../../../test/helpers/daemon.ts'
import { eventually } from '../../../test/helpers/eventually.ts'
import type { Holder } from '../../delegation/holder.ts'
import { readDelegation } from '../../delegation/store.ts'
import { spentBetween } from '../../limits/store.ts'
import { delegationHandlers } from '../handlers/delegations.ts'
import { lookAfterChildren } from '../steps/children.ts'
import { settleKey } from '../steps/reap.ts'
import { startChild } from './child.ts'

function begun(home: Home, run: string): Promise<true> {
  const path = join(home.workspace, `began-${run}`)
  return eventually('it to begin', () => existsSync(path) || undefined)
}

function delegate({ core }: LiveDaemon, holder: Holder, task = 'Mend it.') {
  return delegationHandlers(core).delegate({ role: 'hand', task, detach: false }, holder)
}

describe('the end of a child', () => {
  test('counts as spent by its agent, and changes nothing else of it', async ({ home, expect }) => {
    const { daemon, holder } = await chiefAtWork(home, { does: 'echo "rate limit" >&2; exit 3' })
    const { db } = daemon.core
    const agent = () => db.read((tx) => tx.get('select * from agents'))
    const before = await agent()
    for (let time = 0; time < 4; time += 1) {
      const { run } = await delegate(daemon, holder)
      await eventually('its end', async () =>
        (await db.read((tx) => readDelegation(tx, run)))?.state === 'ended' ? true : undefined,
      )
    }
    expect(await agent()).toEqual(before)
    expect(before).toMatchObject({ breaker: '{"state":"closed","failures":0}', progress: null })
    for (const kind of ['breaker.opened', 'agent.held', 'agent.no-progress', 'tick.ended'])
      expect([kind, await daemon.events(kind)]).toEqual([kind, []])
    const spent = await db.read((tx) => spentBetween(tx, 0, Number.MAX_SAFE_INTEGER).get('chief'))
    expect([spent?.ended.runs, spent?.going.runs]).toEqual([4, 1])
    expect((await daemon.handlers.status({})).agents['chief']).toMatchObject({
      state: 'running',
      run: holder.run,
      tick_count: 1,
    })
  })
})

/** Like another child of the same run, and still waiting. */
async function twinOf({ core }: LiveDaemon, run: string): Promise<string> {
  const twin = `${run.slice(0, -4)}2222`
  await core.db.write((tx) =>
    tx.run(
      `insert into delegations select ?, root, parent, agent, role, lineage, roles, tick_name, detached, task, 'waiting',
        asked_at, deadline, null, null from delegations where run = ?`,
      twin,
      run,
    ),
  )
  return twin
}

const never = new AbortController().signal

describe('a child that was allowed', () => {
  test('begins once, however often a pass believes that it waits', async ({ home, expect }) => {
    const { daemon, holder } = await chiefAtWork(home)
    const { core } = daemon
    const { run } = await delegate(daemon, holder)
    await begun(home, run)
    const token = join(home.stateDir, 'runs', run, 'token')
    const before = readFileSync(token, 'utf8')
    await startChild(core, run, never)
    expect(readFileSync(token, 'utf8')).toBe(before)
    expect(await daemon.runs()).toHaveLength(2)
    expect(await core.db.read((tx) => readDelegation(tx, run))).toMatchObject({ state: 'running' })
  })

  test('waits for the next daemon when this one is being stopped', async ({ home, expect }) => {
    const { daemon, holder } = await chiefAtWork(home)
    const { core } = daemon
    const { run } = await delegate(daemon, holder)
    await begun(home, run)
    const stopping = { ...core, life: { ...core.life, stopping: 'stop' as const } }
    await startChild(stopping, await twinOf(daemon, run), never)
    expect(await daemon.events('delegation.failed')).toEqual([])
  })

  test('does not begin while the run that asked for it is being settled', async ({ home, expect }) => {
    const { daemon, holder } = await chiefAtWork(home)
    const { core } = daemon
    const { run } = await delegate(daemon, holder)
    await begun(home, run)
    const looked = async (settling: boolean, detached: number) => {
      const started: string[] = []
      const jobs = {
        ...core.jobs,
        has: (key: string) => settling && key === settleKey(holder.run),
        start: (key: string) => void started.push(key),
      }
      const twin = await twinOf(daemon, run)
      await core.db.write((tx) => tx.run('update delegations set detached = ?', detached))
      await lookAfterChildren({ ...core, jobs })
      await core.db.write((tx) => tx.run('delete from delegations where run = ?', twin))
      return started.map((key) => key === `child:${twin}`)
    }
    expect([await looked(false, 0), await looked(true, 0), await looked(true, 1)]).toEqual([
      [true],
      [],
      [true],
    ])
  })
})
