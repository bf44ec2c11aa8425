/** The OpenAPI page alone is enough to talk to a daemon: a client that knows nothing else drives one through its day. */
import { join } from 'node:path'
import {
  at,
  documentedClient,
  objectOf,
  type DocumentedClient,
  type Operation,
} from '../helpers/documented-client.ts'
import { eventually } from '../helpers/eventually.ts'
import { sh, test as withHome, type Home } from '../helpers/daemon.ts'

const simulatedAgent = join(import.meta.dirname, '..', 'helpers', 'simulated-agent.ts')

/** A daemon with an agent that works, one that is busy until it is ended, and one that only does what it is asked to. */
async function begin(home: Home): Promise<DocumentedClient> {
  const words = [process.execPath, simulatedAgent, '--as', 'opencode', '--usage', 'in=1200,out=80,cost=0.25']
  const agents = {
    scout: { agent_command: JSON.stringify(words), adapter: '"opencode"', wake_on: '["tasks"]' },
    sleeper: { agent_command: sh('exec sleep 600') },
  }
  await home.write(agents, '[notify]\ncommand = "cat"')
  await home.start({ ipc: true })
  return documentedClient(join(home.stateDir, 'marrow.sock'))
}

const test = withHome.extend<{ client: DocumentedClient }>({
  client: async ({ home }, use) => use(await begin(home)),
})

interface Run {
  readonly id: string
  readonly agent: string
  readonly state: string
}

async function runsOf(client: DocumentedClient, agent: string): Promise<Run[]> {
  const { runs } = await client.get('runs', { agent, limit: 50 })
  return Array.isArray(runs) ? runs : []
}

async function ended(client: DocumentedClient, agent: string, count: number): Promise<Run[]> {
  return eventually(`${count} runs of ${agent}`, async () => {
    const done = (await runsOf(client, agent)).filter(({ state }) => state === 'ended')
    return done.length >= count ? done : undefined
  })
}

test('every operation is answered as the page says', async ({ client, home, expect }) => {
  await ended(client, 'scout', 1)
  expect(await client.get('health')).toEqual({ status: 'ok' })
  expect(await client.get('status')).toMatchObject({
    agents: { scout: { tick_count: 1 }, sleeper: { running: true } },
  })
  expect(await client.get('addTask', { title: 'Mend the roof', body: 'All of it.' })).toMatchObject({
    ok: true,
  })
  expect(await client.get('tasks')).toMatchObject({ tasks: [{ title: 'Mend the roof' }] })
  await ended(client, 'scout', 2)
  const woken = await client.get('wake', { agent: 'scout', reason: 'curious', prompt: 'Look.' })
  expect(woken).toMatchObject({ ok: true })
  const [newest] = await ended(client, 'scout', 3)
  const id = newest?.id ?? ''
  expect(await client.get('wakeState', { id: at(woken, 'id') })).toMatchObject({ state: 'ended', run: id })
  expect(await client.get('showRun', { id })).toMatchObject({
    id,
    tokens: 1_280,
    cost_usd: 0.25,
    usage: { output: 80 },
  })
  expect(await client.get('runsTree', { id })).toMatchObject({ runs: [{ run: id, depth: 0 }] })
  expect(await client.get('readLog', { id, stream: 'prompt', limit: 10 })).toMatchObject({
    run: id,
    ended: true,
  })
  expect(await client.get('readSteps', { id, limit: 5 })).toMatchObject({
    run: id,
    steps: expect.arrayContaining([expect.objectContaining({ tool: null })]),
  })
  expect(await client.get('pause', { agent: 'scout', reason: 'lunch' })).toEqual({ ok: true })
  await eventually('the pause', async () =>
    at(await client.get('status'), 'agents', 'scout', 'state') === 'paused' ? true : undefined,
  )
  expect(await client.get('resume', { agent: 'scout' })).toEqual({ ok: true })
  expect(await client.get('runOnce', { agents: ['scout'] })).toMatchObject({
    ticks: [{ agent: 'scout', ok: true }],
  })
  expect(await client.get('dryRun', { agents: ['scout'] })).toMatchObject({ agents: [{ agent: 'scout' }] })
  expect(await client.get('cancel', { target: 'sleeper' })).toMatchObject({ ok: true })
  await ended(client, 'sleeper', 1)
  const sent = await client.get('sendHandoff', {
    to: 'scout',
    title: 'Look',
    text: 'At the roof.',
    wake: false,
  })
  expect(await client.get('handoffs')).toMatchObject({ waiting: [{ to: 'scout' }] })
  expect(await client.get('showHandoff', { file: at(sent, 'file') })).toMatchObject({ title: 'Look' })
  expect(await client.get('report', { since: '1h' })).toMatchObject({
    agents: [
      { name: 'scout', failed: 0 },
      { name: 'sleeper', stopped: 1 },
    ],
  })
  expect(await client.get('journal', { limit: 500, kind: ['run', 'tick.begun'] })).toMatchObject({
    events: expect.arrayContaining([expect.objectContaining({ kind: 'run.ended', agent: 'sleeper' })]),
  })
  expect((await client.ask('metrics')).body).toMatch(
    /^marrow_runs_total\{agent="scout",outcome="succeeded"\} [4-9]$/m,
  )
  expect(await client.get('openapi')).toMatchObject({ openapi: '3.1.0' })
  expect(await client.get('clean', { dry: true })).toMatchObject({ items: [] })
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
  expect(await client.get('mcp', { message: ping })).toMatchObject({ answer: { id: 1, result: {} } })
  expect(await client.get('logLevel')).toMatchObject({ ok: true })
  expect(await client.get('notifyTest')).toMatchObject({ ok: true, destinations: [{ to: 'the command' }] })
  const kinds = new Set<unknown>()
  for await (const { event, data } of client.follow('events', {
    last: 500,
    kind: 'run.ended',
    agent: 'sleeper',
  })) {
    kinds.add(event)
    if (data !== undefined) break
  }
  expect([...kinds]).toContain('run.ended')
  expect(await client.get('restart')).toMatchObject({ ok: true })
  // It leaves as soon as its runs are written down; until then there is no place for another one.
  await eventually('the next daemon', () => home.start({ ipc: true }).catch(() => undefined))
  const next = await documentedClient(join(home.stateDir, 'marrow.sock'))
  expect(await next.get('stop')).toMatchObject({ ok: true })
  const all = client.operations
    .filter(isOurs)
    .map(({ verb }) => verb)
    .toSorted()
  expect([...client.asked, ...next.asked].toSorted()).toEqual(all)
})

/** What an operator may ask. */
function isOurs({ askedBy }: Operation): boolean {
  return askedBy !== 'agent'
}

test('what only runs may ask is refused in the documented shape', async ({ client, expect }) => {
  const theirs = client.operations.filter((one) => !isOurs(one))
  expect(theirs.map(({ verb }) => verb)).toContain('delegate')
  for (const { verb } of theirs) {
    const { status, body } = await client.ask(verb, {})
    expect({ verb, status, body }).toMatchObject({ status: 403, body: { code: 'NOT_ALLOWED' } })
  }
})

/** Requests that the page rules out. */
function wrongRequests({
  verb,
  parameters,
  body,
}: Operation): { verb: string; params: Record<string, unknown> }[] {
  const required = Object.fromEntries(
    parameters.filter((one) => one['required']).map(({ name }) => [String(name), 'x']),
  )
  const wrongQuery = parameters.flatMap(({ name, in: place, schema }) => {
    const { type, minimum, maximum, enum: words } = objectOf(schema)
    const values = [
      ...(type === 'integer' ? ['many', 1.5] : []),
      ...(typeof minimum === 'number' ? [minimum - 1] : []),
      ...(typeof maximum === 'number' ? [maximum + 1] : []),
      ...(Array.isArray(words) ? ['no-such-word'] : []),
    ]
    return place === 'query'
      ? values.map((value) => ({ verb, params: { ...required, [String(name)]: value } }))
      : []
  })
  const missing = Object.keys(required).map((name) => {
    const { [name]: _, ...rest } = required
    return { verb, params: rest }
  })
  const wrongBody = body?.['required'] !== undefined ? [{ verb, params: {} }] : []
  const unknown = body?.['additionalProperties'] === false ? [{ verb, params: { no_such_parameter: 1 } }] : []
  return [...wrongQuery, ...missing, ...wrongBody, ...unknown]
}

test('what the page rules out is refused in the documented shape', async ({ client, expect }) => {
  const wrong = client.operations.filter(isOurs).flatMap(wrongRequests)
  expect(wrong.length).toBeGreaterThan(20)
  for (const { verb, params } of wrong) {
    const { status, body } = await client.ask(verb, params)
    expect({ verb, params, status, body }).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } })
  }
})

test('every other refusal has the documented shape, code and status too', async ({ client, expect }) => {
  const refusals = [
    await client.ask('wake', { agent: 'nobody' }),
    await client.ask('showRun', { id: 'nothing' }),
    await client.ask('cancel', { target: 'nothing' }),
    await client.ask('status', { 'marrow-config': '/etc/other.toml' }),
    await client.ask('addTask', { title: 'x', body: 'y'.repeat(1_100_000) }),
    await client.raw('GET', '/nothing'),
    await client.raw('DELETE', '/tasks'),
  ]
  expect(refusals.map(({ status }) => status)).toEqual([404, 404, 404, 409, 413, 404, 405])
})
