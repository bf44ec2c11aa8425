/** Events from a real daemon: read with curl, with `marrow events`, by clients that hang, over restarts and prunings. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { EventView } from '../../../src/ipc/protocol/status.ts'
import { eventually } from '../../helpers/eventually.ts'
import { startProgram, type Started } from '../../helpers/programs.ts'
import {
  isLong,
  marrowProgram,
  sh,
  test,
  type Site,
  type SpawnedDaemon,
} from '../../helpers/spawned-daemon.ts'
import { openStream } from '../../helpers/stream-reader.ts'

const socketOf = (site: Site) => join(site.stateDir, 'marrow.sock')
const quiet = { scout: { agent_command: sh('echo done'), heartbeat_interval: '3600' } }

function follow(site: Site, ...words: string[]): Started {
  return startProgram(marrowProgram, ['events', '-f', ...words, '-c', site.configPath])
}

function shown(follower: Started): number[] {
  return follower
    .out()
    .split('\n')
    .filter(Boolean)
    .map((line) => EventView.parse(JSON.parse(line)).id)
}

async function end(follower: Started): Promise<void> {
  follower.signal('SIGINT')
  await follower.ended
}

/** Rows without a daemon: `count` of them behind those that are there, each of about `bytes`. */
function grow(site: Site, count: number, bytes = 20): void {
  site.alter(`
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
    insert into events (at, kind, agent, data)
    select ${Date.now()}, 'of.tomorrow', 'scout', json_object('i', i, 'text', hex(zeroblob(${Math.ceil(bytes / 2)}))) from n`)
}

function newest(site: Site): number {
  return Number(site.rows('select max(id) as id from events')[0]?.['id'])
}

/** Facts that are there at once and cost no run. */
async function stir(daemon: SpawnedDaemon, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await daemon.ask('pause', { agent: 'scout', reason: `round ${round}` })
    await daemon.ask('resume', { agent: 'scout' })
  }
}

async function firstRun(site: Site): Promise<void> {
  await eventually('the first run', () =>
    site.rows("select id from events where kind = 'run.ended'").length > 0 ? true : undefined,
  )
}

test('curl -N reads typed events as they happen', async ({ site, expect }) => {
  await site.write(quiet)
  const daemon = await site.start()
  await firstRun(site)
  const words = ['-sN', '--unix-socket', socketOf(site), 'http://marrow/events?kind=run,work.paused&last=1']
  const reader = startProgram('curl', words)
  await eventually('the last event', () => reader.out().includes('event: run.ended') || undefined)
  await daemon.ask('pause', { agent: 'scout', reason: 'lunch' })
  await eventually('the new one', () => reader.out().includes('event: work.paused') || undefined)
  const rows = [...reader.out().matchAll(/^id: (\d+)\nevent: (\S+)\ndata: (.*)$/gm)].map(
    ([, id, event, data = '']) => ({ id, event, row: EventView.parse(JSON.parse(data)) }),
  )
  expect(rows.map(({ event }) => event)).toEqual(['run.ended', 'work.paused'])
  for (const { id, event, row } of rows) expect([id, event]).toEqual([String(row.id), row.kind])
  expect(rows[1]?.row).toMatchObject({ agent: 'scout', data: { reason: 'lunch' } })
  await end(reader)
})

describe('marrow events -f', () => {
  test('loses and repeats nothing when its daemon is killed again and again', async ({ site, expect }) => {
    await site.write(quiet)
    let daemon = await site.start()
    await firstRun(site)
    await daemon.ask('pause', { agent: 'scout', reason: 'first' })
    const from = newest(site)
    const follower = follow(site, '--json', '-n', '1')
    const other = follow(site, '--json', '-n', '1', '--kind', 'work.paused,daemon', '--agent', 'scout')
    await eventually(
      'both to listen',
      () => (shown(follower).length > 0 && shown(other).length > 0) || undefined,
    )
    for (let round = 0; round < (isLong ? 8 : 2); round += 1) {
      await stir(daemon, 20)
      await daemon.kill()
      daemon = await site.start()
    }
    await stir(daemon, 5)
    const last = newest(site)
    await eventually('the last event', () => shown(follower).at(-1) === last || undefined, 30_000)
    expect(shown(follower)).toEqual(Array.from({ length: last - from + 1 }, (_, index) => from + index))
    const wanted = site
      .rows("select id from events where kind = 'work.paused' and agent = 'scout'")
      .map(({ id }) => Number(id))
    await eventually('the last of its own', () => shown(other).at(-1) === wanted.at(-1) || undefined, 30_000)
    expect(shown(other)).toEqual(wanted)
    // On a busy machine a daemon may take longer to come than its reader stays quiet.
    expect(
      [follower.err(), other.err()].map((said) =>
        said.replaceAll(/^\(the daemon does not answer: .*\)\n/gm, ''),
      ),
    ).toEqual(['', ''])
    await end(follower)
    await end(other)
  }, 120_000)

  test('says how many events are gone, and that the journal is another one', async ({ site, expect }) => {
    await site.write(quiet)
    const first = await site.start()
    await firstRun(site)
    const follower = follow(site, '--json')
    await eventually('the first line', () => shown(follower).length > 0 || undefined)
    await first.kill()
    const before = newest(site)
    grow(site, 500)
    site.alter(`delete from events where id <= ${before + 400}`)
    const second = await site.start()
    await eventually('all that is left', () => shown(follower).includes(before + 500) || undefined, 30_000)
    expect(follower.err()).toBe(
      `(400 events are gone from the journal: going on with event ${before + 401})\n`,
    )
    await eventually('what follows', () => shown(follower).at(-1) === newest(site) || undefined)
    const ids = shown(follower).filter((id) => id > before)
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => before + 401 + index))
    await second.kill()
    site.alter("delete from events; update sqlite_sequence set seq = 0 where name = 'events'")
    await site.start()
    await eventually(
      'the notice',
      () => follower.err().includes('another one than before') || undefined,
      30_000,
    )
    await end(follower)
  }, 120_000)
})

test('marrow events chooses by time, number, kind and agent', async ({ site, expect }) => {
  await site.write(quiet)
  const daemon = await site.start()
  await firstRun(site)
  await daemon.ask('stop', {})
  await daemon.ended
  const before = newest(site)
  grow(site, 2_500)
  site.alter(`update events set at = ${Date.now() - 3 * 3_600_000} where id <= ${before + 100}`)
  await site.start()
  const count = async (...words: string[]) => {
    const { code, out, err } = await site.marrow('events', ...words)
    expect([code, err]).toEqual([0, ''])
    return out.split('\n').filter(Boolean).length
  }
  expect(await count()).toBe(50)
  expect(await count('--since', '2h', '--kind', 'of')).toBe(2_400)
  expect(await count('--since', '2h', '-n', '7')).toBe(7)
  expect(await count('--since', '2020-01-01', '--agent', 'scout', '--kind', 'of.tomorrow')).toBe(2_500)
  const far = new Date(Date.now() + 86_400_000).toISOString()
  expect(await site.marrow('events', '--since', far)).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('that is still to come'),
  })
  const none = ['events', '--since', '2h', '--kind', 'moon.landed']
  expect((await site.marrow(...none)).out).toBe('(no events)\n')
  expect((await site.marrow(...none, '--json')).out).toBe('')
  expect(await site.marrow('events', '--since', 'yesterday')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/^Cannot read --since "yesterday": .*\nFix: .*2h/),
  })
}, 60_000)

describe('clients that never read', () => {
  test('twenty of them cost little and hold nobody up', async ({ site, expect }) => {
    await site.write(quiet)
    const first = await site.start()
    await firstRun(site)
    await first.kill()
    grow(site, 40_000, 1_000)
    const daemon = await site.start()
    await stir(daemon, 3)
    const before = rssMb(daemon.pid)
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => openStream(socketOf(site), '/events?after=1', { read: false })),
    )
    const times: number[] = []
    for (let round = 0; round < 20; round += 1) {
      const from = performance.now()
      await daemon.ask('status', {})
      times.push(performance.now() - from)
    }
    const grown = rssMb(daemon.pid) - before
    const median = times.toSorted((one, other) => one - other)[10] ?? 0
    process.stdout.write(
      `20 clients that never read: ${grown.toFixed(1)} MB more, status in ${median.toFixed(1)} ms (median), ${Math.max(...times).toFixed(1)} ms (most)\n`,
    )
    expect(grown).toBeLessThan(60)
    expect(median).toBeLessThan(100)
    if (isLong) {
      // Half a minute without taking anything, then they are cut: what is left for them is read only now.
      await eventually(
        'descriptors of the daemon',
        () => (sockets(daemon.pid) <= 3 ? true : undefined),
        90_000,
      )
    }
    for (const { socket } of clients) socket.destroy()
    // One that reads gets everything meanwhile, in order and without a hole.
    const reader = await openStream(socketOf(site), '/events?after=1&kind=of')
    await eventually('all of them', () => (reader.ids().length >= 40_000 ? true : undefined), 60_000)
    const ids = reader.ids()
    expect(ids).toEqual(Array.from({ length: 40_000 }, (_, index) => (ids[0] ?? 0) + index))
    reader.socket.destroy()
  }, 180_000)
})

test('a stop ends every stream at once and tells them of it', async ({ site, expect }) => {
  await site.write(quiet)
  const daemon = await site.start()
  await firstRun(site)
  grow(site, 5_000, 1_000)
  const reader = await openStream(socketOf(site), '/events')
  const stuck = await openStream(socketOf(site), '/events?after=1', { read: false })
  await eventually('its place', () => reader.text().includes('\nid: ') || undefined)
  const from = performance.now()
  await daemon.ask('stop', {})
  expect(await daemon.ended).toBe(0)
  expect(performance.now() - from).toBeLessThan(8_000)
  await reader.over
  expect(reader.text()).toContain('event: daemon.stopped')
  stuck.socket.destroy()
})

function rssMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kb) / 1_024
}

function sockets(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(`/proc/${pid}/fd/${fd}`).startsWith('socket:'))
    .length
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
