import { test } from 'vitest'
import { MarrowError } from '../base/errors.ts'
import { openMcpDoor, type McpMessage } from './server.ts'
import { toolsOf, type Ask } from './tools.ts'

/** A door whose tools all do the same, and what it complained of. */
function doorTo(ask: Ask<'operator'>) {
  const errors: string[] = []
  const tools = toolsOf('operator', ask)
  const door = openMcpDoor({
    door: 'operator',
    tools,
    version: '1.2.3',
    now: () => 0,
    onError: (error, what) => errors.push(`${what}: ${String(error)}`),
  })
  return { errors, answer: (message: McpMessage) => door.answer({ jsonrpc: '2.0', ...message }) }
}

const refusing = (error: Error) => doorTo(() => Promise.reject(error))
const { answer } = refusing(new MarrowError('NOT_FOUND', 'unknown agent: x', { fix: 'Ask.' }))

const envelope = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  },
}
const clientInfo = { name: 'test', version: '1' }
const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }

const listed = toolsOf('operator', () => Promise.reject(new Error('nobody was to be asked'))).list.map(
  ({ name }) => ({ name }),
)

test.for([
  ['initialize', hello, { protocolVersion: '2025-11-25', serverInfo: { name: 'marrow', version: '1.2.3' } }],
  ['server/discover', envelope, { supportedVersions: ['2026-07-28'] }],
  ['ping', {}, {}],
  ['tools/list', {}, { tools: listed }],
  ['tools/list', envelope, { tools: listed, resultType: 'complete' }],
] as const)('%s is answered, whatever was asked before', async ([method, params, result], { expect }) => {
  expect(await answer({ id: 7, method, params })).toMatchObject({ id: 7, result })
})

test.for(['resources/list', 'server/discover', 'tools/rename'])(
  '%s without the words of a newer client is an unknown method',
  async (method, { expect }) => {
    expect(await answer({ id: 'a', method })).toMatchObject({ id: 'a', error: { code: -32_601 } })
  },
)

test.for([
  { method: 'notifications/initialized' },
  { method: 'notifications/cancelled', params: { requestId: 7 } },
  { id: 3, result: {} },
])('%j wants no answer', async (message, { expect }) => {
  expect(await answer(message)).toBeUndefined()
})

test.for([{}, { id: 1 }, { id: {}, method: 'ping' }, { jsonrpc: '1.0', id: 1, method: 'ping' }])(
  '%j is no message',
  async (message, { expect }) => {
    expect(await answer(message)).toMatchObject({ error: { code: -32_600 } })
  },
)

test('a subscription, which would have to outlive its message, is refused at once', async ({ expect }) => {
  const params = { ...envelope, notifications: { toolsListChanged: true } }
  expect(await answer({ id: 1, method: 'subscriptions/listen', params })).toMatchObject({
    error: { message: 'Subscription limit reached' },
  })
})

test.for([{}, envelope])(
  'what a verb refuses is the result of the call, with its fix',
  async (meta, { expect }) => {
    const params = { name: 'wake', arguments: { agent: 'x' }, ...meta }
    expect(await answer({ id: 1, method: 'tools/call', params })).toMatchObject({
      result: { isError: true, content: [{ type: 'text', text: 'unknown agent: x Fix: Ask.' }] },
    })
  },
)

test('a failure of ours is told to the log, and no more than that to the client', async ({ expect }) => {
  const { errors, answer: ask } = refusing(new Error('secret words'))
  const told = await ask({ id: 1, method: 'tools/call', params: { name: 'tasks' } })
  expect(told).toMatchObject({ result: { isError: true } })
  expect(JSON.stringify(told)).not.toContain('secret')
  expect(errors).toEqual(['mcp tasks: Error: secret words'])
})

test('a tool answers with words and with its whole result', async ({ expect }) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The one verb that is asked answers so.
  const { answer: ask } = doorTo(async () => ({ tasks: [] }) as never)
  expect(await ask({ id: 1, method: 'tools/call', params: { name: 'tasks' } })).toMatchObject({
    result: { content: [{ type: 'text', text: 'The queue is empty.' }], structuredContent: { tasks: [] } },
  })
})
