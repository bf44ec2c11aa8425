import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../test/helpers/eventually.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { startWebServer, status } from '../../test/helpers/web-server.ts'
import { systemProcesses } from '../platform/processes.ts'
import { send, type SendGround } from './apply.ts'
import type { Message } from './messages.ts'

const message: Message = {
  kind: 'test',
  at: 0,
  title: 'scout: held',
  text: 'Log in.',
  agents: ['scout'],
  count: 1,
}

function ground(cwd: string): SendGround {
  const { signal } = new AbortController()
  return { cwd, env: { PATH: process.env['PATH'] ?? '' }, platform: process.platform, signal, redact }
}

const redact = (text: string) => text.replaceAll(SECRET, '<redacted>')
const SECRET = 'drawn-by-lot'

const sh = (script: string) => ({ name: 'command', words: ['sh', '-c', script] }) as const

describe('a program', () => {
  test('gets the notice on its stdin', async ({ dir, expect }) => {
    expect(await send(sh('cat > told'), message, ground(dir))).toEqual({ ok: true })
    expect(await readFile(join(dir, 'told'), 'utf8')).toBe('scout: held\n\nLog in.\n')
  })

  test('of the desktop is started however long the report of the day is', async ({ dir, expect }) => {
    await writeFile(join(dir, 'notify-send'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    const long = { ...message, text: '<line>\n'.repeat(100_000) }
    const desktop = { ...ground(dir), platform: 'linux', env: { PATH: dir } }
    expect(await send({ name: 'desktop' }, long, desktop)).toEqual({ ok: true })
  })

  test('that does not read it is no failure', async ({ dir, expect }) => {
    const long = { ...message, text: 'x'.repeat(1_000_000) }
    expect(await send(sh('exit 0'), long, ground(dir))).toEqual({ ok: true })
  })

  test('that fails is told with the first it said, on one line', async ({ dir, expect }) => {
    const script = 'printf "no such\\nperson\\033[2J" >&2; seq 10000 >&2; exit 7'
    const sent = await send(sh(script), message, ground(dir))
    expect(sent).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^sh exited with code 7: no such person1 2 3/),
    })
    expect(sent.ok ? 0 : sent.reason.length).toBeLessThan(300)
  })

  test('that says a secret is not quoted with any part of it', async ({ dir, expect }) => {
    const script = `printf '%0195d${SECRET}' 0 >&2; exit 1`
    const sent = await send(sh(script), message, ground(dir))
    expect(sent).toMatchObject({ ok: false, reason: expect.stringMatching(/0<reda$/) })
  })

  test('that is missing is told by its name', async ({ dir, expect }) => {
    const sent = await send({ name: 'command', words: ['/nowhere/tell', 'SECRET'] }, message, ground(dir))
    expect(sent).toEqual({
      ok: false,
      reason: 'tell cannot be started',
      fix: 'Install tell, or name another program.',
    })
  })

  test('leaves no process behind, whatever it starts', async ({ dir, expect }) => {
    expect(await send(sh('sleep 600 & echo $! > child'), message, ground(dir))).toEqual({ ok: true })
    const child = Number(await readFile(join(dir, 'child'), 'utf8'))
    await eventually('its child to be gone', () =>
      systemProcesses.identify(child) === undefined ? true : undefined,
    )
  })
})

describe('a server', () => {
  test.for([
    [301, 'It leads to another address, and marrow follows none: write that one.'],
    [401, 'Write a user and a password, or a token, into the address.'],
    [404, 'Correct the address.'],
    [500, 'Look at the log of its server.'],
  ] as const)('that answers %s did not take it', async ([code, fix], { dir, expect }) => {
    await using server = await startWebServer()
    server.answer(status(code, { location: '/other' }))
    const sent = await send({ name: 'webhook', url: `${server.url}/hook` }, message, ground(dir))
    expect(sent).toEqual({ ok: false, reason: `HTTP ${code}`, fix })
  })

  test('gets what its kind of destination gets', async ({ dir, expect }) => {
    await using server = await startWebServer()
    const login = server.url.replace('//', '//ada:pass@')
    expect(await send({ name: 'webhook', url: `${login}/hook` }, message, ground(dir))).toEqual({ ok: true })
    expect(await send({ name: 'ntfy', url: `${login}/topic` }, message, ground(dir))).toEqual({ ok: true })
    const authorization = `Basic ${Buffer.from('ada:pass').toString('base64')}`
    expect(server.received).toMatchObject([
      { path: '/hook', headers: { authorization, 'content-type': 'application/json' } },
      { path: '/topic', headers: { authorization, title: 'scout: held' }, body: 'Log in.' },
    ])
  })
})
