import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { MarrowError } from '../base/errors.ts'
import { startFakeDaemon } from '../../test/helpers/fake-daemon.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { ask } from './client.ts'

const cancel = () =>
  Promise.reject(new MarrowError('NOT_FOUND', 'Cannot cancel x: no such run.', { fix: 'marrow runs' }))

async function speaking(path: string, bytes: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => (bytes === '' ? undefined : socket.end(bytes)))
  })
  server.listen(path)
  await once(server, 'listening')
  return server
}

test('asks a verb with its parameters and gets its result', async ({ dir, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath: join(dir, 's') })
  const answer = await ask(
    daemon.socketPath,
    'wake',
    { agent: 'scout', reason: 'é "x"' },
    { timeoutMs: 5_000 },
  )
  expect(answer).toEqual({ ok: true, agent: 'scout', id: 3, next: 'the tick begins now' })
  await ask(daemon.socketPath, 'runs', { agent: 'a b&c', limit: 3 }, { timeoutMs: 5_000 })
  await ask(daemon.socketPath, 'journal', { agent: undefined }, { timeoutMs: 5_000 })
  expect(daemon.calls).toEqual([
    { verb: 'wake', params: { agent: 'scout', reason: 'é "x"' } },
    { verb: 'runs', params: { agent: 'a b&c', limit: 3 } },
    { verb: 'journal', params: { limit: 50 } },
  ])
})

test('throws what the daemon refused, as the error that it was', async ({ dir, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath: join(dir, 's'), answers: { cancel } })
  const asked = ask(daemon.socketPath, 'cancel', { target: 'x' }, { timeoutMs: 5_000 })
  await expect(asked).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'Cannot cancel x: no such run.',
    fix: 'marrow runs',
  })
})

test('says so when the daemon is too old to know what is asked', async ({ dir, expect }) => {
  const path = join(dir, 's')
  const body = '{"error":"not found","code":"NOT_FOUND"}'
  const bytes = `HTTP/1.1 404 Not Found\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`
  await using old = await speaking(path, bytes)
  await expect(ask(path, 'runsTree', {}, { timeoutMs: 5_000 })).rejects.toMatchObject({
    message: expect.stringContaining('an older marrow'),
    fix: expect.stringContaining('marrow restart'),
  })
  expect(old.listening).toBe(true)
})

test('is refused by a daemon with another configuration', async ({ dir, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath: join(dir, 's'), config: '/a/ü.toml' })
  const options = { timeoutMs: 5_000 }
  await ask(daemon.socketPath, 'health', {}, { ...options, config: '/a/ü.toml' })
  const asked = ask(daemon.socketPath, 'health', {}, { ...options, config: '/b.toml' })
  await expect(asked).rejects.toMatchObject({
    code: 'CONFIG_MISMATCH',
    message: expect.stringMatching(/ü\.toml.*\/b\.toml/),
  })
})

test('says that nobody answers, and how to start the daemon', async ({ dir, expect }) => {
  const asked = ask(join(dir, 'none'), 'health', {}, { timeoutMs: 5_000, config: '/etc/m.toml' })
  await expect(asked).rejects.toMatchObject({
    code: 'DAEMON_NOT_RUNNING',
    message: `Cannot ask the daemon: nobody answers on ${join(dir, 'none')}.`,
    fix: 'Start it with: marrow run -c /etc/m.toml',
  })
})

test('gives up on a daemon that does not answer in time', async ({ dir, expect }) => {
  await using _ = await speaking(join(dir, 's'), '')
  const asked = ask(join(dir, 's'), 'health', {}, { timeoutMs: 50 })
  await expect(asked).rejects.toMatchObject({
    code: 'DAEMON_SILENT',
    message: expect.stringContaining('50 ms'),
  })
})

test.for([
  ['in the middle of a body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"sta'],
  ['with less than it announced', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}'],
  ['before it', 'HTTP/1.1 200 OK\r\n'],
  ['with something that is no JSON', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  ['with something that is no HTTP', 'hello'],
])('an answer that ends %s is no answer', async ([, bytes = ''], { dir, expect }) => {
  await using _ = await speaking(join(dir, 's'), bytes)
  await expect(ask(join(dir, 's'), 'health', {}, { timeoutMs: 5_000 })).rejects.toMatchObject({
    code: 'DAEMON_SILENT',
  })
})

test('stops waiting when its caller does', async ({ dir, expect }) => {
  await using _ = await speaking(join(dir, 's'), '')
  const caller = new AbortController()
  const asked = ask(join(dir, 's'), 'health', {}, { timeoutMs: 5_000, signal: caller.signal })
  caller.abort(new Error('enough'))
  await expect(asked).rejects.toThrow('enough')
})

test('refuses a path that the system would cut off', async ({ expect }) => {
  const asked = ask(`/${'s'.repeat(100)}`, 'health', {}, { timeoutMs: 5_000 })
  await expect(asked).rejects.toMatchObject({ code: 'SOCKET_PATH_TOO_LONG' })
})

test('does not send what the daemon would not take', async ({ dir, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath: join(dir, 's') })
  const asked = ask(
    daemon.socketPath,
    'addTask',
    { title: 'x', body: 'y'.repeat(1_048_576) },
    { timeoutMs: 5_000 },
  )
  await expect(asked).rejects.toMatchObject({ code: 'TOO_LARGE' })
  expect(daemon.calls).toEqual([])
})

test('reads an answer of many megabytes', async ({ dir, expect }) => {
  const text = 'é'.repeat(5_000_000)
  const readLog = async () => ({ run: 'r', text, next_offset: 0, size: 0, ended: true })
  await using daemon = await startFakeDaemon({ socketPath: join(dir, 's'), answers: { readLog } })
  const answer = await ask(daemon.socketPath, 'readLog', { id: 'r' }, { timeoutMs: 10_000 })
  expect(answer.text === text).toBe(true)
})
