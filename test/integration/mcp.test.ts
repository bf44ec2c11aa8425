/** `marrow mcp` as agent CLIs use it: a process of its own, talked to by the protocol's own client and by the real opencode. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { describe } from 'vitest'
import { findCli } from '../helpers/cli-world.ts'
import { eventually } from '../helpers/eventually.ts'
import { openOpencodeWorld } from '../helpers/opencode.ts'
import { marrowProgram, sh, test, type Site } from '../helpers/spawned-daemon.ts'

const quick = { agent_command: sh('cat > "$MARROW_NOTES/prompt"; echo done') }

/** The protocol's own client on `marrow mcp`; closed with the test. `auto` is how the newest revision begins. */
async function connected(site: Site, mode: 'legacy' | 'auto' = 'legacy'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  await client.connect(
    new StdioClientTransport({
      command: marrowProgram,
      args: ['mcp', '-c', site.configPath],
      stderr: 'inherit',
    }),
  )
  site.defer(() => void client.close())
  return client
}

function call(client: Client, name: string, given: Record<string, unknown> = {}) {
  return client.callTool({ name, arguments: given })
}

function textOf({ content }: Awaited<ReturnType<typeof call>>): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
}

function lastPrompt(site: Site): Promise<string> {
  return eventually('a second run', async () => {
    if (site.rows("select id from runs where state = 'ended'").length < 2) return undefined
    return (await site.marrow('show', 'scout', '--prompt')).out
  })
}

test.for(['legacy', 'auto'] as const)(
  'a client that begins as %s looks, and wakes an agent with words for its prompt',
  async (mode, { site, expect }) => {
    await site.write({ scout: quick })
    await site.start()
    const client = await connected(site, mode)
    expect(client.getNegotiatedProtocolVersion()).toBe(mode === 'auto' ? '2026-07-28' : '2025-11-25')
    // It remembers the schemas of the answers, and refuses each answer that is not as they say.
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('wake')
    await eventually('a first run', async () => {
      const said = textOf(await call(client, 'runs'))
      return said.includes('succeeded') ? true : undefined
    })
    expect(textOf(await call(client, 'status'))).toMatch(/^It is .*\n- scout: /)
    expect(textOf(await call(client, 'wake', { agent: 'scout', prompt: 'Look at the roof.' }))).toMatch(
      /^scout (starts now|is at work)/,
    )
    expect(await lastPrompt(site)).toContain('Look at the roof.')
    expect(textOf(await call(client, 'show_run', { id: 'scout' }))).toContain('because of: operator')
    expect(textOf(await call(client, 'events', { kind: 'wake' }))).toMatch(
      /woken by operator\n\(next_after: \d+\)$/,
    )
    expect(textOf(await call(client, 'add_task', { title: 'Mend the roof' }))).toContain(
      'No agent has "tasks"',
    )
    expect(textOf(await call(client, 'tasks'))).toMatch(/^Mend the roof \(/)
  },
)

test('what cannot be done is told as the result of the call, with its fix', async ({ site, expect }) => {
  await site.write({ scout: quick })
  await site.start()
  const client = await connected(site)
  const refused = await call(client, 'wake', { agent: 'scuot' })
  expect(refused.isError).toBe(true)
  expect(textOf(refused)).toBe(
    'unknown agent: scuot Fix: Did you mean scout? The agents of this configuration: scout.',
  )
})

test('a client outlives its daemon: calls wait for the next one, and say so when none comes', async ({
  site,
  expect,
}) => {
  await site.write({ scout: quick })
  const first = await site.start()
  const client = await connected(site)
  expect((await call(client, 'status')).isError).not.toBe(true)
  first.signal('SIGUSR1')
  await first.ended
  const waiting = call(client, 'status')
  const second = await site.start()
  expect((await waiting).structuredContent).toMatchObject({ pid: second.pid })
  await second.kill()
  const refused = await call(client, 'status')
  expect(refused.isError).toBe(true)
  expect(textOf(refused)).toContain(`Fix: Start it with: marrow run -c ${site.configPath}`)
})

test('without a daemon or a configuration the tools are listed and every call says why it fails', async ({
  site,
  expect,
}) => {
  const client = await connected(site)
  expect((await client.listTools()).tools).toHaveLength(9)
  expect(textOf(await call(client, 'status'))).toMatch(/^Cannot find .*marrow\.toml[^]* Fix: /)
  await site.write({ scout: quick })
  expect(textOf(await call(client, 'status'))).toContain('Fix: Start it with: marrow run')
})

/** Sends lines to `marrow mcp`, ends its stdin and reads what it said until it is gone. */
async function piped(
  site: Site,
  ...lines: string[]
): Promise<{ code: unknown; answers: unknown[]; err: string }> {
  const child = spawn(marrowProgram, ['mcp', '-c', site.configPath])
  child.stdin.end(lines.map((line) => `${line}\n`).join(''))
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  const answers = out.split('\n').flatMap((line): unknown[] => (line === '' ? [] : [JSON.parse(line)]))
  return { code, answers, err }
}

test('it ends with its stdin when every answer is out, and survives lines that are no messages', async ({
  site,
  expect,
}) => {
  await site.write({ scout: quick })
  await site.start()
  const pings = Array.from({ length: 30 }, (_, id) => JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' }))
  const odd = ['{', '[]', 'null', JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })]
  const { code, answers, err } = await piped(site, ...odd, ...pings, 'x'.repeat(1_048_577))
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(answers).toHaveLength(3 + pings.length + 1)
  for (let id = 0; id < pings.length; id += 1)
    expect(answers).toContainEqual({ jsonrpc: '2.0', id, result: {} })
  expect(answers.filter((answer) => JSON.stringify(answer).includes('-32700'))).toHaveLength(2)
})

const opencode = findCli('opencode')

describe.skipIf(opencode === undefined)('with the real opencode', () => {
  test('its model wakes an agent', async ({ site, dir, expect }) => {
    await site.write({ scout: quick })
    await site.start()
    await using world = await openOpencodeWorld(join(dir, 'opencode'))
    const marrow = { type: 'local', command: [marrowProgram, 'mcp', '-c', site.configPath], enabled: true }
    const [program = '', ...words] = world.enter([opencode ?? '', 'run', '--format', 'json'])
    const env = { PATH: process.env['PATH'], ...world.envWith({ mcp: { marrow } }) }
    const out = await new Promise<string>((resolve) => {
      const child = execFile(program, words, { cwd: world.workDir, env, timeout: 90_000 }, (_, said) =>
        resolve(said),
      )
      child.stdin?.end('[[tool marrow_wake {"agent":"scout","prompt":"The roof leaks."}]] [[text Woken.]]')
    })
    expect(out).toContain('marrow_wake')
    expect(await lastPrompt(site)).toContain('The roof leaks.')
  })
})
