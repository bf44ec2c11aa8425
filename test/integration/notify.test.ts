/** What a person is told by a whole daemon: at once, folded, again where it did not arrive, and never more than once. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { write } from '../../src/daemon/core.ts'
import { tellOperator } from '../../src/daemon/steps/notify.ts'
import { drive, exists, sh, test } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { FakeClock } from '../helpers/fake-clock.ts'
import { hold, leave, notify, pass, settled, told, untilTold } from '../helpers/told.ts'
import { startWebServer, status } from '../helpers/web-server.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const noLogin = JSON.stringify({
  marrow: { error: { reason: 'authentication', detail: 'the key was refused' } },
})
const idle = { scout: { agent_command: sh('true') } }

describe('what cannot wait', () => {
  test('three agents that lose their login are one notice that names all, without any secret', async ({
    home,
    expect,
  }) => {
    await using server = await startWebServer()
    const agent = { agent_command: sh(`echo '${noLogin}'; echo "$MY_TOKEN" >&2`) }
    const env = "\n[agents.env]\nset = { MY_TOKEN = 'drawn-by-lot-77' }"
    await home.write(
      { scout: agent, conductor: agent, refit: { ...agent, heartbeat_timeout: `60${env}` } },
      notify(`webhook = '${server.url}/hook/x9y8z7w6v5'`),
    )
    const clock = new FakeClock()
    const daemon = await home.start({ clock })
    await drive(clock, async () => (await daemon.events('agent.held')).length === 3)
    await untilTold(clock, server, 1)
    await pass(clock, 5 * MINUTE)
    expect(told(server)).toMatchObject([
      {
        kind: 'agent.held',
        count: 3,
        agents: expect.arrayContaining(['scout', 'conductor', 'refit']),
        title: expect.stringContaining('held until resumed: not logged in: the key was refused'),
      },
    ])
    expect(server.received[0]?.body).not.toContain('drawn-by-lot-77')
    expect(JSON.stringify(await daemon.events())).not.toContain('x9y8z7w6v5')
  })

  test('the file that pauses everything is told of, and a paused daemon goes on telling', async ({
    home,
    expect,
  }) => {
    await using server = await startWebServer()
    await home.write(idle, notify(`webhook = '${server.url}'`))
    const clock = new FakeClock()
    const daemon = await home.start({ clock })
    writeFileSync(join(home.stateDir, 'PAUSED'), '')
    await untilTold(clock, server, 1)
    await hold(daemon, 'scout')
    await untilTold(clock, server, 2)
    expect(told(server)).toMatchObject([
      { kind: 'work.paused', agents: [], title: 'paused by file: the file PAUSED is there' },
      { kind: 'agent.held', agents: ['scout'] },
    ])
  })

  test('a handoff to a person is told with its title', async ({ home, expect }) => {
    await using server = await startWebServer()
    await home.write(idle, notify(`webhook = '${server.url}'`))
    const clock = new FakeClock()
    const daemon = await home.start({ clock })
    await drive(clock, async () => (await daemon.runs())[0]?.state === 'ended')
    const folder = join(home.workspace, 'runtime', 'handoff', 'scout-to-human')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'q.md'), '# Which of both?\n')
    await untilTold(clock, server, 1)
    expect(told(server)).toMatchObject([
      { kind: 'handoff.left', agents: ['scout'], title: 'scout: waits for you: Which of both?' },
    ])
  })

  test('what repeats within an hour comes once at its end, over a restart too', async ({ home, expect }) => {
    await using server = await startWebServer()
    await home.write(idle, notify(`webhook = '${server.url}'`))
    const clock = new FakeClock()
    const daemon = await home.start({ clock })
    await hold(daemon, 'scout')
    await untilTold(clock, server, 1)
    for (const _ of [1, 2, 3]) {
      await pass(clock, 5 * MINUTE)
      await hold(daemon, 'scout')
    }
    await pass(clock, 10_000)
    await leave(daemon)
    const next = await home.start({ clock })
    await pass(clock, 30 * MINUTE)
    expect(server.received).toHaveLength(1)
    await pass(clock, 20 * MINUTE)
    await settled(next)
    expect(told(server)).toMatchObject([{ count: 1 }, { count: 3 }])
  })
})

describe('a destination', () => {
  test('that is down for an hour gets the notice afterwards, once; the other gets it once, at once', async ({
    home,
    expect,
  }) => {
    await using server = await startWebServer()
    const file = join(home.dir, 'told')
    await home.write(
      idle,
      notify(`webhook = '${server.url}/hook'`, `command = ['sh', '-c', 'cat >> "${file}"']`),
    )
    const clock = new FakeClock()
    const daemon = await home.start({ clock })
    server.answer(status(500))
    await hold(daemon, 'scout')
    await untilTold(clock, server, 1)
    await eventually('the program to be told', async () => ((await exists(file)) ? true : undefined))
    const waits = () => daemon.handlers.status({}).then(({ undelivered }) => undelivered)
    await eventually('the failure to be known', async () => ((await waits()).length > 0 ? true : undefined))
    expect(await waits()).toEqual([{ to: 'the webhook', waiting: 1, failed: 0, reason: 'HTTP 500' }])
    await pass(clock, HOUR, MINUTE)
    const whileDown = server.received.length
    server.answer(status(200))
    await pass(clock, 2 * HOUR, MINUTE)
    await settled(daemon)
    expect(server.received).toHaveLength(whileDown + 1)
    expect(readFileSync(file, 'utf8').match(/^scout: held/gm)).toHaveLength(1)
    expect(await waits()).toEqual([])
  })

  test('is given up after eight tries, which is an event and no notice', async ({ home, expect }) => {
    await using server = await startWebServer()
    server.answer(status(404))
    await home.write(idle, notify(`webhook = '${server.url}/hook'`))
    const clock = new FakeClock()
    const daemon = await home.start({ clock })
    await hold(daemon, 'scout')
    await eventually('the last try', async () => {
      await pass(clock, 10 * MINUTE, MINUTE)
      return (await daemon.events('notice.failed')).length > 0 ? true : undefined
    })
    await pass(clock, 3 * HOUR, MINUTE)
    expect(server.received).toHaveLength(8)
    expect(await daemon.events('notice.failed')).toMatchObject([
      { agent: null, data: { to: 'the webhook', reason: 'HTTP 404' } },
    ])
    const { undelivered } = await daemon.handlers.status({})
    expect(undelivered).toEqual([{ to: 'the webhook', waiting: 0, failed: 1, reason: 'HTTP 404' }])
  })

  test('that says its own secret when it fails is not quoted with it', async ({ home, expect }) => {
    const script = 'echo "cannot tell $1" >&2; exit 3'
    await home.write(idle, notify(`command = ['sh', '-c', '${script}', 'sh', 'bot71:AAFq-x9']`))
    const clock = new FakeClock()
    const daemon = await home.start({ clock })
    await hold(daemon, 'scout')
    await eventually('the last try', async () => {
      await pass(clock, 10 * MINUTE, MINUTE)
      return (await daemon.events('notice.failed')).length > 0 ? true : undefined
    })
    const reason = 'sh exited with code 3: cannot tell <redacted>'
    expect(await daemon.events('notice.failed')).toMatchObject([{ data: { to: 'the command', reason } }])
    expect(await daemon.handlers.status({})).toMatchObject({ undelivered: [{ reason }] })
    expect(await daemon.handlers.notifyTest({})).toMatchObject({ ok: false, destinations: [{ reason }] })
  })

  test('that does not answer holds neither a stop up nor the notice back from the next daemon', async ({
    home,
    expect,
  }) => {
    await using server = await startWebServer()
    server.answer(() => {})
    await home.write(idle, notify(`webhook = '${server.url}'`))
    const clock = new FakeClock()
    const daemon = await home.start({ clock })
    await hold(daemon, 'scout')
    await untilTold(clock, server, 1)
    const startedAt = performance.now()
    daemon.stop()
    await daemon.gone()
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    server.answer(status(200))
    const next = await home.start({ clock })
    expect((await next.handlers.status({})).undelivered).toEqual([])
    await untilTold(clock, server, 2)
    await settled(next)
    await pass(clock, HOUR, MINUTE)
    const [first, second, ...more] = told(server)
    expect(second).toEqual(first)
    expect(more).toEqual([])
  })

  test('that is taken out of the file gets nothing more, and one that comes is not told of the past', async ({
    home,
    expect,
  }) => {
    await using server = await startWebServer()
    await home.write(idle)
    const clock = new FakeClock()
    const first = await home.start({ clock })
    await hold(first, 'scout')
    await pass(clock, MINUTE)
    await leave(first)
    await home.write(idle, notify(`webhook = '${server.url}'`))
    const second = await home.start({ clock })
    await pass(clock, MINUTE)
    expect(server.received).toEqual([])
    await leave(second)
    await home.write(idle)
    const third = await home.start({ clock })
    await hold(third, 'scout')
    await pass(clock, MINUTE)
    await leave(third)
    await home.write(idle, notify(`webhook = '${server.url}'`))
    const fourth = await home.start({ clock })
    await hold(fourth, 'scout', 'the last one')
    await untilTold(clock, server, 1)
    await pass(clock, 2 * HOUR, MINUTE)
    expect(told(server)).toMatchObject([{ count: 1, title: expect.stringContaining('the last one') }])
  })

  test('is told of what happened right before a crash, once', async ({ home, expect }) => {
    await using server = await startWebServer()
    await home.write(idle, notify(`webhook = '${server.url}'`))
    const clock = new FakeClock()
    const daemon = await home.start({ clock })
    await pass(clock, MINUTE)
    daemon.handOver()
    await write(daemon.core, (_, emit) => {
      emit('agent.held', { agent: 'scout' }, { reason: 'not logged in', until: null })
    })
    await daemon.gone()
    const next = await home.start({ clock })
    await untilTold(clock, server, 1)
    await settled(next)
    await leave(next)
    await home.start({ clock })
    await pass(clock, 2 * HOUR, MINUTE)
    expect(server.received).toHaveLength(1)
  })
})

describe('the report of the day', () => {
  test('is told without what may not be shown', async ({ home, expect }) => {
    await using server = await startWebServer()
    await home.write(idle, notify(`webhook = '${server.url}'`, 'digest_at = "08:00"'))
    const clock = new FakeClock()
    const env = { ...process.env, MY_TOKEN: 'drawn-by-lot-77' }
    const { core, handlers } = await home.start({ clock, env, scheduled: false })
    await handlers.pause({ reason: 'It printed drawn-by-lot-77.' })
    await tellOperator(core, clock.now())
    clock.jump(24 * HOUR)
    await tellOperator(core, clock.now())
    await untilTold(clock, server, 1)
    const [digest] = told(server)
    expect(digest).toMatchObject({ kind: 'digest', text: expect.stringContaining('It printed <redacted>.') })
    expect(JSON.stringify(digest)).not.toContain('drawn-by-lot')
  })

  test('comes at its time, of empty days too, and once over restarts', async ({ home, expect }) => {
    await using server = await startWebServer()
    await home.write(
      { scout: { agent_command: sh('true'), heartbeat_interval: '604800' } },
      [notify(`webhook = '${server.url}'`, 'digest_at = "08:00"')].join('\n'),
    )
    const clock = new FakeClock(Date.parse('2026-01-05T07:00:00Z'))
    const daemon = await home.start({ clock })
    await drive(clock, async () => (await daemon.runs())[0]?.state === 'ended')
    await pass(clock, 30 * MINUTE, MINUTE)
    expect(server.received).toEqual([])
    await pass(clock, 40 * MINUTE, MINUTE)
    await untilTold(clock, server, 1)
    await settled(daemon)
    await leave(daemon)
    clock.jump(-30 * MINUTE)
    const next = await home.start({ clock })
    await pass(clock, 2 * HOUR, MINUTE)
    expect(server.received).toHaveLength(1)
    clock.jump(3 * 24 * HOUR)
    await untilTold(clock, server, 2)
    await settled(next)
    expect(told(server)).toMatchObject([
      { kind: 'digest', title: 'marrow since 07:00', text: expect.stringContaining('1 run') },
      { kind: 'digest', text: expect.stringContaining('No run was started') },
    ])
  })
})
