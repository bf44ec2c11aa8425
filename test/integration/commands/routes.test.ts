import { lstatSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { curl, startProgram } from '../../helpers/programs.ts'
import { eventually } from '../../helpers/eventually.ts'
import { sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'

const socketOf = (site: Site) => join(site.stateDir, 'marrow.sock')

async function startQuick(site: Site): Promise<SpawnedDaemon> {
  await site.write({ scout: { agent_command: sh('echo done') } })
  const daemon = await site.start()
  await eventually('the first run', async () => {
    const [run] = (await daemon.ask('runs', { limit: 1 })).runs
    return run?.state === 'ended' ? run : undefined
  })
  return daemon
}

test('the old routes answer in their old shapes', async ({ site, expect }) => {
  const daemon = await startQuick(site)
  const get = (path: string) => curl(socketOf(site), path)
  expect(await get('/health')).toEqual({ status: 200, body: { status: 'ok' } })
  const seconds = expect.closeTo(Date.now() / 1_000, -2)
  expect(await get('/status')).toMatchObject({
    status: 200,
    body: {
      started_at: seconds,
      uptime: expect.any(Number),
      agents: {
        scout: {
          name: 'scout',
          interval: 3_600,
          last_tick_at: seconds,
          last_tick_duration: expect.any(Number),
          next_tick_at: expect.any(Number),
          tick_count: 1,
          running: false,
          last_error: null,
        },
      },
      pid: daemon.pid,
    },
  })
  expect(await get('/tasks')).toEqual({ status: 200, body: { tasks: [], project: 'default' } })
  const added = await curl(socketOf(site), '/tasks', '-d', '{"title": "Mend the roof", "body": "All of it."}')
  expect(added).toMatchObject({
    status: 200,
    body: { ok: true, file: expect.stringMatching(/^\d{8}-\d{6}-Mend-the-roof\.md$/) },
  })
  expect(await get('/tasks')).toEqual({
    status: 200,
    body: {
      tasks: [
        {
          file: expect.stringMatching(/-Mend-the-roof\.md$/),
          title: 'Mend the roof',
          created: seconds,
          project: 'default',
        },
      ],
      project: 'default',
    },
  })
  const wake = await curl(
    socketOf(site),
    '/wake',
    '-d',
    '{"agent": "scout", "reason": "curious", "prompt": "Look."}',
  )
  expect(wake).toMatchObject({ status: 200, body: { ok: true, agent: 'scout' } })
})

const refusals = [
  ['/tasks', ['-d', '{"title": '], 400, 'invalid JSON'],
  ['/tasks', ['-d', '{}'], 400, 'title is required'],
  ['/tasks', ['-d', '{"title": "  "}'], 400, 'title is required'],
  ['/tasks', ['-d', '{"title": 7}'], 400, 'title is required'],
  ['/tasks', ['-d', '[]'], 400, 'the parameters are not an object: ANY'],
  ['/tasks', ['-d', ''], 400, 'title is required'],
  ['/wake', ['-d', '{}'], 400, 'agent is required'],
  ['/wake', ['-d', '{"agent": "nobody"}'], 404, 'unknown agent: nobody'],
  ['/nothing', [], 404, 'not found'],
  ['/', [], 404, 'not found'],
  ['/tasks', ['-X', 'DELETE'], 405, '/tasks takes GET or POST, not DELETE'],
  ['/health', ['-d', '{}'], 405, '/health takes GET, not POST'],
  ['/runs?limit=0', [], 400, 'limit: ANY'],
  ['/run?id=nothing', [], 404, 'Cannot find the run: ANY'],
  ['/log', [], 400, 'id is required'],
] as const

test('what is wrong with a request is said in its answer', async ({ site, expect }) => {
  await startQuick(site)
  for (const [path, words, status, error] of refusals) {
    const answer = await curl(socketOf(site), path, ...words)
    expect({ path, words, ...answer }).toMatchObject({
      status,
      body: { error: expect.stringMatching(new RegExp(`^${error.replace('ANY', '.+')}$`)) },
    })
  }
})

test('every other route answers to curl as documented', async ({ site, expect }) => {
  await startQuick(site)
  const post = (path: string, body: object) => curl(socketOf(site), path, '-d', JSON.stringify(body))
  const ok = { status: 200, body: { ok: true } }
  expect(await post('/pause', { agent: 'scout', reason: 'lunch' })).toEqual(ok)
  expect(await post('/resume', { agent: 'scout' })).toEqual(ok)
  expect(await post('/pause', {})).toEqual(ok)
  expect(await post('/resume', {})).toEqual(ok)
  expect(await post('/dry-run', {})).toMatchObject({
    status: 200,
    body: { agents: [{ agent: 'scout', would_run: true, layers: expect.any(Array) }] },
  })
  expect(await post('/run-once', { agents: ['scout'] })).toMatchObject({
    status: 200,
    body: { ticks: [{ agent: 'scout', tick: 'scout#2', ok: true, outcome: 'succeeded' }] },
  })
  expect(await post('/cancel', { target: 'scout' })).toMatchObject({ status: 404 })
  expect(await curl(socketOf(site), '/runs?agent=scout&limit=1')).toMatchObject({
    body: { runs: [{ tick: 'scout#2', state: 'ended' }] },
  })
  expect(await curl(socketOf(site), '/log?id=scout')).toMatchObject({
    body: { text: 'done\n', size: 5, ended: true },
  })
  expect(await curl(socketOf(site), '/run?id=scout')).toMatchObject({ body: { agent: 'scout', lineage: [] } })
  expect(await curl(socketOf(site), '/journal?after=0&limit=1')).toMatchObject({
    body: { events: [{ kind: 'daemon.started', agent: null }] },
  })
  expect(lstatSync(socketOf(site)).mode & 0o777).toBe(0o600)
  expect(await post('/stop', {})).toMatchObject({ status: 200, body: { ok: true } })
})

test('the examples of the documents work as they stand there', async ({ site, expect }) => {
  await startQuick(site)
  const files = ['docs/commands.md', 'docs/protocol.md'] // Those of the README have a test of their own.
  const texts = files.map((file) => readFileSync(file, 'utf8')).join('\n')
  const examples = texts.split('\n').filter((line) => line.startsWith('curl --unix-socket'))
  expect(examples.length).toBeGreaterThan(4)
  for (const example of examples) {
    const line = example.replace('~/.local/state/marrow/marrow.sock', '$socket')
    const asked = startProgram('sh', ['-c', `socket=${socketOf(site)}; ${line} -sSf`])
    expect({ example, code: await asked.ended, err: asked.err() }).toEqual({ example, code: 0, err: '' })
    expect(JSON.parse(asked.out())).not.toHaveProperty('error')
  }
})

test('a mistake of ours is an error without details for the client, and its stack is in the log', async ({
  site,
  expect,
}) => {
  await startQuick(site)
  site.expectErrors(/request failed|step failed/)
  using store = new DatabaseSync(join(site.stateDir, 'marrow.db'))
  store.exec(`insert or replace into meta (key, value) values ('paused', '{')`)
  const answer = await curl(socketOf(site), '/status')
  expect(answer).toEqual({ status: 500, body: { error: 'internal server error', code: 'INTERNAL' } })
  const record = await eventually('the log', () =>
    site
      .log()
      .map(({ text }): Record<string, unknown> => JSON.parse(text))
      .find(({ msg }) => msg === 'request failed'),
  )
  expect(record).toMatchObject({
    level: 50,
    what: 'GET /status',
    error: expect.stringMatching(/^SyntaxError: .*\n +at /),
  })
})

test('bodies over 1 MiB, half-sent requests and noise get a clear error and slow nobody down', async ({
  site,
  expect,
}) => {
  const daemon = await startQuick(site)
  const big = join(site.dir, 'big.json')
  await writeFile(big, JSON.stringify({ title: 'x', body: 'y'.repeat(1_048_576) }))
  const head = 'POST /tasks HTTP/1.1\r\nhost: marrow\r\ncontent-length: 100\r\n'
  const sentAt = performance.now()
  const heads = Array.from({ length: 20 }, (_, index) => holdOpen(socketOf(site), head.slice(0, 10 + index)))
  const bodies = Array.from({ length: 20 }, () => holdOpen(socketOf(site), `${head}\r\n{"title": "half`))
  const noise = [
    curl(socketOf(site), '/tasks', '--data-binary', `@${big}`),
    said(socketOf(site), 'hello\r\n\r\n'),
  ] as const
  const times = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const begun = performance.now()
      await daemon.ask('status', {})
      return performance.now() - begun
    }),
  )
  expect(Math.max(...times)).toBeLessThan(2_000) // The deadline of a half-sent request alone is 10 s.
  const [refused, garbled] = await Promise.all(noise)
  expect(refused).toEqual({
    status: 413,
    body: {
      error: 'the body is larger than 1048576 bytes',
      code: 'TOO_LARGE',
      fix: 'Put long text into a file and name the file.',
    },
  })
  expect(garbled).toMatch(/^HTTP\/1\.1 400 [^]*"error":"the request is not HTTP"/)
  const answers = await Promise.all(heads.map(textOf))
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*did not arrive in time/)
  expect(performance.now() - sentAt).toBeLessThan(20_000) // 10 s, and up to 2 s until it is noticed.
  for (const socket of bodies) socket.destroy() // Theirs is a deadline of 30 s.
  expect((await daemon.ask('tasks', {})).tasks).toEqual([])
})

/** Sends bytes and no more; the daemon has to end it. */
function holdOpen(path: string, bytes: string): Socket {
  const socket = connect(path)
  socket.write(bytes)
  return socket
}

async function said(path: string, bytes: string): Promise<string> {
  const socket = connect(path)
  socket.end(bytes)
  return Promise.race([textOf(socket), sleep(30_000, 'no answer')])
}

async function textOf(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}
