import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { MarrowError } from '../base/errors.ts'
import { startFakeDaemon } from '../../test/helpers/fake-daemon.ts'
import { test as inDir } from '../../test/helpers/temp-dir.ts'
import { eventually } from '../../test/helpers/eventually.ts'

const unknownAgent = () =>
  Promise.reject(new MarrowError('NOT_FOUND', 'unknown agent: nobody', { fix: 'See: marrow status' }))

const test = inDir.extend<{ socketPath: string }>({
  socketPath: async ({ dir }, use) => use(join(dir, 'm.sock')),
})

interface Reply {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly body: unknown
}

function call(
  socketPath: string,
  method: string,
  path: string,
  { body, headers }: { body?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath, method, path, agent: false, headers: headers ?? {} },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: JSON.parse(text) }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function halfOpen(socketPath: string, bytes: string): Promise<Socket> {
  const socket = connect(socketPath)
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(bytes)
  return socket
}

test('a verb of the table is reached under its method and path', async ({ socketPath, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath })
  const reply = await call(daemon.socketPath, 'GET', '/health')
  expect(reply).toMatchObject({ status: 200, body: { status: 'ok' }, headers: { connection: 'close' } })
})

test('the query of a GET is parsed by the schema of its verb', async ({ socketPath, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath })
  await call(socketPath, 'GET', '/runs?agent=scout&limit=5')
  await call(socketPath, 'GET', '/journal')
  expect(daemon.calls).toEqual([
    { verb: 'runs', params: { agent: 'scout', limit: 5 } },
    { verb: 'journal', params: { limit: 50 } },
  ])
})

test('a body counts as JSON whatever type curl declares for it', async ({ socketPath, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const reply = await call(socketPath, 'POST', '/tasks', { body: '{"title":" mend it "}', headers })
  expect(reply).toMatchObject({ status: 200, body: { ok: true, file: 'new.md' } })
  expect(daemon.calls).toEqual([{ verb: 'addTask', params: { title: 'mend it' } }])
})

test('a POST without a body is one without parameters', async ({ socketPath, expect }) => {
  await using _ = await startFakeDaemon({ socketPath })
  expect(await call(socketPath, 'POST', '/stop')).toMatchObject({
    status: 200,
    body: { ok: true, pid: 4242 },
  })
})

test.for([
  ['POST', '/tasks', '{"title"', 400, { error: 'invalid JSON', code: 'BAD_REQUEST' }],
  ['POST', '/tasks', '{}', 400, { error: 'title is required', code: 'BAD_REQUEST' }],
  ['POST', '/tasks', '{"title":"  "}', 400, { error: 'title is required', code: 'BAD_REQUEST' }],
  ['POST', '/tasks', '{"title":7}', 400, { error: 'title is required', code: 'BAD_REQUEST' }],
  ['POST', '/wake', '{}', 400, { error: 'agent is required', code: 'BAD_REQUEST' }],
  ['POST', '/pause', 'null', 400, { error: 'the parameters are null, not an object', code: 'BAD_REQUEST' }],
  ['GET', '/journal?after=', '', 400, { error: 'after is empty', code: 'BAD_REQUEST' }],
  ['GET', '/nothing', '', 404, { error: 'not found', code: 'NOT_FOUND' }],
  ['GET', '/run', '', 400, { error: 'id is required', code: 'BAD_REQUEST' }],
  ['PUT', '/health', '', 405, { error: '/health takes GET, not PUT', code: 'METHOD_NOT_ALLOWED' }],
  ['HEAD_AS_POST', '/health', '', 405, { error: '/health takes GET, not POST', code: 'METHOD_NOT_ALLOWED' }],
] as const)(
  '%s %s with %j is answered with %i',
  async ([method, path, body, status, wanted], { dir, expect }) => {
    await using daemon = await startFakeDaemon({ socketPath: join(dir, 'm.sock') })
    const reply = await call(daemon.socketPath, method === 'HEAD_AS_POST' ? 'POST' : method, path, { body })
    expect({ status: reply.status, body: reply.body }).toEqual({ status, body: wanted })
    expect(daemon.calls).toEqual([])
  },
)

test('a wrong method is told which ones there are', async ({ socketPath, expect }) => {
  await using _ = await startFakeDaemon({ socketPath })
  expect((await call(socketPath, 'DELETE', '/tasks')).headers['allow']).toBe('GET, POST')
})

test('a body that is no object is refused in words', async ({ socketPath, expect }) => {
  await using _ = await startFakeDaemon({ socketPath })
  const reply = await call(socketPath, 'POST', '/tasks', { body: '[]' })
  expect(reply).toMatchObject({ status: 400, body: { error: expect.stringMatching(/not an object/) } })
})

test('a wrong parameter is named', async ({ socketPath, expect }) => {
  await using _ = await startFakeDaemon({ socketPath })
  const reply = await call(socketPath, 'GET', '/runs?limit=many')
  expect(reply).toMatchObject({ status: 400, body: { error: expect.stringMatching(/^limit: /) } })
})

test('a body of 2 MiB is refused with its limit', async ({ socketPath, expect }) => {
  await using _ = await startFakeDaemon({ socketPath })
  const body = JSON.stringify({ title: 'x', body: 'y'.repeat(2 * 1_048_576) })
  const reply = await call(socketPath, 'POST', '/tasks', { body })
  expect(reply).toMatchObject({
    status: 413,
    body: { error: 'the body is larger than 1048576 bytes', code: 'TOO_LARGE' },
  })
})

test("a handler's own error keeps its sentence, code and fix", async ({ socketPath, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath, answers: { wake: unknownAgent } })
  const reply = await call(socketPath, 'POST', '/wake', { body: '{"agent":"nobody"}' })
  expect(reply.status).toBe(404)
  expect(reply.body).toEqual({
    error: 'unknown agent: nobody',
    code: 'NOT_FOUND',
    fix: 'See: marrow status',
  })
  expect(daemon.errors).toEqual([])
})

test('what a handler throws by mistake stays inside', async ({ socketPath, expect }) => {
  const bug = new Error('secret detail')
  await using daemon = await startFakeDaemon({ socketPath, answers: { tasks: () => Promise.reject(bug) } })
  const reply = await call(socketPath, 'GET', '/tasks')
  expect({ status: reply.status, body: reply.body }).toEqual({
    status: 500,
    body: { error: 'internal server error', code: 'INTERNAL' },
  })
  expect(daemon.errors).toEqual([bug])
})

test('a client that means another configuration is refused before anything is done', async ({
  socketPath,
  expect,
}) => {
  await using daemon = await startFakeDaemon({ socketPath, config: '/a/marrow.toml' })
  const headers = { 'marrow-config': '/b/marrow.toml' }
  const reply = await call(socketPath, 'POST', '/wake', { body: '{"agent":"scout"}', headers })
  expect(reply.status).toBe(409)
  expect(reply.body).toMatchObject({
    code: 'CONFIG_MISMATCH',
    error: expect.stringContaining('/a/marrow.toml'),
  })
  expect(daemon.calls).toEqual([])
})

test('a mangled configuration header is a refusal, not a bug', async ({ socketPath, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath })
  const reply = await call(socketPath, 'GET', '/health', { headers: { 'marrow-config': '%' } })
  expect(reply.status).toBe(409)
  expect(daemon.errors).toEqual([])
})

test('a connection ends with its answer, and an empty body is one without parameters', async ({
  socketPath,
  expect,
}) => {
  await using _ = await startFakeDaemon({ socketPath })
  const part = 'POST /stop HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
  const socket = await halfOpen(socketPath, part)
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await once(socket, 'close')
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n[^]*{"ok":true,"pid":4242}$/)
})

test('bytes that are no HTTP get an answer and the end', async ({ socketPath, expect }) => {
  await using _ = await startFakeDaemon({ socketPath })
  const socket = await halfOpen(socketPath, 'hello?\r\n\r\n')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await once(socket, 'close')
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(text).toContain('{"error":"the request is not HTTP","code":"BAD_REQUEST"}')
})

test('fifty half-sent requests do not slow a health check', async ({ socketPath, expect }) => {
  await using _ = await startFakeDaemon({ socketPath })
  const part = 'POST /tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"title'
  const sockets = await Promise.all(Array.from({ length: 50 }, () => halfOpen(socketPath, part)))
  await call(socketPath, 'GET', '/health')
  const times: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const from = performance.now()
    await call(socketPath, 'GET', '/health')
    times.push(performance.now() - from)
  }
  for (const socket of sockets) socket.destroy()
  expect(Math.min(...times)).toBeLessThan(100)
})

test.for([
  ['nothing at all', ''],
  ['half a header', 'GET /health HT'],
  ['half a body', 'POST /tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"title'],
])('a client that sends %s is cut off', async ([, bytes = ''], { dir, expect }) => {
  const limits = { headersMs: 50, requestMs: 100 }
  await using daemon = await startFakeDaemon({ socketPath: join(dir, 'm.sock'), limits })
  const socket = await halfOpen(daemon.socketPath, bytes)
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await once(socket, 'close')
  expect(text).toMatch(/^HTTP\/1\.1 408 /)
  expect(daemon.errors).toEqual([])
})

test('closes although an answer never comes', async ({ socketPath, expect }) => {
  let asked = false
  const tasks = () => new Promise<never>(() => (asked = true))
  const daemon = await startFakeDaemon({ socketPath, answers: { tasks }, limits: { closeMs: 50 } })
  const lost = call(socketPath, 'GET', '/tasks').catch((error: unknown) => error)
  await eventually('the request', () => asked || undefined)
  await daemon.server.close()
  expect(await lost).toBeInstanceOf(Error)
})

test('a client that says nothing and never closes does not keep its place', async ({
  socketPath,
  expect,
}) => {
  await using _ = await startFakeDaemon({ socketPath, limits: { headersMs: 200, connections: 1 } })
  const silent = connect({ path: socketPath, allowHalfOpen: true })
  silent.on('error', () => {})
  await once(silent, 'connect')
  const answered = await eventually('a free place', () =>
    call(socketPath, 'GET', '/health').then(
      ({ status }) => status,
      () => undefined,
    ),
  )
  silent.destroy()
  expect(answered).toBe(200)
})
