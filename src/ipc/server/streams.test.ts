import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../../test/helpers/eventually.ts'
import { sampleEvent, startFakeDaemon } from '../../../test/helpers/fake-daemon.ts'
import { openStream } from '../../../test/helpers/stream-reader.ts'
import { test as inDir } from '../../../test/helpers/temp-dir.ts'
import { ask } from '../client.ts'
import type { EventMessage } from '../protocol/events.ts'

const test = inDir.extend<{ socketPath: string }>({
  socketPath: async ({ dir }, use) => use(join(dir, 'm.sock')),
})

function message(id: number, more: Readonly<Record<string, unknown>> = {}): EventMessage {
  const row = sampleEvent({ id, data: more })
  return { id, event: row.kind, data: row }
}

/** Gives these, then waits for the end. */
function giving(...messages: EventMessage[]) {
  return async function* (_: unknown, signal: AbortSignal): AsyncGenerator<EventMessage> {
    yield* messages
    if (!signal.aborted) await once(signal, 'abort')
  }
}

/** As many as are asked for, each of about 1 KB, and how many that were. */
function source(most = Number.POSITIVE_INFINITY) {
  const counted = { asked: 0, ended: 0 }
  const events = async function* (_: unknown, signal: AbortSignal): AsyncGenerator<EventMessage> {
    try {
      for (let id = 1; id <= most && !signal.aborted; id += 1) {
        counted.asked += 1
        yield message(id, { text: 'x'.repeat(1_000) })
      }
      if (!signal.aborted) await once(signal, 'abort')
    } finally {
      counted.ended += 1
    }
  }
  return { counted, events }
}

const health = (socketPath: string) => ask(socketPath, 'health', {}, { timeoutMs: 10_000 })

describe('a stream', () => {
  test('is made of server-sent events, typed and with their ids', async ({ socketPath, expect }) => {
    const gap: EventMessage = { event: 'journal.gap', data: { gone: 3, from: 17 } }
    await using _ = await startFakeDaemon({
      socketPath,
      answers: { events: giving({ id: 13 }, gap, message(17)) },
    })
    const reader = await openStream(socketPath, '/events')
    await eventually('the event', () => reader.ids().length > 0 || undefined)
    const [head = '', ...body] = reader.text().split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(head.toLowerCase()).toMatch(/\r\ncontent-type: text\/event-stream; charset=utf-8(\r\n|$)/)
    expect(head.toLowerCase()).toMatch(/\r\nconnection: close(\r\n|$)/)
    expect(head.toLowerCase()).toMatch(/\r\nserver: marrow\/0\.0\.0-fake(\r\n|$)/)
    expect(head.toLowerCase()).not.toContain('transfer-encoding')
    expect(body.join('')).toBe(
      [
        'retry: 2000\n',
        'id: 13\n',
        'event: journal.gap\ndata: {"gone":3,"from":17}\n',
        `id: 17\nevent: tick.quiet\ndata: ${JSON.stringify(sampleEvent({ id: 17, data: {} }))}\n`,
        '',
      ].join('\n'),
    )
    reader.socket.destroy()
  })

  test.for<[string, Record<string, string>, object]>([
    ['/events', {}, {}],
    ['/events?after=5&agent=scout&run=r', {}, { after: 5, agent: 'scout', run: 'r' }],
    ['/events?kind=run&kind=tick.begun,tick.quiet', {}, { kind: ['run', 'tick.begun', 'tick.quiet'] }],
    ['/events?after=5&last=3', { 'Last-Event-ID': '7' }, { after: 7, last: 3 }],
    ['/events?after=5', { 'Last-Event-ID': '' }, { after: 5 }],
  ])('at %s with %j begins where it is wanted', async ([target, headers, params], { dir, expect }) => {
    await using daemon = await startFakeDaemon({ socketPath: join(dir, 'm.sock') })
    const reader = await openStream(daemon.socketPath, target, { headers })
    await eventually('the event', () => reader.ids().length > 0 || undefined)
    expect(daemon.calls).toEqual([{ verb: 'events', params }])
    reader.socket.destroy()
  })

  test.for<[string, Record<string, string>, RegExp]>([
    ['/events?after=-1', {}, /^HTTP\/1\.1 400 [^]*after: /],
    ['/events?after=5', { 'Last-Event-ID': 'seven' }, /^HTTP\/1\.1 400 [^]*after: /],
    ['/events?kind=', {}, /^HTTP\/1\.1 400 [^]*kind/],
    ['/events', { 'marrow-config': '/other.toml' }, /^HTTP\/1\.1 409 [^]*CONFIG_MISMATCH/],
  ])('at %s with %j is refused', async ([target, headers, answer], { dir, expect }) => {
    await using daemon = await startFakeDaemon({ socketPath: join(dir, 'm.sock') })
    const reader = await openStream(daemon.socketPath, target, { headers })
    await reader.over
    expect(reader.text()).toMatch(answer)
    expect(daemon.calls).toEqual([])
  })

  test('shows that it lives, and how far it looked where nothing matched', async ({ socketPath, expect }) => {
    const looked = giving(message(1), { id: 5 }, { id: 9 })
    await using _ = await startFakeDaemon({ socketPath, answers: { events: looked }, limits: { beatMs: 20 } })
    const reader = await openStream(socketPath, '/events')
    await eventually('three beats', () => reader.text().split(': beat').length > 3 || undefined)
    // Each place once, with the next beat: only the first is worth a message of its own.
    expect(reader.text().match(/^id: \d+$/gm)).toEqual(['id: 1', 'id: 9'])
    expect(reader.text()).toContain(': beat\nid: 9\n\n: beat\n\n')
    reader.socket.destroy()
  })

  test('is not cut off for its age', async ({ socketPath, expect }) => {
    const limits = { headersMs: 50, requestMs: 60, beatMs: 10 }
    await using _ = await startFakeDaemon({ socketPath, limits })
    const reader = await openStream(socketPath, '/events')
    await eventually('thirty beats', () => reader.text().split(': beat').length > 30 || undefined)
    expect(reader.isOver()).toBe(false)
    reader.socket.destroy()
  })

  test('that fails before its first message is answered as any other request', async ({
    socketPath,
    expect,
  }) => {
    const bug = new Error('secret detail')
    const events = async function* (): AsyncGenerator<EventMessage> {
      yield* []
      throw bug
    }
    await using daemon = await startFakeDaemon({ socketPath, answers: { events }, limits: { streams: 1 } })
    for (let round = 0; round < 2; round += 1) {
      const reader = await openStream(socketPath, '/events')
      await reader.over
      expect(reader.text()).toMatch(/^HTTP\/1\.1 500 [^]*internal server error/)
    }
    expect(daemon.errors).toEqual([bug, bug])
  })

  test('that fails later ends, and the failure is told to the daemon', async ({ socketPath, expect }) => {
    const bug = new Error('secret detail')
    const events = async function* (): AsyncGenerator<EventMessage> {
      yield message(1)
      throw bug
    }
    await using daemon = await startFakeDaemon({ socketPath, answers: { events } })
    const reader = await openStream(socketPath, '/events')
    await reader.over
    expect(reader.ids()).toEqual([1])
    expect(reader.text()).not.toContain('secret')
    expect(daemon.errors).toEqual([bug])
  })

  test('is given up as soon as its reader leaves', async ({ socketPath, expect }) => {
    const { counted, events } = source(3)
    await using daemon = await startFakeDaemon({ socketPath, answers: { events } })
    const reader = await openStream(socketPath, '/events')
    await eventually('three events', () => reader.ids().length === 3 || undefined)
    expect(counted.ended).toBe(0)
    reader.socket.destroy()
    await eventually('the end', () => counted.ended === 1 || undefined)
    expect(daemon.errors).toEqual([])
  })
})

describe('a reader', () => {
  test('that is slow gets everything, in order', async ({ socketPath, expect }) => {
    const { counted, events } = source(3_000)
    await using _ = await startFakeDaemon({ socketPath, answers: { events } })
    const reader = await openStream(socketPath, '/events', { read: false })
    let text = ''
    await eventually('the daemon to wait for its reader', async () => {
      const { asked } = counted
      await health(socketPath)
      return asked > 0 && asked === counted.asked ? true : undefined
    })
    expect(counted.asked).toBeLessThan(1_500)
    while (!text.includes('id: 3000\n')) {
      const part: unknown = reader.socket.read(20_000) ?? reader.socket.read()
      if (part instanceof Buffer) text += part.toString('latin1')
      else await once(reader.socket, 'readable')
      // Others have their turn while it dawdles.
      await health(socketPath)
    }
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
    expect(ids).toEqual(Array.from({ length: 3_000 }, (__, index) => index + 1))
    reader.socket.destroy()
  }, 30_000)

  test('that takes nothing is waited for, then cut off', async ({ socketPath, expect }) => {
    const { counted, events } = source()
    const limits = { drainMs: 200 }
    await using daemon = await startFakeDaemon({ socketPath, answers: { events }, limits })
    const readers = await Promise.all(
      Array.from({ length: 20 }, () => openStream(socketPath, '/events', { read: false })),
    )
    await eventually('all to be cut', () => counted.ended === 20 || undefined)
    // What the system holds for a socket, and little more: nothing was queued for them.
    expect(counted.asked).toBeLessThan(20 * 1_500)
    expect(daemon.errors).toEqual([])
    for (const { socket } of readers) socket.destroy()
  })

  test('more than there are places for is refused, and commands keep theirs', async ({
    socketPath,
    expect,
  }) => {
    await using daemon = await startFakeDaemon({ socketPath })
    const readers = await Promise.all(Array.from({ length: 64 }, () => openStream(socketPath, '/events')))
    for (const reader of readers) {
      await eventually('its first event', () => reader.ids().length > 0 || undefined)
    }
    const late = await openStream(socketPath, '/events')
    await late.over
    expect(late.text()).toMatch(/^HTTP\/1\.1 503 [^]*"code":"TOO_MANY"[^]*"fix":/)
    expect(late.text()).toContain('Cannot open the stream: 64 are open already')
    expect(await health(socketPath)).toEqual({ status: 'ok' })
    readers[0]?.socket.destroy()
    await eventually('a free place', async () => {
      const next = await openStream(socketPath, '/events')
      readers.push(next)
      await eventually('an answer', () => next.text().includes('\r\n\r\n') || undefined)
      return next.text().startsWith('HTTP/1.1 200') || undefined
    })
    for (const { socket } of readers) socket.destroy()
    expect(daemon.errors).toEqual([])
  })

  test('that never asks for more than the head of an answer holds no place', async ({
    socketPath,
    expect,
  }) => {
    await using daemon = await startFakeDaemon({ socketPath, limits: { streams: 1 } })
    const half = connect(socketPath)
    half.on('error', () => {})
    await once(half, 'connect')
    half.end('GET /events HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(half.resume(), 'data')
    half.destroy()
    await eventually('a free place', async () => {
      const next = await openStream(socketPath, '/events')
      await eventually('an answer', () => next.text().includes('\r\n\r\n') || undefined)
      next.socket.destroy()
      return next.text().startsWith('HTTP/1.1 200') || undefined
    })
    expect(daemon.errors).toEqual([])
  })
})

test('the end of the daemon ends all streams at once, with what was still to say', async ({
  socketPath,
  expect,
}) => {
  const { events } = source()
  const last = async function* (params: { after?: number | undefined }, signal: AbortSignal) {
    if (params.after === 1) return yield* events(params, signal)
    yield { id: 4 }
    yield { id: 6 }
    await once(signal, 'abort')
    yield message(7)
  }
  const daemon = await startFakeDaemon({ socketPath, answers: { events: last }, limits: { closeMs: 60_000 } })
  const reading = await openStream(socketPath, '/events')
  const stuck = await openStream(socketPath, '/events?after=1', { read: false })
  await eventually('the stream', () => reading.text().includes('id: 4') || undefined)
  await eventually('both calls', () => daemon.calls.length === 2 || undefined)
  const from = performance.now()
  await daemon.server.close()
  expect(performance.now() - from).toBeLessThan(5_000)
  await reading.over
  expect(reading.ids()).toEqual([7])
  stuck.socket.destroy()
  expect(daemon.errors).toEqual([])
})
