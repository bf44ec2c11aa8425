import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { sampleEvent, startFakeDaemon } from '../../../test/helpers/fake-daemon.ts'
import { eventually } from '../../../test/helpers/eventually.ts'
import { test } from '../../../test/helpers/temp-dir.ts'
import { follow } from '../client.ts'
import type { EventMessage } from '../protocol/events.ts'

/** A daemon that says these bytes, piece by piece, and ends, unless it is to stay. */
async function saying(path: string, pieces: readonly (string | Buffer)[], stay = false): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => void sayAll(socket, pieces, stay))
  })
  server.listen(path)
  await once(server, 'listening')
  return server
}

/** Each piece on its own: the reader must not depend on how the bytes fall. */
async function sayAll(socket: Socket, pieces: readonly (string | Buffer)[], stay: boolean): Promise<void> {
  for (const piece of pieces) {
    socket.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (!stay) socket.end()
}

const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n'

async function all(messages: AsyncIterable<EventMessage>): Promise<EventMessage[]> {
  const found: EventMessage[] = []
  for await (const message of messages) found.push(message)
  return found
}

test('reads events as they come, and asks for those that it wants', async ({ dir, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath: join(dir, 's') })
  const found: EventMessage[] = []
  for await (const message of follow(daemon.socketPath, { after: 16, kind: ['tick', 'run'], agent: 'a b' })) {
    found.push(message)
    if (message.data !== undefined) break
  }
  expect(found).toEqual([{ id: 16 }, { id: 17, event: 'tick.quiet', data: sampleEvent() }])
  expect(daemon.calls).toEqual([
    { verb: 'events', params: { after: 16, kind: ['tick', 'run'], agent: 'a b' } },
  ])
})

test('does not depend on how the bytes fall', async ({ dir, expect }) => {
  const data = sampleEvent({ data: { reason: 'größer ✓' } })
  const text = `${head}retry: 2000\n\nid: 1\n\n: beat\nid: 2\n\nid: 3\nevent: tick.quiet\ndata: ${JSON.stringify(data)}\n\nevent: journal.gap\ndata: {"gone":1,"from":5}\n\n`
  const bytes = Buffer.from(text)
  await using _ = await saying(
    join(dir, 's'),
    Array.from({ length: bytes.length }, (__, index) => bytes.subarray(index, index + 1)),
  )
  expect(await all(follow(join(dir, 's'), {}))).toEqual([
    { id: 1 },
    { id: 2 },
    { id: 3, event: 'tick.quiet', data },
    { event: 'journal.gap', data: { gone: 1, from: 5 } },
  ])
})

test('throws what the daemon refused, as the error that it was', async ({ dir, expect }) => {
  await using daemon = await startFakeDaemon({
    socketPath: join(dir, 's'),
    config: '/a.toml',
    limits: { streams: 0 },
  })
  await expect(all(follow(daemon.socketPath, {}))).rejects.toMatchObject({
    code: 'TOO_MANY',
    fix: expect.stringContaining('/journal'),
  })
  await expect(all(follow(daemon.socketPath, {}, { config: '/b.toml' }))).rejects.toMatchObject({
    code: 'CONFIG_MISMATCH',
  })
  await expect(all(follow(join(dir, 'none'), {}))).rejects.toMatchObject({ code: 'DAEMON_NOT_RUNNING' })
})

test.for([
  ['before it says anything', []],
  ['in its head', ['HTTP/1.1 200 OK\r\nconte']],
  ['with something that is no HTTP', ['hello']],
  ['with an event that is no JSON', [`${head}id: 1\nevent: x\ndata: {"a\n\n`]],
] as const)('a daemon that breaks off %s is silent', async ([, pieces], { dir, expect }) => {
  await using _ = await saying(join(dir, 's'), pieces)
  await expect(all(follow(join(dir, 's'), {}))).rejects.toMatchObject({ code: 'DAEMON_SILENT' })
})

test('an event that was cut off is none', async ({ dir, expect }) => {
  await using _ = await saying(join(dir, 's'), [`${head}id: 1\n\nid: 2\nevent: tick.quiet\ndata: {"id":2}\n`])
  expect(await all(follow(join(dir, 's'), {}))).toEqual([{ id: 1 }])
})

test('a daemon without a sign of life is silent', async ({ dir, expect }) => {
  await using server = await saying(join(dir, 's'), [`${head}id: 1\n\n`], true)
  const found: EventMessage[] = []
  const reading = async () => {
    for await (const message of follow(join(dir, 's'), {}, { silenceMs: 100 })) found.push(message)
  }
  await expect(reading()).rejects.toMatchObject({
    code: 'DAEMON_SILENT',
    message: expect.stringContaining('100 ms'),
  })
  expect(found).toEqual([{ id: 1 }])
  await eventually('its connection to be closed', async () => (await connections(server)) === 0 || undefined)
})

test('ends with its caller, who closes the connection', async ({ dir, expect }) => {
  await using server = await saying(join(dir, 's'), [`${head}id: 1\n\n`], true)
  const caller = new AbortController()
  const reading = all(follow(join(dir, 's'), {}, { signal: caller.signal }))
  await eventually('the connection', async () => (await connections(server)) === 1 || undefined)
  caller.abort(new Error('enough'))
  await expect(reading).rejects.toThrow('enough')
  for await (const message of follow(join(dir, 's'), {})) {
    expect(message).toEqual({ id: 1 })
    break
  }
  await eventually('no connection', async () => (await connections(server)) === 0 || undefined)
})

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
}
