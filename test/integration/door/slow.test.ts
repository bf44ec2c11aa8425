/** A hundred clients that are slow or gone take no place and no time from those who ask. */
import { join } from 'node:path'
import { startFakeDaemon } from '../../helpers/fake-daemon.ts'
import { eventually } from '../../helpers/eventually.ts'
import { isLong, sh, test, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'
import { test as inDir } from '../../helpers/temp-dir.ts'
import { hang, hangingProcess, slowKinds, type Hanging, type SlowKind } from './slow-clients.ts'
import { descriptors, send, spread } from './wire.ts'

const kinds = Object.keys(slowKinds).filter((name): name is SlowKind => Object.hasOwn(slowKinds, name))
const EACH = 15 // Of six kinds; ten in a process that is killed make a hundred.
const SLACK_MS = 4_000 // How late a deadline may be noticed: every 2 s at most, on a machine that does other things.

function hangAll(socketPath: string, big: string, dripMs: number): Promise<Hanging[]> {
  const all = kinds.flatMap((kind) => Array.from({ length: EACH }, () => kind))
  return Promise.all(all.map((kind) => hang(socketPath, kind, { big, dripMs })))
}

/** An answer that fits into the buffers of no socket. */
const openapi = async () => ({ text: 'y'.repeat(8 * 1_048_576) })

inDir('a hundred of them are each cut off at their deadline, not before', async ({ dir, expect }) => {
  const socketPath = join(dir, 'm.sock')
  const limits = { headersMs: 500, requestMs: 1_500 }
  await using daemon = await startFakeDaemon({ socketPath, answers: { openapi }, limits })
  const clients = await hangAll(socketPath, '/openapi.json', 100)
  const ends = await Promise.all(clients.map(async (client) => ({ ...client, ms: await endOf(client) })))
  for (const { kind, ms } of ends) {
    const deadlineMs = slowKinds[kind] === 'headers' ? limits.headersMs : limits.requestMs
    expect(ms, kind).toBeGreaterThan(deadlineMs * 0.9)
    expect(ms, kind).toBeLessThan(deadlineMs + SLACK_MS)
  }
  expect(daemon.errors).toEqual([])
  expect(daemon.calls.every(({ verb }) => verb === 'openapi')).toBe(true)
})

test(
  'with a hundred of them hanging, everybody else is answered at once',
  { timeout: isLong ? 180_000 : 120_000 },
  async ({ site, expect }) => {
    const prints = sh('head -c 1048576 /dev/zero | tr "\\\\0" x')
    await site.write({ scout: { agent_command: prints } })
    const daemon = await site.start()
    await eventually('its output', async () => {
      const [run] = (await daemon.ask('runs', { limit: 1 })).runs
      return run?.state === 'ended' ? run : undefined
    })
    const socketPath = join(site.stateDir, 'marrow.sock')
    const alone = await askAround(daemon)
    const before = descriptors(daemon.pid)
    const clients = await hangAll(socketPath, '/log?id=scout&limit=1048576', 1_000)
    const killed = await hangingProcess(socketPath, 10)
    await eventually('its connections', () => (killed.out() === 'up\n' ? true : undefined))
    // Of the last requests, one or two connections may still have counted before.
    await eventually('all of them', () => (descriptors(daemon.pid) - before >= 97 ? true : undefined))
    const beside = await askAround(daemon)
    const halfClosed = await send(socketPath, {
      bytes: Buffer.from('GET /status HTTP/1.1\r\nhost: ma'),
      ends: 'at once',
    })
    expect(halfClosed).toMatchObject({ closed: true, text: expect.stringMatching(/^HTTP\/1\.1 400 /) })
    killed.signal('SIGKILL')
    expect(await killed.ended).toBe('SIGKILL')
    const [one, other] = [spread(alone), spread(beside)]
    process.stdout.write(
      `50 requests beside 100 that hang: ${other.median.toFixed(1)} ms (median), ${other.p95.toFixed(1)} ms (p95), ${other.worst.toFixed(1)} ms (worst); ` +
        `alone ${one.median.toFixed(1)}, ${one.p95.toFixed(1)}, ${one.worst.toFixed(1)} ms\n`,
    )
    expect(other.p95).toBeLessThan(100)
    expect(other.worst).toBeLessThan(1_000)
    if (isLong) {
      // The daemon's own deadlines: 10 s for the headers, 30 s for all.
      for (const client of clients) {
        const deadlineMs = slowKinds[client.kind] === 'headers' ? 10_000 : 30_000
        expect(await endOf(client), client.kind).toBeLessThan(deadlineMs + SLACK_MS)
      }
    }
    for (const { socket } of clients) socket.destroy()
    await eventually('its descriptors', () => (descriptors(daemon.pid) <= before ? true : undefined))
    expect((await daemon.ask('tasks', {})).tasks).toHaveLength(2 * 13)
  },
)

/** Fifty requests one after the other, and how long each took, in ms. */
async function askAround(daemon: SpawnedDaemon): Promise<number[]> {
  const asks = [
    () => daemon.ask('status', {}),
    () => daemon.ask('addTask', { title: 'Mend the roof' }),
    () => daemon.ask('tasks', {}),
    () => daemon.ask('runs', {}),
  ]
  const times: number[] = []
  for (let index = 0; index < 50; index += 1) {
    const from = performance.now()
    await asks[index % asks.length]?.()
    times.push(performance.now() - from)
  }
  return times
}

/** One that does not read hears of its end only when it looks. */
async function endOf({ kind, socket, endedAfterMs }: Hanging): Promise<number> {
  if (kind === 'does not read') {
    await eventually(
      'the end of one that does not read',
      () => (socket.write('x') ? undefined : true),
      45_000,
    )
  }
  return endedAfterMs
}
