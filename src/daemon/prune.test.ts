import { existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe } from 'vitest'
import { test } from '../../test/helpers/daemon.ts'
import { insertRunRow } from '../../test/helpers/run-row.ts'
import { insertAgent } from '../heartbeat/store/agents.ts'
import { settleSpending, spentBetween } from '../limits/store.ts'
import { addNotice, endDelivery } from '../notify/store.ts'
import { loginOf } from './logins.ts'
import { prune } from './prune.ts'

describe('the journal', () => {
  test('keeps what its section of the configuration allows', async ({ home, expect }) => {
    await home.write({ scout: { agent_command: "'true'" } }, '[journal]\nmax_days = 2\nmax_events = 300')
    const { core } = await home.start({ scheduled: false })
    const day = 86_400_000
    const now = core.clock.now().wall
    const put = (count: number, at: number) =>
      core.db.write((tx) => {
        for (let row = 0; row < count; row += 1)
          tx.run("insert into events (at, kind, data) values (?, 'of.test', '{}')", at)
      })
    const left = async () => {
      await prune(core, new AbortController().signal)
      const sql = "select count(*) as rows, min(at) as oldest from events where kind = 'of.test'"
      return core.db.read((tx) => tx.get(sql))
    }
    await core.db.write((tx) => tx.run('delete from events'))
    await put(250, now - 3 * day)
    await put(20, now - day)
    expect(await left()).toEqual({ rows: 20, oldest: now - day })
    // More than a few transactions may remove.
    await put(17_000, now)
    expect(await left()).toEqual({ rows: 300, oldest: now })
    core.config = { ...core.config, journal: { maxDays: 0, maxEvents: 0 } }
    await put(400, now - 9 * day)
    expect(await left()).toEqual({ rows: 700, oldest: now - 9 * day })
  })
})

test('a run that cannot be removed keeps nothing else from its end', async ({ home, expect }) => {
  await home.write({ scout: { agent_command: "'true'" } })
  const { core } = await home.start({ scheduled: false })
  // A name that no folder can have, so that not even root can remove it.
  const ids = [`a-${'9'.repeat(300)}`, 'b']
  await core.db.write((tx) => {
    for (const id of ids)
      insertRunRow(tx, { id, agent: 'scout', state: 'ended', ended_at: 1, outcome: '{"kind":"succeeded"}' })
  })
  await prune(core, new AbortController().signal)
  expect(await core.db.read((tx) => tx.all('select id from runs'))).toEqual([{ id: ids[0] }])
})

test('what runs spent is kept for two months, whatever becomes of the runs', async ({ home, expect }) => {
  await home.write({ scout: { agent_command: "'true'" } })
  const { core } = await home.start({ scheduled: false })
  const now = core.clock.now().wall
  const days = [1, 61, 63].map((age) => now - age * 86_400_000)
  const nothing = { runs: 1, tokens: 1, usd: 1, tokensAbout: false, usdAbout: false }
  await core.db.write((tx) => {
    for (const at of days) settleSpending(tx, { id: `run ${at}`, agent: 'scout', recordedAt: at }, nothing)
  })
  await prune(core, new AbortController().signal)
  const kept = await core.db.read((tx) => spentBetween(tx, 0, now))
  expect(kept.get('scout')?.ended.runs).toBe(2)
})

test('of notices the newest are kept, and those that are still to be delivered', async ({ home, expect }) => {
  await home.write({ scout: { agent_command: "'true'" } })
  const { core } = await home.start({ scheduled: false })
  const message = { kind: 'digest', at: 0, title: 't', text: 'x', agents: [], count: 0 }
  await core.db.write((tx) => {
    addNotice(tx, message, ['webhook'])
    for (let row = 0; row < 700; row += 1) addNotice(tx, message, [])
  })
  await prune(core, new AbortController().signal)
  const count = (table: string) => core.db.read((tx) => tx.get(`select count(*) as rows from ${table}`))
  expect(await count('notices')).toEqual({ rows: 501 })
  await core.db.write((tx) => {
    endDelivery(tx, { notice: 1, destination: 'webhook', attempts: 1, notBefore: undefined }, 0)
  })
  await prune(core, new AbortController().signal)
  expect([await count('notices'), await count('deliveries')]).toEqual([{ rows: 500 }, { rows: 0 }])
})

test('logins and conversations of agents that are gone are removed, and nothing of anybody else', async ({
  home,
  expect,
}) => {
  await home.write({ scout: { agent_command: "'true'", adapter: '"claude"' } })
  const { core } = await home.start({ scheduled: false })
  const [scout] = core.config.agents
  const login = (scout && loginOf(core, scout)?.folder) ?? ''
  const [homes, logins] = [join(home.stateDir, 'homes'), join(home.stateDir, 'logins')]
  const theirs = ['alice', 'people-of-1999', 'codex-12345678.bak', 'somebody-12345678']
  for (const folder of [join(homes, 'scout'), join(homes, 'gone-one'), login, join(logins, 'codex-aaaaaaaa')])
    mkdirSync(folder, { recursive: true })
  for (const name of theirs) for (const folder of [homes, logins]) mkdirSync(join(folder, name))
  const now = { wall: 1, mono: 1, boot: 'b' }
  await core.db.write((tx) => insertAgent(tx, 'Gone One', 'key', now))
  await prune(core, new AbortController().signal)
  expect(readdirSync(homes).toSorted()).toEqual([...theirs, 'scout'].toSorted())
  expect(readdirSync(logins).toSorted()).toEqual([...theirs, basename(login)].toSorted())
})

test('beside the folders of runs only what looks like one of them goes', async ({ home, expect }) => {
  await home.write({ scout: { agent_command: "'true'" } })
  const { core } = await home.start({ scheduled: false })
  const runs = join(core.config.stateDir, 'runs')
  for (const name of ['mine', 'scout-20260101-000000-000-abcd']) {
    mkdirSync(join(runs, name))
    utimesSync(join(runs, name), 0, 0)
  }
  await prune(core, new AbortController().signal)
  expect(readdirSync(runs)).toEqual(['mine'])
})

test('what a killed daemon left of its looks at repositories goes with the next one', async ({
  home,
  expect,
}) => {
  await home.write({ scout: { agent_command: "'true'" } })
  const { core } = await home.start({ scheduled: false })
  const left = join(tmpdir(), 'marrow-git-4999999-aBc123')
  mkdirSync(left)
  utimesSync(left, 0, 0)
  await prune(core, new AbortController().signal)
  expect(existsSync(left)).toBe(false)
})
