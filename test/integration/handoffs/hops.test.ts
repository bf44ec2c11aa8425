/** Agents that hand to each other for ever, and those whose handoffs wake nobody. */
import { dirname } from 'node:path'
import { describe } from 'vitest'
import { sh, test, type LiveDaemon } from '../../helpers/daemon.ts'
import { eventually } from '../../helpers/eventually.ts'
import { FakeClock } from '../../helpers/fake-clock.ts'
import { writeRoles } from '../../helpers/role-layer.ts'
import { marrowProgram } from '../../helpers/spawned-daemon.ts'

/** Both ways in which a run can hand something on. */
const ways = {
  'a plain file': (to: string) =>
    `d="$MARROW_WORKSPACE/runtime/handoff/$MARROW_AGENT-to-${to}"; mkdir -p "$d"; echo hi > "$d/$MARROW_RUN.md"`,
  'marrow handoff send': (to: string) => `'${marrowProgram}' handoff send ${to} --text "$MARROW_RUN"`,
} as const

/** An agent that hands something to another one whenever it was given something itself. */
const answering = (does: string) => ({
  agent_command: sh(`grep -q '^--- .Handoffs. ---$' || exit 0; ${does}`),
  prompt_via: "'stdin'",
  heartbeat_interval: '86400',
  gate: '"changed"',
})

async function hasEnded(daemon: LiveDaemon, count: number): Promise<boolean> {
  return (await daemon.runs()).filter(({ state }) => state === 'ended').length >= count
}

/** Lets time pass until nothing goes on and nothing is due any more. */
async function untilQuiet(
  daemon: LiveDaemon,
  clock: FakeClock,
  enough: () => Promise<boolean>,
): Promise<void> {
  await eventually(
    'the agents to come to rest',
    async () => {
      await clock.advance(2_000)
      return (await enough()) || undefined
    },
    30_000,
  )
  for (let look = 0; look < 60; look += 1) await clock.advance(5_000)
}

describe.for(Object.entries(ways))('by %s', ([, hand]) => {
  test('two agents that hand to each other for ever stop after eight hops, with an event', async ({
    home,
    expect,
  }) => {
    await home.write({ ping: answering(hand('pong')), pong: answering(hand('ping')) })
    const clock = new FakeClock()
    const daemon = await home.start({ clock, ipc: true })
    await untilQuiet(daemon, clock, () => hasEnded(daemon, 2))
    await daemon.handlers.sendHandoff({ to: 'ping', text: 'Begin.', wake: true })
    await untilQuiet(daemon, clock, async () => (await daemon.events('handoff.held')).length > 0)
    const woken = (await daemon.runs()).slice(2)
    expect(woken.map(({ agent }) => agent)).toEqual(
      Array.from({ length: 9 }, (_, hop) => (hop % 2 === 0 ? 'ping' : 'pong')),
    )
    expect(woken.every(({ ok }) => ok === true)).toBe(true)
    expect(await daemon.events('handoff.held')).toMatchObject([
      { agent: 'pong', data: { rule: 'hops', reason: expect.stringContaining('8 handoffs in a row') } },
    ])
    const rows = await daemon.core.db.read((tx) => tx.all('select hops from runs order by recorded_at, id'))
    expect(rows.map(({ hops }) => hops)).toEqual([null, null, 0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect((await daemon.handlers.handoffs({})).waiting).toMatchObject([{ from: 'ping', to: 'pong' }])
  })

  test('two agents whose handoffs wake nobody stop after as many hops, however many slots come', async ({
    home,
    expect,
  }) => {
    await writeRoles(dirname(home.configPath))
    const lead = { role: "'l2/lead'", heartbeat_interval: '60' }
    await home.write({
      ping: { ...answering(hand('pong')), ...lead },
      pong: { ...answering(hand('ping')), ...lead },
    })
    const clock = new FakeClock()
    const daemon = await home.start({ clock, ipc: true })
    await untilQuiet(daemon, clock, () => hasEnded(daemon, 2))
    await daemon.handlers.sendHandoff({ to: 'ping', text: 'Begin.', wake: true })
    await untilQuiet(daemon, clock, () => hasEnded(daemon, 11))
    for (let slot = 0; slot < 40; slot += 1) await clock.advance(60_000)
    const rows = await daemon.core.db.read((tx) => tx.all('select hops from runs order by recorded_at, id'))
    expect(rows.map(({ hops }) => hops)).toEqual([null, null, 0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect((await daemon.handlers.handoffs({})).waiting).toMatchObject([{ from: 'ping', to: 'pong' }])
    await daemon.handlers.wake({ agent: 'pong' })
    await untilQuiet(daemon, clock, () => hasEnded(daemon, 12))
    expect((await daemon.handlers.handoffs({})).waiting).toMatchObject([{ from: 'pong', to: 'ping' }])
  })

  test('what a run of a role sends that may not start a lineage is read, and wakes nobody', async ({
    home,
    expect,
  }) => {
    await writeRoles(dirname(home.configPath))
    await home.write({
      lead: { ...answering(hand('scout')), role: "'l2/lead'" },
      scout: answering('true'),
    })
    const clock = new FakeClock()
    const daemon = await home.start({ clock, ipc: true })
    await untilQuiet(daemon, clock, () => hasEnded(daemon, 2))
    await daemon.handlers.sendHandoff({ to: 'lead', text: 'Begin.', wake: true })
    await untilQuiet(daemon, clock, async () => (await daemon.events('handoff.held')).length > 0)
    expect((await daemon.runs()).map(({ agent }) => agent).slice(2)).toEqual(['lead'])
    expect(await daemon.events('handoff.held')).toMatchObject([{ agent: 'scout', data: { rule: 'level' } }])
    await daemon.handlers.wake({ agent: 'scout' })
    await untilQuiet(daemon, clock, async () => (await daemon.handlers.handoffs({})).waiting.length === 0)
    expect((await daemon.runs()).map(({ agent }) => agent).slice(2)).toEqual(['lead', 'scout'])
  })
})
